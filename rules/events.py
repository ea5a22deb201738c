"""The records the monitor reads: what window systems report, and ticks.

One JSON object per record, one tagged union (``type`` is the tag), strict: an unknown field or type is the sender's error.
A changed meaning gets a new tag, never a new reading of an old one. Terms and codes follow GB/T 39046-2020 and the
stages of the halls (受理, 承办, 审核, 审批, 办结, 送达 …).

``at`` is when it happened, by the window's clock, with its offset. When it *arrived* is the record's Kafka timestamp and
never part of the JSON: a window cannot claim it.

The union stands in one file, however long. Whoever writes a window system reads it from top to bottom.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal, get_args

import msgspec

from rules.instant import Instant
from rules.keys import DUTY_KEY, WINDOW_KEY, key_of_alert, space_named
from rules.numbers import StageNumber, names_of

Text = Annotated[str, msgspec.Meta(max_length=256)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
Aware = Annotated[datetime, msgspec.Meta(tz=True)]
Why = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
Days = Annotated[int, msgspec.Meta(ge=0, le=3660)]
Revision = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
Region = Annotated[str, msgspec.Meta(min_length=6, max_length=6)]

Channel = Literal["hall", "online", "self-service", "post", "off-hall"]
Stage = Literal["consultation", "application", "pre-review", "acceptance", "transfer", "handling", "review", "approval",
                "conclusion", "issuance", "delivery", "archiving"]  # fmt: skip
STAGES: tuple[str, ...] = names_of(StageNumber, "-")
"""Each at the place of its number."""
StageAction = Literal["pass", "return", "other"]
Procedure = Literal["hearing", "tender", "auction", "inspection", "testing", "quarantine", "appraisal", "expert-review", "other"]
DecisionResult = Literal["granted", "refused"]
ConclusionKind = Literal["normal", "returned", "voided", "withdrawn"]
Precision = Literal["second", "minute", "hour", "day"]
"""How exactly ``at`` is known."""


class Header(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """What every record carries: who reports what about which case, from where.

    ``region`` is the 6-digit administrative division code; its prefixes of 2 and 4 digits are province and city.
    ``numbered_by`` (编号单位) is who numbers the case; empty, its region and department. Two of them may use one number.
    ``precision`` says how exactly ``at`` was told. If not to the second, ``at`` is the beginning of that minute, hour or day.
    ``revision`` numbers the versions of one record, that is of one ``id``: the highest counts. Without it the one that arrived
    last does.
    """

    id: Name
    at: Aware
    region: Region
    case: Text = ""
    hall: Text = ""
    department: Text = ""
    window: Text = ""
    operator: Text = ""
    channel: Channel = "hall"
    terminal: Text = ""
    item: Text = ""
    numbered_by: Text = ""
    precision: Precision = "second"
    revision: Revision = 0


class Consulted(Header, tag="consulted", frozen=True, kw_only=True):
    """咨询: somebody asked; no clock starts."""


class Applied(Header, tag="applied", frozen=True, kw_only=True):
    """申请: the application was handed in. Starts the acceptance clock (许可法 art. 32)."""


class SupplementRequested(Header, tag="supplement_requested", frozen=True, kw_only=True):
    """补正告知: the applicant was told, once for all, what is missing."""

    materials: Text = ""


class Supplemented(Header, tag="supplemented", frozen=True, kw_only=True):
    """补正: the missing materials came in; the acceptance clock starts anew."""


class Accepted(Header, tag="accepted", frozen=True, kw_only=True):
    """受理: starts the case clock. ``promised`` and ``statutory`` (``"10wd"``, ``"20d"``, ``"24h"``, ``"instant"`` for an instant
    item) override the item's own limits where the window promised this applicant something else."""

    promised: Text = ""
    statutory: Text = ""
    applicant: Text = ""
    """Unified social credit code (统一社会信用代码) of an enterprise, for watch lists; never a person's number. Not kept."""
    due_at: Aware | None = None
    """The last instant in time where the window system itself says it (应办结时间); in place of the limit it is held to as."""
    due_as: Literal["promised", "statutory"] = "promised"


class NotAccepted(Header, tag="not_accepted", frozen=True, kw_only=True):
    """不予受理: ends the case before it began."""

    reason: Text = ""


class Transferred(Header, tag="transferred", frozen=True, kw_only=True):
    """转办: the case went to another department or person."""

    to: Text = ""


class BranchOpened(Header, tag="branch_opened", frozen=True, kw_only=True):
    """并联派发: the case was dispatched to ``department`` as well, which has a ``limit`` of its own (``"5wd"``)."""

    limit: Text = ""


class BranchConcluded(Header, tag="branch_concluded", frozen=True, kw_only=True):
    """The part of ``department`` in a parallel case (并联办件) is done."""


