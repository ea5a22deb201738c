"""Storage. Append fields and members at the end; never reorder. What was written in one format is read as long as that format is
(``tests/golden``).

One case: the facts reported about it, the clocks derived from them, and the alerts that were raised.

The facts are *joined*, never appended. Each field keeps what does not depend on the order in which records came: the earliest
acceptance, the set of suspensions …. Joining is commutative, associative and idempotent, so a late, repeated or shuffled record
leads to the same case. Clocks are a pure function of the facts and the rule book. They are kept only because computing a due
instant costs more than reading it back. Alerts are the trail.

Instants are epoch milliseconds; ``NEVER`` (0) means that it has not happened (no hall's record is from 1970). Every tuple of
facts is a sorted set. Numbers that stand for names are those of :mod:`rules.numbers`.
"""

from typing import TypeAlias

import msgspec

from rules.case.spans import Span, latest_in
from rules.case.stored import FORMAT, check_format
from rules.case.tally import Tally
from rules.instant import Instant
from rules.keys import DUTY_KEY, WINDOW_KEY

NEVER = 0
UNREACHED = 4_102_444_800_000
"""2100-01-01: the threshold of a level that a clock cannot reach."""
UNCOVERED = UNREACHED + 1
"""The threshold of a level of which nobody can say when it is reached, for the calendar does not cover that year."""


StageStep: TypeAlias = tuple[Instant, int]
"""When which stage (:class:`~rules.numbers.StageNumber`) was entered, left or sent the case back."""
Handling: TypeAlias = tuple[int, str]
"""Which stage, by whom."""
Suspension: TypeAlias = tuple[Instant, str, int]
"""When, for which procedure, for how many approved days; -1 where the record names none."""
ExtraDays: TypeAlias = tuple[Instant, int]
"""When the case was extended, by how many days."""
Branch: TypeAlias = tuple[Instant, str, str]
"""When a part of a parallel case was dispatched, to which department, within which limit (``"5wd"``, or empty)."""
BranchEnd: TypeAlias = tuple[Instant, str]
"""When which department was done with its part."""
Holder: TypeAlias = tuple[Instant, str]
"""When the case was handed over, to whom."""
HearingNote: TypeAlias = tuple[Instant, int]
"""When, which step (:class:`~rules.numbers.HearingStep`)."""
ComplaintNote: TypeAlias = tuple[Instant, int, str, int, str]
"""When, which step (:class:`~rules.numbers.ComplaintStep`), of which complaint, days of an extension, person complained about."""
ReviewNote: TypeAlias = tuple[Instant, int, str, int]
"""When, which step (:class:`~rules.numbers.ReviewStep`), of which rating, its score, or 1 for founded or upheld."""
AttendanceNote: TypeAlias = tuple[Instant, int, str]
"""When, which step (:class:`~rules.numbers.AttendanceStep`), of which operator."""
Mark: TypeAlias = tuple[Instant, int, str]
"""When something odd about a single record happened, the code of its finding, and the detail."""
Correction: TypeAlias = tuple[Instant, int, int]
"""When it arrived, the type of the record it corrected (:class:`~rules.numbers.RecordNumber`), and what it was.

1: it took the record back. 2 more: a yellow or red card of the case had fallen by then."""
Reacceptance: TypeAlias = tuple[Instant, Instant]
"""When a case that was sent back had been accepted before that, and when it was accepted again."""
Stranger: TypeAlias = tuple[Instant, str, int]
"""When a department that has nothing to do with the case first reported what would have touched it. Region and department
(``430104-市监局``), and the type of the record (:class:`~rules.numbers.RecordNumber`)."""
CardAct: TypeAlias = tuple[Instant, int]
"""When somebody did what with a card (:class:`~rules.numbers.ActNumber`)."""


