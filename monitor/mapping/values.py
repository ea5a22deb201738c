"""What a field of an event is made of: a text with columns in it, a coded column, a number of days, or a constant."""

import re
from datetime import UTC
from typing import Protocol

import msgspec

from monitor.mapping.table import Table
from monitor.mapping.times import Time
from rules.errors import BadEvent

SourceRow = dict[str, str]
Codes = dict[str, dict[str, object]]
_COLUMN = re.compile(r"\{([^{}]+)\}")


class Value(Protocol):
    """One field's source. ``columns`` are what it reads; an empty text leaves the field out."""

    @property
    def columns(self) -> frozenset[str]:
        """The columns read."""

    def of(self, row: SourceRow) -> object:
        """The field's value for this row, or :class:`BadEvent`."""


class Constant(msgspec.Struct, frozen=True):
    """The same in every row."""

    value: object
    columns: frozenset[str] = frozenset()

    def of(self, _row: SourceRow) -> object:
        """The constant."""
        return self.value


class ColumnsText(msgspec.Struct, frozen=True):
    """``"A-{year}-{number}"``: literal parts and columns in turn. Empty if it has a column and all its columns are empty."""

    parts: tuple[tuple[str, str], ...]
    tail: str
    columns: frozenset[str]

    def of(self, row: SourceRow) -> object:
        """The text with the row's columns filled in."""
        values = [row[column] for _, column in self.parts]
        if not any(values):
            return ""
        return "".join(before + value for (before, _), value in zip(self.parts, values, strict=True)) + self.tail


class Column(msgspec.Struct, frozen=True):
    """One column as it is; the common case, kept fast."""

    column: str
    columns: frozenset[str]

    def of(self, row: SourceRow) -> object:
        """The column's text."""
        return row[self.column]


class Coded(msgspec.Struct, frozen=True):
    """A column through a code table. Without ``other`` an unknown code makes the row bad: better than a wrong event."""

    column: str
    codes: dict[str, object]
    table: str
    other: object
    columns: frozenset[str]

    def of(self, row: SourceRow) -> object:
        """The code's meaning."""
        code = row[self.column]
        found = self.codes.get(code, self.other)
        if found is not None:
            return found
        if not code:
            return ""
        message = f"column {self.column!r}: code {code[:40]!r} is not in [codes.{self.table}]: add it, or say other = …"
        raise BadEvent("mapping_failed", message, self.column)


class Cut(msgspec.Struct, frozen=True):
    """Free text (an opinion, a reason) that may be longer than the field: the first ``length`` characters."""

    column: str
    length: int
    columns: frozenset[str]

    def of(self, row: SourceRow) -> object:
        """The beginning of the column's text."""
        return row[self.column][: self.length]


class DaysBetween(msgspec.Struct, frozen=True):
    """Natural days from one time's local date to another's, less ``minus``; as a number, or with ``unit`` as a limit."""

    start: Time
    end: Time
    minus: int
    unit: str
    columns: frozenset[str]

    def of(self, row: SourceRow) -> object:
        """The number (or ``"56d"``); empty when either time is."""
        start, end = self.start.day(row), self.end.day(row)
        if start is None or end is None:
            return ""
        days = (end - start).days - self.minus
        if days < 0:
            message = f"from {self.start.name!r} to {self.end.name!r} less {self.minus} is {days} days"
            raise BadEvent("mapping_failed", message, self.end.name)
        return f"{days}{self.unit}" if self.unit else days


def parse_value(table: Table, name: str, times: dict[str, Time], codes: Codes) -> Value:
    """Read the field ``name``: a text, a number, ``{column, codes, other}``, ``{column, cut}`` or ``{days, minus, unit}``."""
    value = table.raw(name)
    if isinstance(value, str):
        return parse_text(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return Constant(value)
    if not isinstance(value, dict):
        table.wrong(name, "must be a text, a whole number or a table with column or days")
        return Constant("")
    inner = Table(value, table.key(name), table.defects)
    found = _days(inner, times) if inner.has("days") else _column(inner, codes)
    inner.close()
    return found


def parse_text(text: str) -> Value:
    """A text with ``{column}`` in it."""
    parts, end = [], 0
    for match in _COLUMN.finditer(text):
        parts.append((text[end : match.start()], match[1]))
        end = match.end()
    if not parts:
        return Constant(text)
    columns = frozenset(column for _, column in parts)
    if len(parts) == 1 and text == f"{{{parts[0][1]}}}":
        return Column(parts[0][1], columns)
    return ColumnsText(tuple(parts), text[end:], columns)


def _column(table: Table, codes: Codes) -> Value:
    column = table.need("column", str, "")
    columns = frozenset({column})
    if table.has("cut"):
        return Cut(column, table.get("cut", int, 256), columns)
    if not table.has("codes"):
        return Column(column, columns)
    name = table.get("codes", str, "")
    if name not in codes:
        table.wrong("codes", f"there is no table [codes.{name}]")
    other = table.raw("other")
    if other is not None and not isinstance(other, (str, int)):
        table.wrong("other", "must be a text or a whole number")
    return Coded(column, codes.get(name, {}), name, other, columns)


def _days(table: Table, times: dict[str, Time]) -> Value:
    start, end = parse_pair(table, times)
    unit = table.get("unit", str, "")
    if unit not in ("", "d"):
        table.wrong("unit", 'must be "d" (natural days)')
    return DaysBetween(start, end, table.get("minus", int, 0), unit, frozenset((*start.columns, *end.columns)))


def parse_pair(table: Table, times: dict[str, Time]) -> tuple[Time, Time]:
    """``days = ["from", "to"]``: two names of [times]."""
    names = table.texts("days")
    found = [times[name] for name in names if name in times]
    if len(names) != 2 or len(found) != 2:
        table.wrong("days", f"must name two of [times]: {', '.join(times) or 'none are declared'}")
        found = [_NO_TIME, _NO_TIME]
    return found[0], found[1]


_NO_TIME = Time("", (), (), UTC)