class StageEntered(Header, tag="stage_entered", frozen=True, kw_only=True):
    """A stage (环节) began; its own clock starts."""

    stage: Stage
    handler: Text = ""


class StageLeft(Header, tag="stage_left", frozen=True, kw_only=True):
    """A stage ended: passed on, returned to an earlier one, or something else."""

    stage: Stage
    action: StageAction = "pass"
    handler: Text = ""


class Suspended(Header, tag="suspended", frozen=True, kw_only=True):
    """A special procedure (特别程序, 许可法 art. 45) began: its time is not counted, up to the approved days."""

    procedure: Procedure
    approved_days: Days | None = None
    reason: Text = ""
    approver: Text = ""


class Resumed(Header, tag="resumed", frozen=True, kw_only=True):
    """The special procedure ended; the case clock runs again."""


class Extended(Header, tag="extended", frozen=True, kw_only=True):
    """延长 (许可法 art. 42): more time, in the unit of the case's limit, approved by the agency's head."""

    days: Days
    reason: Text = ""
    approver: Text = ""


class HearingOffered(Header, tag="hearing_offered", frozen=True, kw_only=True):
    """告知听证权利: those concerned were told that they may ask for a hearing (许可法 art. 47)."""


class HearingRequested(Header, tag="hearing_requested", frozen=True, kw_only=True):
    """听证申请: somebody who may ask for a hearing did, in time."""


class HearingNotified(Header, tag="hearing_notified", frozen=True, kw_only=True):
    """听证通知: time and place were made known (许可法 art. 48)."""


class HearingHeld(Header, tag="hearing_held", frozen=True, kw_only=True):
    """举行听证."""


class HearingWaived(Header, tag="hearing_waived", frozen=True, kw_only=True):
    """放弃听证: nobody wants a hearing any more, asked for or not."""


class Decided(Header, tag="decided", frozen=True, kw_only=True):
    """审批决定: granted or refused. Starts the clock for issuing and delivering (许可法 art. 44)."""

    result: DecisionResult
    handler: Text = ""


class Concluded(Header, tag="concluded", frozen=True, kw_only=True):
    """办结: ends the case clock. ``how`` tells normal, returned (退窗办结), voided (作废办结), withdrawn (撤回)."""

    how: ConclusionKind = "normal"


class Issued(Header, tag="issued", frozen=True, kw_only=True):
    """出证: the certificate or decision lies ready."""


class Delivered(Header, tag="delivered", frozen=True, kw_only=True):
    """送达: the applicant has it."""


class Archived(Header, tag="archived", frozen=True, kw_only=True):
    """归档."""


class FeeCharged(Header, tag="fee_charged", frozen=True, kw_only=True):
    """A fee was collected; ``cashier`` says where. Amount in fen (1/100 yuan)."""

    amount_fen: Annotated[int, msgspec.Meta(ge=0)]
    cashier: Text = ""


class ComplaintFiled(Header, tag="complaint_filed", frozen=True, kw_only=True):
    """投诉: may name no case; then it is kept with its window. ``person`` is the number of the operator complained about."""

    complaint: Name
    about: Text = ""
    person: Text = ""


class ComplaintAccepted(Header, tag="complaint_accepted", frozen=True, kw_only=True):
    """投诉受理."""

    complaint: Name


class ComplaintRefused(Header, tag="complaint_refused", frozen=True, kw_only=True):
    """投诉不予受理: no complaint the office has to look into; ends its clocks, and it is no repetition of another."""

    complaint: Name
    reason: Text = ""


class ComplaintExtended(Header, tag="complaint_extended", frozen=True, kw_only=True):
    """投诉延期: more time to answer, in the unit of the limit."""

    complaint: Name
    days: Days
    reason: Text = ""
    approver: Text = ""


class ComplaintMisrouted(Header, tag="complaint_misrouted", frozen=True, kw_only=True):
    """退单: it is not this department's; returned ``to`` the desk that sent it. Filed here again, its clocks start anew."""

    complaint: Name
    to: Text = ""
    reason: Text = ""


class ComplaintAnswered(Header, tag="complaint_answered", frozen=True, kw_only=True):
    """投诉答复."""

    complaint: Name


class ComplaintClosed(Header, tag="complaint_closed", frozen=True, kw_only=True):
    """投诉办结."""

    complaint: Name


class Rated(Header, tag="rated", frozen=True, kw_only=True):
    """好差评: 1 very satisfied … 5 very dissatisfied; 4 and 5 are bad reviews (差评). ``rating`` numbers it, if anything does."""

    score: Annotated[int, msgspec.Meta(ge=1, le=5)]
    rating: Text = ""


class RatingVerified(Header, tag="rating_verified", frozen=True, kw_only=True):
    """差评核实. Not ``founded``, there is nothing to rectify. Without ``rating`` it is about the latest bad review before it."""

    rating: Text = ""
    founded: bool = True


