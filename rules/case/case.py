"""Storage. Append fields and members at the end; never reorder. Whatever was written once is read for ever (``tests/golden``).

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

from rules.alerts import CARDS, LEVELS, STANDING, STATES
from rules.case.spans import Span, latest_in
from rules.case.tally import Tally
from rules.instant import Instant
from rules.keys import DUTY_KEY, WINDOW_KEY
from rules.numbers import LevelNumber
from rules.worktime import GIVEN, Limit

NEVER = 0
UNREACHED = 4_102_444_800_000
"""2100-01-01: the threshold of a level that a clock cannot reach."""
UNCOVERED = UNREACHED + 1
"""The threshold of a level of which nobody can say when it is reached, for the calendar does not cover that year."""

_STANDING = frozenset(i for i, s in enumerate(STATES) if s in STANDING)
_YELLOW, _RED = LevelNumber.YELLOW.value, LevelNumber.RED.value
_CARDS = frozenset(i for i, level in enumerate(LEVELS) if level in CARDS)

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


class Case(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """All the engine knows of one case. ``offset`` is that of the last record that changed it."""

    key: str
    offset: int = -1
    book: str = ""
    digest: str = ""
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
decode_case = msgspec.msgpack.Decoder(Case).decode
"""The inverse of :data:`encode_case`."""


def first(*instants: int) -> int:
    """The earliest of those that have happened; ``NEVER`` if none has."""
    return min([at for at in instants if at], default=NEVER)


def latest(case: Case, at: Instant) -> Instant:
    """The last instant at which what a fact puts at ``at`` can have happened; ``at`` itself where it was told to the second."""
    return latest_in(case.spans, at) if case.spans else at


def over_at(case: Case) -> int:
    """When the case was over: concluded, or refused at the door; ``NEVER`` while it goes on.

    A refusal that lies before the acceptance was mended by it; one after it, or that may lie after it, ends the case.
    """
    refused = case.not_accepted
    if not refused or (case.terms is not None and latest(case, refused) < case.terms.at):
        return case.concluded
    return min(case.concluded, refused) if case.concluded else refused


def is_over(case: Case) -> bool:
    """Concluded, or refused at the door."""
    return over_at(case) != NEVER


def case_due(case: Case) -> int | None:
    """The instant by which the case was promised to be concluded, if it has one."""
    return case.due or None


def case_state(case: Case) -> str:
    """One of applied, open, suspended, concluded, not_accepted, complaint, window and tally. ``complaint`` is where nothing but
    complaints or reviews is known, ``window`` what is kept with a window, ``tally`` counts of many cases."""
    if is_window(case):
        return "window"
    if case.tally is not None:
        return "tally"
    if case.concluded:
        return "concluded"
    if is_over(case):
        return "not_accepted"
    if case.terms is None:
        return "complaint" if case.origin is None and case.desk is not None else "applied"
    if case.suspensions and (not case.resumptions or latest(case, case.resumptions[-1]) < case.suspensions[-1][0]):
        return "suspended"
    return "open"


def case_flags(case: Case) -> tuple[str, ...]:
    """Oddities kept and shown rather than refused: real systems report them."""
    flags = []
    begun = case.applied or (case.terms.at if case.terms else NEVER)
    if case.concluded and begun and latest(case, case.concluded) < begun:
        flags.append("concluded_before_applied")
    if case.ahead:
        flags.append("clock_ahead")
    terms = case.terms
    if terms is not None and any(_is_before(terms.at, limit) for limit in (terms.promised, terms.statutory)):
        flags.append("due_before_accepted")
    return tuple(flags)


def _is_before(at: Instant, limit: str) -> bool:
    """Whether ``limit`` is a due instant that was given, and lies before ``at``."""
    return limit.startswith(GIVEN) and Limit.kept(limit).value < at


def is_standing(card: Card) -> bool:
    """Pending, issued, or somebody is at work on it; not over."""
    return card.state in _STANDING


def standing(cards: tuple[Card, ...]) -> tuple[int, int]:
    """How many yellow and red cards stand against the department."""
    yellow = red = 0
    for card in cards:
        if card.state in _STANDING and not card.office:
            if card.level == _YELLOW:
                yellow += 1
            elif card.level == _RED:
                red += 1
    return yellow, red


def is_card(level: int) -> bool:
    """Yellow or red, by index."""
    return level in _CARDS
