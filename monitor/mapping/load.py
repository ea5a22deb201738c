"""Mapping files into compiled mappings. Strict: every defect is reported with its key, and nothing half-right is used."""

import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, cast, get_args
from zoneinfo import ZoneInfo

import msgspec

from monitor.mapping.conditions import Condition, parse_conditions
from monitor.mapping.formats import NAMED, reader_of
from monitor.mapping.limits import FIELDS as LIMITS
from monitor.mapping.limits import DueTime, LimitText, parse_limit_in, read_limit
from monitor.mapping.mapping import BadMapping, EventRule, Mapping, Shape
from monitor.mapping.source import LimitHours, parse_source
from monitor.mapping.table import Table
from monitor.mapping.times import Time
from monitor.mapping.values import Coded, Codes, Constant, Value, parse_text, parse_value
from rules.errors import BadEvent
from rules.events import EVENT_TYPES, Header, Precision

_OWN_KEYS = ("type", "id", "at", "arrived", "when", "once", "by", "kinds", "others", "precision")
_IDENTITIES = frozenset({"id", "case", "numbered_by", "complaint", "alert", "region", "hall", "window", "item", "operator"})
"""Fields that hold a number or a code, in whose columns what a spreadsheet has spoilt is looked for."""


class Known(NamedTuple):
    """What the fields of events refer to: times and code tables by name, and what bare hours are."""

    times: dict[str, Time]
    codes: Codes
    hours: LimitHours


def load_mapping(path: Path) -> Mapping:
    """Read one mapping file; it is named like the file. :class:`BadMapping` lists every defect."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise BadMapping(str(path), [f"cannot be read: {error.strerror}"]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadMapping(str(path), [f"is not TOML: {error}"]) from None
    return parse_mapping(path.stem, data, str(path))


def load_mappings(folder: Path | None) -> dict[str, Mapping]:
    """Every ``*.toml`` of the folder by name; none without a folder."""
    if folder is None:
        return {}
    if not folder.is_dir():
        raise BadMapping(str(folder), ["is no folder of mapping files"])
    return {path.stem: load_mapping(path) for path in sorted(folder.glob("*.toml"))}


def mapped_files(written: Sequence[str], mappings: Sequence[Path]) -> list[tuple[Path, Mapping]]:
    """Files and patterns of files, each with its mapping: one for all, or as many as there are files and patterns.

    ``-`` is standard input. :class:`BadMapping` where they do not match, or a pattern names no file.
    """
    loaded = [load_mapping(path) for path in mappings]
    if len(loaded) not in (1, len(written)):
        given = f"{len(written)} files and {len(loaded)} mappings"
        raise BadMapping(given, ["name one mapping for all or one for each; a pattern in quotes is one"])
    found = []
    for index, each in enumerate(written):
        path = Path(each)
        is_pattern = any(mark in each for mark in "*?[") and not path.exists()
        paths = sorted(Path(path.anchor).glob(str(path.relative_to(path.anchor)))) if is_pattern else [path]
        if not paths:
            raise BadMapping(each, ["is a pattern that no file fits"])
        found += [(path, loaded[index % len(loaded)]) for path in paths]
    return found


def parse_mapping(name: str, data: dict[str, object], where: str = "mapping") -> Mapping:
    """Compile the parsed TOML."""
    defects: list[str] = []
    top = Table(data, "", defects)
    source, zone = parse_source(top.table("source"))
    times = _times(top.table("times"), zone, source.no_time)
    known = Known(times, _codes(top.table("codes")), source.hours)
    arrived = _time(top, "arrived", times) if top.has("arrived") else None
    skip = parse_conditions(top, "skip", times)
    common = top.table("common")
    common_values = {key: _field(common, key, known) for key in common.names()}
    for key in common.names():
        if key in _OWN_KEYS or key not in Header.__struct_fields__:
            common.wrong(key, "is not a field that every event has")
    rules = tuple(_rule(table, known, common_values, arrived) for table in top.tables("event"))
    if not rules and not defects:
        top.wrong("event", "at least one [[event]] is needed")
    top.close()
    columns = _columns(rules, skip)
    if source.columns:
        lacking = [column for column in columns if column not in source.columns and column not in source.optional]
        defects += [f"source.columns: lacks {column!r}, which the mapping uses" for column in lacking]
    if defects:
        raise BadMapping(where, defects)
    return Mapping(name, source, skip, rules, columns, _identities(rules))


def _times(table: Table, zone: ZoneInfo, no_time: frozenset[str]) -> dict[str, Time]:
    times = {}
    for name in table.names():
        value = table.raw(name)
        columns: tuple[str, ...] = (name,)
        if isinstance(value, dict):
            inner = table.table(name)
            columns = inner.texts("columns") or columns
            formats = inner.texts("formats")
            precision = _precision(inner)
            is_date = inner.get("midnight_is_a_date", bool, False)
            if precision and is_date:
                inner.wrong("midnight_is_a_date", "has nothing to say beside precision: leave one of them out")
            inner.close()
        else:
            formats, precision, is_date = (value,) if isinstance(value, str) else (), None, False
        if not formats:
            table.wrong(name, f"needs a format: {', '.join(NAMED)} or a pattern such as %Y-%m-%d %H:%M:%S")
        for fmt in formats:
            try:
                reader_of(fmt)
            except ValueError as error:
                table.wrong(name, str(error))
        times[name] = Time(name, columns, formats, zone, no_time, precision, is_date)
    return times


def _precision(table: Table) -> Precision | None:
    word = table.raw("precision")
    if word is not None and word not in get_args(Precision):
        table.wrong("precision", f"must be one of {', '.join(get_args(Precision))}")
    return cast("Precision | None", word)


def _codes(table: Table) -> Codes:
    codes: Codes = {}
    for name in table.names():
        inner = table.table(name)
        codes[name] = {code: inner.raw(code) for code in inner.names()}
        for code, meaning in codes[name].items():
            if not isinstance(meaning, (str, int)):
                inner.wrong(code, "must be a text or a whole number")
    return codes


def _time(table: Table, key: str, times: dict[str, Time]) -> Time:
    name = table.need(key, str, "")
    if name not in times:
        table.wrong(key, f"must name one of [times]: {', '.join(times) or 'none are declared'}")
        return Time(name, (), (), ZoneInfo("UTC"))
    return times[name]


def _rule(table: Table, known: Known, common: dict[str, Value], arrived: Time | None) -> EventRule:
    when = parse_conditions(table, "when", known.times)
    at = _time(table, "at", known.times)
    own = _time(table, "arrived", known.times) if table.has("arrived") else arrived
    once = table.get("once", bool, False)
    by = table.get("by", str, "")
    ident = parse_text(table.need("id", str, ""))
    fields = {key: _field(table, key, known) for key in table.data if key not in _OWN_KEYS}
    base = common | fields
    kinds: dict[str, Shape] = {}
    shape = None
    if by:
        inner = table.table("kinds")
        for code in inner.names():
            kinds[code] = _kind(inner.table(code), ident, base, known)
        if not kinds:
            table.wrong("kinds", f"is missing: which event does each text of {by!r} mean?")
    else:
        shape = _shape(table, ident, base)
    others = table.get("others", str, "")
    if others not in ("", "skip") or (others and not by):
        table.wrong("others", 'must be "skip", beside by and kinds')
    table.close()
    return EventRule(table.path, when, at, own, once, shape, by, kinds, others == "skip")


def _kind(table: Table, ident: Value, base: dict[str, Value], known: Known) -> Shape:
    ident = parse_text(table.get("id", str, "")) if table.has("id") else ident
    own = {key: _field(table, key, known) for key in table.data if key not in _OWN_KEYS}
    shape = _shape(table, ident, base | own)
    table.close()
    return shape


def _shape(table: Table, ident: Value, values: dict[str, Value]) -> Shape:
    """The event's type and fields, checked against what that type has and needs."""
    kind = table.need("type", str, "")
    record = EVENT_TYPES.get(kind)
    if record is None:
        table.wrong("type", f"{kind!r} is not a type of event; known are {', '.join(EVENT_TYPES)}")
        return Shape(kind, ident, ())
    fields = {field.name: field for field in msgspec.structs.fields(record)}
    for name, value in values.items():
        if name not in fields:
            table.wrong(name, f"{kind} has no such field; it has {', '.join(fields)}")
            continue
        for constant in _constants(value):
            try:
                msgspec.convert(constant, fields[name].type, strict=False)
            except msgspec.ValidationError as error:
                table.wrong(name, f"{constant!r}: {error}")
    for name, field in fields.items():
        if field.required and name not in ("id", "at") and name not in values:
            table.wrong(name, f"is missing: {kind} needs it")
    return Shape(kind, ident, tuple(values.items()))