class RatingRectified(Header, tag="rating_rectified", frozen=True, kw_only=True):
    """差评整改: what it was about has been put right. ``rating`` as for rating_verified."""

    rating: Text = ""


class RatingCalledBack(Header, tag="rating_callback", frozen=True, kw_only=True):
    """差评回访: the applicant was called and told. ``rating`` as for rating_verified."""

    rating: Text = ""


class RatingAppealed(Header, tag="rating_appealed", frozen=True, kw_only=True):
    """差评申诉: the window says it was rated by mistake or in malice. ``rating`` as for rating_verified."""

    rating: Text = ""
    reason: Text = ""


class RatingAppealDecided(Header, tag="rating_appeal_decided", frozen=True, kw_only=True):
    """差评申诉复核: ``upheld``, the review does not count and what it had raised is withdrawn."""

    upheld: bool
    rating: Text = ""
    reason: Text = ""


class Duty(Header, frozen=True, kw_only=True):
    """值守: what happens at a window whatever its cases; kept with the window, so it names one and no case."""

    window: Name
    case: Annotated[str, msgspec.Meta(max_length=0)] = ""


class WindowOpened(Duty, tag="window_opened", frozen=True, kw_only=True):
    """窗口开放: from now on the window serves people, by roster or by its sign; until it closes, or the day ends."""


class WindowClosed(Duty, tag="window_closed", frozen=True, kw_only=True):
    """停止服务: the window serves nobody any more today, or not yet."""


class AttendantArrived(Duty, tag="attendant_arrived", frozen=True, kw_only=True):
    """签到, 返岗: ``operator`` sits at the window now; until they leave, or the day ends."""

    operator: Name


class AttendantLeft(Duty, tag="attendant_left", frozen=True, kw_only=True):
    """离岗, 签退: ``operator`` is no longer at the window."""

    operator: Name


class Action(Header, frozen=True, kw_only=True):
    """What an inspector or a department does with an alert; ``alert`` is its id, ``operator`` who, ``reason`` why.

    The id tells the case, so ``case`` may be left out. ``department`` is the one whose administrator acts; the inspection office
    may leave it out.
    """

    operator: Name
    alert: Annotated[str, msgspec.Meta(min_length=1, max_length=2048)]
    reason: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    precision: Literal["second"] = "second"


class AlertConfirmed(Action, tag="alert_confirmed", frozen=True, kw_only=True):
    """发牌: a held alert is issued."""


class AlertAcknowledged(Action, tag="alert_acknowledged", frozen=True, kw_only=True):
    """签收."""


class AlertReplied(Action, tag="alert_replied", frozen=True, kw_only=True):
    """反馈: the department says how it came about; ``reason`` is the reply."""


class FollowupOpened(Action, tag="followup_opened", frozen=True, kw_only=True):
    """督办."""


class FollowupRectified(Action, tag="followup_rectified", frozen=True, kw_only=True):
    """整改完成."""


class AlertClosed(Action, tag="alert_closed", frozen=True, kw_only=True):
    """The card is dealt with."""


class AlertAppealed(Action, tag="alert_appealed", frozen=True, kw_only=True):
    """申诉."""


class AppealDecided(Action, tag="appeal_decided", frozen=True, kw_only=True):
    """The appeal is upheld (the card is revoked), rejected, or passed up (上报)."""

    outcome: Literal["upheld", "rejected", "passed-up"]


class AlertRevoked(Action, tag="alert_revoked", frozen=True, kw_only=True):
    """撤销: it should not have been issued."""

    reason: Why


class AlertRemoved(Action, tag="alert_removed", frozen=True, kw_only=True):
    """摘牌. For ``objective`` causes ``consent`` names the higher level that agreed."""

    reason: Why
    cause: Literal["objective", "error", "other"]
    consent: Text = ""


class CardIssuedByHand(Header, tag="card_issued_by_hand", frozen=True, kw_only=True):
    """An inspector issues a card for what no rule sees."""

    operator: Name
    level: Literal["yellow", "red"]
    reason: Why


class Retracted(Header, tag="retracted", frozen=True, kw_only=True):
    """撤销误录: the record whose id is ``record`` was typed in by mistake and counts for nothing; ``operator`` and ``reason`` say
    who says so, and why. With a ``revision`` it takes back the versions up to that one only. ``attendance``: the record was one
    of a window's attendance, which is kept under a key of its own."""

    operator: Name
    record: Name
    reason: Why
    attendance: bool = False


