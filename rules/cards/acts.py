"""The life of a card after it was issued (督办, 反馈, 申诉, 摘牌): who may do what to it when, and the clocks that watch them.

pending → issued → acknowledged → replied → (follow-up opened → rectified) → closed; an appeal is upheld (revoked), rejected
(back to where it was) or passed up; a card is removed with a reason, for objective causes only with a higher level's consent.
An act that is not possible from the state the card is in is refused with that reason and changes nothing.

A card keeps its acts, and its state is their fold; so a card that a late record withdraws and another one reinstates is again
where its people had left it. The department's clock to reply and the supervisors' own clocks run from when a breach could be
known, never from when the engine happened to look. They stand still while an appeal is undecided, for then nobody can act.

An alert about what people did with a card has that card's :func:`number_of` for its cycle, so that it is the same alert in
whatever order the cards of the case came up.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from rules import events as ev
from rules.alerts import LEVELS, STATES, Reason, State
from rules.book.book import RuleBook, TimeLimit
from rules.case.case import NEVER, UNREACHED, Card, CardAct, Case, Clock, is_card, place_of
from rules.errors import BadEvent, UncoveredDate
from rules.families.deadlines import threshold_of
from rules.numbers import ActNumber, names_of
from rules.worktime.arithmetic import LabelledPause
from rules.worktime.worktime import Limit

ACTS: tuple[str, ...] = names_of(ActNumber)
"""Each at the place of its number."""
_INDEX = {act: index for index, act in enumerate(ACTS)}
SUPERVISORS = frozenset({"followup-opening", "followup"})
"""Clocks that watch the inspection office; their alerts are not the department's."""
AGEING: frozenset[State] = frozenset({"pending", "issued", "acknowledged", "replied"})
"""A minor alert in one of these is left to age; in the others somebody is at work on it, or it is over."""
_LIVE: tuple[State, ...] = ("pending", "issued", "acknowledged", "replied", "followed_up", "rectified")
_APPEALABLE: tuple[State, ...] = ("issued", "acknowledged", "replied", "followed_up")

TRANSITIONS: Mapping[tuple[str, str], State] = {
    ("pending", "confirm"): "issued",
    ("issued", "acknowledge"): "acknowledged",
    ("acknowledged", "reply"): "replied",
    **{(state, "open_followup"): "followed_up" for state in ("issued", "acknowledged", "replied")},
    ("followed_up", "rectify"): "rectified",
    **{(state, "close"): "closed" for state in ("replied", "rectified")},
    **{(state, "appeal"): "appealed" for state in _APPEALABLE},
    **{(state, "uphold"): "revoked" for state in ("appealed", "escalated")},
    ("appealed", "pass_up"): "escalated",
    **{(state, "remove"): "removed" for state in _LIVE},
    **{(state, "revoke"): "revoked" for state in _LIVE},
}
"""What leads where. ``reject`` is not here: it leads back to the state before the appeal."""

REASONS: Mapping[str, Reason] = {
    "confirm": Reason.CONFIRMED,
    "acknowledge": Reason.ACKNOWLEDGED,
    "reply": Reason.REPLIED,
    "open_followup": Reason.FOLLOWUP_OPENED,
    "rectify": Reason.RECTIFIED,
    "close": Reason.CLOSED,
    "appeal": Reason.APPEALED,
    "uphold": Reason.APPEAL_UPHELD,
    "reject": Reason.APPEAL_REJECTED,
    "pass_up": Reason.PASSED_UP,
    "remove": Reason.REMOVED,
    "revoke": Reason.REVOKED,
}

_ACT_OF: Mapping[type[ev.Header], str] = {
    ev.AlertConfirmed: "confirm",
    ev.AlertAcknowledged: "acknowledge",
    ev.AlertReplied: "reply",
    ev.FollowupOpened: "open_followup",
    ev.FollowupRectified: "rectify",
    ev.AlertClosed: "close",
    ev.AlertAppealed: "appeal",
    ev.AlertRemoved: "remove",
    ev.AlertRevoked: "revoke",
}
DEPARTMENT_ACTS = frozenset(_ACT_OF[ev.EVENT_TYPES[tag]] for tag in ev.DEPARTMENT_TYPES)
"""What the department does itself, and for its own cards only; everything else is the inspection office's."""
_OUTCOMES = {"upheld": "uphold", "rejected": "reject", "passed-up": "pass_up"}


