"""A live partition with every clock wrong: the broker's, the worker's, the windows', steady, stepping and drifting.

Engine, ticker and broker's log as the worker has them, in time that leaps over its waits. Windows post a case now and then; each
has a limit of two hours by its own words. A card must fall when that is over in truth: never early, and late by no more than the
test says.
"""

import asyncio
from collections.abc import Callable

import pytest

from monitor.stream.broker_time import OwnClock
from monitor.stream.partition.clock import PartitionClock
from monitor.stream.partition.engine import PartitionEngine
from monitor.stream.ticker import Ticker
from monitor.verify.recount import Recount
from monitor.wire import encode_event
from rules.events import Tick, key_of
from rules.instant import DAY, HOUR, MINUTE, SECOND, to_datetime
from tests.monitor.stream.clockwork import SetClock, monotonic, run
from tests.monitor.stream.hall import MONDAY, accepted, ms
from tests.monitor.stream.raw import BOOKS, Raw, alerts_of, engine

T = ms(MONDAY)
YEAR = 365 * DAY
TRANSIT = 0.005
SHIFTS = (0, SECOND, -SECOND, HOUR, -HOUR, DAY, -DAY, 10 * YEAR, -10 * YEAR)


class World:
    """One partition of a live topic, with whoever writes and reads it. ``truth`` is a clock that is right."""

    def __init__(self, broker: Callable[[], int], windows: Callable[[], int] | None = None) -> None:
        self.truth = SetClock(T)
        self.broker, self.windows = broker, windows or self.truth
        self.log: list[Raw] = []
        self.due: dict[str, int] = {}
        self.fell: dict[str, int] = {}
        self.engine: PartitionEngine | None = None
        self.ticker: Ticker | None = None
        self.ticks = 0

    def start_worker(self, own: Callable[[], int], recovered: bytes | None = None) -> None:
        """A worker whose clock is ``own`` begins with what there is."""
        self.engine = engine(PartitionClock(recovered))
        self.engine.__dict__.update(_home=lambda key: 0)
        ticker = self.ticker = Ticker(self._send_tick, self._failed, OwnClock(monotonic, own))
        self._read(self.log)
        live = self.engine

        def due(now: int) -> int:
            return live.wakeups.earliest_current(now) if live.clock.is_live else 0

        ticker.watch(0, due, live.clock)

    def stop_worker(self) -> None:
        assert self.ticker is not None
        self.ticker.forget_all()
        self.engine = self.ticker = None

    def post(self, case: str) -> None:
        """A window accepts a case now; its limit is over two hours from now, in truth."""
        self.due[case] = self.truth() + 2 * HOUR
        event = accepted(case, to_datetime(self.windows(), MONDAY.tzinfo), "2wh")
        self._append(key_of(event).encode(), encode_event(event))

    def cards(self) -> dict[str, int]:
        """By how many ms after its limit each card fell, in truth."""
        return {case: fell - self.due[case] for case, fell in self.fell.items()}

    def _append(self, key: bytes | None, value: bytes) -> Raw:
        record = Raw(len(self.log), self.broker(), 1, key, value)
        self.log.append(record)
        asyncio.get_running_loop().call_later(TRANSIT, self._read, [record])
        return record

    def _read(self, records: list[Raw]) -> None:
        if self.engine is None:
            return
        alerts = alerts_of(self.engine.apply(records))
        for alert in alerts:
            if alert.level == "yellow" and alert.state == "issued":
                self.fell.setdefault(alert.case, self.truth())
        if self.ticker is not None and self.engine.clock.is_live:
            self.ticker.applied(0, self.engine.clock.taken)

    async def _send_tick(self, partition: int, tick: Tick) -> tuple[int, int]:
        self.ticks += 1
        await asyncio.sleep(TRANSIT)
        record = self._append(None, encode_event(tick))
        await asyncio.sleep(TRANSIT)
        return record.offset, record.timestamp

    async def _failed(self, error: BaseException) -> None:
        raise error

    def recount(self) -> Recount:
        """The log once more, as ``cards verify`` reads it."""
        recount = Recount(BOOKS, lambda key: True, len(self.log))
        for record in self.log:
            recount.take(record.offset, record.timestamp, record.key, record.value, live=True)
        return recount


async def an_afternoon(world: World, own: Callable[[], int]) -> None:
    """A case every five minutes for two hours, and two more in which their limits run out."""
    world.start_worker(own)
    for number in range(24):
        world.post(f"c{number}")
        await asyncio.sleep(300)
    await asyncio.sleep(7200 + 120)


