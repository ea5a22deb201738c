"""The rule book: what a place calls a warning, a yellow and a red card, and within which limits.

A book is one TOML file, strict and versioned. ``extends`` starts from another book (a profile such as ``hunan``): tables are
laid over the base key by key, lists replace the base's. Reading files is not done here; :func:`parse_book` takes the parsed
table.
See ``docs/rules.md`` for the format.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, TypeVar, get_args
from zoneinfo import ZoneInfo

import msgspec

from rules.alerts import LEVELS, Level
from rules.calendar import Calendar, china, from_dict
from rules.case import Case
from rules.errors import BadRuleBook
from rules.events import STAGES, Procedure
from rules.instant import to_instant
from rules.workhours import OfficeHours
from rules.worktime import Counting, Limit, Worktime

ClockKind = Literal["case", "stage", "special", "acceptance", "pre-review", "issuance", "delivery"]
CLOCK_KINDS: tuple[str, ...] = get_args(ClockKind)
EndsWith = Literal["conclusion", "decision"]
_T = TypeVar("_T")


class Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A service item (事项) with its limits; ``stages`` are limits of single stages."""

    code: str
    name: str = ""
    promised: str = ""
    statutory: str = ""
    stages: dict[str, str] = {}


class Threshold(msgspec.Struct, frozen=True):
    """When a level is reached: at the deadline, a limit before or after it, or when a fraction of the limit is used up."""

    kind: Literal["deadline", "before", "after", "fraction"]
    limit: Limit | None = None
    numerator: int = 1
    denominator: int = 1

    @classmethod
    def parse(cls, text: str) -> "Threshold":
        """``deadline``, ``2wd before``, ``1d after``, ``4/5``; otherwise a ``ValueError`` that names these forms."""
        words = text.split()
        if words == ["deadline"]:
            return cls("deadline")
        if len(words) == 2 and words[1] == "before":
            return cls("before", Limit.parse(words[0]))
        if len(words) == 2 and words[1] == "after":
            return cls("after", Limit.parse(words[0]))
        top, slash, bottom = text.partition("/")
        if slash and top.strip().isdigit() and bottom.strip().isdigit() and 0 < int(top) <= int(bottom):
            return cls("fraction", None, int(top), int(bottom))
        raise ValueError(f'{text!r}: write "deadline", "2wd before", "1d after" or a fraction such as "4/5"')


class TimeLimit(msgspec.Struct, frozen=True):
    """One time-limit rule, ready to use. ``levels`` go from mild to severe with their thresholds beside them."""

    id: str
    name: str
    clock: ClockKind
    limit: str
    stage: int
    ends_with: EndsWith
    levels: tuple[int, ...]
    thresholds: tuple[Threshold, ...]
    held: frozenset[int]
    source: str


class _TimeLimitTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[[time_limits]]`` as written."""

    id: str
    clock: ClockKind
    limit: str = ""
    name: str = ""
    ends_with: EndsWith = "conclusion"
    reminder: str = ""
    warning: str = ""
    yellow: str = ""
    red: str = ""
    hold: tuple[Level, ...] = ()
    source: str = ""


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
    unapproved: dict[str, int] = {}
    max_days: int = 0


class Supplement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[supplement]``: 补正. ``stops_clock``: a supplement asked for after acceptance pauses the case clock.
    ``silence_accepts``: an acceptance later than the notice limit counts from receipt (许可法 art. 32)."""

    stops_clock: bool = True
    silence_accepts: bool = True
    notice: str = "5wd"