def state_after(first: State, acts: Sequence[CardAct]) -> State:
    """The state that ``acts`` lead to from ``first`` (pending or issued). Acts kept with a card were possible when made."""
    state, before_appeal = first, first
    for _, index in acts:
        act = ACTS[index]
        if act == "reject":
            state = before_appeal
            continue
        if act == "appeal":
            before_appeal = state
        state = TRANSITIONS.get((state, act), state)
    return state


def act_of(event: ev.Action) -> str:
    """Which act an event is."""
    if isinstance(event, ev.AppealDecided):
        return _OUTCOMES[event.outcome]
    return _ACT_OF[type(event)]


def acted(case: Case, event: ev.Action, at: int, book: RuleBook) -> tuple[Card, ...] | None:
    """The cards of ``case`` with the act of ``event`` on one of them; None where the act is known already.

    Raises :class:`BadEvent`: ``unknown_alert``, or ``illegal_transition`` with what stands against it.
    """
    position = _position(case, event.alert)
    card = case.cards[position]
    entry = (at, _INDEX[act_of(event)])
    if entry in card.acts:
        return None
    _check(case, card, event, at, book)
    changed = msgspec.structs.replace(card, acts=(*card.acts, entry))
    return (*case.cards[:position], changed, *case.cards[position + 1 :])


def _check(case: Case, card: Card, event: ev.Action, at: int, book: RuleBook) -> None:
    act, state = act_of(event), STATES[card.state]
    if (state, act) not in TRANSITIONS and not (act == "reject" and state in ("appealed", "escalated")):
        raise BadEvent("illegal_transition", f"{act} is not possible: {event.alert} is {state}", "type")
    if at < card.due:
        raise BadEvent("illegal_transition", f"{act} is dated before {event.alert} was due", "at")
    if card.acts and at < card.acts[-1][0]:
        raise BadEvent("illegal_transition", f"{act} is dated before the last act on {event.alert}", "at")
    if isinstance(event, ev.AlertRemoved) and event.cause == "objective" and not event.consent:
        raise BadEvent("illegal_transition", "removal for objective causes needs the consent of a higher level", "consent")
    answers = department_of(case, card.rule, card.cycle, book)
    if act in DEPARTMENT_ACTS and event.department and event.department != answers:
        text = f"{act} is {answers or 'the inspection office'}'s to do, not {event.department}'s"
        raise BadEvent("illegal_transition", text, "department")


def _position(case: Case, alert: str) -> int:
    for position, card in enumerate(case.cards):
        if alert == alert_id(case, card.rule, card.level, card.cycle):
            return position
    raise BadEvent("unknown_alert", f"{alert!r} is no alert of case {case.key!r}", "alert")


def alert_id(case: Case, rule: str, level: int, cycle: int) -> str:
    """How an alert is called: by its case, rule, level and cycle."""
    return f"{case.key}/{rule}/{LEVELS[level]}/{cycle}"


def number_of(card: Card, book: RuleBook) -> int:
    """The cycle of alerts about ``card``: which rule of the book, which level and which cycle it is, as one number."""
    return card.cycle * 10_000 + book.index_of[card.rule] * 10 + card.level


def watched(number: int, book: RuleBook) -> tuple[str, int, int]:
    """Rule, level and cycle of the card of that :func:`number_of`."""
    return book.rules[number // 10 % 1000].id, number % 10, number // 10_000


def department_of(case: Case, rule: str, cycle: int, book: RuleBook) -> str:
    """Who answers for an alert: the department of the case or of its branch; empty for the inspection office itself."""
    index = book.index_of.get(rule)
    kind = book.kind_of[index] if index is not None else ""
    if kind in SUPERVISORS:
        return ""
    if kind == "reply":
        about, _, of = watched(cycle, book)
        return department_of(case, about, of, book)
    if kind == "branch" and cycle <= len(case.branches):
        return case.branches[cycle - 1][1]
    place = place_of(case)
    return place.department if place is not None else ""


class Watch(NamedTuple):
    """From when to when (NEVER: still) a rule watches a card, and when it stood still."""

    start: int
    end: int
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
    if rule.clock == "expiry":  # from when it fell due, however late it was told; once expired it need not be woken for it again
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


def appeals_of(card: Card, start: int, end: int = NEVER) -> tuple[tuple[tuple[int, int], ...], int]:
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
