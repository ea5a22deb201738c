"""``supervise rulebook check``: everything that is wrong with rule books, before anybody lives under them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from monitor.almanac import ALMANAC
from monitor.books import book_table, book_text
from monitor.lint import (
    Diagnosis,
    Remark,
    broken_line,
    compare_limits,
    error,
    key_path,
    line_of,
    positions,
    read_all,
    split,
    warning,
)
from monitor.rulebook.check_process import check_process
from monitor.rulebook.check_seasons import check_seasons
from monitor.rulebook.reachable import check_reach
from rules.book import RuleBook, RuleBooks
from rules.bookfile import parse_book
from rules.errors import BadRuleBook

HORIZON = 120
"""Days for which a calendar ought to last: the longest limit of the law, 45 + 15 working days, with its holidays."""


class ReadBook(NamedTuple):
    """A book without errors of its own: its file, the table that was read from it, and what that was parsed to."""

    path: Path
    table: dict[str, Any]
    book: RuleBook


class Checked(NamedTuple):
    """Books, each read once, and what is wrong with them. Of a file that is no book there are diagnoses only."""

    books: tuple[ReadBook, ...]
    diagnoses: list[Diagnosis]

    @property
    def errors(self) -> int:
        """How many of the diagnoses are errors."""
        return sum(diagnosis.severity == "error" for diagnosis in self.diagnoses)


def check_books(paths: Sequence[Path], today: date, horizon: int = HORIZON) -> Checked:
    """The books, with every diagnosis: file by file in the order of their lines; at last what is wrong with them as a set.

    ``today`` is for the calendar only: it must cover ``horizon`` days from there on.
    """
    diagnoses: list[Diagnosis] = []
    books: list[ReadBook] = []
    for path in paths:
        read, found = _check_book(path, today, horizon)
        diagnoses += found
        if read is not None:
            books.append(read)
    if len(books) > 1:
        try:
            RuleBooks([read.book for read in books])
        except BadRuleBook as bad:
            together = ", ".join(str(path) for path in paths)
            diagnoses += [Diagnosis(file=together, severity="error", text=text) for text in bad.defects]
    return Checked(tuple(books), diagnoses)


def _check_book(path: Path, today: date, horizon: int) -> tuple[ReadBook | None, list[Diagnosis]]:
    try:
        text = book_text(path)
    except BadRuleBook as bad:
        return None, _placed(path, "", map(split, bad.defects))
    try:
        table = book_table(path, text)
    except BadRuleBook as bad:
        return None, _placed(path, text, map(split, bad.defects))
    book, defects = read_all(str(path), table, partial(parse_book, almanac=ALMANAC))
    if book is None:
        return None, _placed(path, text, defects)
    remarks = [
        *_check_calendar(book, today, horizon),
        *compare_limits(book, table),
        *check_reach(book, table),
        *check_process(book, table),
        *check_seasons(book, table),
    ]
    return ReadBook(path, table, book), _placed(path, text, remarks)


def _check_calendar(book: RuleBook, today: date, horizon: int) -> Iterator[Remark]:
    first, last = book.calendar.years[0], book.calendar.years[-1]
    left = (date(last, 12, 31) - today).days
    mend = f"add {last + 1} to [calendar] as soon as its holidays are out, with years, holidays and workdays"
    if left < 0:
        yield error("calendar", f"ends with {last}, so no limit can be computed today ({today}): {mend}")
    elif left < horizon:
        yield warning("calendar", f"ends with {last}, {left} days from today ({today}); limits beyond it get no cards: {mend}")
    if today.year < first:
        yield error("calendar", f"begins with {first}, after today ({today})")


def _placed(file: Path, text: str, remarks: Iterable[Remark]) -> list[Diagnosis]:
    """The diagnoses with their lines in ``text``. What the file has from its catalog or the book it extends is shown on the line
    that says so."""
    remarks = list(remarks)
    broken = max([broken_line(remark.text, text) for remark in remarks if not remark.key], default=0)
    found = {} if broken or file.suffix == ".json" else positions(text)
    diagnoses = []
    for remark in remarks:
        path = key_path(remark.key)
        inherited = len(path) > 1 and isinstance(path[1], int) and path[:2] not in found
        if inherited and remark.severity == "warning":
            continue  # about a rule of the book it extends, which does not become wrong by being kept
        line = 0 if inherited else line_of(found, path)
        if not remark.key:
            line = broken
        elif not line:
            line = (path[0] == "items" and found.get(("catalog",))) or found.get(("extends",), 0)
        diagnoses.append(Diagnosis(file=str(file), severity=remark.severity, key=remark.key, text=remark.text, line=line))
    return sorted(diagnoses, key=lambda diagnosis: diagnosis.line)