class Extension(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[extension]``: 延长. At most ``max_days`` in all count (art. 42: 10), and only if granted before the deadline."""

    max_days: int = 10


class _BookTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The scalar keys of a book, and its tables before they are read one by one."""

    name: str
    version: str
    title: str = ""
    zone: str = "Asia/Shanghai"
    effective_from: datetime | None = None
    calendar: str | dict[str, Any] = "cn"
    office_hours: dict[str, Any] = {}
    counting: dict[str, Any] = {}
    defaults: dict[str, Any] = {}
    special: dict[str, Any] = {}
    supplement: dict[str, Any] = {}
    extension: dict[str, Any] = {}
    stages: dict[str, str] = {}
    items: list[dict[str, Any]] = []
    time_limits: list[dict[str, Any]] = []


class RuleBook:
    """A book ready to judge by; immutable. ``digest`` changes with anything that can change a due instant."""

    def __init__(self, table: _BookTable, calendar: Calendar, worktime: Worktime, parts: "_Parts", digest: str) -> None:
        self.name, self.version, self.title = table.name, table.version, table.title or table.name
        self.calendar, self.worktime, self.digest = calendar, worktime, digest
        self.zone = ZoneInfo(worktime.zone)
        self.effective_from = to_instant(table.effective_from) if table.effective_from else 0
        self.defaults, self.special = parts.defaults, parts.special
        self.supplement, self.extension = parts.supplement, parts.extension
        self.notice = Limit.parse(parts.supplement.notice)
        self.items = parts.items
        self.stages = {STAGES.index(stage): limit for stage, limit in table.stages.items()}
        self.time_limits = parts.time_limits
        self._unlisted = Item("", "", self.defaults.promised, self.defaults.statutory)
        self.kind_of = tuple(rule.clock for rule in self.time_limits)
        self.kinds = frozenset(self.kind_of)
        self._by_clock = {kind: _indexes(self.time_limits, clock=kind) for kind in CLOCK_KINDS}
        self._by_stage = [_indexes(self.time_limits, clock="stage", stage=stage) for stage in range(len(STAGES))]

    def item(self, code: str) -> Item:
        """The item of that code, or one with the default limits."""
        return self.items.get(code, self._unlisted)

    def stage_limit(self, code: str, stage: int) -> str:
        """The limit of one stage: the item's own, else the book's; empty if neither has one."""
        item = self.items.get(code)
        own = item.stages.get(STAGES[stage], "") if item is not None and item.stages else ""
        return own or self.stages.get(stage, "")

    def rules_for(self, case: Case, kinds: frozenset[str]) -> list[int]:
        """Indexes of the rules of these kinds whose clocks the facts of ``case`` can have started; others need not be asked."""
        by_clock = self._by_clock
        found: list[int] = []
        if case.terms is not None and "case" in kinds:
            found += by_clock["case"]
        if case.applied:
            if "acceptance" in kinds:
                found += by_clock["acceptance"]
            if case.online and "pre-review" in kinds:
                found += by_clock["pre-review"]
        if case.entered and "stage" in self.kinds and "stage" in kinds:
            for stage in {stage for _, stage in case.entered}:
                found += self._by_stage[stage]
        if case.suspensions and "special" in kinds:
            found += by_clock["special"]
        if case.concluded or case.decided:
            if "issuance" in kinds:
                found += by_clock["issuance"]
            if "delivery" in kinds:
                found += by_clock["delivery"]
        return found

    def __repr__(self) -> str:
        return f"RuleBook({self.version!r}, {len(self.time_limits)} time limits, {len(self.items)} items)"


def _indexes(rules: Sequence[TimeLimit], **wanted: object) -> tuple[int, ...]:
    return tuple(i for i, rule in enumerate(rules) if all(getattr(rule, key) == value for key, value in wanted.items()))


class RuleBooks:
    """All books in force, each from its ``effective_from`` on. Before the first one, the first applies."""

    def __init__(self, books: Sequence[RuleBook]) -> None:
        ordered = sorted(books, key=lambda book: book.effective_from)
        if not ordered:
            raise BadRuleBook("rule books", ["none given"])
        self._books = tuple(ordered)
        self._starts = [book.effective_from for book in ordered]
        self._by_version = {book.version: book for book in ordered}
        if len(self._by_version) != len(ordered):
            raise BadRuleBook(
                "rule books", ["version: two books carry the same version, so a card could not say which judged it"]
            )
        if len(set(self._starts)) != len(ordered):
            raise BadRuleBook("rule books", ["effective_from: two books take effect at the same instant"])

    def at(self, instant: int) -> RuleBook:
        """The book in force at ``instant``."""
        if len(self._books) == 1:
            return self._books[0]
        return self._books[max(bisect_right(self._starts, instant) - 1, 0)]

    def get(self, version: str) -> RuleBook:
        """The book a case was judged by. Missing is the operator's error: old versions must stay as long as their cases."""
        book = self._by_version.get(version)
        if book is None:
            raise BadRuleBook(
                "rule books", [f"version {version!r}: cases were accepted under it, keep its file among worker.books"]
            )
        return book

    def __iter__(self) -> Any:
        return iter(self._books)


class _Parts(msgspec.Struct):
    defaults: Defaults
    special: Special
    supplement: Supplement
    extension: Extension
    items: dict[str, Item]
    time_limits: tuple[TimeLimit, ...]


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """``over`` laid on ``base``: tables key by key, everything else replaced."""
    merged = dict(base)
    for key, value in over.items():
        known = merged.get(key)
        merged[key] = merge(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return merged


def parse_book(source: str, data: Mapping[str, Any]) -> RuleBook:
    """A book from its parsed TOML (``extends`` already resolved). Every defect is listed in one :class:`BadRuleBook`."""
    defects: list[str] = []
    table = _convert("", dict(data), _BookTable, defects)
    if table is None:
        raise BadRuleBook(source, defects)
    if table.effective_from is not None and table.effective_from.tzinfo is None:
        defects.append("effective_from: write it with its offset, 2026-01-01T00:00:00+08:00")
    calendar = _guarded("calendar", lambda: _calendar(table.calendar), defects)
    hours = _guarded("office_hours", lambda: OfficeHours.from_dict(table.office_hours), defects)
    counting = _convert("counting", table.counting, Counting, defects)
    parts = _parts(table, defects)
    worktime = None
    if calendar is not None and hours is not None and counting is not None:
        worktime = _guarded("zone", lambda: Worktime(table.zone, calendar, hours, counting), defects)
    if defects or worktime is None or calendar is None or parts is None:
        raise BadRuleBook(source, defects)
    return RuleBook(table, calendar, worktime, parts, _digest(data, calendar))


def _digest(data: Mapping[str, Any], calendar: Calendar) -> str:
    content = msgspec.json.encode([dict(data), calendar.version], order="sorted")
    return hashlib.sha256(content).hexdigest()[:8]


def _calendar(value: str | dict[str, Any]) -> Calendar:
    if isinstance(value, dict):
        return from_dict({"name": "own", **value})
    if value != "cn":
        raise BadRuleBook("calendar", [f'{value!r}: write "cn" or a table with base, years, holidays and workdays'])
    return china()


def _parts(table: _BookTable, defects: list[str]) -> _Parts | None:
    defaults = _convert("defaults", table.defaults, Defaults, defects)
    special = _convert("special", table.special, Special, defects)
    supplement = _convert("supplement", table.supplement, Supplement, defects)
    extension = _convert("extension", table.extension, Extension, defects)
    if defaults is not None:
        _check_limits("defaults", {"promised": defaults.promised, "statutory": defaults.statutory}, defects)
    if supplement is not None:
        _check_limits("supplement", {"notice": supplement.notice}, defects)
    if special is not None:
        for procedure in sorted(set(special.unapproved) - set(get_args(Procedure))):
            defects.append(f"special.unapproved.{procedure}: no such procedure, known are {', '.join(get_args(Procedure))}")
    _check_stages("stages", table.stages, defects)
    items = _items(table.items, defects)
    rules = _time_limits(table, defects)
    if defects or defaults is None or special is None or supplement is None or extension is None:
        return None
    return _Parts(defaults, special, supplement, extension, items, rules)


def _items(tables: list[dict[str, Any]], defects: list[str]) -> dict[str, Item]:
    items: dict[str, Item] = {}
    for index, data in enumerate(tables):
        where = f"items[{index}]"
        item = _convert(where, data, Item, defects)
        if item is None:
            continue
        if item.code in items:
            defects.append(f"{where}.code: {item.code!r} is listed twice")
        _check_limits(where, {"promised": item.promised, "statutory": item.statutory}, defects)
        _check_stages(f"{where}.stages", item.stages, defects)
        items[item.code] = item
    return items


def _time_limits(table: _BookTable, defects: list[str]) -> tuple[TimeLimit, ...]:
    if not table.time_limits:
        defects.append("time_limits: a book without rules raises nothing, write at least one [[time_limits]]")
    rules: list[TimeLimit] = []
    for index, data in enumerate(table.time_limits):
        where = f"time_limits[{index}]"
        read = _convert(where, data, _TimeLimitTable, defects)
        if read is not None:
            rules += _expanded(where, read, table, defects)
    twice = {rule.id for rule in rules if sum(other.id == rule.id for other in rules) > 1}
    defects += [f"time_limits: id {rule!r} is used twice" for rule in sorted(twice)]
    return tuple(rules)


_NAMED_LIMITS: dict[str, tuple[str, ...]] = {
    "case": ("promised", "statutory"),
    "stage": ("stage",),
    "special": ("approved",),
    "acceptance": ("notice",),
}


def _expanded(where: str, read: _TimeLimitTable, table: _BookTable, defects: list[str]) -> list[TimeLimit]:
    """One rule; a stage rule becomes one per stage that has a limit somewhere, so that each has its own identity."""
    named = _NAMED_LIMITS.get(read.clock, ())
    limit = read.limit or (named[0] if named else "")
    if limit not in named:
        _check_limits(where, {"limit": limit or "(none)"}, defects, also=named)
    levels: list[int] = []
    thresholds: list[Threshold] = []
    for position, level in enumerate(LEVELS):
        text = getattr(read, level)
        if text:
            threshold = _guarded(f"{where}.{level}", lambda text=text: Threshold.parse(text), defects)
            if threshold is not None:
                levels.append(position)
                thresholds.append(threshold)
    if not levels:
        defects.append(f"{where}: {read.id!r} can never fire: give it reminder, warning, yellow or red")
    held = frozenset(LEVELS.index(level) for level in read.hold)
    for idle in sorted(held - set(levels)):
        defects.append(f"{where}.hold: {LEVELS[idle]} has no threshold in this rule")
    stages = [-1]
    if read.clock == "stage":
        with_limit = set(table.stages) | {stage for item in table.items for stage in item.get("stages", ())}
        stages = [STAGES.index(stage) for stage in STAGES if stage in with_limit or limit != "stage"]
    return [
        TimeLimit(
            id=f"{read.id}-{STAGES[stage]}" if stage >= 0 else read.id,
            name=read.name or read.id,
            clock=read.clock,
            limit=limit,
            stage=stage,
            ends_with=read.ends_with,
            levels=tuple(levels),
            thresholds=tuple(thresholds),
            held=held,
            source=read.source,
        )
        for stage in stages
    ]


def _check_stages(where: str, stages: Mapping[str, str], defects: list[str]) -> None:
    for stage in stages:
        if stage not in STAGES:
            defects.append(f"{where}.{stage}: no such stage, known are {', '.join(STAGES)}")
    _check_limits(where, stages, defects)


def _check_limits(where: str, limits: Mapping[str, str], defects: list[str], also: tuple[str, ...] = ()) -> None:
    for key, text in limits.items():
        if text:
            try:
                Limit.parse(text)
            except ValueError as error:
                names = f" or {', '.join(also)}" if also else ""
                defects.append(f"{where}.{key}: {error}{names}")


def _convert(where: str, data: Any, kind: type[_T], defects: list[str]) -> _T | None:
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        path = path.rstrip("`").lstrip(".")
        defects.append(f"{'.'.join(part for part in (where, path) if part) or 'book'}: {message}")
        return None


def _guarded(where: str, read: Any, defects: list[str]) -> Any:
    try:
        return read()
    except BadRuleBook as error:
        defects += [f"{where}.{defect}" for defect in error.defects]
    except ValueError as error:
        defects.append(f"{where}: {error}")
    return None
