"""``supervise rulebook check``: everything that is wrong with rule books, before anybody lives under them."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from monitor.books import book_table, book_text
from monitor.rulebook.defects import read_all, split
from monitor.rulebook.findings import Doubt, Finding, error, warning
from monitor.rulebook.limits import check_limits
from monitor.rulebook.positions import key_path, line_of, positions
from monitor.rulebook.process import check_process
from monitor.rulebook.reach import check_reach
from rules.bookfile import parse_book
from rules.errors import BadRuleBook
from rules.rulebook import RuleBook, RuleBooks

HORIZON = 120
"""Days for which a calendar ought to last: the longest limit of the law, 45 + 15 working days, with its holidays."""
_TOML_LINE = re.compile(r"at line (\d+)")


def check_books(paths: Sequence[Path], today: date, horizon: int = HORIZON) -> list[Finding]:
    """Every finding, file by file in the order of their lines; at last what is wrong with the files as a set.

    ``today`` is for the calendar only: it must cover ``horizon`` days from there on.
    """
    findings: list[Finding] = []
    books: list[RuleBook] = []
    for path in paths:
        book, doubts = _check_book(path, today, horizon)
        findings += _placed(path, doubts)
        if book is not None:
            books.append(book)
    if len(books) > 1:
        try:
            RuleBooks(books)
        except BadRuleBook as bad:
            told = ", ".join(str(path) for path in paths)
            findings += [Finding(file=told, severity="error", text=text) for text in bad.defects]
    return findings


def _check_book(path: Path, today: date, horizon: int) -> tuple[RuleBook | None, list[Doubt]]:
    try:
        table = book_table(path)
    except BadRuleBook as bad:
        return None, [split(defect) for defect in bad.defects]
    book, defects = read_all(str(path), table, parse_book)
    if book is None:
        return None, defects
    doubts = [
        *_check_calendar(book, today, horizon),
        *check_limits(book, table),
        *check_reach(book, table),
        *check_process(book, table),
    ]
    return book, doubts


def _check_calendar(book: RuleBook, today: date, horizon: int) -> Iterator[Doubt]:
    first, last = book.calendar.years[0], book.calendar.years[-1]
    left = (date(last, 12, 31) - today).days
    mend = f"add {last + 1} to [calendar] as soon as its holidays are out, with years, holidays and workdays"
    if left < 0:
        yield error("calendar", f"ends with {last}, so no limit can be computed today ({today}): {mend}")
    elif left < horizon:
        yield warning("calendar", f"ends with {last}, {left} days from today ({today}); limits beyond it get no cards: {mend}")
    if today.year < first:
        yield error("calendar", f"begins with {first}, after today ({today})")


def _placed(file: Path, doubts: Sequence[Doubt]) -> list[Finding]:
    """The findings with their lines. What the file has from its catalog or the book it extends is shown on the line that says
    so."""
    try:
        text = book_text(file)
        found = (
            positions(text)
            if file.suffix != ".json" and not any(_TOML_LINE.search(doubt.text) for doubt in doubts if not doubt.key)
            else {}
        )
    except BadRuleBook:
        found = {}
    findings = []
    for doubt in doubts:
        path = key_path(doubt.key)
        inherited = len(path) > 1 and isinstance(path[1], int) and path[:2] not in found
        if inherited and doubt.severity == "warning":
            continue  # about a rule of the book it extends, which does not become wrong by being kept
        line = 0 if inherited else line_of(found, path)
        if not line and (broken := _TOML_LINE.search(doubt.text)) and not doubt.key:
            line = int(broken[1])
        elif not line and doubt.key:
            line = (path[0] == "items" and found.get(("catalog",))) or found.get(("extends",), 0)
        findings.append(Finding(file=str(file), severity=doubt.severity, key=doubt.key, text=doubt.text, line=line))
    return sorted(findings, key=lambda finding: finding.line)
