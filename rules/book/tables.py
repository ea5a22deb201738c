"""The tables of a book beside its rules: what is in-hall, how clocks stop, which items and applicants have their own limits."""

from typing import Annotated, Literal

import msgspec

from rules.events import Channel, Stage
from rules.worktime import Granted


class Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A service item (事项) with its limits; ``stages`` are limits of single stages.

    ``max_extension`` caps its extensions where the law gives it other days than the book (art. 42: 15 for joint handling);
    0 means the book's cap. ``flow`` are the stages a case must pass, in order. A ``suspended`` item must not be accepted.
    """

    code: str
    name: str = ""
    promised: str = ""
    statutory: str = ""
    stages: dict[str, str] = {}
    flow: tuple[Stage, ...] = ()
    suspended: bool = False
    max_extension: Annotated[int, msgspec.Meta(ge=0)] = 0


class Hall(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[hall]``: what is in-hall. Outside is what came through other ``channels``, in halls not in ``places``, or at terminals
    whose name begins with none of ``terminals``. Fees at a cashier not in ``cashiers`` are, too. An empty list looks at
    nothing."""

    channels: tuple[Channel, ...] = ("hall", "online", "self-service", "post")
    places: tuple[str, ...] = ()
    terminals: tuple[str, ...] = ()
    cashiers: tuple[str, ...] = ()


class WatchList(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[[watch_lists]]``: applicants (unified social credit codes) that are watched more closely, with limits of their own."""

    name: Annotated[str, msgspec.Meta(min_length=1)]
    codes: tuple[str, ...]
    promised: str = ""
    statutory: str = ""


NOT_WATCHED = msgspec.structs.replace(WatchList(".", ()), name="")


class Defaults(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[defaults]``: limits of an item nobody listed; empty means that no case clock runs for it."""

    promised: str = ""
    statutory: str = ""


class Special(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[special]``: how special procedures (许可法 art. 45) stop the clock, at most for the approved days.

    ``unapproved`` are the days granted where a record names none, per procedure or ``other``; without an entry such a
    suspension stops nothing. ``max_days`` caps one suspension whatever was approved (0: no cap).
    """

    unit: Literal["d", "wd"] = "wd"
    unapproved: dict[str, Annotated[int, msgspec.Meta(ge=0)]] = {}
    max_days: Annotated[int, msgspec.Meta(ge=0)] = 0


class Supplement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[supplement]``: 补正. ``stops_clock``: a supplement asked for after acceptance pauses the case clock until it comes. The
    pause lasts ``max_days`` at most (in the unit of ``[special]``): nobody stops a clock for good by asking.
    ``silence_accepts``: an acceptance later than the ``notice`` limit counts from receipt (许可法 art. 32). A book that says
    nothing of these has none of them."""

    stops_clock: bool = False
    silence_accepts: bool = False
    notice: str = ""
    max_days: Annotated[int, msgspec.Meta(ge=1)] = 60


class Extension(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[extension]``: 延长. Only what was granted before the deadline counts, at most ``max_days`` in all (art. 42: 10; None: as
    granted). ``unit``: working days, calendar days, or ``limit``: those of a limit in days, else working ones (art. 82)."""

    max_days: Annotated[int, msgspec.Meta(ge=0)] | None = None
    unit: Granted = "limit"


class Complaints(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[complaints]``: an answer may be put off by ``max_extension`` days in all (12345: 10; None: as granted), if granted in
    time. ``unit`` as for ``[extension]``."""

    max_extension: Annotated[int, msgspec.Meta(ge=0)] | None = None
    unit: Granted = "limit"


class Retention(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[retention]``: for how many days before its newest record a window judges what names no case, and its attendance
    (:mod:`rules.facts.retention`). ``*_kib``: how much a case and a window may hold (:mod:`rules.facts.room`)."""

    complaints: Annotated[int, msgspec.Meta(ge=1)] = 400
    attendance: Annotated[int, msgspec.Meta(ge=2)] = 7
    case_kib: Annotated[int, msgspec.Meta(ge=1, le=24)] = 24
    window_kib: Annotated[int, msgspec.Meta(ge=1, le=256)] = 256


class Times(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[times]``: how far two systems' clocks may be apart. Steps out of order by ``tolerance_minutes`` at most are in order.

    Five minutes are what Kerberos allows (RFC 4120, and so every Windows domain): with more, nobody could log in. An hour is the
    most; beyond that a rule about order would find nothing.
    """

    tolerance_minutes: Annotated[int, msgspec.Meta(ge=0, le=60)] = 5


class BookTables(msgspec.Struct, frozen=True):
    """All tables of a book. ``stages`` are limits by stage, ``items`` the items by their codes."""

    defaults: Defaults = Defaults()
    special: Special = Special()
    supplement: Supplement = Supplement()
    extension: Extension = Extension()
    stages: dict[str, str] = {}
    items: dict[str, Item] = {}
    hall: Hall = Hall()
    watch_lists: tuple[WatchList, ...] = ()
    complaints: Complaints = Complaints()
    retention: Retention = Retention()
    times: Times = Times()
