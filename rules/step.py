"""One record, one case, one verdict: the state machine of the monitor.

Theory of operation
-------------------
A case is a set of facts (:mod:`rules.case`). A record *joins* a fact to it (:mod:`rules.facts`); joining does not care
about order or repetition. From the facts and the rule book follow the case's *clocks*, each with its deadline and the
thresholds of its levels (:mod:`rules.families.time_limits`). From the clocks and the time follows which alerts ought to stand
(:mod:`rules.cards`); comparing that with those that do gives the changes, which are what leaves this package. So the
standing alerts are a function of (facts, book, now) however the records came in.

Time enters only as ``now``, the running maximum of the record times of the partition. Before a record is joined the case
is *advanced* to ``now``: limits that had passed before the record arrived are raised first, and if the record then proves
that they were kept (it happened earlier than it arrived), they are withdrawn, with both changes on record. Ticks only
advance. Hence replay, tests and a worker that was down for an hour agree with live operation on every alert; ticks decide
when an alert is seen, never whether.

A record cannot have happened after it arrived, whatever the clock of its window says: its time is the earlier of the two.

A redelivered record (its offset is not beyond that of the case) changes nothing. A record that says nothing new leaves the
very same ``Case`` object, so the caller knows by identity that there is nothing to store.

Only this module makes a changed ``Case``.
"""

from typing import Any, NamedTuple

import msgspec

from rules.alerts import Alert
from rules.book.book import RuleBook, RuleBooks
from rules.cards.acts import REASONS, act_of, acted
from rules.cards.judge import WITHDRAWN, Act, judge, next_threshold, undisturbed
from rules.cards.telling import Told, alert_of
from rules.case.case import NEVER, UNREACHED, Case, Clock, is_over, place_of
from rules.case.tally import tallied
from rules.clocks import affected, clocks_of, moves_deadlines, unmoved
from rules.errors import BadEvent
from rules.events import TALLY_KEY, Action, CardIssuedByHand, Record, Tallied, Tick, key_of
from rules.facts.join import join, supervised
from rules.facts.retention import forgotten
from rules.instant import MINUTE, to_instant
from rules.rates.cards import detailed, remembered

CLOCK_TOLERANCE = 1 * MINUTE
"""How far a window's clock may run ahead before the case is flagged for it."""

_OFFICE = (Action, CardIssuedByHand)
_PLACES = frozenset({"terms", "origin", "desk", "horizon"})
"""What decides by which book a case is judged."""
_replace = msgspec.structs.replace


class Decision(NamedTuple):
    """What one record did: the case to keep, the alert changes in order, and when to wake the case (None: no need)."""

    case: Case | None
    told: tuple[Told, ...]
    wake_at: int | None


class Outcome(NamedTuple):
    """The same with the whole alerts, as people are told of them."""

    case: Case | None
    alerts: tuple[Alert, ...]
    wake_at: int | None


def step(case: Case | None, record: Record, books: RuleBooks, now: int, arrived: int, offset: int) -> Outcome:
    """Apply ``record``, which arrived at ``arrived`` and lies at ``offset`` of its partition, to ``case`` at time ``now``.

    Raises :class:`~rules.errors.BadEvent` where the record cannot be what it says; the case is then as before.
    """
    after, told, wake = decide(case, record, books, now, arrived, offset)
    return Outcome(after, tuple([alert_of(each) for each in told]) if told else (), wake)


def decide(
    case: Case | None, record: Record, books: RuleBooks, now: int, arrived: int, offset: int, *, in_time: bool = False
) -> Decision:
    """:func:`step` for those who need not be told everything: what changed, not yet put into words.

    ``in_time`` promises that the case was woken at every instant it asked for up to ``now``, by these very books: then time has
    nothing left to tell it before the record.
    """
    silent = isinstance(record, Tick) or not supervised(record)
    if isinstance(record, _OFFICE):
        if isinstance(record, Action):
            return _acted(case, record, books, now, arrived, offset)
        return _by_hand(case, record, books, now, arrived, offset)
    return _told(case, record, silent, books, now, arrived, offset, in_time)


