"""The case table as Faust sees it: a changelog to recover from, kept per partition (URL scheme ``partitioned://``).

Faust reads the changelog when a partition comes to this worker and hands it over here in whole batches. The worker takes it from
here into its engines. Changes go out through :mod:`monitor.stream.outbox`, coalesced, not through Faust's per-key path.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import faust
import msgspec
from faust.stores import memory
from faust.types import TP

from monitor.stream.faust.transport import BatchMessage, BatchSchema
from rules.errors import SupervisionError


class _Head(msgspec.Struct, array_like=True):
    """The first fields of an encoded :class:`rules.case.Case` and of a :class:`~monitor.stream.partition.clock.ClockRecord`."""

    form: object
    first: object
    offset: int = -1


_head = msgspec.msgpack.Decoder(_Head).decode


class Recovered:
    """Changelog records of one partition that no engine has taken yet: key to encoded case, None for a tombstone."""

    def __init__(self) -> None:
        self.rows: dict[bytes, bytes | None] = {}

    def put(self, key: bytes, value: bytes | None) -> None:
        """The later record wins, unless it knows less.

        A worker that was thought dead (a frozen machine) may wake and append a state older than its successor's.
        """
        known = self.rows.get(key)
        if known and value and _head(value).offset < _head(known).offset:
            return
        self.rows[key] = value


class BrokenChangelog(SupervisionError):
    """The case table's changelog was not read whole. Nothing is lost: it can be read again.

    Whose: the cluster's.
    Mend: start the worker again.
    """


class Store(memory.Store):  # type: ignore[misc]
    """Entry point ``partitioned`` of ``faust.stores``: what the changelog said, per partition, until it is taken."""

    def __post_init__(self) -> None:
        self._recovered: defaultdict[int, Recovered] = defaultdict(Recovered)
        self._offsets: dict[int, int] = {}
        self._assigned: set[int] = set()
        self.epochs: defaultdict[int, int] = defaultdict(int)
        self.failure: Exception | None = None
        self.active: frozenset[int] = frozenset()
        self.on_drop: Callable[[int], None] = lambda _partition: None

    def take(self, partition: int) -> Mapping[bytes, bytes | None]:
        """What was recovered for this partition since the last call."""
        return self._recovered.pop(partition, Recovered()).rows

    def wrote(self, partition: int, offsets: range) -> None:
        """Note that this worker's own changelog records at ``offsets`` are acknowledged, and need never be read back.

        Records of somebody else before them still have to be read.
        """
        known = self._offsets.get(partition)
        # A worker that was frozen beyond its session still has writes under way when it wakes. They come behind those of its
        # successor. It must read the successor's before it goes on, and find that it cannot.
        if offsets and (known is None or offsets.start <= known + 1):
            self._read(partition, offsets[-1])

    def _read(self, partition: int, offset: int) -> None:
        self._offsets[partition] = max(offset, self._offsets.get(partition, -1))

    def persisted_offset(self, tp: TP) -> int | None:
        """Where Faust goes on reading the changelog of a partition we kept."""
        return self._offsets.get(tp.partition)

    def apply_changelog_batch(self, batch: Iterable[Any], to_key: Any = None, to_value: Any = None) -> None:
        """Take in batches of raw changelog records. Faust only logs what goes wrong here, so it is kept for the worker."""
        try:
            for event in batch:
                if event.message.partition not in self._assigned:
                    continue
                self._check_unbroken(event.message)
                put = self._recovered[event.message.partition].put
                for record in event.value:
                    put(record.key, record.value)
                self._read(event.message.partition, event.message.offset)
        except Exception as error:
            self.failure = error
            raise

    def _check_unbroken(self, message: BatchMessage) -> None:
        """Raise ``BrokenChangelog`` if something of the changelog is missing between what was read before and this batch.

        A state with a hole must never be worked with.
        """
        known = self._offsets.get(message.partition)
        # Faust's recovery skips a batch that lies before one it has seen. One left over from before a rebalance could make it
        # skip what we need.
        if message.follows > (message.sought if known is None else known + 1):
            raise BrokenChangelog(
                f"changelog partition {message.partition}: read up to {known}, went on at {message.follows}: start it again"
            )

    async def on_rebalance(self, assigned: set[TP], revoked: set[TP], newly_assigned: set[TP], generation_id: int = 0) -> None:
        """Partitions that went elsewhere are forgotten at once; new ones begin with nothing left over from before."""
        changelog = self.table.changelog_topic_name
        self._assigned = {tp.partition for tp in assigned if tp.topic == changelog}
        for tp in revoked | newly_assigned:
            if tp.topic == changelog:
                self._recovered.pop(tp.partition, None)
                self._offsets.pop(tp.partition, None)
                self.epochs[tp.partition] += 1
                self.on_drop(tp.partition)

    async def on_recovery_completed(self, active_tps: set[TP], standby_tps: set[TP]) -> None:
        """Note which partitions are ours; the table's recover callback, which follows, builds their engines."""
        self.active = frozenset(tp.partition for tp in active_tps)

    def _clear(self) -> None:
        self._recovered.clear()
        self._offsets.clear()


class CaseChangelog(faust.Table):  # type: ignore[misc]
    """The table whose changelog holds the cases. Nobody reads or writes it through Faust's mapping interface."""

    def __init__(self, app: Any, **kwargs: Any) -> None:
        kwargs.setdefault("recovery_buffer_size", 4)  # events are whole batches
        super().__init__(app, **{**kwargs, "schema": BatchSchema()})

    @property
    def store(self) -> Store:
        """The typed store behind the table."""
        store = self.data
        assert isinstance(store, Store)
        return store
