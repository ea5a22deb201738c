"""What was told the wrong way round and counts as in order, for the story of a case."""

from collections.abc import Iterator
from typing import cast

from monitor.explain.story import OrderNote
from rules.book import RuleBook
from rules.case import LENGTHS, Case, latest
from rules.events import Precision
from rules.families import reordered
from rules.instant import to_datetime

_NAMES = {length - 1: name for name, length in LENGTHS.items()}


def notes_of(case: Case, book: RuleBook) -> Iterator[OrderNote]:
    """One for each such pair of steps."""
    for each in reordered(case, book):
        yield OrderNote(
            earlier=each.earlier,
            earlier_at=to_datetime(each.earlier_at, book.zone),
            later=each.later,
            later_at=to_datetime(each.later_at, book.zone),
            later_precision=cast("Precision", _NAMES.get(latest(case, each.later_at) - each.later_at, "second")),
            by_ms=each.by_ms,
            tolerance_ms=book.tolerance,
        )
