"""What one case adds to the figures of its department."""

from operator import add

from rules.case.case import UNCOVERED, Case, cycles_of, is_over, place_of
from rules.case.standing import standing

Place = tuple[str, str, str]
Count = tuple[int, int, int, int, int, int]

NOTHING: Count = (0, 0, 0, 0, 0, 0)


def counted_at(case: Case) -> Place:
    """Region, hall and department the case counts for."""
    place = place_of(case)
    return (place.region, place.hall, place.department) if place is not None else ("", "", "")


def count(case: Case | None) -> Count:
    """(accepted, open, concluded, on_time, yellow, red): 0 or 1 each, cards as many as stand. A case that came back counts once
    a cycle.

    Concluded counts accepted cases only, so that no rate exceeds one; without a limit, or by its deadline, is on time.
    """
    if case is not None and case.later:
        first, *others = map(_count, cycles_of(case))
        for other in others:
            first = tuple(map(add, first, other))
        return first
    return _count(case)


def _count(case: Case | None) -> Count:
    """The same of one cycle."""
    if case is None or case.terms is None:
        return NOTHING if case is None or not case.cards else (0, 0, 0, 0, *standing(case.cards))
    yellow, red = standing(case.cards) if case.cards else (0, 0)
    if case.concluded:
        on_time = not case.due or case.concluded <= case.due
        return (1, 0, 1, int(on_time), yellow, red)
    return (1, int(not is_over(case)), 0, 0, yellow, red)


def same_count(before: Case, after: Case) -> bool:
    """Whether nothing that :func:`count` or :func:`counted_at` reads has changed; cheaper than counting twice."""
    return (
        before.cards is after.cards
        and before.later is after.later
        and before.superseded == after.superseded
        and before.terms is after.terms
        and before.concluded == after.concluded
        and before.due == after.due
        and before.not_accepted == after.not_accepted
        and before.origin is after.origin
        and before.desk is after.desk
    )


def is_uncovered(case: Case) -> bool:
    """Whether a running limit of the case, or one of its levels, ends in a year its calendar does not cover. Nobody can judge it
    yet."""
    for clock in case.clocks:
        if not clock.end and (not clock.deadline or UNCOVERED in clock.thresholds):
            return True
    return any(map(is_uncovered, case.later)) if case.later else False
