"""What a stretch has produced so far."""

from monitor.stream.partition.slices import Alerted, RawRecord, Reroute, Slice
from monitor.wire import KEPT_BYTES, DeadLetter, encode_json
from rules.alerts import STANDING, Alert
from rules.case import Count, Place
from rules.errors import BadEvent


class SliceDraft:
    """Collects the effects of records until they are cut off as a :class:`~monitor.stream.partition.slices.Slice`."""

    def __init__(self, topic: str, partition: int) -> None:
        self._topic = topic
        self._partition = partition
        self._renew()

    def count(self, kind: type, outcome: str) -> None:
        """One record of this type came to this."""
        key = (kind, outcome)
        self._outcomes[key] = self._outcomes.get(key, 0) + 1

    def add_alert(self, key: bytes, alert: Alert) -> None:
        """One alert changed."""
        self.alerts.append((key, encode_json(alert)))
        self._alerted.append((alert.rule, alert.level, alert.state))
        if alert.state in STANDING and alert.raised_at == alert.changed_at:
            self._lags.append((alert.raised_at - alert.known_at).total_seconds())

    def bury(self, record: RawRecord, error: BadEvent) -> None:
        """Nobody can use this record."""
        value = record.value or b""
        self._dead.append(
            DeadLetter(
                reason=error.reason,
                message=str(error),
                source=f"{self._topic}/{self._partition}/{record.offset}",
                field=error.field,
                partition=self._partition,
                offset=record.offset,
                at=record.timestamp,
                size=len(value),
                key=record.key or b"",
                value=value[:KEPT_BYTES],
            )
        )

    def cut(self, figures: dict[Place, Count], now: int, *, ends_batch: bool) -> Slice:
        """Hand over what there is and begin anew."""
        outcomes = {(str(kind.__struct_config__.tag), what): n for (kind, what), n in self._outcomes.items()}  # type: ignore[attr-defined]
        if self._dead:
            outcomes["", "dead"] = len(self._dead)
        done = Slice(
            partition=self._partition,
            alerts=self.alerts,
            dead=self._dead,
            reroutes=self.reroutes,
            changes=self.changes,
            figures=figures,
            at=now,
            ends_batch=ends_batch,
            outcomes=outcomes,
            alerted=self._alerted,
            lags=self._lags,
        )
        self._renew()
        return done

    def _renew(self) -> None:
        self.alerts: list[tuple[bytes, bytes]] = []
        self.reroutes: list[Reroute] = []
        self.changes: dict[bytes, bytes | None] = {}
        self._dead: list[DeadLetter] = []
        self._outcomes: dict[tuple[type, str], int] = {}
        self._alerted: list[Alerted] = []
        self._lags: list[float] = []
