"""A rule book as it is written. One TOML table goes in; one :class:`~rules.book.book.RuleBook` comes out, or every defect with
its key.

Strict: an unknown key, a limit nobody can read, a rule that can never fire are refused before the book goes live. All are listed
in one :class:`~rules.errors.BadRuleBook`. ``extends`` starts from another book (a profile such as ``hunan``). Tables are laid
over the base key by key, rules by their ids and items by their codes (:mod:`rules.bookfile.layers`). Reading files is not done
here.
"""

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, get_args

import msgspec

from rules.alerts import LEVELS, Level
from rules.book.book import (
    Complaints,
    Defaults,
    EndsWith,
    Extension,
    Hall,
    Item,
    ProcessRule,
    RateRule,
    Retention,
    RuleBook,
    Special,
    Supplement,
    Threshold,
    TimeLimit,
    WatchList,
)
from rules.book.kinds import ClockKind, FindingKind
from rules.bookfile.defects import check_limits, convert, guarded, named, switches_nothing
from rules.bookfile.parse_rates import read_rates
from rules.bookfile.retention_check import check_retention
from rules.errors import BadRuleBook
from rules.events import STAGES, Procedure
from rules.families.findings import FINDING
from rules.families.kinds import KIND
from rules.instant import to_instant
from rules.worktime.almanac import Almanac
from rules.worktime.calendar import Calendar
from rules.worktime.calendar_table import parse_calendar
from rules.worktime.hours import OfficeHours
from rules.worktime.worktime import Counting, Limit, Worktime

_Name = Annotated[str, msgspec.Meta(min_length=1)]


class _BookTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The scalar keys of a book, and its tables before they are read one by one."""

    name: _Name
    version: _Name
    title: str = ""
    zone: str = "Asia/Shanghai"
    effective_from: datetime | None = None
    effective_until: datetime | None = None
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
    hall: dict[str, Any] = {}
    process: list[dict[str, Any]] = []
    watch_lists: list[dict[str, Any]] = []
    complaints: dict[str, Any] = {}
    retention: dict[str, Any] = {}
    rates: list[dict[str, Any]] = []
    drop: list[Literal["time_limits", "process", "rates", "items"]] = []


class _ProcessTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[[process]]`` as written. A level is ``at once`` or a grace such as ``1wd after``."""

    id: _Name
    finding: str
    name: str = ""
    count: Annotated[int, msgspec.Meta(ge=1)] = 1
    within: str = ""
    reminder: str = ""
    warning: str = ""
    yellow: str = ""
    red: str = ""
    hold: tuple[Level, ...] = ()
    source: str = ""
    off: bool = False


