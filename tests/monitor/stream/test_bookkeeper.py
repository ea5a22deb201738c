"""Rule books that change under running engines: open cases are judged anew, and nothing depends on when."""

import asyncio
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

import msgspec
import pytest
from aiokafka.errors import KafkaConnectionError
from hypothesis import given
from hypothesis import strategies as st

from monitor import metrics
from monitor.books import PublishedBook, PublishedCalendar, Shelf, calendar_record, encode
from monitor.books.files import book_table
from monitor.books.record import Published
from monitor.stream import bookkeeper as module
from monitor.stream.bookkeeper import Bookkeeper
from monitor.stream.partition.engine import SLICE_STEPS, Engine
from rules.alerts import STANDING, Alert
from rules.book import RuleBooks
from rules.case import Case
from tests.monitor.books.published_books import record_of
from tests.monitor.stream.hall import AROUND_THE_CLOCK, MONDAY, Feed, accepted, concluded, feed, ms, ticks
from tests.monitor.stream.raw import Raw, alerts_of, case_names, engine, run

DAY = timedelta(days=1)
NEXT = MONDAY + 10 * DAY
"""When the second book takes effect."""


def shelf() -> Shelf:
    return Shelf.of_files([AROUND_THE_CLOCK])


def calendar(*holidays: date) -> PublishedCalendar:
    """The national calendar with some days off."""
    return calendar_record(
        "cn", {"name": "cn", "base": "cn", "holidays": [{"date": day, "name": "停电"} for day in holidays]}, ""
    )


def second_book(begins: datetime = NEXT) -> PublishedBook:
    """The same rules under another version, from :data:`NEXT` on."""
    return record_of({**book_table(AROUND_THE_CLOCK), "version": "city-2", "effective_from": begins})


def with_records(*records: Published) -> RuleBooks:
    target = shelf()
    for record in records:
        target.take(record.key, encode(record))
    return target.books


class Log:
    """The records of one partition, fed to an engine piece by piece."""

    def __init__(self, target: Engine) -> None:
        self.engine = target
        self.alerts: list[Alert] = []
        self._offset = 0

    def feed(self, *feeds: Feed) -> None:
        raw = []
        for each in feeds:
            if each.partition == 0:
                raw.append(Raw(self._offset, each.at or 0, 0, each.key, each.value))
                self._offset += 1
        self.alerts += alerts_of(run(self.engine, raw))

    def change(self, books: RuleBooks) -> int:
        self.engine.use(books)
        return self.engine.reexamine(self.engine.cases.keys())

    def case(self, name: str) -> Case:
        case = self.engine.cases.get(name.encode())
        assert case is not None
        return case

    def standing(self) -> set[tuple[str, datetime]]:
        """Not by which book: an alert names the version that judged it when it changed last, and a case whose acceptance
        becomes known only later has the book of its first record until then."""
        last = {alert.id: alert for alert in self.alerts}
        return {(alert.id, alert.due_at) for alert in last.values() if alert.state in STANDING}


def new_log(books: RuleBooks | None = None) -> Log:
    return Log(engine(books=books))


[NAME, OTHER] = case_names(2)
WEDNESDAY = (MONDAY + 2 * DAY).date()


def test_a_changed_calendar_withdraws_the_card_and_moves_the_limit_at_the_next_tick() -> None:
    log = new_log()
    log.feed(feed(accepted(NAME, MONDAY, "3wd")), *ticks(MONDAY + 3.5 * DAY))
    assert [(alert.rule, alert.level) for alert in log.alerts if alert.state == "issued"][-1] == ("case-promise", "yellow")
    due = log.case(NAME).due
    assert log.change(with_records(calendar(WEDNESDAY))) == 1
    assert log.case(NAME).due == due, "only records change a case"
    log.feed(*ticks(MONDAY + 3.5 * DAY))
    moved = log.case(NAME)
    assert moved.due == due + 24 * 3_600_000
    yellow = [alert for alert in log.alerts if alert.level == "yellow"][-1]
    assert (yellow.state, yellow.reason) == ("withdrawn", "limit_moved")
    log.feed(*ticks(MONDAY + 5 * DAY))
    assert [alert.state for alert in log.alerts if alert.level == "yellow"] == ["issued", "withdrawn", "issued"]


def test_a_case_judged_by_a_changed_calendar_is_woken_at_once_and_once() -> None:
    log = new_log()
    log.feed(feed(accepted(NAME, MONDAY, "3wd")))
    waiting = log.engine.scoreboard.waiting
    assert log.change(with_records(calendar(WEDNESDAY))) == 1
    now = log.engine.clock.now
    assert log.engine.wakeups.earliest_current(now) == now
    assert log.engine.scoreboard.waiting == waiting
    assert log.engine.reexamine(log.engine.cases.keys()) == 0, "it is due already"
    log.feed(*ticks(MONDAY))
    assert log.engine.wakeups.earliest_current(now) > now
    assert log.engine.scoreboard.waiting == waiting
    assert log.change(with_records(calendar(WEDNESDAY))) == 0, "judged by that already"


def test_a_case_that_waited_for_nothing_is_woken_too() -> None:
    log = new_log()
    log.feed(feed(accepted(NAME, datetime.fromisoformat("2026-12-31T09:00:00+08:00"), "30wd")))
    assert log.engine.scoreboard.uncovered == 1
    longer = calendar_record("cn", {"name": "cn", "base": "cn", "years": [2027]}, "")
    assert log.change(with_records(longer)) == 1
    log.feed(*ticks(datetime.fromisoformat("2026-12-31T10:00:00+08:00")))
    assert log.engine.scoreboard.uncovered == 0
    assert log.case(NAME).due


