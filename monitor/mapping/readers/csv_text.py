"""CSV as it comes: an open quote costs its own row, and the rows it would swallow are read for themselves."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from typing import TextIO

from monitor.mapping.source import FileFormat
from rules.errors import BadEvent

_BAD = re.compile("[\ud800-\udfff]")


class CsvRows:
    """Iterates over (row number, cells or error, lines). ``width`` is the number of cells of the heading, once it is known."""

    def __init__(self, text: io.TextIOWrapper, source: FileFormat) -> None:
        self.width = 0
        # In UTF-16 a lost byte shifts all that follows it; elsewhere a bad byte costs only the cell it stands in.
        self._is_shifted = codecs.lookup(text.encoding).name.startswith("utf-16")
        self._lines = _Lines(text)
        self._quote = source.quote
        quoting = csv.QUOTE_MINIMAL if source.quote else csv.QUOTE_NONE
        self._form = {"delimiter": source.delimiter, "quotechar": source.quote or None, "quoting": quoting}

    def __iter__(self) -> Iterator[tuple[int, list[str] | BadEvent, list[str]]]:
        lines = self._lines
        reader = csv.reader(lines, strict=True, **self._form)  # type: ignore[arg-type]  # a dialect written as keywords
        number = 0
        while True:
            number += 1
            lines.taken = []
            try:
                read = next(reader)
                cells: list[str] | BadEvent = read
                if len(lines.taken) > 1 and not self._is_one_row(len(read), lines.taken):
                    cells = self._first_line_alone("a cell that holds whole rows")
            except StopIteration:
                return
            except csv.Error as error:
                cells = self._first_line_alone(str(error))
            if self._is_shifted and any(map(_BAD.search, lines.taken)):
                cells = BadEvent("invalid_utf8", "has units that are no characters of UTF-16")
            yield number, cells, lines.taken

    def _is_one_row(self, width: int, taken: list[str]) -> bool:
        """Whether a row of several lines is meant: it has all cells, and its further lines are not rows of their own."""
        if not self.width:
            return True
        return width == self.width and not (width > 2 and all(self._cells_alone(line) == width for line in taken[1:]))

    def _first_line_alone(self, what: str) -> BadEvent:
        """The first line is a bad row; the others are given back."""
        line = self._lines.give_back()
        pair = f": a quote {self._quote} without its pair?" if self._quote and line.count(self._quote) % 2 else ""
        return BadEvent("mapping_failed", f"not CSV: {what}{pair}")

    def _cells_alone(self, line: str) -> int:
        """How many cells the line would have as a row of its own."""
        try:
            return len(next(csv.reader([line], **self._form), []))  # type: ignore[arg-type]
        except csv.Error:
            return 0


class _Lines:
    """The lines of the file, with a way back. ``taken`` are those of the row being read."""

    def __init__(self, text: TextIO) -> None:
        self.taken: list[str] = []
        self._text = iter(text)
        self._again: list[str] = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._again.pop() if self._again else next(self._text)
        self.taken.append(line)
        return line

    def give_back(self) -> str:
        """Everything but the first line of the row will be read again."""
        self._again += reversed(self.taken[1:])
        del self.taken[1:]
        return self.taken[0]
