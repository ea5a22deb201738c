"""What a window forgets. A case ends; a window goes on for years, and all that is kept with it would grow without end.

Each fact of a window says since when the window remembers: so long before it as the book in force then has in ``[retention]``.
The latest of these instants is the window's *horizon*. It only ever moves on, and moves by whole days. What begins before it is
history and judged no more: an absence, a complaint's wait for its answer, a bad review. Facts are kept for the :data:`LOOKBACK`
beyond, because what is judged may depend on them.

Both depend on the set of facts only. Order and repetition do not matter. A record that comes again after its window has
forgotten it is dropped again. Nothing that is judged ever changes because something was forgotten.

Nothing is forgotten before its last level was due: a book whose limits could last longer than it remembers is refused.

Cards of forgotten clocks go with them, without a word, once they are over. A card that still stands remains as it is, whatever
comes in about its facts now, until people have ended it (:func:`forgotten`).
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any

from rules.book import RuleBook
from rules.case import NEVER, UNREACHED, Card, Case, Clock, is_duty, is_standing, watched
from rules.facts.journal import home_of, without_beginning
from rules.families import RECENT, begun_at
from rules.instant import DAY, Instant
from rules.numbers import StateNumber

LOOKBACK = 740 * DAY
"""For complaints and reviews: repetition is counted within a year, and from up to a year before it."""
DUTY_LOOKBACK = RECENT + 2 * DAY
_WITHDRAWN = StateNumber.WITHDRAWN.value
_NOTES = ("complaints", "reviews", "attendance", "spans")


def with_horizon(case: Case, changes: Mapping[str, Any], at: Instant, book: RuleBook) -> dict[str, Any]:
    """``changes`` by a fact of ``at`` to what is kept with a window, with what it makes the window forget."""
    horizon = horizon_at(case, at, book)
    kept_since = _kept_since(case, horizon)
    kept = dict(changes)
    if horizon != case.horizon:
        kept["horizon"] = horizon
    for field in _NOTES:
        known = getattr(case, field)
        notes = kept.get(field, known)
        if notes and notes[0][0] < kept_since:
            notes = notes[bisect_left(notes, (kept_since,)) :]
            if notes != known:
                kept[field] = notes
            else:
                kept.pop(field, None)
    return kept


def horizon_at(case: Case, at: Instant, book: RuleBook) -> Instant:
    """The horizon of a window of which a fact of ``at`` was reported, whatever became of that."""
    days = book.retention.attendance if is_duty(case) else book.retention.complaints
    return max(case.horizon, (at - days * DAY) // DAY * DAY)


def remembered(case: Case, journal: bytes) -> bytes:
    """The ``journal`` of ``case`` without what happened before all that is kept of its window; all of it for a case."""
    if not case.horizon:
        return journal
    return without_beginning(journal, _kept_since(case, case.horizon), home_of(case))


def is_forgotten(case: Case, at: Instant) -> bool:
    """Whether nothing of so long ago is kept of a window; never so for a case."""
    return case.horizon != NEVER and at < _kept_since(case, case.horizon)


def _kept_since(case: Case, horizon: Instant) -> Instant:
    return horizon - (DUTY_LOOKBACK if is_duty(case) else LOOKBACK)


def is_history(rule: str, cycle: int, case: Case, book: RuleBook) -> bool:
    """Whether what an alert of that rule is about began before the horizon of its window."""
    index = book.index_of.get(rule)
    return index is not None and index in book.forgotten_rules and begun_at(cycle) < case.horizon


def forgotten(case: Case, clocks: Sequence[Clock], book: RuleBook) -> tuple[tuple[Clock, ...], tuple[Card, ...]]:
    """``clocks`` and cards of a window without what is over and forgotten; the same cards object if all are kept.

    A card that is kept although its clock is forgotten has one made from itself: over, with no levels but those it had reached.
    """
    cards = _without_history(case, book)
    due: dict[tuple[int, int], dict[int, int]] = {}
    for card in cards:
        if card.state != _WITHDRAWN and is_history(card.rule, card.cycle, case, book):
            due.setdefault((book.index_of[card.rule], card.cycle), {})[card.level] = card.due
    watching, ages = book.life_rules, book.forgotten_rules  # the former follow from the cards
    kept = [c for c in clocks if c.rule not in watching and not (c.rule in ages and begun_at(c.cycle) < case.horizon)]
    if due:
        kept += [_as_it_was(*identity, levels, book) for identity, levels in due.items()]
        kept.sort(key=attrgetter("rule", "cycle"))
    return tuple(kept), cards


def _without_history(case: Case, book: RuleBook) -> tuple[Card, ...]:
    old = {(c.rule, c.level, c.cycle) for c in case.cards if not is_standing(c) and is_history(c.rule, c.cycle, case, book)}
    if not old:
        return case.cards
    answers = [(about, card) for card in case.cards if (about := _about(card, book)) is not None]
    old -= {about for about, card in answers if is_standing(card)}
    gone = {(card.rule, card.level, card.cycle) for about, card in answers if about in old} | old
    return tuple([card for card in case.cards if (card.rule, card.level, card.cycle) not in gone]) if gone else case.cards


def _about(card: Card, book: RuleBook) -> tuple[str, int, int] | None:
    """The card that an alert about what people did with one is about."""
    if not book.is_life_rule(card.rule) or card.cycle // 10 % 1000 >= len(book.rules):
        return None
    return watched(card.cycle, book)


def _as_it_was(index: int, cycle: int, due: Mapping[int, int], book: RuleBook) -> Clock:
    thresholds = tuple([due.get(level, UNREACHED) for level in book.rules[index].levels])
    return Clock(index, cycle, begun_at(cycle), max(due.values()) + 1, min(due.values()), thresholds)
