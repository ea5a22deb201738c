"""What the rules produce: cards, each with its identity, its state and the arithmetic that defends it."""

from enum import IntEnum
from typing import Literal

import msgspec

from rules.events import Aware
from rules.numbers import LevelNumber, StateNumber, names_of
from rules.worktime import CountedDays

Level = Literal["reminder", "warning", "yellow", "red"]
"""提醒, 预警, 黄牌, 红牌. Reminders and warnings are minor: they expire. Yellow and red are cards: they stand."""

LEVELS: tuple[Level, ...] = names_of(LevelNumber)
"""From mild to severe, each at the place of its number."""
CARDS: frozenset[Level] = frozenset({"yellow", "red"})

State = Literal["pending", "issued", "superseded", "expired", "withdrawn", "acknowledged", "replied", "followed_up",
                "rectified", "closed", "appealed", "escalated", "revoked", "removed"]  # fmt: skip
"""待发, 已发, then what the system does. ``superseded``: by a higher card of the same family. ``expired``: with the case's
timely end. ``withdrawn``: a late record proved it wrong. Then what people do (:mod:`rules.cards.acts`): 签收, 反馈, 督办, 整改,
办结, 申诉, 上报, 撤销, 摘牌."""

STATES: tuple[State, ...] = names_of(StateNumber)
"""Each at the place of its number."""
STANDING: frozenset[State] = frozenset(
    {"pending", "issued", "acknowledged", "replied", "followed_up", "rectified", "appealed", "escalated"}
)


class Reason(IntEnum):
    """Why an alert changed. Its words for people are :mod:`monitor.words.reasons`'s."""

    LIMIT_NEAR = 1
    LIMIT_PASSED = 2
    HIGHER_LEVEL_REACHED = 3
    CLOSED_IN_TIME = 4
    LATE_RECORD = 5
    LIMIT_MOVED = 6
    REINSTATED = 7
    RECOMPUTED = 8
    FOUND = 9
    CONFIRMED = 10
    ACKNOWLEDGED = 11
    REPLIED = 12
    FOLLOWUP_OPENED = 13
    RECTIFIED = 14
    CLOSED = 15
    APPEALED = 16
    APPEAL_UPHELD = 17
    APPEAL_REJECTED = 18
    PASSED_UP = 19
    REMOVED = 20
    REVOKED = 21
    AGED = 22
    RATE_REACHED = 23
    RATE_RECOVERED = 24
    RECORD_CORRECTED = 25

    @property
    def code(self) -> str:
        """The name as records and pages carry it: ``limit_passed``."""
        return self.name.lower()


class Alert(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One change of one alert, whole: the last record of an ``id`` by ``change`` tells all there is to know of it.

    ``id`` is key/rule/level/cycle (:mod:`rules.keys`) and never depends on when or where it was computed. A repeated record is
    recognised by (``id``, ``change``). ``case`` is the number alone, ``numbered_by`` within whom it is one.

    ``due_at`` is the exact instant the card fell due, ``raised_at`` the record time at which the engine saw it. ``known_at`` is
    ``due_at``, or the arrival of the record that told of the breach only afterwards (a stage typed in too late, say).
    ``raised_at - known_at`` is the detection lag, ``known_at - due_at`` the sender's. ``deadline`` is the limit the card is
    about; for a warning it lies after ``due_at``. A process rule has both where its finding happened; ``detail`` says what was
    found.

    ``limit`` is written as :meth:`~rules.worktime.Limit.text` does: ``10wd``, ``1mo + 10wd``, ``@2026-03-05T17:00:00+08:00``.

    ``department`` is the one that is late: of a parallel case its branch. ``held_by`` is who was given the case last, ``watch``
    the watch list its applicant is on. ``by`` and ``note`` tell who did what a person did, and why. ``spans`` is the arithmetic
    from ``counted_from`` to ``deadline``.
    """

    id: str
    case: str
    rule: str
    level: Level
    cycle: int
    state: State
    reason: str
    change: int
    due_at: Aware
    known_at: Aware
    raised_at: Aware
    changed_at: Aware
    deadline: Aware
    counted_from: Aware
    limit: str
    book: str
    region: str
    numbered_by: str = ""
    hall: str = ""
    department: str = ""
    window: str = ""
    item: str = ""
    item_name: str = ""
    stage: str = ""
    held_by: str = ""
    watch: str = ""
    highest: bool = False
    by: str = ""
    note: str = ""
    detail: str = ""
    spans: tuple[CountedDays, ...] = ()
