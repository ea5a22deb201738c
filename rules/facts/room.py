"""How much a case or a window may hold: whoever fills it up stops there, and nobody else is stopped.

A case is one row of a table, and each change of it one record of that table's changelog. A row that grew without end would one
day be larger than a record may be, and its partition would stand still with it. The journal has what every record said. So its
bytes bound the facts, the clocks and the cards that follow from them.

| what | room | reason |
|---|---|---|
| a case | ``[retention] case_kib``, 24 | some 500 records: no approval has a tenth of them |
| a window | ``[retention] window_kib``, 256 | some 7 000 records within what it remembers |
| what begins, judges or ends a case, retractions | :data:`RESERVE` beside | filling a case up must not refuse its conclusion |
| one minute of a window | :data:`MOST_IN_A_MINUTE` | what begins in one minute is numbered together, so judged together |
| the first of each such kind | always | nor its acceptance, however often something else was told |

What is refused becomes a dead letter (``too_many_records``). It is counted in the case, and a book may look for that
(``overfull``). Clocks go on: they stand on what was told before.
"""

from bisect import bisect_left
from collections.abc import Mapping
from typing import Any

from rules import events as ev
from rules.book import RuleBooks
from rules.case import Case, Tally, cycles_of, is_window
from rules.events import Header
from rules.instant import MINUTE, Instant, to_instant

RESERVE = 8 * 1024
"""Bytes of the journal for what begins, judges or ends a case."""
MOST_IN_A_MINUTE = 300
"""Complaints' and reviews' records of one window in one minute. No desk types so many."""
MOST_CELLS = 40_000
"""Counts that a tally may hold: those of 500 partitions, for the days and months that a rule can ask for."""
_SINGULAR: Mapping[type[Header], str] = {
    ev.Applied: "applied",
    ev.Accepted: "terms",
    ev.NotAccepted: "not_accepted",
    ev.Decided: "decided",
    ev.Concluded: "concluded",
    ev.Issued: "issued",
    ev.Delivered: "delivered",
    ev.Retracted: "key",
}
"""Records of which a case keeps one fact each; a retraction keeps none of its own, and is always one more."""
_KIB = 1024


def has_room(case: Case, record: Header, books: RuleBooks) -> bool:
    """Whether one record more may join ``case``."""
    held = len(case.journal)
    if held < _KIB:
        return True
    book = books.get(case.book)
    most = (book.retention.window_kib if is_window(case) else book.retention.case_kib) * _KIB
    if held < most:
        return not is_window(case) or _in_the_minute(case, to_instant(record.at)) < MOST_IN_A_MINUTE
    fact = _SINGULAR.get(type(record))
    if fact is None:
        return False
    return held < most + RESERVE or not getattr(cycles_of(case)[-1], fact)


def has_room_for_counts(tally: Tally) -> bool:
    """Whether a tally is no larger than it may be."""
    cells: tuple[tuple[Any, ...], ...] = (tally.days, tally.months, tally.day_paces, tally.month_paces, tally.seen)
    return sum(map(len, cells)) <= MOST_CELLS


def _in_the_minute(case: Case, at: Instant) -> int:
    """How many records of complaints and reviews the window has of the minute of ``at``."""
    first = at // MINUTE * MINUTE
    return sum(
        [bisect_left(notes, (first + MINUTE,)) - bisect_left(notes, (first,)) for notes in (case.complaints, case.reviews)]
    )
