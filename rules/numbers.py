"""Numbers that stand for names in what is stored: stages, levels, states, acts, steps of a story, counters.

Storage. Append members at the end; never reorder them, never give a number to another name. ``tests/golden`` holds each of them.
The codes of findings stand in their table (:mod:`rules.families.findings`), those of reasons in :mod:`rules.alerts`.

What is stored and compared are plain ints, for members of an enum are slower. A module binds those it needs once:
``HELD = HearingStep.HELD.value``.
"""

from enum import IntEnum
from typing import Any


class StageNumber(IntEnum):
    """A stage (环节): ``Case.entered``, ``left``, ``returns``, ``handlers``, and the paces of a tally."""

    CONSULTATION = 0
    APPLICATION = 1
    PRE_REVIEW = 2
    ACCEPTANCE = 3
    TRANSFER = 4
    HANDLING = 5
    REVIEW = 6
    APPROVAL = 7
    CONCLUSION = 8
    ISSUANCE = 9
    DELIVERY = 10
    ARCHIVING = 11


class LevelNumber(IntEnum):
    """A level, from mild to severe: ``Card.level``, and the cycle of an alert about a card."""

    REMINDER = 0
    WARNING = 1
    YELLOW = 2
    RED = 3


class StateNumber(IntEnum):
    """The state of an alert: ``Card.state``."""

    PENDING = 0
    ISSUED = 1
    SUPERSEDED = 2
    EXPIRED = 3
    WITHDRAWN = 4
    ACKNOWLEDGED = 5
    REPLIED = 6
    FOLLOWED_UP = 7
    RECTIFIED = 8
    CLOSED = 9
    APPEALED = 10
    ESCALATED = 11
    REVOKED = 12
    REMOVED = 13


class ActNumber(IntEnum):
    """What people do with a card: ``Card.acts``."""

    CONFIRM = 0
    ACKNOWLEDGE = 1
    REPLY = 2
    OPEN_FOLLOWUP = 3
    RECTIFY = 4
    CLOSE = 5
    APPEAL = 6
    UPHOLD = 7
    REJECT = 8
    PASS_UP = 9
    REMOVE = 10
    REVOKE = 11


class HearingStep(IntEnum):
    """A step of a hearing (听证): ``Case.hearings``."""

    OFFERED = 0
    REQUESTED = 1
    NOTIFIED = 2
    HELD = 3
    WAIVED = 4


class ComplaintStep(IntEnum):
    """A step of a complaint (投诉): ``Case.complaints``."""

    FILED = 0
    ACCEPTED = 1
    REFUSED = 2
    EXTENDED = 3
    ANSWERED = 4
    MISROUTED = 5
    CLOSED = 6


class ReviewStep(IntEnum):
    """A step of a bad review (差评): ``Case.reviews``."""

    RATED = 0
    VERIFIED = 1
    RECTIFIED = 2
    CALLED_BACK = 3
    APPEALED = 4
    DECIDED = 5


class AttendanceStep(IntEnum):
    """Steps at a window: ``Case.attendance``. Steps of one instant follow each other in this order, as they are sorted. An
    example: closed at once is closed, and who hands over leaves nobody out."""

    OPENED = 0
    CLOSED = 1
    LEFT = 2
    ARRIVED = 3


class Counter(IntEnum):
    """What is counted of many cases: places in a cell of :class:`rules.case.tally.Tally`, after its source and day or month.

    Accepted is 受理. Settled cases were concluded or not accepted; refused are some of them. Judged cases were concluded within
    the promise, or are past it; overdue are some of them. Irregular and warned count the first irregular flow, and the first
    alert, of a case.
    """

    ACCEPTED = 0
    SETTLED = 1
    REFUSED = 2
    JUDGED = 3
    OVERDUE = 4
    IRREGULAR = 5
    WARNED = 6


class RecordNumber(IntEnum):
    """The type of a record, by its tag: an entry of ``Case.journal``. Acts on cards have none, for they are no part of it."""

    APPLIED = 0
    ACCEPTED = 1
    NOT_ACCEPTED = 2
    SUPPLEMENT_REQUESTED = 3
    SUPPLEMENTED = 4
    STAGE_ENTERED = 5
    STAGE_LEFT = 6
    SUSPENDED = 7
    RESUMED = 8
    EXTENDED = 9
    DECIDED = 10
    CONCLUDED = 11
    ISSUED = 12
    DELIVERED = 13
    TRANSFERRED = 14
    BRANCH_OPENED = 15
    BRANCH_CONCLUDED = 16
    HEARING_OFFERED = 17
    HEARING_REQUESTED = 18
    HEARING_NOTIFIED = 19
    HEARING_HELD = 20
    HEARING_WAIVED = 21
    FEE_CHARGED = 22
    CARD_ISSUED_BY_HAND = 23
    COMPLAINT_FILED = 24
    COMPLAINT_ACCEPTED = 25
    COMPLAINT_REFUSED = 26
    COMPLAINT_EXTENDED = 27
    COMPLAINT_MISROUTED = 28
    COMPLAINT_ANSWERED = 29
    COMPLAINT_CLOSED = 30
    RATED = 31
    RATING_VERIFIED = 32
    RATING_RECTIFIED = 33
    RATING_CALLBACK = 34
    RATING_APPEALED = 35
    RATING_APPEAL_DECIDED = 36
    WINDOW_OPENED = 37
    WINDOW_CLOSED = 38
    ATTENDANT_ARRIVED = 39
    ATTENDANT_LEFT = 40
    CONSULTED = 41
    ARCHIVED = 42
    RETRACTED = 43


def names_of(numbers: type[IntEnum], between: str = "_") -> tuple[Any, ...]:
    """Names as records carry them, each at the place of its number. ``between`` stands between words: ``pre-review``."""
    assert [member.value for member in numbers] == list(range(len(numbers))), f"{numbers.__name__} leaves a number out"
    return tuple([member.name.lower().replace("_", between) for member in numbers])
