"""An alert as it was issued beside what the records say of it now."""

from collections.abc import Iterator
from typing import Literal, NamedTuple, get_args

from monitor.verify.issued import AlertTrail
from monitor.verify.recount import Recount, Trail
from rules.alerts import STATES, Alert, State
from rules.cards import AlertChange
from rules.case import NEVER, UNREACHED, Case
from rules.instant import to_instant

MismatchKind = Literal["unfounded", "missing", "different", "contradicted"]
"""Issued, but not by these records; due by the records, but never issued; issued otherwise; one change said in two ways."""
KINDS: tuple[MismatchKind, ...] = get_args(MismatchKind)

_GONE: frozenset[State] = frozenset({"superseded", "expired", "withdrawn"})
"""Ends that the system itself gives an alert: it may have come and gone unseen between two ticks, or under an earlier book."""
assert set(STATES) >= _GONE


class Mismatch(NamedTuple):
    """``fields`` name what differs; ``recomputed`` is the alert as of the common point, None where there is none."""

    kind: MismatchKind
    id: str
    fields: tuple[str, ...]
    issued: Alert | None
    recomputed: AlertChange | None


def compare(issued: AlertTrail, recount: Recount, ids: Iterator[str], *, cut: bool) -> Iterator[Mismatch | None]:
    """One verdict for each alert of a partition: the mismatch, or None where all is as recomputed.

    ``cut``: the partition's first records are gone; alerts of cases that began before the rest are passed over.
    """
    for id in ids:
        alert, trail = issued.last.get(id), recount.trails.get(id, Trail())
        if cut and _began_before(alert, trail, recount):
            continue
        if id in issued.contradicted:
            yield Mismatch("contradicted", id, ("change",), issued.contradicted[id], trail.at_point)
            continue
        yield _verdict(id, alert, trail)


def _verdict(id: str, alert: Alert | None, trail: Trail) -> Mismatch | None:
    point = trail.at_point
    if alert is None:
        return None if point is None or point.state in _GONE else Mismatch("missing", id, (), None, point)
    possible = trail.possible
    if not possible:
        return None if alert.state in _GONE else Mismatch("unfounded", id, (), alert, None)
    differences = [_differences(alert, change) for change in possible]
    if () in differences:
        return None
    return Mismatch("different", id, differences[0], alert, possible[0])


def _differences(alert: Alert, change: AlertChange) -> tuple[str, ...]:
    card, clock = change.card_change.card, change.card_change.clock
    deadline = clock.deadline if clock is not None and clock.deadline else card.due
    pairs = {
        "state": (alert.state, change.state),
        "level": (alert.level, change.level),
        "due_at": (to_instant(alert.due_at), card.due),
        "deadline": (to_instant(alert.deadline), deadline),
        "book": (alert.book, change.book.version),
        "department": (alert.department, change.department),
    }
    return tuple(name for name, (one, other) in pairs.items() if one != other)


def _began_before(alert: Alert | None, trail: Trail, recount: Recount) -> bool:
    """Whether the case, as far as we know, began before the first record that is left."""
    if alert is not None and min(to_instant(alert.counted_from), to_instant(alert.raised_at)) < recount.began:
        return True
    possible = trail.possible
    case = recount.cases.get(possible[0].case.key) if possible else None
    return case is None or _begun(case) < recount.began


def _begun(case: Case) -> int:
    """When the case was applied for or accepted; NEVER, and so before anything, where nothing is left that says so."""
    begun = min(case.applied or UNREACHED, case.terms.at if case.terms is not None else UNREACHED)
    return NEVER if begun == UNREACHED else begun
