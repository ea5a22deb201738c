"""Books that are read while engines run: swapped between batches, open cases looked at in small portions."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

import pytest
from aiokafka.errors import KafkaConnectionError

from monitor import metrics
from monitor.books import Library, encode
from monitor.books.record import Published
from monitor.stream import bookkeeper as module
from monitor.stream.bookkeeper import Bookkeeper
from monitor.stream.partition.engine import PartitionEngine
from tests.monitor.stream.changing_books import (
    NAME,
    WEDNESDAY,
    calendar,
    library,
    new_log,
    second_book,
)
from tests.monitor.stream.hall import MONDAY, accepted, feed, ticks
from tests.monitor.stream.raw import case_names, engine


class Catalog:
    """Stands in for the topic: what it is given to read, in order; then silence."""

    def __init__(self, *reads: Iterable[Published] | Exception) -> None:
        self._reads = list(reads)

    async def read(self, target: Library) -> int:
        if not self._reads:
            await asyncio.sleep(3600)
        what = self._reads.pop(0)
        if isinstance(what, Exception):
            raise what
        records = list(what)
        for record in records:
            target.take(record.key, encode(record))
        return len(records)


async def keep(
    catalog: Catalog, engines: dict[int, PartitionEngine], between: asyncio.Lock
) -> tuple[Bookkeeper, list[int], asyncio.Task[None]]:
    armed: list[int] = []
    keeper = Bookkeeper(library(), catalog, engines, asyncio.Lock(), between, armed.append)  # type: ignore[arg-type]
    return keeper, armed, asyncio.create_task(keeper.run())


async def test_books_are_swapped_between_batches_and_the_ticker_is_told() -> None:
    log, between = new_log(), asyncio.Lock()
    log.feed(feed(accepted(NAME, MONDAY, "3wd")))
    before = metrics.OUTDATED_CASES.labels("0")._value.get()
    await between.acquire()
    keeper, armed, running = await keep(Catalog([calendar(WEDNESDAY)]), {0: log.engine}, between)
    old = keeper.books
    await asyncio.sleep(0.05)
    assert keeper.books is old, "a batch is being applied"
    between.release()
    await asyncio.sleep(0.05)
    running.cancel()
    assert keeper.books is not old
    assert armed == [0]
    assert metrics.OUTDATED_CASES.labels("0")._value.get() == before + 1
    log.feed(*ticks(MONDAY))
    assert log.case(NAME).digest == next(iter(keeper.books)).digest


async def test_a_search_for_concerned_cases_leaves_room_for_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CHUNK", 1)
    log, between, turns = new_log(), asyncio.Lock(), []
    names = case_names(5)
    log.feed(*(feed(accepted(name, MONDAY, "3wd")) for name in names))
    _, armed, running = await keep(Catalog([calendar(WEDNESDAY)]), {0: log.engine}, between)
    while len(armed) < len(names):
        async with between:
            turns.append(len(armed))
        await asyncio.sleep(0)
    running.cancel()
    assert len(set(turns)) > 3, "batches got their turn in between"


async def test_a_partition_that_goes_elsewhere_meanwhile_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CHUNK", 1)
    log, between = new_log(), asyncio.Lock()
    log.feed(*(feed(accepted(name, MONDAY, "3wd")) for name in case_names(5)))
    engines = {0: log.engine}
    _, armed, running = await keep(Catalog([calendar(WEDNESDAY)]), engines, between)
    async with between:  # the next turn is the bookkeeper's
        pass
    for _ in range(20):
        await asyncio.sleep(0)
        if armed:
            engines.clear()
    await asyncio.sleep(0.05)
    running.cancel()
    assert 0 < len(armed) < 3


async def test_a_new_version_alone_looks_at_no_case() -> None:
    class Untouched(PartitionEngine):
        def reexamine(self, keys: Iterable[bytes]) -> int:
            raise AssertionError("no case can be outdated")

    untouched = engine()
    untouched.__class__ = Untouched
    keeper, armed, running = await keep(Catalog([second_book()]), {0: untouched}, asyncio.Lock())
    await asyncio.sleep(0.05)
    assert not running.done()
    running.cancel()
    assert [book.version for book in keeper.books] == ["around-the-clock-1", "city-2"]
    assert not armed


async def test_a_broker_that_fails_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY", 0.01)
    before = metrics.CATALOG_ERRORS.labels("unreachable")._value.get()
    keeper, _, running = await keep(Catalog(KafkaConnectionError(), [second_book()]), {}, asyncio.Lock())
    await asyncio.sleep(0.1)
    running.cancel()
    assert [book.version for book in keeper.books] == ["around-the-clock-1", "city-2"]
    assert metrics.CATALOG_ERRORS.labels("unreachable")._value.get() == before + 1


def test_the_gauge_knows_the_books_there_are() -> None:
    target = library()
    Bookkeeper(target, Catalog(), {}, asyncio.Lock(), asyncio.Lock(), print)  # type: ignore[arg-type]
    [sample] = metrics.RULE_BOOKS.collect()[0].samples
    [book] = target.books
    assert sample.labels == {"version": book.version, "digest": book.digest, "origin": "file"}


@pytest.mark.parametrize(("years", "said"), [([2019, 2020], True), (list(range(2019, 2100)), False)])
def test_a_calendar_that_ends_soon_is_named_when_the_worker_starts(
    years: list[int], said: bool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    book = tmp_path / "city.toml"
    book.write_text(
        'extends = "default"\nname = "city"\nversion = "city-1"\n'
        f'[calendar]\nname = "ours"\nbase = "weekends"\nyears = {years}\nholidays = []\nworkdays = []\n',
        "utf-8",
    )
    Bookkeeper(Library.of_files([book]), Catalog(), {}, asyncio.Lock(), asyncio.Lock(), print)  # type: ignore[arg-type]
    assert ("its calendar ours ends with 2020. Limits that run into 2021 are judged once it has that year" in caplog.text) is said