class _TimeLimitTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[[time_limits]]`` as written."""

    id: _Name
    clock: str
    limit: str = ""
    name: str = ""
    ends_with: EndsWith = "conclusion"
    reminder: str = ""
    warning: str = ""
    yellow: str = ""
    red: str = ""
    hold: tuple[Level, ...] = ()
    source: str = ""
    off: bool = False


class _Parts(msgspec.Struct):
    defaults: Defaults
    special: Special
    supplement: Supplement
    extension: Extension
    items: dict[str, Item]
    time_limits: tuple[TimeLimit, ...]
    hall: Hall
    process: tuple[ProcessRule, ...]
    watch_lists: tuple[WatchList, ...]
    complaints: Complaints
    retention: Retention
    rates: tuple[RateRule, ...]


def parse_book(source: str, data: Mapping[str, Any], almanac: Almanac) -> RuleBook:
    """A book from its parsed TOML (``extends`` already resolved). Every defect is listed in one :class:`BadRuleBook`.

    ``almanac`` has the zone and the national calendar that the book refers to by name.
    """
    defects: list[str] = []
    table = convert("", dict(data), _BookTable, defects)
    if table is None:
        raise BadRuleBook(source, defects)
    for key, when in (("effective_from", table.effective_from), ("effective_until", table.effective_until)):
        if when is not None and when.tzinfo is None:
            defects.append(f"{key}: write it with its offset, 2026-01-01T00:00:00+08:00")
    calendar = guarded("calendar", lambda: _calendar(table.calendar, almanac), defects)
    hours = guarded("office_hours", lambda: OfficeHours.from_dict(table.office_hours), defects)
    counting = convert("counting", table.counting, Counting, defects)
    parts = _parts(table, defects)
    worktime = None
    if calendar is not None and hours is not None and counting is not None:
        worktime = guarded("zone", lambda: Worktime(almanac.wall_clock(table.zone), calendar, hours, counting), defects)
    if defects or worktime is None or calendar is None or parts is None:
        raise BadRuleBook(source, defects)
    return RuleBook(
        name=table.name,
        version=table.version,
        title=table.title or table.name,
        worktime=worktime,
        effective_from=to_instant(table.effective_from) if table.effective_from else 0,
        effective_until=to_instant(table.effective_until) if table.effective_until else None,
        defaults=parts.defaults,
        special=parts.special,
        supplement=parts.supplement,
        extension=parts.extension,
        stages=table.stages,
        items=parts.items,
        time_limits=parts.time_limits,
        hall=parts.hall,
        process=parts.process,
        watch_lists=parts.watch_lists,
        complaints=parts.complaints,
        retention=parts.retention,
        rates=parts.rates,
        digest=_digest(data, calendar),
    )


def _digest(data: Mapping[str, Any], calendar: Calendar) -> str:
    """Of all that judges a case. Not of when the book is in force, nor of how its calendar is written down: its days count."""
    judging = {key: value for key, value in data.items() if key not in ("calendar", "effective_until")}
    content = msgspec.json.encode([judging, calendar.version], order="sorted")
    return hashlib.sha256(content).hexdigest()[:8]


def _calendar(value: str | dict[str, Any], almanac: Almanac) -> Calendar:
    if isinstance(value, dict):
        return parse_calendar({"name": "own", **value}, almanac)
    if value != "cn":
        raise BadRuleBook("calendar", [f'{value!r}: write "cn" or a table with base, years, holidays and workdays'])
    return almanac.national()


def _parts(table: _BookTable, defects: list[str]) -> _Parts | None:
    defaults = convert("defaults", table.defaults, Defaults, defects)
    special = convert("special", table.special, Special, defects)
    supplement = convert("supplement", table.supplement, Supplement, defects)
    extension = convert("extension", table.extension, Extension, defects)
    if defaults is not None:
        check_limits("defaults", {"promised": defaults.promised, "statutory": defaults.statutory}, defects)
    if supplement is not None:
        check_limits("supplement", {"notice": supplement.notice}, defects)
    if special is not None:
        for procedure in sorted(set(special.unapproved) - set(get_args(Procedure))):
            defects.append(f"special.unapproved.{procedure}: no such procedure, known are {', '.join(get_args(Procedure))}")
    _check_stages("stages", table.stages, defects)
    items = _items(table.items, defects)
    rules = _time_limits(table, {*table.stages, *(stage for item in items.values() for stage in item.stages)}, defects)
    hall = convert("hall", table.hall, Hall, defects)
    watch_lists = _watch_lists(table, defects)
    process = _process(table, {rule.id for rule in rules}, defects)
    complaints = convert("complaints", table.complaints, Complaints, defects)
    retention = convert("retention", table.retention, Retention, defects)
    rates = read_rates(table.rates, {rule.id for rule in rules} | {rule.id for rule in process}, defects)
    if defects:
        return None
    assert defaults and special and supplement and extension and hall and complaints and retention
    check_retention(retention, complaints, rules, process, defects)
    return _Parts(
        defaults, special, supplement, extension, items, rules, hall, process, watch_lists, complaints, retention, rates
    )


def _watch_lists(table: _BookTable, defects: list[str]) -> tuple[WatchList, ...]:
    lists: list[WatchList] = []
    for index, data in enumerate(table.watch_lists):
        where = f"watch_lists[{index}]"
        read = convert(where, data, WatchList, defects)
        if read is None:
            continue
        check_limits(where, {"promised": read.promised, "statutory": read.statutory}, defects)
        for other in lists:
            for code in sorted(set(read.codes) & set(other.codes)):
                defects.append(f"{where}.codes: {code} is on {other.name!r} too: which limits hold?")
        lists.append(read)
    return tuple(lists)


def _process(table: _BookTable, taken: Collection[str], defects: list[str]) -> tuple[ProcessRule, ...]:
    rules: list[ProcessRule] = []
    limited: dict[str, str] = {}
    for index, data in enumerate(table.process):
        where = f"process[{index}]"
        if switches_nothing(where, data, "finding", defects):
            continue
        read = convert(where, data, _ProcessTable, defects)
        finding = named(f"{where}.finding", read.finding, FINDING, defects) if read is not None else None
        if read is None or finding is None or read.off:
            continue
        if read.id in taken or any(rule.id == read.id for rule in rules):
            defects.append(f"{where}.id: {read.id!r} is used twice")
        if finding.sees is not None and finding.needs_within:  # a record is looked at once, by one limit
            if finding.name in limited:
                defects.append(
                    f"{limited[finding.name]}.finding: {read.id!r} looks for {finding.name}, too, which has one limit: "
                    "give it that id"
                )
            limited[finding.name] = where
        _check_finding(where, read, finding, defects)
        levels, thresholds, held = _levels(where, read, defects)
        within = Limit.parse(read.within) if read.within and not defects else None
        rules.append(
            ProcessRule(read.id, read.name or read.id, finding, read.count, within, levels, thresholds, held, read.source)
        )
    return tuple(rules)


def _check_finding(where: str, read: _ProcessTable, finding: FindingKind, defects: list[str]) -> None:
    if finding.needs_within != bool(read.within):
        need = 'needs within, such as "10wd"' if finding.needs_within else "knows no within"
        defects.append(f"{where}.within: {read.finding} {need}")
    check_limits(where, {"within": read.within}, defects)
    if read.count > 1 and not finding.counts_from:
        defects.append(f"{where}.count: {read.finding} is found once at most or each time anew, so nothing is counted")
    if read.count < finding.counts_from:
        defects.append(f"{where}.count: {read.finding} needs a count of {finding.counts_from} or more, one alone repeats nothing")


def _items(tables: list[dict[str, Any]], defects: list[str]) -> dict[str, Item]:
    items: dict[str, Item] = {}
    for index, data in enumerate(tables):
        where = f"items[{index}]"
        item = convert(where, data, Item, defects)
        if item is None:
            continue
        if item.code in items:
            defects.append(f"{where}.code: {item.code!r} is listed twice")
        check_limits(where, {"promised": item.promised, "statutory": item.statutory}, defects)
        _check_stages(f"{where}.stages", item.stages, defects)
        items[item.code] = item
    return items


def _time_limits(table: _BookTable, limited: Collection[str], defects: list[str]) -> tuple[TimeLimit, ...]:
    """All rules in their order; ``limited`` are the stages that have a limit of their own somewhere in the book."""
    if not table.time_limits:
        defects.append("time_limits: a book without rules raises nothing, write at least one [[time_limits]]")
    rules: list[TimeLimit] = []
    for index, data in enumerate(table.time_limits):
        where = f"time_limits[{index}]"
        if switches_nothing(where, data, "clock", defects):
            continue
        read = convert(where, data, _TimeLimitTable, defects)
        kind = named(f"{where}.clock", read.clock, KIND, defects) if read is not None else None
        if read is not None and kind is not None and not read.off:
            rules += _expanded(where, read, kind, limited, defects)
    rules.sort(key=lambda rule: (rule.clock, rule.limit) != ("case", "promised"))  # the first tells when a case is due
    twice = {rule.id for rule in rules if sum(other.id == rule.id for other in rules) > 1}
    defects += [f"time_limits: id {rule!r} is used twice" for rule in sorted(twice)]
    return tuple(rules)


def _expanded(
    where: str, read: _TimeLimitTable, kind: ClockKind, limited: Collection[str], defects: list[str]
) -> list[TimeLimit]:
    """One rule; a stage rule becomes one per stage that has a limit somewhere, so that each has its own identity."""
    limit = read.limit or (kind.limits[0] if kind.limits else "")
    if limit not in kind.limits:
        check_limits(where, {"limit": limit or "(none)"}, defects, also=kind.limits)
    levels, thresholds, held = _levels(where, read, defects)
    stages = [-1]
    if read.clock == "stage":
        stages = [STAGES.index(stage) for stage in STAGES if stage in limited or limit != "stage"]
    return [
        TimeLimit(
            id=f"{read.id}-{STAGES[stage]}" if stage >= 0 else read.id,
            name=read.name or read.id,
            kind=kind,
            limit=limit,
            stage=stage,
            ends_with=read.ends_with,
            levels=levels,
            thresholds=thresholds,
            held=held,
            source=read.source,
        )
        for stage in stages
    ]


def _levels(
    where: str, read: _TimeLimitTable | _ProcessTable, defects: list[str]
) -> tuple[tuple[int, ...], tuple[Threshold, ...], frozenset[int]]:
    """The levels of a rule from mild to severe, their thresholds, and which are held for confirmation."""
    levels: list[int] = []
    thresholds: list[Threshold] = []
    for position, level in enumerate(LEVELS):
        text = getattr(read, level)
        if text:
            threshold = guarded(f"{where}.{level}", lambda text=text: Threshold.parse(text), defects)
            if threshold is not None:
                levels.append(position)
                thresholds.append(threshold)
                if isinstance(read, _ProcessTable) and threshold.kind not in ("deadline", "after"):
                    defects.append(f'{where}.{level}: write "at once" or a grace such as "1wd after"')
    ages = isinstance(read, _TimeLimitTable) and read.clock == "expiry"
    if ages and levels:
        defects.append(f"{where}: an expiry raises nothing, it ends reminders and warnings: give it a limit only")
    if not ages and not any(getattr(read, level) for level in LEVELS):
        defects.append(f"{where}: {read.id!r} can never fire: give it reminder, warning, yellow or red")
    held = frozenset(LEVELS.index(level) for level in read.hold)
    for idle in sorted(held - set(levels)):
        defects.append(f"{where}.hold: {LEVELS[idle]} has no threshold in this rule")
    return tuple(levels), tuple(thresholds), held


def _check_stages(where: str, stages: Mapping[str, str], defects: list[str]) -> None:
    for stage in stages:
        if stage not in STAGES:
            defects.append(f"{where}.{stage}: no such stage, known are {', '.join(STAGES)}")
    check_limits(where, stages, defects)
