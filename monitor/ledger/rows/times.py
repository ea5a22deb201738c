"""Instants as rows have them, and the day they lie in."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from rules.instant import Instant, to_datetime


def at(instant: Instant) -> datetime:
    """Epoch milliseconds as a time, to the millisecond exactly."""
    return to_datetime(instant, UTC)


def maybe(instant: Instant) -> datetime | None:
    """The same; None for what has not happened."""
    return at(instant) if instant else None


class LocalDays:
    """The day an instant lies in, by the clocks of one zone."""

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone)

    def of(self, time: datetime | None) -> date | None:
        """Its day; None of None."""
        return None if time is None else time.astimezone(self._zone).date()
