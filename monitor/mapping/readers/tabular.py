"""Rows of cells under a heading, whatever file they come from: the heading found, titles, blank rows and sums passed over."""

from collections.abc import Callable, Iterable, Iterator

from monitor.mapping.mapping import BadMapping, Mapping
from monitor.mapping.readers.part import Passed, RawRow
from rules.errors import BadEvent

Cells = list[object] | list[str]
Numbered = tuple[int, Cells | BadEvent, object]
Refuse = Callable[[list[str]], BadMapping]
SEARCHED = 20
"""So many rows are looked through for the heading."""
_TITLE, _BLANK, _TOTAL = Passed("title"), Passed("blank"), Passed("total")


class Headings:
    """Finds the heading, or takes the mapping's ``columns`` for it. ``names`` is empty until then."""

    def __init__(self, mapping: Mapping) -> None:
        self._mapping = mapping
        self.names: list[str] = list(mapping.source.columns)
        self.number = 0

    def search(self, rows: Iterator[Numbered], refuse: Refuse) -> list[Numbered]:
        """Read up to the heading and return the rows before it, or none but the error that tells what is missing."""
        source, before = self._mapping.source, []
        if self.names:
            self.number = max(source.first_row - 1, 0)
            return []
        for row in rows:
            names = [] if isinstance(row[1], BadEvent) else heading(row[1])
            if row[0] == source.first_row or (not source.first_row and self._mapping.needed <= set(names)):
                self.names, self.number = names, row[0]
                break
            before.append(row)
            if len(before) >= max(SEARCHED, source.first_row):
                break
        if not self.names:
            found = [heading(cells) for _, cells, _ in before if not isinstance(cells, BadEvent)]
            self.names = max(found, key=lambda names: (len(self._mapping.needed & set(names)), -found.index(names)), default=[])
        if defects := self._defects():
            raise refuse(defects)
        return before

    def _defects(self) -> list[str]:
        names, mapping = self.names, self._mapping
        defects = [
            f"has no column {column!r}, which mapping {mapping.name!r} uses"
            for column in mapping.columns
            if column not in names and column in mapping.needed
        ]
        defects += [f"has column {name!r} twice" for name in mapping.columns if names.count(name) > 1]
        if defects:
            found = ", ".join(names)[:500].encode("utf-8", "replace").decode()
            defects.append(f"columns found: {found}" if names else "it is empty")
        return defects


def heading(cells: Cells) -> list[str]:
    """Names of columns: no line breaks, blanks and invisible marks round them."""
    return ["".join(str(cell or "").split("\n")).replace("\r", "").strip("\ufeff\u200b \t\u3000") for cell in cells]


def table_rows(
    mapping: Mapping, rows: Iterable[Numbered], refuse: Refuse, *, ragged: bool, on_heading: Callable[[int], None] | None = None
) -> Iterator[RawRow]:
    """Every row under the heading as a dictionary. ``ragged`` tables leave empty cells at the end of a row out."""
    remaining = iter(rows)
    headings = Headings(mapping)
    before = headings.search(remaining, refuse)
    if on_heading is not None:
        on_heading(len(headings.names))
    for number, cells, raw in before:
        yield RawRow(number, cells if isinstance(cells, BadEvent) else _TITLE, raw)
    yield from _under(headings, mapping, remaining, ragged=ragged)


def _under(headings: Headings, mapping: Mapping, rows: Iterator[Numbered], *, ragged: bool) -> Iterator[RawRow]:
    names, source = headings.names, mapping.source
    width = len(names)
    above: dict[int, object] = {names.index(name): "" for name in source.fill_down if name in names}
    drop = source.extra_cells == "drop"
    for number, cells, raw in rows:
        row = cells
        if not isinstance(row, BadEvent):
            passed = _TITLE if number <= headings.number else _passed(row, source.totals)
            if passed is not None:
                yield RawRow(number, passed, raw)
                continue
            if len(row) != width:
                row = _fitted(row, width, ragged=ragged, drop=drop)
        if isinstance(row, BadEvent):
            yield RawRow(number, row, raw)
        else:
            yield RawRow(number, dict(zip(names, _filled(row, above) if above else row, strict=True)), raw)


def _passed(cells: Cells, totals: tuple[str, ...]) -> Passed | None:
    """Why the row is no record; ``None`` if it is one."""
    for cell in cells:
        if cell is not None and (type(cell) is not str or cell.strip()):
            return _TOTAL if isinstance(cell, str) and _is_total(cell.strip(), totals) else None
    return _BLANK


def _is_total(first: str, totals: tuple[str, ...]) -> bool:
    return first.startswith(tuple(total[:1] for total in totals)) and "".join(first.split()).rstrip(":：") in totals


def _fitted(cells: Cells, width: int, *, ragged: bool, drop: bool) -> Cells | BadEvent:
    """The cells that stand under the heading; surplus ones go if they are empty or the mapping says so."""
    if len(cells) < width and ragged:
        return [*cells, *[""] * (width - len(cells))]
    if len(cells) > width and (drop or not any(cell not in ("", None) for cell in cells[width:])):
        return cells[:width]
    mend = ""
    if len(cells) > width:
        first = str(cells[0]).strip()
        mend = '; an unquoted delimiter? extra_cells = "drop" in [source] leaves out what is too much'
        if len(first) > 1 and first[0] == first[-1] == "'":
            mend = '; quote = "\'" in [source]?'
    return BadEvent("mapping_failed", f"{len(cells)} cells, the header has {width}{mend}")


def _filled(cells: Cells, above: dict[int, object]) -> Cells:
    """Empty cells of the ``fill_down`` columns take what stands above them, as merged cells mean it."""
    filled: list[object] = list(cells)
    for index, kept in above.items():
        cell = filled[index]
        if cell is None or (isinstance(cell, str) and not cell.strip()):
            filled[index] = kept
        else:
            above[index] = cell
    return filled


def numbered(rows: Iterable[Cells], first: int = 1) -> Iterator[Numbered]:
    """Rows of a sheet with their numbers."""
    for number, cells in enumerate(rows, first):
        yield number, cells, cells
