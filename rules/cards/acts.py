"""The life of a card after it was issued (督办, 反馈, 申诉, 摘牌): who may do what to it when.

pending → issued → acknowledged → replied → (follow-up opened → rectified) → closed. An appeal is upheld (revoked), rejected
(back to where it was) or passed up. A card is removed with a reason; for objective causes only with a higher level's consent. An
act that is not possible from the state the card is in is refused with that reason and changes nothing.

A card keeps its acts, and its state is their fold. A card that a late record withdraws and another one reinstates is therefore
again where its people had left it. The clocks that watch all this stand in :mod:`rules.cards.watches`.
"""

from collections.abc import Mapping, Sequence

import msgspec

from rules import events as ev
from rules.alerts import STATES, Reason, State
from rules.book import RuleBook
from rules.case import Card, CardAct, Case, alert_id, department_of
from rules.errors import BadEvent
from rules.instant import Instant
from rules.numbers import ActNumber, names_of

ACTS: tuple[str, ...] = names_of(ActNumber)
"""Each at the place of its number."""
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


def acted(case: Case, event: ev.Action, at: Instant, book: RuleBook) -> tuple[Card, ...] | None:
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
    answers = department_of(case, card.rule, card.cycle, book)
    if act in DEPARTMENT_ACTS and event.department and event.department != answers:
        text = f"{act} is {answers or 'the inspection office'}'s to do, not {event.department}'s"
        raise BadEvent("illegal_transition", text, "department")


def _position(case: Case, alert: str) -> int:
    for position, card in enumerate(case.cards):
        if alert == alert_id(case, card.rule, card.level, card.cycle):
            return position
    raise BadEvent("unknown_alert", f"{alert!r} is no alert of case {case.key!r}", "alert")