class Origin(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Where the earliest record of a case came from; stands in until the acceptance settles the terms."""

    at: Instant
    region: str
    hall: str
    department: str
    window: str
    item: str


class Terms(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What was settled at acceptance (受理): who answers for the case and within which limits. Never read live again.

    ``promised`` and ``statutory`` are limits such as ``"10wd"``; empty where the item has none. A due instant that the window
    system gave is ``"@2026-03-05T17:00:00+08:00"``.
    """

    at: Instant
    region: str
    hall: str
    department: str
    window: str
    item: str
    promised: str
    statutory: str
    watch: str = ""
    """The watch list (重点企业, 重点项目) the applicant is on."""


class Clock(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One running or stopped time limit of the case.

    ``rule`` is the index of its rule in the book of this case. ``deadline`` is ``NEVER`` where the calendar does not cover it;
    then there are no thresholds either. ``thresholds`` has one instant per level of the rule, in its order. A level is breached
    once the time is *past* its threshold and the clock had not ended by then.
    """

    rule: int
    cycle: int
    start: Instant
    end: Instant
    deadline: Instant
    thresholds: tuple[Instant, ...]


class Card(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An alert as the case remembers it. ``level`` and ``state`` are numbers.

    ``due`` is when its level was reached, ``known`` when that could be known, ``raised`` when it was seen. ``acts`` are what
    people did with it. ``office``: the inspection office itself is flagged, so it does not count for the department.
    """

    rule: str
    level: int
    cycle: int
    state: int
    change: int
    due: Instant
    raised: Instant
    known: Instant = NEVER
    acts: tuple[CardAct, ...] = ()
    office: bool = False
    detail: str = ""
    """What a rate was when it was found; its counts are forgotten one day."""


class Case(msgspec.Struct, frozen=True, array_like=True, gc=False, tag=FORMAT):
    """All the engine knows of one case. ``offset`` is that of the last record that changed it.

    A case that was accepted again after its end has *cycles*. The row itself is the first; ``later`` holds the others, each a
    whole case with facts, clocks and cards of its own. What is no step of one cycle stays with the row: complaints, reviews,
    cards by hand, the journal, corrections.
    """

    key: str
    offset: int = -1
    book: str = ""
    digest: str = ""
    later: tuple["Case", ...] = ()
    """The second and further cycles. One of which nothing is left is kept for its cards, which were withdrawn."""
    origin: Origin | None = None
    terms: Terms | None = None
    applied: Instant = NEVER
    online: bool = False
    requests: tuple[Instant, ...] = ()
    supplements: tuple[Instant, ...] = ()
    not_accepted: Instant = NEVER
    entered: tuple[StageStep, ...] = ()
    left: tuple[StageStep, ...] = ()
    suspensions: tuple[Suspension, ...] = ()
    resumptions: tuple[Instant, ...] = ()
    extensions: tuple[ExtraDays, ...] = ()
    decided: Instant = NEVER
    granted: bool = False
    concluded: Instant = NEVER
    how: str = ""
    issued: Instant = NEVER
    delivered: Instant = NEVER
    ahead: bool = False
    clocks: tuple[Clock, ...] = ()
    cards: tuple[Card, ...] = ()
    due: Instant = NEVER
    """Deadline of the promised limit: what the citizen was told."""
    returns: tuple[StageStep, ...] = ()
    """Which stage sent the case back (退回)."""
    handlers: tuple[Handling, ...] = ()
    """Who handled which stage; kept only where the book asks for it (four eyes)."""
    marks: tuple[Mark, ...] = ()
    """Oddities of single records (:mod:`rules.facts.marks`)."""
    branches: tuple[Branch, ...] = ()
    """Departments a parallel case was dispatched to."""
    branch_ends: tuple[BranchEnd, ...] = ()
    """Which of them were done."""
    holder: Holder = (NEVER, "")
    """Who was given the case last (转办, 上报); the clock goes on whoever holds it."""
    desk: Origin | None = None
    """Where the earliest complaint, bad review or attendance came from, while no acceptance has settled the terms."""
    complaints: tuple[ComplaintNote, ...] = ()
    """What was reported of complaints (:mod:`rules.families.complaints`)."""
    reviews: tuple[ReviewNote, ...] = ()
    """What was reported of bad reviews (:mod:`rules.families.reviews`)."""
    attendance: tuple[AttendanceNote, ...] = ()
    """What was reported of a window's opening and of who sat there (:mod:`rules.families.attendance`)."""
    horizon: Instant = NEVER
    """What began earlier a window has forgotten (:mod:`rules.facts.retention`)."""
    tally: Tally | None = None
    """No case at all, but counts of many (:mod:`rules.case.tally`)."""
    hearings: tuple[HearingNote, ...] = ()
    """What was reported of hearings (:mod:`rules.families.hearings`)."""
    spans: tuple[Span, ...] = ()
    """Facts told to the minute, hour or day only: each has the beginning of its span for its instant (:func:`latest`)."""
    journal: bytes = b""
    """What each record said, so that one can be corrected or taken back (:mod:`rules.facts.journal`)."""
    nth: int = 1
    """Which cycle this is, counted from 1."""
    rebegun: Instant = NEVER
    """The last application or acceptance beside the first of its kind."""
    superseded: Instant = NEVER
    """When the next cycle began; what still ran ended there."""
    corrections: tuple[Correction, ...] = ()
    """Records that were corrected or taken back."""
    reaccepted: tuple[Reacceptance, ...] = ()
    """Acceptances of a case that had been sent back."""
    strangers: tuple[Stranger, ...] = ()
    """Departments that have nothing to do with the case, and what each reported of it without effect."""
    overfull: Instant = NEVER
    """When the first record came for which there was no room (:mod:`rules.facts.room`)."""
    refused: int = 0
    """How many came since; they lie in the dead letters."""


def cycles_of(case: Case) -> tuple[Case, ...]:
    """All cycles of a case; the case itself is the first."""
    return (case, *case.later) if case.later else (case,)


def with_cycles(case: Case, place: int, cycle: Case) -> Case:
    """``case`` with another cycle at ``place``; the first is the case itself."""
    if not place:
        return cycle
    later = (*case.later[: place - 1], cycle, *case.later[place:])
    return msgspec.structs.replace(case, later=later)


def is_window(case: Case) -> bool:
    """Whether these are the attendance of a window, and the complaints and reviews that name no case."""
    return case.key.startswith((WINDOW_KEY, DUTY_KEY))


def is_duty(case: Case) -> bool:
    """Whether this is the attendance of a window."""
    return case.key.startswith(DUTY_KEY)


def place_of(case: Case) -> Terms | Origin | Tally | None:
    """Who answers for the case: its terms; before the acceptance its first record; of mere complaints their first."""
    return case.terms or case.origin or case.desk or case.tally


_encoder = msgspec.msgpack.Encoder()
encode_case = _encoder.encode
"""A case as the table and its changelog keep it (msgpack)."""
_decode = msgspec.msgpack.Decoder(Case).decode


def decode_case(encoded: bytes) -> Case:
    """The inverse of :data:`encode_case`. Raises :class:`~rules.errors.UnknownFormat` for a case in another form."""
    try:
        return _decode(encoded)
    except msgspec.ValidationError:
        check_format(encoded, FORMAT)
        raise


def first(*instants: int) -> int:
    """The earliest of those that have happened; ``NEVER`` if none has."""
    return min([at for at in instants if at], default=NEVER)


def latest(case: Case, at: Instant) -> Instant:
    """The last instant at which what a fact puts at ``at`` can have happened; ``at`` itself where it was told to the second."""
    return latest_in(case.spans, at) if case.spans else at


def over_at(case: Case) -> int:
    """When the case was over: concluded, or refused at the door; ``NEVER`` while it goes on.

    A refusal that lies before the acceptance was mended by it; one after it, or that may lie after it, ends the case. The next
    cycle ends what goes on.
    """
    refused, over = case.not_accepted, case.concluded
    if refused and (case.terms is None or latest(case, refused) >= case.terms.at):
        over = min(over, refused) if over else refused
    if case.superseded:
        return min(over, case.superseded) if over else case.superseded
    return over


def is_over(case: Case) -> bool:
    """Concluded, or refused at the door."""
    return over_at(case) != NEVER
