"""The versions there are, and what the code of today would write of each sample."""

import json
from collections.abc import Callable, Iterable, Iterator
from enum import IntEnum
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from monitor.almanac import ALMANAC
from monitor.books.record import encode as encode_published
from monitor.stream.partition.clock import PartitionClock
from monitor.stream.partition.engine import PartitionEngine
from monitor.stream.partition.slices import CLOCK_KEY, Slice
from monitor.wire import Topics, encode_event, encode_json
from rules.alerts import Reason
from rules.book import RuleBook, RuleBooks
from rules.bookfile import parse_book
from rules.case import encode_case
from rules.events import EVENT_TYPES, Header, key_of
from rules.families import FINDINGS
from rules.keys import key_of_alert
from rules.numbers import (
    ActNumber,
    AttendanceStep,
    ComplaintStep,
    Counter,
    HearingStep,
    LevelNumber,
    RecordNumber,
    ReviewStep,
    StageNumber,
    StateNumber,
    names_of,
)
from tests.golden import state_1, state_2

FOLDER = Path(__file__).parent
VERSIONS = (state_1, state_2)
"""Oldest first. The last is what today's code writes."""
FORMAT_OF = {"state-1": 1, "state-2": 2}
"""The form of cases and clocks in the changelog. Only today's is read; of alerts, events and numbers every version is."""
NEWEST = VERSIONS[-1]

Row = tuple[bytes, bytes]
"""Key and value of a Kafka record."""


class Raw(NamedTuple):
    """A record as the worker fetches it."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    timestamp_type: int = 0
    headers: Any = ()


def hexed(row: Row) -> str:
    """A row whose value is an array in msgpack: its key, its fields one a line, and what is in them."""
    key, value = row
    fields = msgspec.msgpack.decode(value)
    assert isinstance(fields, list)
    lines = [f"{key.hex()}  # {key!r}", f"{_head(value, fields).hex()}  # {len(fields)} fields"]
    said = [json.dumps(field, ensure_ascii=False, default=bytes.hex) for field in fields]
    lines += [f"{msgspec.msgpack.encode(field).hex()}  # {text}" for field, text in zip(fields, said, strict=True)]
    return "\n".join(lines) + "\n"


def _head(value: bytes, fields: list[Any]) -> bytes:
    """The bytes that say how long the array is."""
    head = value[: len(value) - sum(len(msgspec.msgpack.encode(field)) for field in fields)]
    assert head
    return head


def unhexed(text: str) -> Row:
    """The inverse of :func:`hexed`."""
    key, *value = [bytes.fromhex(line.partition("#")[0]) for line in text.splitlines()]
    return key, b"".join(value)


def rows(text: str) -> list[Row]:
    """Rows of JSON: key, tab, value; one a line."""
    return [(key.encode(), value.encode()) for key, _, value in (line.partition("\t") for line in text.splitlines())]


def lined(written: Iterable[Row]) -> str:
    """The inverse of :func:`rows`."""
    return "".join(f"{key.decode()}\t{value.decode()}\n" for key, value in written)


def golden_book() -> RuleBook:
    """The newest sample book, as a worker reads it from the catalog topic."""
    return parse_book("golden", NEWEST.PUBLISHED_BOOK.table, ALMANAC)


def worked() -> list[Slice]:
    """What a worker makes of the sample's course of records, and of time."""
    engine = PartitionEngine(Topics("golden").events, 0, RuleBooks([golden_book()]), lambda _key: 0, PartitionClock())
    batch = [
        Raw(offset, int(NEWEST.DAY_1.timestamp() * 1000) + hours * 3_600_000, key_of(event).encode(), encode_event(event))
        for offset, (hours, event) in enumerate(NEWEST.COURSE)
    ]
    tick = Raw(len(batch), int(NEWEST.DAY_1.timestamp() * 1000) + 14 * 86_400_000, None, encode_event(NEWEST.TICK))
    return [*engine.apply(batch), *engine.apply([tick], committed=len(batch))]


def _filled(kind: type[Header]) -> Header:
    return NEWEST.event(kind, {field.name for field in msgspec.structs.fields(kind)})


def _events() -> Iterator[Row]:
    for event in [*map(_filled, EVENT_TYPES.values()), NEWEST.TALLIED]:
        yield key_of(event).encode(), encode_event(event)  # type: ignore[arg-type]
    yield b"", encode_event(NEWEST.TICK)


def numbers() -> dict[str, dict[str, int]]:
    """Every number that stands for a name in what is stored."""

    def members(numbers: type[IntEnum], between: str = "_") -> dict[str, int]:
        return dict(zip(names_of(numbers, between), [member.value for member in numbers], strict=True))

    return {
        "finding": {finding.name: finding.code for finding in FINDINGS},
        "level": members(LevelNumber),
        "state": members(StateNumber),
        "stage": members(StageNumber, "-"),
        "act": members(ActNumber),
        "reason": {reason.code: reason.value for reason in Reason},
        "hearing": members(HearingStep),
        "complaint": members(ComplaintStep),
        "review": members(ReviewStep),
        "attendance": members(AttendanceStep),
        "counter": members(Counter),
        "record": members(RecordNumber),
    }


def _numbers() -> str:
    return json.dumps(numbers(), indent=1) + "\n"


def _worked_case() -> str:
    changes = {key: value for part in worked() for key, value in part.changes.items()}
    key = key_of(NEWEST.COURSE[0][1]).encode()
    value = changes[key]
    assert value is not None
    return hexed((key, value))


FILES: dict[str, Callable[[], str]] = {
    "case.hex": lambda: hexed((NEWEST.CASE.key.encode(), encode_case(NEWEST.CASE))),
    "clock.hex": lambda: hexed((CLOCK_KEY, msgspec.msgpack.encode(NEWEST.CLOCK))),
    "alert.tsv": lambda: lined([(key_of_alert(NEWEST.ALERT.id).encode(), encode_json(NEWEST.ALERT))]),
    "figures.tsv": lambda: lined([(NEWEST.FIGURES.key, encode_json(NEWEST.FIGURES))]),
    "dead-letter.tsv": lambda: lined([(b"", encode_json(NEWEST.DEAD_LETTER))]),
    "events.tsv": lambda: lined(_events()),
    "catalog.tsv": lambda: lined(
        (each.key, encode_published(each)) for each in (NEWEST.PUBLISHED_BOOK, NEWEST.PUBLISHED_CALENDAR)
    ),
    "numbers.json": _numbers,
    "worked-case.hex": _worked_case,
    "worked-alerts.tsv": lambda: lined(row for part in worked() for row in part.alerts),
}
"""What the code of today writes, by the name of its file."""
