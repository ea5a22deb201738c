"""Which alerts should stand, given the clocks and the time; and what has to change for them to.

A level of a clock is *breached* when its threshold lies before the clock's end, or before now while it runs. From the
breaches alone follows the state each alert should be in:

- yellow and red stand (issued, or pending where the rule holds them for an inspector's confirmation);
- a reminder or warning stands until its clock ends in time (expired) or a card of the same clock is reached (superseded);
- what is no longer breached, because a late record ended the clock earlier or a pause moved the limit, is withdrawn.

What people did with a card (:mod:`rules.cards.acts`) decides in which of its states it stands. Comparing that with the alerts the
case remembers gives the changes. Nothing here depends on how the case came to be as it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from rules.alerts import STATES, Reason
from rules.book import RuleBook
from rules.cards.acts import ACTS, state_after
from rules.cards.watches import AGEING, life_clocks
from rules.case import NEVER, UNREACHED, Card, Clock, is_card, number_of
from rules.instant import Instant
from rules.numbers import LevelNumber, StateNumber

PENDING = StateNumber.PENDING.value
ISSUED = StateNumber.ISSUED.value
SUPERSEDED = StateNumber.SUPERSEDED.value
EXPIRED = StateNumber.EXPIRED.value
WITHDRAWN = StateNumber.WITHDRAWN.value
_FIRST_CARD = LevelNumber.YELLOW.value
_AGEING = frozenset(map(STATES.index, AGEING))
_FOUND = {"process": Reason.FOUND, "rate": Reason.RATE_REACHED}
_ENDS = frozenset({Reason.CLOSED_IN_TIME, Reason.RATE_RECOVERED})
"""What ends a reminder or warning whatever people are doing about it."""
_SETTLED = frozenset(map(STATES.index, ("closed", "revoked", "removed")))
_replace = msgspec.structs.replace
_Identity = tuple[str, int, int]
Act = tuple[_Identity, Reason]
"""What a person has just done, to which card (rule, level, cycle)."""


class CardChange(NamedTuple):
    """An alert that changes: how the case remembers it now, why, and by which clock (None if the clock is gone)."""

    card: Card
    reason: Reason
    clock: Clock | None


class Breach(NamedTuple):
    """One reached level of one clock."""

    clock: Clock
    level: int
    threshold: int
    held: bool


class Verdict(NamedTuple):
    """The clocks and alerts of the case after judging, what changed, and the next instant that could change anything."""

    clocks: tuple[Clock, ...]
    cards: tuple[Card, ...]
    changes: tuple[CardChange, ...]
    wake_at: Instant | None


def next_threshold(clocks: Sequence[Clock], now: Instant) -> Instant:
    """The earliest threshold of a running clock that ``now`` has not passed; ``UNREACHED`` if there is none."""
    soonest = UNREACHED
    for clock in clocks:
        if not clock.end:
            for threshold in clock.thresholds:
                if now <= threshold < soonest:
                    soonest = threshold
    return soonest


def judge(
    clocks: tuple[Clock, ...],
    cards: tuple[Card, ...],
    book: RuleBook,
    now: Instant,
    *,
    by_record: bool = False,
    act: Act | None = None,
    known: Sequence[Clock] = (),
    opened: Instant = NEVER,
) -> Verdict:
    """The pure heart: the clocks of the facts and time in, alert changes out.

    ``by_record``: a record has just changed the facts, so what is reached could not be known before now. ``act``: what a person
    has just done with one of ``cards``. ``known``: clocks that watched the cards before, by the same book. ``opened``: when a
    follow-up was last opened of a card that is not among ``cards``.
    """
    if not book.life_rules:
        return _judged(clocks, cards, book, now, by_record, act, opened)
    watching = life_clocks(cards, book, known) if cards else ()
    verdict = _judged(clocks + watching, cards, book, now, by_record, act, opened)
    if not verdict.changes:
        return verdict
    watching = life_clocks(verdict.cards, book, watching)
    again = _judged(clocks + watching, verdict.cards, book, now, by_record, act, opened)
    if again.changes:  # an alert that has just expired is watched no more
        watching = life_clocks(again.cards, book, watching)
    return Verdict(clocks + watching, again.cards, verdict.changes + again.changes, again.wake_at)


def undisturbed(clocks: Sequence[Clock], known: Sequence[Clock], book: RuleBook, now: Instant) -> bool:
    """Whether what stood by ``known`` at ``now`` stands by ``clocks`` as well: no clock that differs has reached a level.

    For cards that were judged by ``known`` and ``now`` a moment ago. Clocks that are the same are the very same objects.
    """
    before, after = set(map(id, known)), set(map(id, clocks))
    differ = [clock for clock in clocks if id(clock) not in before]
    differ += [clock for clock in known if id(clock) not in after and clock.rule not in book.life_rules]
    return not any(_has_reached(clock, now) for clock in differ)


def _has_reached(clock: Clock, now: int) -> bool:
    horizon = min(clock.end, now) if clock.end else now
    for threshold in clock.thresholds:  # noqa: SIM110  # asked at every change of a case: a generator costs more than the loop
        if threshold < horizon:
            return True
    return False


def _judged(
    clocks: tuple[Clock, ...], cards: tuple[Card, ...], book: RuleBook, now: int, by_record: bool, act: Act | None, opened: int
) -> Verdict:
    soonest = UNREACHED
    breached = False
    for clock in clocks:
        end = clock.end
        if end:
            for threshold in clock.thresholds:
                if threshold < end and threshold < now:
                    breached = True
        else:
            for threshold in clock.thresholds:
                if threshold < now:
                    breached = True
                elif threshold < soonest:
                    soonest = threshold
    wake_at = soonest + 1 if soonest != UNREACHED else None
    if not breached and not cards:
        return Verdict(clocks, cards, (), wake_at)
    changes = _changes(_breaches(clocks, book, now) if breached else {}, clocks, cards, book, now, by_record, act, opened)
    if changes:
        changed = {(change.card.rule, change.card.level, change.card.cycle): change.card for change in changes}
        kept = [changed.pop((card.rule, card.level, card.cycle), card) for card in cards]
        cards = (*kept, *changed.values())
    return Verdict(clocks, cards, tuple(changes), wake_at)


def _breaches(clocks: Sequence[Clock], book: RuleBook, now: int) -> dict[_Identity, Breach]:
    found: dict[_Identity, Breach] = {}
    for clock in clocks:
        horizon = min(clock.end, now) if clock.end else now
        rule = book.rules[clock.rule]
        for level, threshold in zip(rule.levels, clock.thresholds, strict=False):
            if threshold < horizon:
                found[rule.id, level, clock.cycle] = Breach(clock, level, threshold, level in rule.held)
    return found


def _changes(
    breaches: Mapping[_Identity, Breach],
    clocks: Sequence[Clock],
    cards: Sequence[Card],
    book: RuleBook,
    now: int,
    by_record: bool,
    act: Act | None,
    opened: int,
) -> list[CardChange]:
    known = {(card.rule, card.level, card.cycle): card for card in cards}
    reached = {_family(breach.clock, book) for breach in breaches.values() if breach.level >= _FIRST_CARD}
    ended = _ended_minors(clocks, cards, book, now, opened) if cards else {}
    changes: list[CardChange] = []
    for identity in sorted(breaches, key=lambda identity: (breaches[identity].threshold, identity)):
        breach = breaches[identity]
        card = known.get(identity)
        over = _end(breach.clock, book, now) or ended.get(identity)
        state, reason = _state(breach, card, _family(breach.clock, book) in reached, over)
        if card is not None:
            because = act[1] if act is not None and act[0] == identity else reason
            change = _moved(card, breach, state, because, now, by_record)
        else:
            if reason is None:
                reason = _FOUND.get(book.kind_of[breach.clock.rule]) or _cause(breach)
            rule, level, cycle = identity
            first_known = now if by_record else breach.threshold
            office = breach.clock.rule in book.office_rules
            fresh = Card(rule, level, cycle, state, 1, breach.threshold, now, first_known, office=office)
            change = CardChange(fresh, reason, breach.clock)
        if change is not None:
            changes.append(change)
    for identity, card in known.items():
        if identity not in breaches and card.state != WITHDRAWN:
            changes.append(_withdrawn(card, clocks, book))
    return changes


def _end(clock: Clock, book: RuleBook, now: int) -> Reason | None:
    """Why the reminders and warnings of a clock are over, if they are. A rate's clock carries its end behind its thresholds."""
    if book.kind_of[clock.rule] == "rate":
        return Reason.RATE_RECOVERED if clock.thresholds[-1] < now else None
    return Reason.CLOSED_IN_TIME if clock.end else None


