"""When a row tells of an event, and when it tells of nothing: simple tests of columns, all of which must hold."""

from typing import Protocol

import msgspec

from monitor.mapping.table import Table
from monitor.mapping.times import Time
from monitor.mapping.values import SourceRow, parse_pair


class Condition(Protocol):
    """One test of a row."""

    @property
    def columns(self) -> frozenset[str]:
        """The columns read."""

    def holds(self, row: SourceRow) -> bool:
        """Whether the row passes."""


class Empty(msgspec.Struct, frozen=True):
    """The column is empty (or is not)."""

    column: str
    empty: bool
    columns: frozenset[str]

    def holds(self, row: SourceRow) -> bool:
        """Whether emptiness is as wanted."""
        return (not row[self.column]) is self.empty


class OneOf(msgspec.Struct, frozen=True):
    """The column's text is (or is not) among ``texts``."""

    column: str
    texts: frozenset[str]
    wanted: bool
    columns: frozenset[str]

    def holds(self, row: SourceRow) -> bool:
        """Whether membership is as wanted."""
        return (row[self.column] in self.texts) is self.wanted


class DaysAre(msgspec.Struct, frozen=True):
    """The natural days between two times lie in ``days`` (or do not). Does not hold when either time is empty."""

    start: Time
    end: Time
    days: frozenset[int]
    wanted: bool
    columns: frozenset[str]

    def holds(self, row: SourceRow) -> bool:
        """Whether the distance is as wanted."""
        start, end = self.start.day(row), self.end.day(row)
        return start is not None and end is not None and ((end - start).days in self.days) is self.wanted


def parse_conditions(table: Table, name: str, times: dict[str, Time]) -> tuple[Condition, ...]:
    """Read ``name = [{column = "x", empty = false}, …]``; a single table may stand without the list."""
    if isinstance(table.data.get(name), dict):
        return (_condition(table.table(name), times),)
    return tuple(_condition(inner, times) for inner in table.tables(name))


def _condition(table: Table, times: dict[str, Time]) -> Condition:
    tests = [key for key in ("empty", "equals", "in", "not_in") if table.has(key)]
    if len(tests) != 1:
        table.defects.append(f"{table.path}: needs exactly one of empty, equals, in, not_in")
    test = tests[0] if tests else "empty"
    condition = _days_condition(table, test, times) if table.has("days") else _column_condition(table, test)
    table.close()
    return condition


def _column_condition(table: Table, test: str) -> Condition:
    column = table.need("column", str, "")
    columns = frozenset({column})
    if test == "empty":
        return Empty(column, table.get("empty", bool, True), columns)
    texts = frozenset({table.get("equals", str, "")} if test == "equals" else table.texts(test))
    return OneOf(column, texts, test != "not_in", columns)


def _days_condition(table: Table, test: str, times: dict[str, Time]) -> Condition:
    start, end = parse_pair(table, times)
    numbers = [table.get("equals", int, 0)] if test == "equals" else table.get(test, list, [])
    if test == "empty" or not all(type(number) is int for number in numbers):
        table.wrong(test, "days are compared with whole numbers: equals, in or not_in")
        numbers = []
    return DaysAre(start, end, frozenset(numbers), test != "not_in", frozenset((*start.columns, *end.columns)))
