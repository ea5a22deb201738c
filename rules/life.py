"""The life of a card after it was issued (督办, 反馈, 申诉, 摘牌): who may do what to it when, and the clocks that watch them.

pending → issued → acknowledged → replied → (follow-up opened → rectified) → closed; an appeal is upheld (revoked), rejected
(back to where it was) or passed up; a card is removed with a reason, for objective causes only with a higher level's consent.
An act that is not possible from the state the card is in is refused with that reason and changes nothing.

A card keeps its acts, and its state is their fold; so a card that a late record withdraws and another one reinstates is again
where its people had left it. The department's clock to reply and the supervisors' own clocks run from when a breach could be
known, never from when the engine happened to look.
"""

from collections.abc import Mapping, Sequence

from rules import events as ev
from rules.alerts import LEVELS, STATES, Reason, State
from rules.case import NEVER, UNREACHED, Card, Case, Clock, is_card
from rules.errors import BadEvent, UncoveredDate
from rules.rulebook import RuleBook, TimeLimit
from rules.worktime import Limit

ACTS: tuple[str, ...] = (
    "confirm", "acknowledge", "reply", "open_followup", "rectify", "close", "appeal", "uphold", "reject", "pass_up",
    "remove", "revoke",
)  # fmt: skip
_INDEX = {act: index for index, act in enumerate(ACTS)}
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
_OUTCOMES = {"upheld": "uphold", "rejected": "reject", "passed-up": "pass_up"}


def state_after(first: State, acts: Sequence[tuple[int, int]]) -> State:
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


def acted(case: Case, event: ev.Action, at: int) -> tuple[Card, ...] | None:
    """The cards of ``case`` with the act of ``event`` on one of them; None where the act is known already.

    Raises :class:`BadEvent`: ``unknown_alert``, or ``illegal_transition`` with what stands against it.
    """
    position = _position(case, event.alert)
    card = case.cards[position]
    act = act_of(event)
    entry = (at, _INDEX[act])
    if entry in card.acts:
        return None
    state = STATES[card.state]
    possible = (state, act) in TRANSITIONS or (act == "reject" and state in ("appealed", "escalated"))
    if not possible:
        raise BadEvent("illegal_transition", f"{act} is not possible: {event.alert} is {state}", "type")
    if card.acts and at < card.acts[-1][0]:
        raise BadEvent("illegal_transition", f"{act} is dated before the last act on {event.alert}", "at")
    if isinstance(event, ev.AlertRemoved) and event.cause == "objective" and not event.consent:
        raise BadEvent("illegal_transition", "removal for objective causes needs the consent of a higher level", "consent")
    changed = Card(
        card.rule, card.level, card.cycle, card.state, card.change, card.due, card.raised, card.known, (*card.acts, entry)
    )
    return (*case.cards[:position], changed, *case.cards[position + 1 :])


def _position(case: Case, alert: str) -> int:
    for position, card in enumerate(case.cards):
        if alert == f"{case.key}/{card.rule}/{LEVELS[card.level]}/{card.cycle}":
            return position
    raise BadEvent("unknown_alert", f"{alert!r} is no alert of case {case.key!r}", "alert")


def life_clocks(cards: Sequence[Card], book: RuleBook) -> tuple[Clock, ...]:
    """The clocks that watch what people do with the cards; ``cycle`` is the card's place in the case, from 1 on."""
    clocks: list[Clock] = []
    for index in book.life_rules:
        rule = book.rules[index]
        assert isinstance(rule, TimeLimit)
        for cycle, card in enumerate(cards, 1):
            span = _span(card, rule, book)
            if span is not None:
                clocks.append(_clock(index, cycle, span, rule, book))
    return tuple(clocks)


def _clock(index: int, cycle: int, span: tuple[int, int], rule: TimeLimit, book: RuleBook) -> Clock:
    start, end = span
    try:
        deadline = book.worktime.due(start, Limit.parse(rule.limit))
        thresholds = tuple([deadline if t.limit is None else book.worktime.after(deadline, t.limit) for t in rule.thresholds])
    except UncoveredDate:
        return Clock(index, cycle, start, end, NEVER, ())
    return Clock(index, cycle, start, end, deadline, thresholds or (deadline,))


def _span(card: Card, rule: TimeLimit, book: RuleBook) -> tuple[int, int] | None:
    """From when to when (NEVER: still) ``rule`` watches ``card``; None if it does not."""
    if book.is_life_rule(card.rule) or STATES[card.state] in ("pending", "superseded", "withdrawn"):
        return None  # nobody is asked to answer for an answer
    if rule.clock == "expiry":  # once expired it stays so, and need not be woken for it again
        if is_card(card.level):
            return None
        return card.known, NEVER if STATES[card.state] == "issued" else UNREACHED
    if not is_card(card.level):
        return None
    if rule.clock == "reply":
        return _issued(card), _first(card, ("reply", "open_followup", "close", "appeal", "remove", "revoke"))
    if rule.clock == "followup-opening":
        wanted = LEVELS[card.level] == "red"
        return (_issued(card), _first(card, ("open_followup", "close", "uphold", "remove", "revoke"))) if wanted else None
    opened = _first(card, ("open_followup",))
    return (opened, _first(card, ("rectify", "close", "uphold", "remove", "revoke"))) if opened else None


def _issued(card: Card) -> int:
    return _first(card, ("confirm",)) or card.known


def _first(card: Card, acts: Sequence[str]) -> int:
    wanted = {_INDEX[act] for act in acts}
    return next((at for at, act in card.acts if act in wanted), NEVER)
