"""A range of the events topic as a file of lines: every record with its Kafka timestamp, ticks left out."""

from collections import Counter, defaultdict
from pathlib import Path
from typing import Any, BinaryIO

from aiokafka import TopicPartition

from monitor.backtest.source import BacktestError, BacktestSource
from monitor.kafka import consuming, partitions_of, read_event, read_ranges
from monitor.recordfile import Seen, write_line
from monitor.settings import Settings
from monitor.wire import Topics, encode_event
from rules.errors import BadEvent
from rules.events import Event, Record, Tallied, Tick
from rules.recordtime import EARLIEST, LATEST, RecordTime


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
        self._times: defaultdict[int, RecordTime[tuple[Event, bytes] | None]] = defaultdict(RecordTime)
        self.read = 0

    def take(self, record: Any) -> None:
        """One record, in the order of its partition."""
        at, live = record.timestamp, record.timestamp_type == 1
        self.read += 1
        if not live and not EARLIEST <= at < LATEST:
            self._made.bad["impossible_time"] += 1
            return
        if not self._begin <= at < self._end:  # on a topic whose times go back, offsets tell the range only nearly
            self.read -= 1
            return
        event: Record | None = None
        try:
            event = read_event(record.key, record.value)
        except BadEvent as error:
            self._made.bad[error.reason] += 1
        time, tick = self._times[record.partition], event if isinstance(event, Tick) else None
        self._made.ticks += isinstance(event, Tick | Tallied)  # time and counts are made anew
        told = (event, record.value) if event is not None and not isinstance(event, Tick | Tallied) else None
        for each, arrived, now in time.take(told, at, tick, live=live):
            if each is not None:
                event, value = each
                self._write(write_line(arrived, now, encode_event(event) if b"\n" in value or b"\r" in value else value))
        self._made.last = max(self._made.last, time.now)
