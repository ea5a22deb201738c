"""Whether a worker does its work, for probes; and what keeps it from that."""


class Readiness:
    """Told by the parts as it changes; asked from another thread. Not ready until told so."""

    def __init__(self) -> None:
        self._away = ""
        self._partitions = "it has no partitions yet"
        self._unacknowledged = ""

    def hindrance(self) -> str:
        """What keeps the worker from its work; empty if nothing does."""
        return self._away or self._unacknowledged or self._partitions

    def waits(self, why: str) -> None:
        """No broker is there; "" once one is."""
        self._away = why and f"waiting for Kafka: {why}"

    def has_partitions(self, ready: bool) -> None:
        """Partitions are given to it and recovered, or a rebalance has begun."""
        self._partitions = "" if ready else "a rebalance is under way"

    def acknowledged(self, in_time: bool) -> None:
        """Whether the broker acknowledges what is sent."""
        self._unacknowledged = "" if in_time else "Kafka does not acknowledge what was sent"
