"""Mapping files into compiled mappings. Strict: every defect is reported with its key, and nothing half-right is used."""

import codecs
import tomllib
from collections.abc import Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from monitor.mapping.conditions import Condition, parse_conditions
from monitor.mapping.mapping import BadMapping, EventRule, FileFormat, Mapping, Shape
from monitor.mapping.table import Table
from monitor.mapping.times import WORDS, Time
from monitor.mapping.values import Coded, Constant, Value, parse_text, parse_value
from rules.events import EVENT_TYPES, Header

FORMATS = ("csv", "json", "jsonl")
_OWN_KEYS = ("type", "id", "at", "arrived", "when", "once", "by", "kinds", "others")
Codes = dict[str, dict[str, object]]


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


def parse_mapping(name: str, data: dict[str, object], where: str = "mapping") -> Mapping:
    """Compile the parsed TOML."""
    defects: list[str] = []
    top = Table(data, "", defects)
    source, zone = _source(top.table("source"))
    times = _times(top.table("times"), zone)
    codes = _codes(top.table("codes"))
    arrived = _time(top, "arrived", times) if top.has("arrived") else None
    skip = parse_conditions(top, "skip", times)
    common = top.table("common")
    common_values = {key: parse_value(common, key, times, codes) for key in common.names()}
    for key in common.names():
        if key in _OWN_KEYS or key not in Header.__struct_fields__:
            common.wrong(key, "is not a field that every event has")
    rules = tuple(_rule(table, times, codes, common_values, arrived) for table in top.tables("event"))
    if not rules and not defects:
        top.wrong("event", "at least one [[event]] is needed")
    top.close()
    columns = _columns(rules, skip)
    if source.columns:
        defects += [
            f"source.columns: lacks {column!r}, which the mapping uses" for column in columns if column not in source.columns
        ]
    if defects:
        raise BadMapping(where, defects)
    return Mapping(name, source, skip, rules, columns)


def _source(table: Table) -> tuple[FileFormat, ZoneInfo]:
    kind = table.get("format", str, "csv")
    if kind not in FORMATS:
        table.wrong("format", f"must be one of {', '.join(FORMATS)}")
    encoding = table.get("encoding", str, "utf-8")
    try:
        codecs.lookup(encoding)
    except LookupError:
        table.wrong("encoding", f"{encoding!r} is not known; GBK exports read as gb18030")
    delimiter = table.get("delimiter", str, ",")
    if len(delimiter) != 1:
        table.wrong("delimiter", "must be one character")
    source = FileFormat(kind, encoding, delimiter, table.texts("columns"), frozenset(table.texts("empty")))
    zone = _zone(table)
    table.close()
    return source, zone


def _zone(table: Table) -> ZoneInfo:
    name = table.need("zone", str, "Asia/Shanghai")
    try:
        return ZoneInfo(name)
    except Exception:  # ZoneInfo raises what its file system raises
        table.wrong("zone", f"no such time zone: {name!r}")
        return ZoneInfo("Asia/Shanghai")


def _times(table: Table, zone: ZoneInfo) -> dict[str, Time]:
    times = {}
    for name in table.names():
        value = table.raw(name)
        columns: tuple[str, ...] = (name,)
        if isinstance(value, dict):
            inner = table.table(name)
            columns = inner.texts("columns") or columns
            formats = inner.texts("formats")
            inner.close()
        else:
            formats = (value,) if isinstance(value, str) else ()
        if not formats or not all(fmt in WORDS or "%" in fmt for fmt in formats):
            table.wrong(name, f"needs a format: {', '.join(WORDS)} or a pattern such as %Y-%m-%d %H:%M:%S")
        times[name] = Time(name, columns, formats, zone)
    return times


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


def _rule(table: Table, times: dict[str, Time], codes: Codes, common: dict[str, Value], arrived: Time | None) -> EventRule:
    when = parse_conditions(table, "when", times)
    at = _time(table, "at", times)
    own = _time(table, "arrived", times) if table.has("arrived") else arrived
    once = table.get("once", bool, False)
    by = table.get("by", str, "")
    ident = parse_text(table.need("id", str, ""))
    fields = {key: parse_value(table, key, times, codes) for key in table.data if key not in _OWN_KEYS}
    base = common | fields
    kinds: dict[str, Shape] = {}
    shape = None
    if by:
        inner = table.table("kinds")
        for code in inner.names():
            kinds[code] = _kind(inner.table(code), ident, base, times, codes)
        if not kinds:
            table.wrong("kinds", f"is missing: which event does each text of {by!r} mean?")
    else:
        shape = _shape(table, ident, base)
    others = table.get("others", str, "")
    if others not in ("", "skip") or (others and not by):
        table.wrong("others", 'must be "skip", beside by and kinds')
    table.close()
    return EventRule(table.path, when, at, own, once, shape, by, kinds, others == "skip")


def _kind(table: Table, ident: Value, base: dict[str, Value], times: dict[str, Time], codes: Codes) -> Shape:
    ident = parse_text(table.get("id", str, "")) if table.has("id") else ident
    own = {key: parse_value(table, key, times, codes) for key in table.data if key not in _OWN_KEYS}
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
