"""Which of two reported instants came first, where one was told to the day only, or by another system's clock.

A fact has one instant, the beginning of what was told. What began counts from the end of its span (:func:`rules.case.latest`).
What ended counts from the beginning of it, but never before what it ended. So a deadline is judged at the end of what is
possible. An order is found wrong only where no reading of the record puts it right. Steps that are out of order by no more than
the book's tolerance count as in order, too; no deadline moves for that.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from rules.book import RuleBook
from rules.case import NEVER, Case, latest
from rules.families.run import Run
from rules.instant import Instant


def in_order(case: Case, earlier: Instant, later: Instant, book: RuleBook) -> bool:
    """Whether ``earlier`` can have come before ``later``, or with it."""
    return earlier <= later + book.tolerance or (bool(case.spans) and earlier <= latest(case, later) + book.tolerance)


def by_latest(case: Case, notes: Sequence[Any]) -> Sequence[Any]:
    """``notes``, which begin with an instant, by the last one at which each can have happened. So the n-th had come by then.

    One told less exactly that may be another one again, told once more by another system, is left out: it is not one more.
    """
    if not case.spans:
        return notes
    found = []
    for note in notes:
        first, last = note[0], latest(case, note[0])
        if first == last or not any(first <= other[0] <= last and other[1:] == note[1:] for other in notes if other is not note):
            found.append((last, *note[1:]))
    return sorted(found)


def told(case: Case, run: Run) -> Run:
    """``run`` from the last instant at which it can have begun. That may lie after its end, if both are of one day."""
    start = latest(case, run.start)
    return run if start == run.start else run._replace(start=start)


def first_end(case: Case, ends: Sequence[Instant], start: Instant, starts: Sequence[Instant], book: RuleBook) -> Instant:
    """When what began at ``start`` was first ended by one of the sorted ``ends``; ``NEVER`` where by none.

    An end whose span reaches to the start ends it at once. So does one that lies before it by no more than the tolerance and
    ends none of the other ``starts``.
    """
    if not ends or ends[0] >= start:
        return ends[0] if ends else NEVER
    for at in ends:
        if at >= start:
            return at
        if _may_end(case, ends, at, start, starts, book):
            return start
    return NEVER


def _ends_nothing(before: Sequence[Instant], at: Instant, starts: Sequence[Instant]) -> bool:
    """Whether all that began by ``at`` had been ended ``before``."""
    place = bisect_right(starts, at)
    return not place or (bool(before) and before[-1] >= starts[place - 1])


def last_ends(case: Case, ends: Sequence[Instant], starts: Sequence[Instant], book: RuleBook) -> list[Instant]:
    """For each of the sorted ``starts`` the last instant at which it can have been ended by one of ``ends``; ``NEVER`` by none.

    That is what a pause lasts. An end whose span reaches to a start is taken for its end where none came before the next start.
    It then ends no other: else today's resumption would also be that of the next suspension.
    """
    found: list[Instant] = []
    used: set[Instant] = set()
    for start, following in pairwise((*starts, NEVER)):
        place = bisect_left(ends, start)
        end = ends[place] if place < len(ends) else NEVER
        if place and (not end or (following and end > following)):
            end = next((at for at in ends[:place] if at not in used and _may_end(case, ends, at, start, starts, book)), end)
        used.add(end)
        found.append(max(latest(case, end), start) if end else NEVER)
    return found


def _may_end(case: Case, ends: Sequence[Instant], at: Instant, start: Instant, starts: Sequence[Instant], book: RuleBook) -> bool:
    """Whether the end at ``at``, which lies before ``start``, can be its end."""
    if case.spans and latest(case, at) >= start:
        return True
    return at >= start - book.tolerance and _ends_nothing(ends[: bisect_left(ends, at)], at, starts)
