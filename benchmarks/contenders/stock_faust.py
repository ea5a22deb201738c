"""Faust as its documentation would have it: a Record model, a Table with a changelog, ``async for event``, ``topic.send``.

The idioms are those of the user guide: events are described by a ``faust.Record`` and decoded by Faust; the state is an
``app.Table`` in the memory store with ``value_type=bytes``, holding the case in the same compact msgpack form as everybody's
(Faust's own choice for a table would be JSON, which costs more); alerts go out with ``await topic.send``. Settings are
Faust's defaults, except that the web server and the leader topic are off and that it runs on uvloop, which all help it.
Delivery is Faust's own: at least once, no order between alerts and changelog. Timers: a tick is an event like any other and
wakes the cases that wait.
"""

import sys
from heapq import heappop, heappush
from pathlib import Path
from typing import Any

import faust
import msgspec
import uvloop

from benchmarks.child import BenchmarkFailed
from monitor.books.files import load_books
from monitor.kafka import partition_of
from monitor.settings import load_settings
from monitor.wire import Topics, encode_json
from rules.case import decode_case, encode_case
from rules.events import EVENT_TYPES, TICK, Tick, key_of
from rules.events import Record as AnyRecord
from rules.step import Delivery, step, wake_at


class Report(faust.Record, serializer="json"):  # type: ignore[call-arg, misc]  # Faust has no types
    """What window systems report: the fields of every type in one model."""

    type: str
    id: str | None = None
    at: str | None = None
    region: str | None = None
    case: str | None = None
    hall: str | None = None
    department: str | None = None
    window: str | None = None
    operator: str | None = None
    channel: str | None = None
    terminal: str | None = None
    item: str | None = None
    materials: str | None = None
    promised: str | None = None
    statutory: str | None = None
    reason: str | None = None
    to: str | None = None
    stage: str | None = None
    handler: str | None = None
    action: str | None = None
    procedure: str | None = None
    approved_days: int | None = None
    approver: str | None = None
    days: int | None = None
    result: str | None = None
    how: str | None = None
    amount_fen: int | None = None
    cashier: str | None = None
    complaint: str | None = None
    about: str | None = None
    score: int | None = None
    applicant: str | None = None
    limit: str | None = None
    person: str | None = None
    alert: str | None = None
    outcome: str | None = None
    cause: str | None = None
    consent: str | None = None
    level: str | None = None
    rating: str | None = None
    founded: bool | None = None
    upheld: bool | None = None
    numbered_by: str | None = None
    precision: str | None = None
    revision: int | None = None
    record: str | None = None
    attendance: bool | None = None
    due_at: str | None = None
    due_as: str | None = None
    sure: bool | None = None


def check_model() -> None:
    """Refuse to run with a model that would drop a field: the rules would judge less than they are told."""
    known = {"type", *Report._options.fields}
    for name, kind in EVENT_TYPES.items():
        lacking = sorted({field.encode_name for field in msgspec.structs.fields(kind)} - known)
        if lacking:
            raise BenchmarkFailed(f"stock Faust's Report lacks {', '.join(lacking)} of {name}: add them to {__file__}")


class WakeUps:
    """Per partition: the record time, and a heap of the cases that wait."""

    def __init__(self) -> None:
        self.now: dict[int, int] = {}
        self._heaps: dict[int, list[tuple[int, str]]] = {}
        self._waits: dict[str, int] = {}

    def wait(self, partition: int, key: str, wake: int | None) -> None:
        """``key`` waits for ``wake``, or for nothing."""
        if wake is None:
            self._waits.pop(key, None)
        elif self._waits.get(key) != wake:
            self._waits[key] = wake
            heappush(self._heaps.setdefault(partition, []), (wake, key))

    def due(self, partition: int) -> list[str]:
        """Keys whose instant has come."""
        heap, found = self._heaps.get(partition, []), []
        while heap and heap[0][0] <= self.now[partition]:
            wake, key = heappop(heap)
            if self._waits.get(key) == wake:
                found.append(key)
        return found


def make_app(file: Path) -> Any:
    """The app for the settings in ``file``."""
    check_model()
    settings = load_settings(file)
    books = load_books(settings.worker.books)
    topics = Topics(settings.topics.prefix)
    app = faust.App(
        settings.group,
        broker=f"kafka://{settings.kafka.bootstrap}",
        store="memory://",
        topic_partitions=settings.topics.partitions,
        topic_disable_leader=True,
        web_enabled=False,
        datadir=str(file.with_suffix(".state")),
    )
    events = app.topic(topics.events, key_type=str, value_type=Report)
    alerts = app.topic(topics.alerts, key_type=str, value_type=bytes)
    cases = app.Table("cases", key_type=str, value_type=bytes, partitions=settings.topics.partitions)
    wakeups = WakeUps()

    async def rebuild() -> None:
        for key, encoded in cases.items():
            partition = partition_of(key.encode(), settings.topics.partitions)
            wakeups.wait(partition, key, wake_at(decode_case(encoded), books))

    cases.on_recover(rebuild)

    async def apply(key: str, record: AnyRecord, message: Any) -> None:
        encoded = cases.get(key)
        case = decode_case(encoded) if encoded else None
        arrived = round(message.timestamp * 1000)
        outcome = step(case, Delivery(record, arrived, message.offset), books, wakeups.now[message.partition])
        if outcome.case is not None and outcome.case is not case:
            cases[key] = encode_case(outcome.case)
        wakeups.wait(message.partition, key, outcome.wake_at)
        for alert in outcome.alerts:
            await alerts.send(key=key, value=encode_json(alert))

    async def supervise(stream: Any) -> None:
        async for event in stream.events():
            message = event.message
            arrived = round(message.timestamp * 1000)
            wakeups.now[message.partition] = max(arrived, wakeups.now.get(message.partition, 0))
            fields = {name: value for name, value in event.value.asdict().items() if value is not None}
            record: AnyRecord = msgspec.convert(fields, AnyRecord)
            if not isinstance(record, Tick):
                await apply(key_of(record), record, message)
                continue
            for key in wakeups.due(message.partition):
                await apply(key, TICK, message)

    app.agent(events)(supervise)
    return app


if __name__ == "__main__":
    uvloop.install()
    made = make_app(Path(sys.argv[1]))
    faust.Worker(made, loglevel="warn").execute_from_commandline()
