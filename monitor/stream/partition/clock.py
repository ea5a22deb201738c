"""The time of a partition (:mod:`rules.recordtime`), and how it survives a crash exactly.

``now`` of a record is the time after it. After a crash the worker reads again from the committed offset, which lies before
records it has already seen. Those must find the same ``now`` as the first time, not the later one. The clock's record in the
changelog therefore keeps ``now`` after its last record, and more: the ``now`` *before* each batch that could be read again. It
leaves out where that is the batch's own first timestamp, as it mostly is.

Records in doubt are kept in memory only. Nothing behind the first of them is committed, so a crash has them read again.
"""

from contextlib import suppress

import msgspec

from monitor.stream.partition.slices import RawRecord
from monitor.wire import decode_record
from rules.case import FORMAT, check_format
from rules.errors import BadEvent
from rules.events import Tick
from rules.recordtime import EARLIEST, LATEST, LEAP, Due, RecordTime


class ClockRecord(msgspec.Struct, array_like=True, frozen=True, tag=FORMAT):
    """What the changelog keeps under :data:`~monitor.stream.partition.slices.CLOCK_KEY`."""

    now: int = 0
    offset: int = -1
    is_live: bool = False
    marks: tuple[tuple[int, int], ...] = ()


_encode = msgspec.msgpack.Encoder().encode
_read = msgspec.msgpack.Decoder(ClockRecord).decode


def _decode(kept: bytes) -> ClockRecord:
    try:
        return _read(kept)
    except msgspec.ValidationError:
        check_format(kept, FORMAT)
        raise


class PartitionClock(RecordTime[RawRecord]):
    """Record time of one partition, epoch milliseconds.

    ``offset`` is the last record applied by this process (-1: none yet), ``taken`` the last one taken, which may be in doubt.
    ``is_live`` tells whether the broker stamped it (LogAppendTime). Then this worker is the one to make ticks.
    """

    def __init__(self, recovered: bytes | None = None) -> None:
        kept = _decode(recovered) if recovered else ClockRecord()
        super().__init__(kept.now)
        self.is_live = kept.is_live
        self.offset = self.taken = -1
        self._recovered = kept
        self._marks = list(kept.marks)

    @staticmethod
    def last_offset(kept: bytes) -> int:
        """The last offset applied when this changelog record was written."""
        return _decode(kept).offset

    @property
    def reached(self) -> int:
        """The last offset that the state holds, applied by this process or before it; -1: none."""
        return max(self.offset, self._recovered.offset)

    @property
    def doubt(self) -> int:
        """How far the last stamp lies from the time so far, where it is in doubt: milliseconds, below 0 behind it; else 0."""
        return self.held[-1][0] - self.now if self.held else 0

    def begin_batch(self, offset: int, timestamp: int, committed: int, *, live: bool = False) -> None:
        """A batch begins at ``offset``; everything before ``committed`` will never be read again."""
        if self.taken < 0:
            self.now = self._now_before(offset)
        self._marks = [mark for mark in self._marks if committed <= mark[0] != offset]
        is_its_own = self.now <= timestamp and EARLIEST <= timestamp < LATEST
        if not is_its_own or (live and self.now and timestamp - self.now > LEAP):
            self._marks.append((offset, self.now))

    def take_raw(self, record: RawRecord) -> list[Due[RawRecord]]:
        """The next record as it lies in the topic, and what can be applied now, in order."""
        live, tick = record.timestamp_type == 1, None
        if live:
            with suppress(BadEvent):
                read = decode_record(record.value or b"")
                tick = read if isinstance(read, Tick) else None
        return self.take(record, record.timestamp, tick, live=live)

    def encode(self) -> bytes:
        """The record for the changelog."""
        old = self._recovered
        now, offset = (self.now, self.offset) if self.offset >= old.offset else (old.now, old.offset)
        return _encode(ClockRecord(now, offset, self.is_live, tuple(self._marks)))

    def _now_before(self, offset: int) -> int:
        """Record time just before ``offset``, the first record read after a recovery."""
        if offset > self._recovered.offset:
            return self._recovered.now
        return dict(self._recovered.marks).get(offset, 0)
