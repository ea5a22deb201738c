"""A rule book as it is written. One TOML table goes in; one :class:`~rules.book.book.RuleBook` comes out, or every defect with
its key.

Strict: an unknown key, a limit nobody can read, a rule that can never fire are refused before the book goes live. All are listed
in one :class:`~rules.errors.BadRuleBook`. ``extends`` starts from another book (a profile such as ``hunan``). Tables are laid
over the base key by key, rules by their ids and items by their codes (:mod:`rules.bookfile.layers`). Reading files is not done
here.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, get_args

import msgspec

from rules.book import (
    BookRules,
    BookTables,
    Complaints,
    Defaults,
    Extension,
    Hall,
    Item,
    Retention,
    RuleBook,
    Special,
    Supplement,
    Times,
    WatchList,
)
from rules.bookfile.defects import check_limits, convert, guarded
from rules.bookfile.parse_rates import read_rates
from rules.bookfile.parse_rules import read_process, read_time_limits
from rules.bookfile.retention_check import check_retention
from rules.bookfile.written import WrittenBook
from rules.errors import BadRuleBook
from rules.events import STAGES, Procedure
from rules.instant import to_instant
from rules.worktime import Almanac, Calendar, Counting, OfficeHours, Worktime, parse_calendar


def parse_book(source: str, data: Mapping[str, Any], almanac: Almanac) -> RuleBook:
    """A book from its parsed TOML (``extends`` already resolved). Every defect is listed in one :class:`BadRuleBook`.

    ``almanac`` has the zone and the national calendar that the book refers to by name.
    """
    defects: list[str] = []
    table = convert("", dict(data), WrittenBook, defects)
    if table is None:
        raise BadRuleBook(source, defects)
    for key, when in (("effective_from", table.effective_from), ("effective_until", table.effective_until)):
        if when is not None and when.tzinfo is None:
            defects.append(f"{key}: write it with its offset, 2026-01-01T00:00:00+08:00")
    calendar = guarded("calendar", lambda: _calendar(table.calendar, almanac), defects)
    hours = guarded("office_hours", lambda: OfficeHours.from_dict(table.office_hours), defects)
    counting = convert("counting", table.counting, Counting, defects)
    items = _items(table.items, defects)
    tables, rules = _tables(table, items, defects), _rules(table, items, defects)
    if tables is not None:
        _check_notice(tables.supplement, rules, defects)
    if tables is not None and not defects:
        check_retention(tables.retention, tables.complaints, rules.time_limits, rules.process, defects)
    worktime = None
    if calendar is not None and hours is not None and counting is not None:
        worktime = guarded("zone", lambda: Worktime(almanac.wall_clock(table.zone), calendar, hours, counting), defects)
    if defects or worktime is None or calendar is None or tables is None:
        raise BadRuleBook(source, defects)
    return RuleBook(
        name=table.name,
        version=table.version,
        title=table.title or table.name,
        worktime=worktime,
        effective_from=to_instant(table.effective_from) if table.effective_from else 0,
        effective_until=to_instant(table.effective_until) if table.effective_until else None,
        tables=tables,
        rules=rules,
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


def _tables(table: WrittenBook, items: dict[str, Item], defects: list[str]) -> BookTables | None:
    """The tables beside the rules; None where one cannot be read."""
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
    hall = convert("hall", table.hall, Hall, defects)
    watch_lists = _watch_lists(table, defects)
    complaints = convert("complaints", table.complaints, Complaints, defects)
    retention = convert("retention", table.retention, Retention, defects)
    times = convert("times", table.times, Times, defects)
    if defaults and special and supplement and extension and hall and complaints and retention and times:
        return BookTables(
            defaults, special, supplement, extension, table.stages, items, hall, watch_lists, complaints, retention, times
        )
    return None


def _check_notice(supplement: Supplement, rules: BookRules, defects: list[str]) -> None:
    """What goes by the notice needs it written down: no book has one that nobody wrote."""
    if supplement.notice:
        return
    wanted = ["supplement.silence_accepts"] if supplement.silence_accepts else []
    wanted += [f"time_limits: {rule.id!r}" for rule in rules.time_limits if rule.limit == "notice"]
    defects += [f'{key}: goes by the notice, so say it: [supplement] notice = "5wd"' for key in wanted]


def _rules(table: WrittenBook, items: dict[str, Item], defects: list[str]) -> BookRules:
    limited = {*table.stages, *(stage for item in items.values() for stage in item.stages)}
    time_limits = read_time_limits(table, limited, defects)
    taken = {rule.id for rule in time_limits}
    process = read_process(table, taken, defects)
    return BookRules(time_limits, process, read_rates(table.rates, taken | {rule.id for rule in process}, defects))


def _watch_lists(table: WrittenBook, defects: list[str]) -> tuple[WatchList, ...]:
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


def _check_stages(where: str, stages: Mapping[str, str], defects: list[str]) -> None:
    for stage in stages:
        if stage not in STAGES:
            defects.append(f"{where}.{stage}: no such stage, known are {', '.join(STAGES)}")
    check_limits(where, stages, defects)
