"""The parts of the worker's work on a log, each timed alone on exactly the inputs it has in a run; no Kafka, one thread."""

import gc
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords

from benchmarks.site import PARTITIONS
from monitor.kafka import partition_of
from monitor.stream.partition.clock import PartitionClock
from monitor.stream.partition.engine import PartitionEngine
from monitor.stream.partition.slices import Slice
from monitor.wire import decode_record, encode_json
from rules.alerts import Alert
from rules.book import RuleBooks
from rules.case import Case, decode_case, encode_case
from rules.events import Tick
from rules.step import Outcome, step

_TOPIC = "supervision.events"
_BATCH_BYTES = 1 << 19


class Call(NamedTuple):
    """One call of the rules: its arguments and its outcome."""

    arguments: tuple[Any, ...]
    outcome: Outcome


class Seen(NamedTuple):
    """What the parts had to do over the whole log."""

    slices: list[Slice]
    calls: list[Call]


def engine_seconds(batches: Sequence[Sequence[Any]], books: RuleBooks) -> float:
    """Seconds of all engines over the log, as the worker runs them between fetching and sending."""
    engines = _engines(books, step)
    begun = _now()
    for batch in batches:
        for _ in engines[batch[0].partition].apply(batch):
            pass
    return _now() - begun


def watch(batches: Sequence[Sequence[Any]], books: RuleBooks) -> Seen:
    """Run the engines once more and keep what goes in and out."""
    calls: list[Call] = []

    def noted(*arguments: Any) -> Outcome:
        outcome = step(*arguments)
        calls.append(Call(arguments, outcome))
        return outcome

    engines = _engines(books, noted)
    slices = [part for batch in batches for part in engines[batch[0].partition].apply(batch)]
    return Seen(slices, calls)


def part_seconds(batches: Sequence[Sequence[Any]], seen: Seen) -> dict[str, float]:
    """Seconds of each part over the whole log."""
    values = [record.value for batch in batches for record in batch]
    changes = [value for part in seen.slices for key, value in part.changes.items() if value and not key.startswith(b"\x00")]
    cases: list[Case] = [decode_case(value) for value in changes]
    rows = [encode_case(case) for case in _decoded(seen.calls)]
    alerts: list[Alert] = [alert for call in seen.calls for alert in call.outcome.alerts]
    ticks = [call.arguments for call in seen.calls if isinstance(call.arguments[1].record, Tick)]
    events = [call.arguments for call in seen.calls if not isinstance(call.arguments[1].record, Tick)]
    fetched = [_record_batch((record.key, record.value) for record in batch) for batch in batches]
    return {
        "fetch: record batches into records": _timed(_parse, fetched),
        "JSON decode of the event": _timed(decode_record, values),
        "case decode": _timed(decode_case, rows),
        "rules, on events": _timed(lambda arguments: step(*arguments), events),
        "rules, on ticks": _timed(lambda arguments: step(*arguments), ticks),
        "case encode": _timed(encode_case, cases),
        "alert encode": _timed(encode_json, alerts),
        "produce: records into record batches": _timed(_build, seen.slices),
    }


def _decoded(calls: Sequence[Call]) -> list[Case]:
    """The cases that came out of the table: those that no call of the rules had made a moment before."""
    made = {id(call.outcome.case) for call in calls if call.outcome.case is not call.arguments[0]}
    known: dict[int, Case] = {}
    for call in calls:
        case = call.arguments[0]
        if case is not None and id(case) not in made:
            known[id(case)] = case
    return list(known.values())


def _engines(books: RuleBooks, apply: Callable[..., Outcome]) -> dict[int, PartitionEngine]:
    def home(key: bytes) -> int:
        return partition_of(key, PARTITIONS)

    return {
        partition: PartitionEngine(_TOPIC, partition, books, home, PartitionClock(), apply=apply)
        for partition in range(PARTITIONS)
    }


def _timed(work: Callable[[Any], object], inputs: Iterable[Any]) -> float:
    """Seconds of ``work`` over all inputs, the best of three."""
    inputs = list(inputs)
    best = float("inf")
    for _ in range(3):
        begun = _now()
        for each in inputs:
            work(each)
        best = min(best, _now() - begun)
    return best


def _record_batch(pairs: Iterable[tuple[bytes | None, bytes | None]]) -> bytes:
    builder = DefaultRecordBatchBuilder(
        magic=2, compression_type=0, is_transactional=0, producer_id=-1, producer_epoch=-1, base_sequence=-1, batch_size=1 << 30
    )
    for offset, (key, value) in enumerate(pairs):
        builder.append(offset, timestamp=1, key=key, value=value, headers=[])
    return bytes(builder.build())


def _parse(batch: bytes) -> None:
    records = MemoryRecords(batch)
    while (found := records.next_batch()) is not None:
        for record in found:
            _ = (record.offset, record.timestamp, record.key, record.value, record.headers)


def _build(part: Slice) -> None:
    if part.alerts:
        _record_batch(part.alerts)
    if part.changes:
        _record_batch(part.changes.items())


def _now() -> float:
    return time.thread_time()


def quiet() -> None:
    """Garbage collection as the worker has it."""
    gc.set_threshold(200_000, 20, 1000)
    gc.collect()
    gc.freeze()


def as_batches(records: Iterable[Any], size: int) -> list[list[Any]]:
    """Records of a log as fetches would bring them: up to ``size`` of one partition, the partitions in turn."""
    by_partition: dict[int, list[Any]] = {}
    for record in records:
        by_partition.setdefault(record.partition, []).append(record)
    rounds = range(0, max(map(len, by_partition.values())), size)
    return [own[start : start + size] for start in rounds for own in by_partition.values() if own[start : start + size]]


async def collected(records: Any) -> list[Any]:
    """All of an asynchronous iterator."""
    return [record async for record in records]