def _field(table: Table, key: str, known: Known) -> Value:
    """One field of an event; limits are read in every form that people write."""
    if key == "due_at":
        due = _time(table, key, known.times)
        return DueTime(due, frozenset(due.columns))
    if key not in LIMITS:
        return parse_value(table, key, known.times, known.codes)
    raw = table.raw(key)
    if isinstance(raw, dict) and "limit" in raw:
        inner = table.table(key)
        value = parse_limit_in(inner, known.codes)
        inner.close()
    else:
        value = parse_value(table, key, known.times, known.codes)
    for constant in _constants(value):
        try:
            read_limit(str(constant), key, known.hours)
        except BadEvent as error:
            table.wrong(key, str(error))
    return LimitText(key, value, value.columns, known.hours)


def _identities(rules: Iterable[EventRule]) -> frozenset[str]:
    """Columns that make up a number or a code of the event."""
    found: set[str] = set()
    for rule in rules:
        for shape in filter(None, (rule.shape, *rule.kinds.values())):
            found |= shape.id.columns
            for name, value in shape.fields:
                if name in _IDENTITIES and not isinstance(value, Coded):
                    found |= value.columns
    return frozenset(found)


def _constants(value: Value) -> list[object]:
    """What the mapping itself writes into a field, so that it can be checked before any row is read."""
    if isinstance(value, Constant):
        return [value.value]
    if isinstance(value, Coded):
        return [*value.codes.values(), *([] if value.other is None else [value.other])]
    return []


def _columns(rules: Iterable[EventRule], skip: Iterable[Condition]) -> tuple[str, ...]:
    found: set[str] = set()
    for condition in skip:
        found |= condition.columns
    for rule in rules:
        found.update(rule.at.columns, rule.arrived.columns if rule.arrived else (), {rule.by} if rule.by else ())
        for condition in rule.when:
            found |= condition.columns
        for shape in filter(None, (rule.shape, *rule.kinds.values())):
            found |= shape.id.columns
            for _, value in shape.fields:
                found |= value.columns
    return tuple(sorted(found))