def _told(
    case: Case | None, record: Record, silent: bool, books: RuleBooks, now: int, arrived: int, offset: int, in_time: bool = False
) -> Decision:
    """What a window reports, or time alone, does to a case."""
    if case is None:
        if isinstance(record, Tick) or silent:
            return Decision(None, (), None)
        fresh = Case(key_of(record))
        if isinstance(record, Tallied):
            fresh = _replace(fresh, book=record.book)
        elif fresh.key.startswith(TALLY_KEY):
            raise BadEvent("forbidden_type", f"no case may be called {TALLY_KEY}…: the workers count under such keys", "case")
        changes = _joined(fresh, record, arrived, books)
        return Decision(*_settled(fresh, changes, books, now, offset)) if changes else Decision(None, (), None)
    if offset <= case.offset:
        return Decision(case, (), wake_at(case, books, now))
    before, told = (case, ()) if in_time and not isinstance(record, Tick) else _advanced(case, books, now)
    changes = {} if silent else _joined(before, record, arrived, books)
    if not changes:
        if before is case:
            return Decision(case, (), wake_at(case, books, now))
        return Decision(_replace(before, offset=offset), told, wake_at(before, books, now))
    after, more, wake = _settled(before, changes, books, now, offset)
    return Decision(after, told + more if told else more, wake)


def _acted(case: Case | None, action: Action, books: RuleBooks, now: int, arrived: int, offset: int) -> Decision:
    """What a person does with an alert, after time has been told."""
    if case is None:
        raise BadEvent("unknown_alert", f"{action.alert!r} is no alert of a case that is known here", "alert")
    if offset <= case.offset:
        return Decision(case, (), wake_at(case, books, now))
    before, told = _advanced(case, books, now)
    book = _book_of(before, books)
    cards = acted(before, action, min(to_instant(action.at), arrived), book)
    if cards is None:
        after = _replace(before, offset=offset) if before is not case else case
        return Decision(after, told, wake_at(after, books, now))
    joined = _replace(before, offset=offset, cards=cards)
    card = next(card for card, known in zip(cards, before.cards, strict=True) if card is not known)
    reason = REASONS[act_of(action)]
    after, more = _judged(joined, book, now, ((card.rule, card.level, card.cycle), reason))
    said = [
        each._replace(by=action.operator, note=action.reason)
        if each.id == action.alert and each.change.reason is reason
        else each
        for each in more
    ]
    return Decision(after, (*told, *said), wake_at(after, books, now))


def _by_hand(case: Case | None, record: CardIssuedByHand, books: RuleBooks, now: int, arrived: int, offset: int) -> Decision:
    """A card no rule sees. A book without a rule for it would lose it in silence; that is refused."""
    finding = f"{record.level}-by-hand"
    at = min(to_instant(record.at), arrived)
    book = _book_of(case, books) if case is not None and case.book else books.at(at)
    if finding not in book.watched or finding not in books.at(at).watched:
        raise BadEvent("forbidden_type", f"book {book.version} issues no cards by hand: give it a [[process]] {finding}", "level")
    return _told(case, record, False, books, now, arrived, offset)


def wake_at(case: Case, books: RuleBooks, now: int = NEVER) -> int | None:
    """The first instant at which time alone can change the case. At once if its book has changed since it was judged."""
    if _is_outdated(case, _book_of(case, books)):
        return now
    soonest = next_threshold(case.clocks, now)
    return soonest + 1 if soonest != UNREACHED else None


def is_outdated(case: Case, books: RuleBooks) -> bool:
    """Whether time alone would judge the case anew: its book, or that book's calendar, has changed since it was judged."""
    return _is_outdated(case, _book_of(case, books))


def _advanced(case: Case, books: RuleBooks, now: int) -> tuple[Case, tuple[Told, ...]]:
    """The case as time alone has made it by ``now``; the same object if time has changed nothing."""
    if _is_outdated(case, _book_of(case, books)):
        after, told, _ = _settled(case, {}, books, now, case.offset)
        return after, told
    seen: frozenset[int] | None = None
    for clock in case.clocks:
        if not clock.end:
            for threshold in clock.thresholds:
                if threshold < now:
                    if seen is None:
                        seen = frozenset([card.due for card in case.cards if card.state != WITHDRAWN])
                    if threshold not in seen:  # else it had passed when the case was last judged
                        return _judged(case, _book_of(case, books), now)
    return case, ()