def never_early(world: World, late: int, *, early: int = 0) -> None:
    cards = world.cards()
    assert set(cards) == set(world.due), "no card is missing"
    assert min(cards.values()) >= -early
    assert max(cards.values()) <= late


@pytest.mark.parametrize("windows", [0, SECOND, -SECOND, MINUTE])
@pytest.mark.parametrize("worker", SHIFTS)
def test_a_wrong_clock_of_the_worker_costs_nothing_while_the_brokers_is_right(worker: int, windows: int) -> None:
    world = World(SetClock(T), SetClock(T + windows))
    run(an_afternoon(world, SetClock(T + worker, (4_000.0, HOUR), (5_000.0, -3 * DAY))))
    never_early(world, 60, early=max(0, -windows))


@pytest.mark.parametrize("worker", [0, 5 * HOUR, -2 * DAY, 7 * YEAR])
@pytest.mark.parametrize("jump", [5 * MINUTE, HOUR, DAY, 10 * YEAR])
@pytest.mark.parametrize("way", [1, -1], ids=["ahead", "behind"])
def test_a_broker_wrong_for_a_while_makes_no_card_fall_early_and_leaves_nothing_behind(way: int, jump: int, worker: int) -> None:
    """For 8 s, and for half an hour: while cases are accepted, and while limits run out."""
    by = way * jump
    world = World(
        SetClock(T, (40_000.0, by), (40_008.0, -by), (50_000.0, by), (51_800.0, -by), (120_000.0, by), (121_800.0, -by))
    )
    run(an_afternoon(world, SetClock(T + worker)))
    never_early(world, 3_000 if way > 0 else 5_100)


@pytest.mark.parametrize("jump", [SECOND, MINUTE, 2 * MINUTE])
@pytest.mark.parametrize("way", [1, -1], ids=["ahead", "behind"])
def test_a_brokers_clock_that_is_set_a_little_costs_no_more_than_that(way: int, jump: int) -> None:
    world = World(SetClock(T, (3_000.0, way * jump), (5_000.0, -way * jump), (9_000.0, way * jump)))
    run(an_afternoon(world, SetClock(T)))
    never_early(world, jump + 1_000, early=jump)


@pytest.mark.parametrize("drift", [1e-4, -1e-4])
def test_a_brokers_clock_that_drifts_is_the_time(drift: float) -> None:
    """Over a second in four hours: its time is everybody's, and nothing is in doubt."""
    world = World(SetClock(T, drift=drift))
    run(an_afternoon(world, SetClock(T)))
    never_early(world, 2_000, early=2_000)
    assert world.ticks < 4 * 60 + 120


@pytest.mark.parametrize("worker", SHIFTS)
@pytest.mark.parametrize("outage", [HOUR, DAY])
def test_cards_after_an_outage_fall_late_by_the_lag_of_the_new_workers_clock_at_most(outage: int, worker: int) -> None:
    """Nobody reads for a while, the hall is closed for it, and a new worker takes over with what the last one had committed."""
    world = World(SetClock(T))

    async def scene() -> None:
        world.start_worker(SetClock(T))
        for number in range(5):
            world.post(f"before{number}")
            await asyncio.sleep(300)
        world.stop_worker()
        await asyncio.sleep(outage / 1000)
        world.start_worker(SetClock(T + worker))
        for number in range(5):
            world.post(f"after{number}")
            await asyncio.sleep(300)
        await asyncio.sleep(4 * 3600 + max(0, -worker if -outage <= worker < 0 else 0) / 1000)

    run(scene())
    lag = -worker if -outage <= worker < 0 else MINUTE if worker < 0 else 0
    on_return = 5 * 300 * SECOND + outage
    assert set(world.cards()) == set(world.due)
    assert min(world.cards().values()) >= 0
    for case, late in world.cards().items():
        assert late <= lag + 5_000 or (case.startswith("before") and late <= on_return + lag), case


def test_two_readers_of_the_same_log_come_to_the_same_time_and_cards() -> None:
    world = World(SetClock(T, (3_000.0, DAY), (3_600.0, -2 * DAY), (6_000.0, DAY)))
    run(an_afternoon(world, SetClock(T - HOUR)))
    assert world.engine is not None
    recount = world.recount()
    assert recount.now == world.engine.clock.now
    assert {key: case.cards for key, case in recount.cases.items()} == {
        key: case.cards for key in recount.cases if (case := world.engine.cases.get(key.encode())) is not None
    }
