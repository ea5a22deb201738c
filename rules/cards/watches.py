"""The clocks that watch what people do with a card: the department's reply, and the supervisors' own follow-up (督办).

They run from when a breach could be known, never from when the engine happened to look. They stand still while an appeal
is undecided, for then nobody can act.
"""

from collections.abc import Sequence
from typing import NamedTuple

from rules.alerts import LEVELS, STATES, State
from rules.book import RuleBook, TimeLimit
from rules.cards.acts import ACTS
from rules.case import NEVER, UNREACHED, Card, Case, Clock, is_card, number_of, watched
from rules.errors import UncoveredDate
from rules.families import threshold_of
from rules.instant import Instant
from rules.worktime import LabelledPause, Limit

AGEING: frozenset[State] = frozenset({"pending", "issued", "acknowledged", "replied"})
"""A minor alert in one of these is left to age; in the others somebody is at work on it, or it is over."""
_INDEX = {act: index for index, act in enumerate(ACTS)}


class Watch(NamedTuple):
    """From when to when (NEVER: still) a rule watches a card, and when it stood still."""

    start: Instant
    end: Instant
    pauses: tuple[tuple[int, int], ...] = ()


def life_clocks(cards: Sequence[Card], book: RuleBook, known: Sequence[Clock] = ()) -> tuple[Clock, ...]:
    """The clocks that watch what people do with the cards.

    ``known`` are those computed before by the same book: a deadline costs more than all the rest.
    """
    computed = {(clock.rule, clock.cycle): clock for clock in known}
    clocks: list[Clock] = []
    for index in book.life_rules:
        rule = book.rules[index]
        assert isinstance(rule, TimeLimit)
        for card in cards:
            watch = _watch(card, rule, book)
            if watch is not None:
                cycle = number_of(card, book)
                clocks.append(_clock(index, cycle, watch, rule, book, computed.get((index, cycle))))
    return tuple(clocks)


def _clock(index: int, cycle: int, watch: Watch, rule: TimeLimit, book: RuleBook, known: Clock | None) -> Clock:
    start, end, pauses = watch
    if known is not None and known.start == start and not pauses:
        return known if known.end == end else Clock(index, cycle, start, end, known.deadline, known.thresholds)
    try:
        limit = Limit.parse(rule.limit)
        deadline = book.worktime.due(start, limit, pauses)
        thresholds = tuple([threshold_of(each, book.worktime, start, deadline, limit.unit, pauses) for each in rule.thresholds])
    except UncoveredDate:
        return Clock(index, cycle, start, end, NEVER, ())
    return Clock(index, cycle, start, end, deadline, thresholds or (deadline,))


def _watch(card: Card, rule: TimeLimit, book: RuleBook) -> Watch | None:
    """None if ``rule`` does not watch ``card``."""
    state = STATES[card.state]
    if book.is_life_rule(card.rule) or state in ("superseded", "withdrawn") or card.rule not in book.index_of:
        return None  # nobody is asked to answer for an answer
    if rule.clock == "expiry":  # from when it fell due, however late it came; once expired it need not be woken for it again
        begun = _first(card, ("confirm",)) or card.due
        return None if is_card(card.level) else Watch(begun, NEVER if state in AGEING else UNREACHED)
    if not is_card(card.level) or state == "pending":
        return None
    if rule.clock == "reply":
        return _watched_from(card, _issued(card), ("reply", "open_followup", "close", "remove", "revoke"))
    if rule.clock == "followup-opening":
        red = LEVELS[card.level] == "red"
        return _watched_from(card, _issued(card), ("open_followup", "close", "remove", "revoke")) if red else None
    opened = _first(card, ("open_followup",))
    return _watched_from(card, opened, ("rectify", "close", "remove", "revoke")) if opened else None


def _watched_from(card: Card, start: int, ends: Sequence[str]) -> Watch:
    """Until the first of ``ends``, or an appeal that was not rejected; rejected ones only stop the clock."""
    end = _first(card, ends)
    undecided = appeals_of(card, start)[1]
    if undecided and not (end and end < undecided):
        end = undecided
    return Watch(start, end, appeals_of(card, start, end)[0])


def appeals_of(card: Card, start: Instant, end: Instant = NEVER) -> tuple[tuple[tuple[int, int], ...], int]:
    """From when to when appeals were open that were then rejected, within ``start`` and ``end``; and since when one is (or was
    upheld)."""
    pauses: list[tuple[int, int]] = []
    since = NEVER
    for at, index in card.acts:
        if ACTS[index] == "appeal":
            since = at
        elif ACTS[index] == "reject":
            if max(since, start) < at and not (end and end < at):
                pauses.append((max(since, start), at))
            since = NEVER
    return tuple(pauses), since


def standstill(case: Case, clock: Clock, book: RuleBook) -> list[LabelledPause]:
    """When a clock that watches a card stood still, and why: for its arithmetic."""
    known = watched(clock.cycle, book)
    card = next((card for card in case.cards if (card.rule, card.level, card.cycle) == known), None)
    pauses = appeals_of(card, clock.start, clock.end)[0] if card is not None else ()
    return [(since, until, "appeal") for since, until in pauses]


def _issued(card: Card) -> int:
    return _first(card, ("confirm",)) or card.known


def _first(card: Card, acts: Sequence[str]) -> int:
    wanted = {_INDEX[act] for act in acts}
    return next((at for at, act in card.acts if act in wanted), NEVER)
