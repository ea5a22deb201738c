"""Whether a window remembers long enough (:mod:`rules.facts.retention`) for all that a book still wants to judge by it."""

from collections.abc import Iterable

from rules.book import Complaints, ProcessRule, Retention, TimeLimit
from rules.instant import DAY
from rules.worktime import NATURAL_TIME, Limit, Unit

MOST_WITHIN = 366
"""Days within which a complaint can repeat another: counting begins anew with each year."""
_NATURAL = {Unit.calendar_days: 1, Unit.months: 31, Unit.years: 366}
_DAYS_OFF = 16
"""More than the longest run of days off, and the make-up days that go with it."""


def check_retention(
    retention: Retention,
    complaints: Complaints,
    time_limits: Iterable[TimeLimit],
    process: Iterable[ProcessRule],
    defects: list[str],
) -> None:
    """Add a defect for every rule whose last level could fall after its window has forgotten what it is about."""
    for rule in time_limits:
        if rule.kind.forgotten == "complaints":
            longest = Limit.parse(rule.limit)
            if rule.kind.extended_by == "complaints" and complaints.max_extension:
                longest = longest.granted(complaints.max_extension, complaints.unit)
            last = days_at_most(longest) + _last(rule)
            _compare(f"time_limits: {rule.id!r} can last {last} days", last, retention, defects)
    for found in process:
        if found.finding.forgotten and found.within is not None:
            within = days_at_most(found.within)
            if within > MOST_WITHIN:
                defects.append(f"process: {found.id!r}: within is longer than a year, which complaints are counted by")
            _compare(f"process: {found.id!r} looks back {within} days", within + _last(found), retention, defects)


def _last(rule: TimeLimit | ProcessRule) -> int:
    """Days from the deadline to the last level."""
    graces = [threshold.limit for threshold in rule.thresholds if threshold.kind == "after" and threshold.limit is not None]
    return max([days_at_most(grace) for grace in graces], default=0)


def _compare(what: str, days: int, retention: Retention, defects: list[str]) -> None:
    if days > retention.complaints:
        defects.append(f"{what}, more than the {retention.complaints} that a window remembers: raise retention.complaints")


def days_at_most(limit: Limit) -> int:
    """No fewer days than ``limit`` can take, whatever the calendar."""
    more = days_at_most(limit.more) if limit.more is not None else 0
    if limit.unit in _NATURAL:
        return limit.value * _NATURAL[limit.unit] + more
    if limit.unit in NATURAL_TIME:
        return limit.value * NATURAL_TIME[limit.unit] // DAY + 1 + more
    if limit.unit is Unit.working_days:
        return limit.value * 7 // 5 + _DAYS_OFF + more
    hours = limit.value if limit.unit is Unit.working_hours else limit.value // 60 + 1
    return hours * 7 // 5 + _DAYS_OFF + more  # an office day has an hour at least
