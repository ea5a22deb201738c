"""When the levels of a rule are reached, once its deadline is known."""

from rules.book import Threshold
from rules.case import UNCOVERED, UNREACHED
from rules.errors import UncoveredDate
from rules.instant import Instant
from rules.worktime import Limit, Pauses, Unit, Worktime


def threshold_of(
    threshold: Threshold, worktime: Worktime, start: Instant, deadline: Instant, unit: Unit, pauses: Pauses
) -> Instant:
    """The instant a level is reached at. A limit too short for its warning (one day, warned two days before) has none."""
    if threshold.kind == "fraction":
        return worktime.fraction(start, deadline, threshold.numerator, threshold.denominator, unit, pauses)
    if threshold.limit is None:
        return deadline
    if threshold.kind == "before":
        warned = worktime.before(deadline, threshold.limit)
        return warned if warned > start else UNREACHED
    return graced(worktime, deadline, threshold.limit)


def graced(worktime: Worktime, at: Instant, grace: Limit) -> Instant:
    """The threshold of a level that is reached ``grace`` after ``at``. What is known of the other levels holds without it."""
    try:
        return worktime.after(at, grace)
    except UncoveredDate:
        return UNCOVERED
