"""When a simulation begins, and when its history does."""

from datetime import datetime, timedelta
from typing import NamedTuple

from monitor.simulate.hall import BadSimulation
from monitor.simulate.rhythm import ZONE, Rhythm, day_of
from rules.errors import UncoveredDate
from rules.instant import DAY, HOUR, isoformat, to_instant

LIVE_FROM = 9 * HOUR
"""Live simulation begins at nine: the hall is open and its busiest hour starts."""
MARGIN_DAYS = 120
"""The default start keeps this far from the calendar's end, so that no open case's limit runs into an uncovered year."""


class SimulationPlan(NamedTuple):
    """Epoch ms: history is simulated from ``origin`` on as fast as it goes, from ``live`` on by the simulated clock."""

    origin: int
    live: int


def plan(rhythm: Rhythm, *, now: int, start: datetime | None = None, backfill_days: int = 40) -> SimulationPlan:
    """Live from ``start``, by default from nine on the latest working day that the calendar covers well enough.

    A start at a time when the hall is closed is moved to its next opening. Raises ``BadSimulation`` for a start after
    ``now`` (brokers refuse records from the future) or outside the calendar, and for a negative history.
    """
    if backfill_days < 0:
        raise BadSimulation(f"{backfill_days} days of history: give 0 or more")
    try:
        live = to_instant(start) if start else _latest_morning(rhythm, min(now, rhythm.end - MARGIN_DAYS * DAY))
        live = max(live, rhythm.instant(rhythm.point(live)))
        first = day_of(live) - backfill_days
        rhythm.is_workday(first)
    except UncoveredDate as error:
        raise BadSimulation(f"{error}; or simulate another time") from error
    if live > now:
        raise BadSimulation(
            f"the simulated time would begin at {isoformat(live, ZONE)}, in the future: brokers refuse such records, "
            "so choose an earlier start"
        )
    return SimulationPlan(midnight(first) if backfill_days else live, live)


def parse_start(text: str) -> datetime:
    """``2026-03-04T09:00`` or ``2026-03-04`` (then nine o'clock), by China's clock unless it says otherwise."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise BadSimulation(f"start {text!r}: write a day or a time, 2026-03-04 or 2026-03-04T09:00") from None
    if len(text) == 10:
        when += timedelta(milliseconds=LIVE_FROM)
    return when if when.tzinfo else when.replace(tzinfo=ZONE)


def resumed(rhythm: Rhythm, origin: int, last: int) -> SimulationPlan:
    """Go on where a simulation stopped: from its last record on, or from the next opening."""
    return SimulationPlan(origin, max(last, rhythm.instant(rhythm.point(last))))


def midnight(day: int) -> int:
    """The first instant of an epoch day in China."""
    return day * DAY - 8 * HOUR


def _latest_morning(rhythm: Rhythm, limit: int) -> int:
    day = day_of(limit - LIVE_FROM)
    while not rhythm.is_workday(day):
        day -= 1
    return midnight(day) + LIVE_FROM
