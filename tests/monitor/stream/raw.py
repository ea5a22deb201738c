"""Records as aiokafka would hand them over, without a broker."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from monitor.books.files import load_books
from monitor.kafka import partition_of
from monitor.stream.partition.clock import PartitionClock
from monitor.stream.partition.engine import PartitionEngine
from monitor.stream.partition.slices import Slice
from monitor.wire import decode_alert
from rules.alerts import Alert
from rules.book import RuleBooks
from rules.case import Case
from tests.monitor.stream.hall import AROUND_THE_CLOCK, PARTITIONS, Feed, case_key

BOOKS = load_books([AROUND_THE_CLOCK])


class Raw(NamedTuple):
    """One record; timestamps in epoch milliseconds, type 0 for CreateTime."""

    offset: int
    timestamp: int
    timestamp_type: int
    key: bytes | None
    value: bytes | None
    headers: Any = ()


def partition_log(feeds: Iterable[Feed], partition: int = 0, *, live: bool = False) -> list[Raw]:
    """Those of ``feeds`` that go to ``partition``, with the offsets they would get."""
    mine = [feed for feed in feeds if feed.partition == partition]
    return [Raw(offset, feed.at or 0, int(live), feed.key, feed.value) for offset, feed in enumerate(mine)]


def engine(
    clock: PartitionClock | None = None, partition: int = 0, *, books: RuleBooks | None = None, **more: Any
) -> PartitionEngine:
    return PartitionEngine(
        "t.events", partition, books or BOOKS, lambda key: partition_of(key, PARTITIONS), clock or PartitionClock(), **more
    )


def case_names(number: int, partition: int = 0, prefix: str = "c") -> list[str]:
    """So many numbers of cases that belong to ``partition``."""
    names = (f"{prefix}{count}" for count in range(number * PARTITIONS * 4))
    return [name for name in names if partition_of(case_key(name), PARTITIONS) == partition][:number]


def run(target: PartitionEngine, log: Sequence[Raw], size: int = 1000) -> list[Slice]:
    """Apply a log in batches of ``size`` records."""
    parts: list[Slice] = []
    for start in range(0, len(log), size):
        parts += target.apply(log[start : start + size])
    return parts


def alerts_of(parts: Iterable[Slice]) -> list[Alert]:
    return [decode_alert(value) for part in parts for _, value in part.alerts]


def states_of(target: PartitionEngine, names: Iterable[str]) -> dict[str, Case | None]:
    return {name: target.cases.get(case_key(name)) for name in names}