def _family(clock: Clock, book: RuleBook) -> tuple[str, int]:
    """Clocks of one family warn about the same thing: the promise and the statutory limit of the case, say."""
    return book.rules[clock.rule].family, clock.cycle


def _ended_minors(
    clocks: Sequence[Clock], cards: Sequence[Card], book: RuleBook, now: int, opened: int
) -> dict[_Identity, Reason]:
    """Reminders and warnings that are over because they are old, or because a follow-up of their case was opened since."""
    ended: dict[_Identity, Reason] = {}
    minors = [card for card in cards if not is_card(card.level)]
    if not minors:
        return ended
    aged = {c.cycle for c in clocks if book.kind_of[c.rule] == "expiry" and c.thresholds and c.thresholds[0] < now}
    opened = max(opened, opened_at(cards))
    for card in minors:
        if opened and card.due <= opened and not book.is_life_rule(card.rule):
            ended[card.rule, card.level, card.cycle] = Reason.FOLLOWUP_OPENED
        elif aged and card.rule in book.index_of and number_of(card, book) in aged:
            ended[card.rule, card.level, card.cycle] = Reason.AGED
    return ended


def opened_at(cards: Iterable[Card]) -> Instant:
    """When a follow-up of any of the cards was last opened; ``NEVER`` where none was."""
    return max([at for card in cards if card.acts for at, act in card.acts if ACTS[act] == "open_followup"], default=NEVER)


