"""A mapping tried on a sample: the first rows as events, what was passed over and why, and columns nobody uses or fills."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from monitor.mapping.mapping import Mapping, within
from monitor.mapping.readers import RawRow, open_parts, read_part
from monitor.mapping.rows import NO_RECORDS, MappedRow, mapped_rows
from monitor.wire import encode_event, in_words

SHOWN = 3
"""Bad rows that are shown, and rows of each reason why a row is passed over."""


class SampleReport(msgspec.Struct):
    """What a sample came to. ``lines`` show rows in words, ``unused`` and ``unfilled`` name columns of file and mapping."""

    lines: list[str] = msgspec.field(default_factory=list)
    rows: int = 0
    events: Counter[str] = msgspec.field(default_factory=Counter)
    bad: Counter[str] = msgspec.field(default_factory=Counter)
    passed: Counter[str] = msgspec.field(default_factory=Counter)
    unused: list[str] = msgspec.field(default_factory=list)
    unfilled: list[str] = msgspec.field(default_factory=list)

    @property
    def is_all_bad(self) -> bool:
        """Whether every row that should be a record is bad."""
        records = self.rows - sum(self.passed[why] for why in NO_RECORDS)
        return 0 < records == self.bad.total()

    def __str__(self) -> str:
        """The report for people."""
        counted = [("events", self.events), ("bad rows", self.bad), ("passed over", self.passed)]
        parts = [f"rows {self.rows:,}", *(f"{name} {_counts(counts)}" for name, counts in counted)]
        lines = [*self.lines, " · ".join(parts)]
        if self.unfilled:
            lines.append(f"columns of the mapping that are empty in every row: {', '.join(self.unfilled)}")
        if self.unused:
            lines.append(f"columns of the file that the mapping does not use: {', '.join(self.unused)}")
        return "\n".join(lines)


def check_sample(mapping: Mapping, path: Path, first: int = 5) -> SampleReport:
    """Read the whole sample and show its ``first`` rows.

    Where the two do not fit at all it is a :class:`~monitor.mapping.mapping.BadMapping`.
    """
    report, columns = SampleReport(), _Columns(mapping)
    seen: set[str] = set()
    with open_parts(path, mapping.source) as parts:
        for part in parts:
            for row in mapped_rows(mapping, columns.watch(read_part(mapping, part)), seen, part):
                _take(report, row, path.name, first)
    report.unused = [name for name in columns.found if name not in columns.roots]
    report.unfilled = [name for name in mapping.columns if name not in columns.filled] if report.rows else []
    return report


def _take(report: SampleReport, row: MappedRow, name: str, first: int) -> None:
    report.rows += 1
    where = f"{name}/{row.part}, row {row.number}" if row.part else f"{name}, row {row.number}"
    if row.error is not None:
        report.bad[row.error.reason] += 1
        if report.rows <= first or report.bad.total() <= SHOWN:
            report.lines.append(f"{where}: bad: {in_words(row.error.reason, str(row.error), row.error.field)}")
        return
    if row.passed:
        report.passed[row.passed] += 1
        if report.rows <= first or report.passed[row.passed] <= SHOWN:
            report.lines.append(f"{where}: passed over: {row.passed}")
        return
    report.events.update(str(type(arrival.event).__struct_config__.tag) for arrival in row.arrivals)
    if report.rows - report.passed.total() - report.bad.total() <= first:
        report.lines += [f"{where}: {encode_event(arrival.event).decode()}" for arrival in row.arrivals]


class _Columns:
    """Which columns the sample has, and which of the mapping's it fills."""

    def __init__(self, mapping: Mapping) -> None:
        self._wanted = mapping.columns
        self.roots = {column.partition(".")[0] for column in mapping.columns} | set(mapping.columns)
        self.found: dict[str, None] = {}
        self.filled: set[str] = set()

    def watch(self, rows: Iterable[RawRow]) -> Iterator[RawRow]:
        for row in rows:
            if isinstance(row.cells, dict):
                cells = row.cells
                self.found |= dict.fromkeys(cells)
                missing = [column for column in self._wanted if column not in self.filled]
                self.filled.update(name for name in missing if cells.get(name) or within(cells, name))
            yield row


def _counts(counts: Counter[str]) -> str:
    if not counts:
        return "0"
    return f"{counts.total():,} ({', '.join(f'{name} {count:,}' for name, count in counts.most_common())})"
