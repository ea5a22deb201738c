"""What a case's story is made of: plain data, for text and JSON alike. Datetimes are in the zone of the case's book."""

from datetime import datetime
from typing import Literal

import msgspec

from rules.events import Precision
from rules.worktime import CountedDays

What = Literal["started", "ended", "moved", "reopened", "gone"]


class Effect(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one time limit. ``counted_from`` and ``deadline`` are those that hold from then on."""

    what: What
    rule: str
    name: str
    cycle: int
    counted_from: datetime | None = None
    deadline: datetime | None = None
    ended: datetime | None = None
    in_time: bool | None = None


class ChangeLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One change of one alert. ``record`` is the number of the record it follows from, 0 if time alone brought it about."""

    alert: str
    name: str
    level: str
    state: str
    reason: str
    at: datetime
    due_at: datetime
    record: int = 0


class OrderNote(msgspec.Struct, frozen=True, omit_defaults=True):
    """Two steps that were told the wrong way round and count as in order.

    ``by_ms``: how far apart they are beyond what an inexact time allows; 0 where that alone puts them right.
    """

    earlier: str
    earlier_at: datetime
    later: str
    later_at: datetime
    later_precision: Precision
    by_ms: int
    tolerance_ms: int


class RecordEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One record in order of arrival, and what it changed; ``number`` 0 stands for the passing of time.

    ``late_ms`` is the time from when it happened to its arrival, if a minute or more. ``repeated``: it said nothing new.
    ``ahead``: its window's clock runs ahead of the arrival. ``unwatched``: no rule depends on such records. ``refused``
    says why the engine could not use it. ``corrects`` and ``takes_back`` are numbers of earlier records.
    """

    number: int
    type: str
    arrived: datetime
    at: datetime | None = None
    details: dict[str, str] = {}
    precision: Precision = "second"
    late_ms: int = 0
    repeated: bool = False
    ahead: bool = False
    unwatched: bool = False
    corrects: int = 0
    takes_back: int = 0
    refused: str = ""
    effects: tuple[Effect, ...] = ()
    changes: tuple[ChangeLine, ...] = ()


class LimitEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One time limit as it stands at the end. ``spans`` is its arithmetic up to the deadline."""

    rule: str
    name: str
    cycle: int
    limit: str
    counted_from: datetime
    state: Literal["running", "overdue", "in_time", "late", "uncovered"]
    deadline: datetime | None = None
    ended: datetime | None = None
    source: str = ""
    spans: tuple[CountedDays, ...] = ()


class CardEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One alert: its rule, its arithmetic, and every change with its reason."""

    id: str
    rule: str
    name: str
    level: str
    state: str
    limit: str
    counted_from: datetime
    deadline: datetime
    due_at: datetime
    changes: tuple[ChangeLine, ...]
    detail: str = ""
    source: str = ""
    spans: tuple[CountedDays, ...] = ()


class CaseStory(msgspec.Struct, frozen=True):
    """All there is to tell of one case at ``as_of``. ``case`` is its number, ``numbered_by`` within whom it is one."""

    case: str
    numbered_by: str
    as_of: datetime
    state: str
    flags: tuple[str, ...]
    book: str
    book_title: str
    calendar: str
    zone: str
    region: str
    hall: str
    department: str
    window: str
    item: str
    item_name: str
    records: tuple[RecordEntry, ...]
    limits: tuple[LimitEntry, ...]
    cards: tuple[CardEntry, ...]
    reordered: tuple[OrderNote, ...] = ()