def _state(breach: Breach, card: Card | None, card_reached: bool, ended: Reason | None) -> tuple[int, Reason | None]:
    """The state an alert should be in, and why where that is not plain."""
    first = PENDING if breach.held else ISSUED
    if card is not None and card.acts:
        first = STATES.index(state_after(STATES[first], card.acts))
    if is_card(breach.level) or first in _SETTLED:  # what people have ended stays as they ended it
        return first, None
    if card_reached:
        return SUPERSEDED, Reason.HIGHER_LEVEL_REACHED
    if ended in _ENDS or (ended is not None and first in _AGEING):
        return EXPIRED, ended
    return first, None


def _cause(breach: Breach) -> Reason:
    return Reason.LIMIT_PASSED if breach.threshold >= breach.clock.deadline else Reason.LIMIT_NEAR


def _moved(card: Card, breach: Breach, state: int, reason: Reason | None, now: int, by_record: bool) -> CardChange | None:
    """The same alert again: reinstated, in another state, or with another due instant; None if nothing changed."""
    if card.state == state and card.due == breach.threshold:
        return None
    raised, first_known = card.raised, card.known
    if card.state == WITHDRAWN:
        raised, first_known = now, now if by_record else breach.threshold
        reason = reason or Reason.REINSTATED
    elif card.state == state:
        reason = Reason.RECOMPUTED
    moved = _replace(card, state=state, change=card.change + 1, due=breach.threshold, raised=raised, known=first_known)
    return CardChange(moved, reason or Reason.RECOMPUTED, breach.clock)


def _withdrawn(card: Card, clocks: Sequence[Clock], book: RuleBook) -> CardChange:
    """Its level is not reached (any more). The limit moved, the clock had ended before it, or the rule is gone."""
    clock = next((c for c in clocks if c.cycle == card.cycle and book.rules[c.rule].id == card.rule), None)
    reason, due = Reason.LATE_RECORD, card.due
    if all(rule.id != card.rule for rule in book.rules) or (clock is not None and not clock.deadline):
        reason = Reason.RECOMPUTED  # the book no longer has its rule, or its calendar no longer covers the deadline
    elif clock is not None:
        levels = book.rules[clock.rule].levels
        due = clock.thresholds[levels.index(card.level)] if card.level in levels else card.due
        if due != card.due:
            reason = Reason.LIMIT_MOVED
    gone = _replace(card, state=WITHDRAWN, change=card.change + 1, due=due)
    return CardChange(gone, reason, clock)