class Tick(msgspec.Struct, tag="tick", frozen=True, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """Time has passed. Written by whoever owns the clock, never by a window system; its Kafka timestamp is the time.

    ``at`` is the time by the clock of the worker that wrote it, epoch ms; 0: it has none. ``sure``: that clock has followed the
    broker's own stamps until they leapt (:mod:`rules.recordtime`).
    """

    at: Instant = 0
    sure: bool = False


TallyKind = Literal["department", "window", "item"]
"""Whose figures: of a department, of one of its windows, of one of its items."""


Counts = Annotated[tuple[int, ...], msgspec.Meta(min_length=8, max_length=8)]
Paces = Annotated[tuple[int, ...], msgspec.Meta(min_length=5, max_length=5)]


class Tallied(Header, tag="tallied", frozen=True, kw_only=True):
    """Counts of the cases in one partition of the events topic (:mod:`rules.case.tally`), absolute. Written by workers only.

    ``case`` is the tally's key. ``at`` and ``day`` are the record time it was counted at. ``source`` is that partition, ``upto``
    the last offset counted. ``book`` is the version of the book whose tally it is, ``until`` when that book ends (0: it does
    not). ``whole``: there are no other counts than these. The counts begin with a day (since 1970-01-01) or a month (``year * 12
    + month - 1``).
    """

    kind: TallyKind = msgspec.field(name="scope")
    book: Name
    day: int
    source: Annotated[int, msgspec.Meta(ge=0)]
    upto: Annotated[int, msgspec.Meta(ge=0)]
    until: int = 0
    whole: bool = False
    days: tuple[Counts, ...] = ()
    months: tuple[Counts, ...] = ()
    day_paces: tuple[Paces, ...] = ()
    month_paces: tuple[Paces, ...] = ()


Event = (
    Consulted | Applied | SupplementRequested | Supplemented | Accepted | NotAccepted | Transferred | BranchOpened
    | BranchConcluded | StageEntered | StageLeft
    | Suspended | Resumed | Extended
    | HearingOffered | HearingRequested | HearingNotified | HearingHeld | HearingWaived
    | Decided | Concluded | Issued | Delivered | Archived | FeeCharged | ComplaintFiled
    | AlertConfirmed | AlertAcknowledged | AlertReplied | FollowupOpened | FollowupRectified | AlertClosed | AlertAppealed
    | AppealDecided | AlertRevoked | AlertRemoved | CardIssuedByHand
    | ComplaintAccepted | ComplaintAnswered | ComplaintClosed | Rated
    | ComplaintRefused | ComplaintExtended | ComplaintMisrouted
    | RatingVerified | RatingRectified | RatingCalledBack | RatingAppealed | RatingAppealDecided
    | WindowOpened | WindowClosed | AttendantArrived | AttendantLeft
    | Retracted
)  # fmt: skip
Record = Event | Tallied | Tick
"""What the events topic holds. Only events are reported; tallies and ticks are the workers' own."""

EVENT_TYPES: dict[str, type[Header]] = {str(cls.__struct_config__.tag): cls for cls in get_args(Event)}
TICK = Tick()
OFFICE_TYPES: frozenset[str] = frozenset(tag for tag, cls in EVENT_TYPES.items() if issubclass(cls, Action | CardIssuedByHand))
"""What only the inspection office and the departments' administrators report, never a window system."""

DEPARTMENT_TYPES: frozenset[str] = frozenset({"alert_acknowledged", "alert_replied", "alert_appealed"})
"""Of these, what a department does itself, for its own cards only."""


def key_of(event: Header) -> str:
    """The key that keeps one case's records in one partition, in order (:mod:`rules.keys`).

    A complaint or rating that names no case is kept with its window. Attendance is, too, under a key of its own. An act is kept
    with the case of its alert, whoever acts.
    """
    own = _OTHER_KEYS.get(type(event))
    if own is not None:
        return own(event)
    if event.case:
        return f"{space_named(event.numbered_by, event.region, event.department)}/{event.case}"
    return f"{WINDOW_KEY}{_window(event)}"  # so that it still finds an owner


def _window(event: Header) -> str:
    return f"{event.region}/{event.hall}/{event.window}"


def _key_of_retracted(event: Retracted) -> str:
    """That of the record it takes back, which a window's attendance keeps for itself."""
    if event.case or not event.attendance:
        space = space_named(event.numbered_by, event.region, event.department)
        return f"{space}/{event.case}" if event.case else f"{WINDOW_KEY}{_window(event)}"
    return f"{DUTY_KEY}{_window(event)}"


_OTHER_KEYS: dict[type[Header], Callable[[Any], str]] = {
    **{cls: lambda act: key_of_alert(act.alert) for cls in EVENT_TYPES.values() if issubclass(cls, Action)},
    **{cls: lambda at: f"{DUTY_KEY}{_window(at)}" for cls in EVENT_TYPES.values() if issubclass(cls, Duty)},
    Retracted: _key_of_retracted,
    Tallied: lambda tally: str(tally.case),
}
"""Records whose key is not their case's."""