def test_a_case_that_is_over_or_not_concerned_is_left_alone() -> None:
    log = new_log()
    gone = msgspec.structs.replace(concluded(NAME, MONDAY + DAY), how="withdrawn")
    log.feed(feed(accepted(NAME, MONDAY, "3wd")), feed(gone), feed(accepted(OTHER, MONDAY + DAY, "3wd")))
    assert log.change(with_records(second_book())) == 0, "a new version is for new cases"
    changed = log.change(with_records(second_book(), calendar(WEDNESDAY)))
    assert log.engine.wakeups.pop_due(log.engine.clock.now, 9) == [OTHER.encode()]
    assert changed == 1


def test_a_record_of_the_case_judges_it_anew_before_any_tick() -> None:
    log = new_log()
    log.feed(feed(accepted(NAME, MONDAY, "3wd")), *ticks(MONDAY + 3.5 * DAY))
    log.change(with_records(calendar(WEDNESDAY)))
    log.feed(feed(concluded(NAME, MONDAY + 3.6 * DAY)), *ticks(MONDAY + 4 * DAY))
    yellow = [(alert.state, alert.reason) for alert in log.alerts if alert.level == "yellow"]
    assert yellow == [("issued", "limit_passed"), ("withdrawn", "limit_moved")]
    assert not log.standing()


def test_each_card_names_the_version_its_case_was_accepted_under() -> None:
    log = new_log()
    log.feed(feed(accepted(NAME, MONDAY, "3wd")))
    log.change(with_records(second_book()))
    log.feed(feed(accepted(OTHER, NEXT, "3wd")), *ticks(NEXT + 60 * DAY))
    assert {(alert.case, alert.book) for alert in log.alerts} == {(NAME, "around-the-clock-1"), (OTHER, "city-2")}


def test_thousands_of_cases_are_judged_anew_slice_by_slice() -> None:
    names = case_names(2 * SLICE_STEPS + 5)
    log = new_log()
    log.feed(*(feed(accepted(name, MONDAY, "3wd")) for name in names))
    assert log.change(with_records(calendar(WEDNESDAY))) == len(names)
    [tick] = [Raw(len(names), ms(MONDAY + DAY), 0, each.key, each.value) for each in ticks(MONDAY + DAY)[:1]]
    parts = list(log.engine.apply([tick]))
    assert max(len(part.changes) for part in parts) <= SLICE_STEPS + 1
    assert sum(len(part.changes) for part in parts) == len(names) + 1
    assert len({case.due for case in map(log.case, names)}) == 1


STEPS = st.lists(st.tuples(st.sampled_from(["open", "close", "tick"]), st.integers(0, 5), st.floats(0, 0.9)), max_size=30)
NAMES = case_names(6, prefix="p")


def story(steps: list[tuple[str, int, float]]) -> list[list[Feed]]:
    """Some days in a hall: each step is a record, or a tick, of one day after the other."""
    days = []
    for number, (what, case, hours) in enumerate(steps):
        at = MONDAY + (number + hours) * DAY
        name = NAMES[case]
        record = {"open": accepted(name, at, "3wd"), "close": concluded(name, at)}.get(what)
        days.append([feed(record)] if record is not None else ticks(at))
    return days


@lru_cache
def published(*, book: bool = True, days: bool = True) -> RuleBooks:
    """The books there are once one or both publications have been read."""
    records: list[Published] = [second_book()] if book else []
    return with_records(*records, *([calendar(WEDNESDAY, (NEXT + 4 * DAY).date())] if days else []))


@given(STEPS, st.integers(0, 10), st.integers(0, 30))
def test_a_publication_read_at_any_time_leads_to_the_same_standing_cards(
    steps: list[tuple[str, int, float]], book: int, days: int
) -> None:
    """A new version read any time before it takes effect, a calendar read any time at all."""
    late, early = new_log(), new_log(published())
    for number, feeds in enumerate(story(steps)):
        if number in (book, days):
            late.change(published(book=number >= book, days=number >= days))
        late.feed(*feeds)
        early.feed(*feeds)
    late.change(published())
    for log in (late, early):
        log.feed(*ticks(MONDAY + 40 * DAY), *ticks(MONDAY + 41 * DAY))
    assert late.standing() == early.standing()
    for name in NAMES:
        if (case := early.engine.cases.get(name.encode())) is not None:
            assert (late.case(name).book, late.case(name).due) == (case.book, case.due)


class Catalog:
    """Stands in for the topic: what it is given to read, in order; then silence."""

    def __init__(self, *reads: Iterable[Published] | Exception) -> None:
        self._reads = list(reads)

    async def read(self, target: Shelf) -> int:
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
    catalog: Catalog, engines: dict[int, Engine], between: asyncio.Lock
) -> tuple[Bookkeeper, list[int], asyncio.Task[None]]:
    armed: list[int] = []
    keeper = Bookkeeper(shelf(), catalog, engines, asyncio.Lock(), between, armed.append)  # type: ignore[arg-type]
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
    class Untouched(Engine):
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
    target = shelf()
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
    Bookkeeper(Shelf.of_files([book]), Catalog(), {}, asyncio.Lock(), asyncio.Lock(), print)  # type: ignore[arg-type]
    assert ("its calendar ours ends with 2020. Limits that run into 2021 are judged once it has that year" in caplog.text) is said
