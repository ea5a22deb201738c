"""What one stretch of records did, ready to be sent: alerts and what goes with them first, then the changelog."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

import msgspec

from monitor.wire import DeadLetter
from rules.case import Count, Place

CLOCK_KEY = b"\x00clock"
"""Changelog key of the partition's own record; no case key begins with a zero byte."""

Alerted = tuple[str, str, str]
"""Rule, level and state of one alert change, for the metric."""


class RawRecord(Protocol):
    """A record as aiokafka hands it over; timestamps in epoch milliseconds."""

    offset: int
    timestamp: int
    timestamp_type: int
    key: bytes | None
    value: bytes | None
    headers: Any


class Reroute(NamedTuple):
    """A record that lies in the wrong partition, and where it belongs."""

    partition: int
    key: bytes
    value: bytes
    timestamp: int
    headers: Any


class Slice(msgspec.Struct):
    """The effects of one stretch of one partition's records, in the order in which they must become durable.

    ``alerts``, ``dead`` and ``reroutes`` are acknowledged by the broker before ``changes`` (key to encoded case, None for
    a tombstone) are sent. Only the last slice of a batch (``ends_batch``) carries the partition's clock and lets the offset
    be committed. ``figures`` are the absolute counts of the places that changed, published after the changelog.
    """

    partition: int
    alerts: list[tuple[bytes, bytes]]
    dead: list[DeadLetter]
    reroutes: list[Reroute]
    changes: dict[bytes, bytes | None]
    figures: dict[Place, Count]
    at: int
    ends_batch: bool
    outcomes: Mapping[tuple[str, str], int]
    """Records by (type, outcome)."""
    alerted: list[Alerted]
    lags: list[float]
    """Seconds from due to raised, one for each newly raised alert."""

    @property
    def is_urgent(self) -> bool:
        """Whether something must be acknowledged before the changelog may be sent."""
        return bool(self.alerts or self.dead or self.reroutes)
