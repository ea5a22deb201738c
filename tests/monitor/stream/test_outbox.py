"""The order in which a slice becomes durable, against a broker that answers when the test says so."""

import asyncio
from collections.abc import Iterable
from typing import Any, NamedTuple

import pytest

from monitor.stream.faults import PlannedCrash
from monitor.stream.outbox import MAX_UNSETTLED, Outbox, _written
from monitor.stream.partition.slices import Reroute, Slice
from monitor.wire import DeadLetter, Topics, decode_dead_letter

TOPICS = Topics("t")


class Answer(NamedTuple):
    offset: int


class Broker:
    """Keeps what was sent; acknowledges on demand."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, int | None, Any]] = []
        self.open: list[tuple[str, int | None, asyncio.Future[Answer]]] = []

    async def send_records(
        self, topic: str, partition: int, records: Iterable[tuple[bytes | None, bytes | None]], latest: int
    ) -> list[asyncio.Future[Any]]:
        return [self._take(topic, partition, list(records))]

    async def send_one(
        self,
        topic: str,
        key: bytes | None,
        value: bytes,
        *,
        partition: int | None = None,
        timestamp_ms: int | None = None,
        headers: Any = None,
    ) -> asyncio.Future[Any]:
        return self._take(topic, partition, (key, value, timestamp_ms, headers))

    def _take(self, topic: str, partition: int | None, what: Any) -> asyncio.Future[Answer]:
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.sent.append((topic, partition, what))
        self.open.append((topic, partition, future))
        return future

    async def acknowledge(self, topic: str, partition: int | None = 0, offset: int = 0) -> None:
        """Answer everything open on this topic and partition, and let the outbox react."""
        for each in [each for each in self.open if each[:2] == (topic, partition)]:
            self.open.remove(each)
            each[2].set_result(Answer(offset))
        await settle()

    def topics(self) -> list[tuple[str, int | None]]:
        return [(topic, partition) for topic, partition, _ in self.sent]


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def part(partition: int = 0, *, alert: bytes = b"", change: bytes = b"", **more: Any) -> Slice:
    defaults: dict[str, Any] = {"dead": [], "reroutes": [], "figures": {}, "at": 0, "ends_batch": True}
    return Slice(
        partition=partition,
        alerts=[(b"k", alert)] if alert else [],
        changes={b"k": change} if change else {},
        outcomes={},
        alerted=[],
        lags=[],
        **{**defaults, **more},
    )


class Desk:
    """An outbox with a record of what it settled."""

    def __init__(self) -> None:
        self.broker = Broker()
        self.settled: list[tuple[Slice, range]] = []
        self.done: list[str] = []
        self.errors: list[BaseException] = []
        self.outbox = Outbox(self.broker, TOPICS, "changelog", self._settled, self._failed, PlannedCrash())

    def _settled(self, part: Slice, written: range, seconds: float) -> None:
        self.settled.append((part, written))

    async def _failed(self, error: BaseException) -> None:
        self.errors.append(error)

    async def put(self, part: Slice, name: str = "") -> None:
        async def done() -> None:
            self.done.append(name)

        await self.outbox.put(part, done)
        await settle()


async def test_the_changelog_waits_for_the_alerts_of_its_own_batch() -> None:
    desk = Desk()
    await desk.put(part(alert=b"a", change=b"c"), "one")
    assert desk.broker.topics() == [(TOPICS.alerts, 0)]
    await desk.broker.acknowledge(TOPICS.alerts)
    assert desk.broker.topics() == [(TOPICS.alerts, 0), ("changelog", 0)]
    assert not desk.done
    await desk.broker.acknowledge("changelog", offset=7)
    assert desk.done == ["one"]
    assert desk.settled[0][1] == range(7, 8)


@pytest.mark.parametrize(
    ("batches", "records", "written"),
    [([], 3, range(0)), ([7], 3, range(7, 10)), ([7, 9], 4, range(7, 11)), ([7, 20], 4, range(0)), ([-1], 1, range(0))],
)
def test_the_offsets_of_a_slice_are_known_where_nobody_elses_lie_between(
    batches: list[int], records: int, written: range
) -> None:
    assert _written(batches, records) == written


async def test_dead_letters_and_reroutes_come_before_the_changelog_too() -> None:
    desk = Desk()
    letter = DeadLetter(reason="r", message="m", source="s", key=b"k", value=b"\xff")
    stray = Reroute(3, b"k", b"v", 5, (("h", b"1"),))
    await desk.put(part(change=b"c", dead=[letter], reroutes=[stray]), "one")
    assert desk.broker.topics() == [(TOPICS.dead_letters, None), (TOPICS.events, 3)]
    assert decode_dead_letter(desk.broker.sent[0][2][1]) == letter
    assert desk.broker.sent[1][2] == (b"k", b"v", 5, (("h", b"1"),))
    await desk.broker.acknowledge(TOPICS.dead_letters, None)
    assert ("changelog", 0) not in desk.broker.topics()
    await desk.broker.acknowledge(TOPICS.events, 3)
    assert ("changelog", 0) in desk.broker.topics()


async def test_changelogs_of_a_partition_keep_their_order() -> None:
    desk = Desk()
    await desk.put(part(alert=b"a", change=b"first"))
    await desk.put(part(change=b"second"))
    assert desk.broker.topics() == [(TOPICS.alerts, 0)], "the second has no alerts of its own, but the first goes first"
    await desk.broker.acknowledge(TOPICS.alerts)
    assert [what for topic, _, what in desk.broker.sent if topic == "changelog"] == [[(b"k", b"first")], [(b"k", b"second")]]


async def test_the_alerts_of_the_next_batch_do_not_wait_for_the_changelog() -> None:
    desk = Desk()
    await desk.put(part(alert=b"a", change=b"c"))
    await desk.put(part(alert=b"b", change=b"d"))
    assert [what for _, _, what in desk.broker.sent] == [[(b"k", b"a")], [(b"k", b"b")]]


async def test_a_partition_that_waits_holds_up_no_other() -> None:
    desk = Desk()
    await desk.put(part(0, alert=b"a", change=b"c"), "slow")
    await desk.put(part(1, change=b"c"), "quick")
    await desk.broker.acknowledge("changelog", 1)
    assert desk.done == ["quick"]


async def test_settling_keeps_the_order_of_the_partition() -> None:
    desk = Desk()
    await desk.put(part(change=b"c"), "one")
    await desk.put(part(), "empty")
    assert not desk.done
    await desk.broker.acknowledge("changelog")
    assert desk.done == ["one", "empty"]


async def test_a_refusal_of_the_broker_stops_the_partition_and_is_reported() -> None:
    desk = Desk()
    await desk.put(part(alert=b"a", change=b"c"), "one")
    await desk.put(part(change=b"d"), "two")
    desk.broker.open[0][2].set_exception(ConnectionError("gone"))
    await settle()
    assert [str(error) for error in desk.errors] == ["gone"]
    assert not desk.done
    assert ("changelog", 0) not in desk.broker.topics()


async def test_only_so_many_slices_are_under_way_at_once() -> None:
    desk = Desk()
    for _ in range(MAX_UNSETTLED):
        await desk.put(part(change=b"c"))
    waiting = asyncio.create_task(desk.put(part(change=b"c")))
    await settle()
    assert not waiting.done()
    await desk.broker.acknowledge("changelog")
    await waiting
    await desk.broker.acknowledge("changelog")
    await asyncio.wait_for(desk.outbox.drain(), 1)
    assert len(desk.settled) == MAX_UNSETTLED + 1


@pytest.mark.parametrize("text", ["nowhere", "after-alerts:x", "after-alerts:-1"])
def test_a_misspelt_fault_is_refused(text: str) -> None:
    with pytest.raises(Exception, match=r"SUPERVISE_FAULT=.*expected one of before-alerts"):
        PlannedCrash(text)
