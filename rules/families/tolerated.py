"""Steps of a case that were reported out of order and count as in order: within the tolerance of the book, or told inexactly."""

from collections.abc import Iterator
from typing import NamedTuple

from rules.book import RuleBook
from rules.case import NEVER, Case, latest
from rules.instant import Instant


class Reordered(NamedTuple):
    """``later`` was told to lie before ``earlier``, which it follows. By how much more than its span allows, in ms: 0 if not."""

    earlier: str
    earlier_at: Instant
    later: str
    later_at: Instant
    by_ms: int


def reordered(case: Case, book: RuleBook) -> Iterator[Reordered]:
    """Every such pair, by the tags of their records."""
    for earlier, earlier_at, later, later_at in _pairs(case):
        if 0 < later_at < earlier_at:
            by = max(earlier_at - latest(case, later_at), 0)
            if by <= book.tolerance:
                yield Reordered(earlier, earlier_at, later, later_at, by)


def _pairs(case: Case) -> Iterator[tuple[str, Instant, str, Instant]]:
    accepted = case.terms.at if case.terms is not None else NEVER
    told = "decided" if case.decided else "concluded"
    settled = case.decided or case.concluded
    yield "accepted", accepted, "decided", case.decided
    yield "accepted", accepted, "concluded", case.concluded
    yield "decided", case.decided, "concluded", case.concluded
    yield told, settled, "issued", case.issued
    yield told, settled, "delivered", case.delivered
    for at, _, _ in case.suspensions:
        yield "suspended", at, "resumed", _unless_followed(case.resumptions, at)
    for at, stage in case.entered:
        yield "stage_entered", at, "stage_left", _unless_followed([left for left, which in case.left if which == stage], at)


def _unless_followed(ends: tuple[Instant, ...] | list[Instant], start: Instant) -> Instant:
    """The last of the sorted ``ends`` if none comes at ``start`` or after it."""
    return ends[-1] if ends and ends[-1] < start else NEVER
