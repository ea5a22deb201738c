"""A range of the events topic as a file of lines: every record with its Kafka timestamp, ticks left out."""

from collections import Counter
from pathlib import Path
from typing import Any, BinaryIO

from aiokafka import TopicPartition

from monitor.backtest.source import BacktestError, BacktestSource
from monitor.kafka import consuming, partitions_of, read_event, read_ranges
from monitor.recordfile import Seen, write_line
from monitor.settings import Settings
from monitor.wire import EARLIEST, LATEST, Topics, encode_event
from rules.errors import BadEvent
from rules.events import Tallied, Tick


async def from_topic(settings: Settings, begin: int | None, end: int | None, folder: Path, seen: Seen) -> BacktestSource:
    """The records stamped in ``[begin, end)`` (epoch ms; None: from the first, to the last there is now).

    What cannot be read is counted by reason, as the worker would bury it. Raises :class:`BacktestError` for a topic that does
    not exist or holds nothing in the range, ``KafkaUnavailable`` without a broker.
    """
    topic = Topics(settings.topics.prefix).events
    made = BacktestSource(topic, folder / "topic.jsonl", Counter())
    held = await partitions_of(topic, settings, BacktestError)
    async with consuming(settings) as consumer:
        starts, stops = await _range(consumer, held, begin, end)
        wanted = [each for each in held if stops[each] > starts[each]]
        if not wanted:
            raise BacktestError(f"topic {topic} holds no records in that range: widen --from and --to")
        with made.path.open("wb", buffering=1 << 20) as out:
            copier = _Copier(made, begin, end, out)
            ranges = {each: (starts[each], stops[each]) for each in wanted}
            await read_ranges(consumer, ranges, copier.take, lambda: seen(copier.read))
    return made


_Offsets = dict[TopicPartition, int]


async def _range(consumer: Any, held: list[TopicPartition], begin: int | None, end: int | None) -> tuple[_Offsets, _Offsets]:
    starts: _Offsets = await consumer.beginning_offsets(held)
    stops: _Offsets = await consumer.end_offsets(held)
    ends = dict(stops)
    if begin is not None:
        found = await consumer.offsets_for_times(dict.fromkeys(held, begin))
        starts = {each: found[each].offset if found[each] else ends[each] for each in held}
    if end is not None:
        found = await consumer.offsets_for_times(dict.fromkeys(held, end))
        stops = {each: found[each].offset if found[each] else ends[each] for each in held}
    return starts, stops


class _Copier:
    """Checks records as the worker does, and writes those that can be used."""

    def __init__(self, made: BacktestSource, begin: int | None, end: int | None, out: BinaryIO) -> None:
        self._made = made
        self._begin, self._end = begin or EARLIEST, end or LATEST
        self._write = out.write
        self._now: dict[int, int] = {}
        self.read = 0

    def take(self, record: Any) -> None:
        """One record, in the order of its partition."""
        at = record.timestamp
        self.read += 1
        try:
            if not EARLIEST <= at < LATEST:
                raise BadEvent("impossible_time", f"the record's own timestamp is {at} ms")
            if not self._begin <= at < self._end:  # on a topic whose times go back, offsets tell the range only nearly
                self.read -= 1
                return
            now = self._now[record.partition] = max(at, self._now.get(record.partition, 0))
            self._made.last = max(self._made.last, now)
            line = self._line(record, at, now)
        except BadEvent as error:
            self._made.bad[error.reason] += 1
        else:
            if line is None:
                self._made.ticks += 1
            else:
                self._write(line)

    @staticmethod
    def _line(record: Any, at: int, now: int) -> bytes | None:
        event = read_event(record.key, record.value)
        if isinstance(event, Tick | Tallied):  # time and counts are made anew
            return None
        value: bytes = record.value
        return write_line(at, now, encode_event(event) if b"\n" in value or b"\r" in value else value)
