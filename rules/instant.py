"""Instants inside the core: whole milliseconds since 1970-01-01T00:00:00Z.

An instant cannot be naive, compares and subtracts exactly, costs eight bytes, and is what Kafka stamps on records.
Wall-clock datetimes appear only at the edges (JSON, screens) and always carry an offset.
"""

from datetime import UTC, datetime, timedelta, tzinfo
from typing import TypeAlias

Instant: TypeAlias = int
"""Says in a signature that a number is an instant; numbers of milliseconds that are lengths end in ``_ms``."""

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def to_instant(when: datetime) -> Instant:
    """The instant of an aware datetime, microseconds cut off. A naive datetime is a ``TypeError``, never a guess."""
    return (when - _EPOCH) // _MILLISECOND


def to_datetime(instant: Instant, zone: tzinfo) -> datetime:
    """The wall-clock time of ``instant`` in ``zone``, with its offset."""
    return (_EPOCH + timedelta(milliseconds=instant)).astimezone(zone)


def isoformat(instant: Instant, zone: tzinfo) -> str:
    """``2015-01-16T08:30:00-05:00``; milliseconds only where there are any."""
    when = to_datetime(instant, zone)
    return when.isoformat(timespec="milliseconds" if instant % SECOND else "seconds")