def _judged(case: Case, book: RuleBook, now: int, act: Act | None = None) -> tuple[Case, tuple[Told, ...]]:
    clocks = case.clocks
    if book.life_rules:
        clocks = tuple([clock for clock in clocks if clock.rule not in book.life_rules])
    verdict = judge(clocks, case.cards, book, now, told=act is not None, act=act, known=case.clocks)
    if not verdict.changes:
        return case, ()
    after = _replace(case, cards=verdict.cards, clocks=verdict.clocks)
    if after.tally is not None:
        after = detailed(after, case.cards, book)
    return after, tuple([Told(after, change, book, now) for change in verdict.changes])


def _joined(case: Case, record: Any, arrived: int, books: RuleBooks) -> dict[str, Any]:
    if case.tally is not None or type(record) is Tallied:
        return _counted(case, record)
    at = to_instant(record.at)
    if at <= arrived:
        return join(case, record, at, arrived, books)
    changes = join(case, record, arrived, arrived, books)
    if changes and at > arrived + CLOCK_TOLERANCE and not case.ahead:
        changes = {**changes, "ahead": True}
    return changes


def _counted(case: Case, record: Any) -> dict[str, Any]:
    """What a worker has counted; nothing else is told of a tally. When it arrived does not matter, so it moves nobody's time."""
    if not isinstance(record, Tallied):
        raise BadEvent("forbidden_type", f"{case.key!r} is no case: nothing is reported of it, the workers count it", "case")
    tally = tallied(case.tally, record)
    return {"tally": tally} if tally is not case.tally else {}


def _settled(
    case: Case, changes: dict[str, Any], books: RuleBooks, now: int, offset: int
) -> tuple[Case, tuple[Told, ...], int | None]:
    """The case with ``changes``, the clocks they touch derived anew, and judged at ``now``."""
    joined = _replace(case, offset=offset, **changes)
    moved = not case.book or not _PLACES.isdisjoint(changes)
    book = _book_for(joined, books) if moved else books.get(case.book)
    if joined.tally is not None:
        joined = remembered(joined, book)
    anew = case.digest != book.digest or moves_deadlines(changes)
    if case.digest != book.digest:
        clocks = clocks_of(joined, book)
    elif anew:
        clocks = clocks_of(joined, book, unmoved(case.clocks, book))
    else:
        plan = affected(changes, book)
        clocks = clocks_of(joined, book, case.clocks, plan) if plan.touched else case.clocks
    cards = joined.cards
    if joined.horizon:
        clocks, cards = forgotten(joined, clocks, book)
    same = cards is case.cards
    if not anew and same and clocks == case.clocks:
        soonest = next_threshold(clocks, now)  # nothing a clock of this book depends on; time was judged a moment ago
        return joined, (), soonest + 1 if soonest != UNREACHED else None
    due = _promise(clocks, book)
    known = case.clocks if case.digest == book.digest else ()
    if known and cards and same and case.tally is None and undisturbed(clocks, known, book, now):
        clocks += tuple([clock for clock in known if clock.rule in book.life_rules])  # the same cards, so the same watches
        soonest = next_threshold(clocks, now)
        return _replace(joined, book=book.version, clocks=clocks, due=due), (), soonest + 1 if soonest != UNREACHED else None
    verdict = judge(clocks, cards, book, now, told=bool(changes), known=known)
    after = _replace(joined, book=book.version, digest=book.digest, clocks=verdict.clocks, cards=verdict.cards, due=due)
    if after.tally is not None:
        after = detailed(after, case.cards, book)
    if not verdict.changes:
        return after, (), verdict.wake_at
    return after, tuple([Told(after, change, book, now) for change in verdict.changes]), verdict.wake_at


def _is_outdated(case: Case, book: RuleBook) -> bool:
    """Whether the book or its calendar has changed since the case was judged. What is over with no clock left is history."""
    return case.digest != book.digest and not (is_over(case) and all(clock.end for clock in case.clocks))


def _book_of(case: Case, books: RuleBooks) -> RuleBook:
    return books.get(case.book)


def _book_for(case: Case, books: RuleBooks) -> RuleBook:
    """The book in force at acceptance; until then, the one in force at the first record; of a window, at the first it remembers.

    So a window follows a new book without being judged by it for what began before.
    """
    if case.tally is not None:
        return books.get(case.book)
    begun = place_of(case)
    return books.at(max(begun.at, case.horizon) if begun is not None else NEVER)


def _promise(clocks: tuple[Clock, ...], book: RuleBook) -> int:
    """The deadline of the first clock of the case itself, as the book orders them."""
    for clock in clocks:
        if book.kind_of[clock.rule] == "case":
            return clock.deadline
    return NEVER
