"""When ticks are sent: at the instant, once, by the broker's clock, whatever this machine's says."""

import asyncio
from collections.abc import Callable

import pytest

from monitor.stream.broker_time import OwnClock
from monitor.stream.ticker import LONGEST_SLEEP, Ticker
from rules.events import Tick
from rules.instant import DAY, HOUR
from tests.monitor.stream.clockwork import SetClock, monotonic, run

T = 1_780_000_000_000
YEAR = 365 * DAY


class Partition:
    """A partition with its broker; a tick takes ``transit`` seconds each way. Time of the log is the stamp of its last tick."""

    def __init__(self, broker: Callable[[], int], own: Callable[[], int] | None = None, transit: float = 0.002) -> None:
        self.wakeups: list[int] = []
        self.ticks: list[tuple[int, Tick]] = []
        self.broker = broker
        self.transit = transit
        self.woken: list[tuple[int, int]] = []
        self.outstanding = 0
        self.now, self.doubt = broker(), 0
        self.ticker = Ticker(self._send, self._failed, OwnClock(monotonic, own or broker))

    def due(self, now: int) -> int:
        return min(self.wakeups, default=0)

    def watch(self) -> None:
        self.ticker.watch(0, self.due, self)

    async def _send(self, partition: int, tick: Tick) -> tuple[int, int]:
        self.outstanding += 1
        assert self.outstanding == 1, "one tick on its way at most"
        await asyncio.sleep(self.transit)
        stamp = self.broker()
        self.ticks.append((stamp, tick))
        offset = len(self.ticks)
        asyncio.get_running_loop().call_later(self.transit, self.arrive, offset, stamp)
        await asyncio.sleep(self.transit)
        return offset, stamp

    def arrive(self, offset: int, stamp: int) -> None:
        """The tick comes back through the topic."""
        self.outstanding -= 1
        self.now = max(self.now, stamp)
        self.woken += [(instant, stamp) for instant in sorted(self.wakeups) if instant <= stamp]
        self.wakeups = [instant for instant in self.wakeups if instant > stamp]
        self.ticker.applied(0, offset)

    async def _failed(self, error: BaseException) -> None:
        raise error


def test_each_instant_is_met_promptly_and_few_ticks_are_sent() -> None:
    async def scene() -> None:
        partition = Partition(SetClock(T))
        partition.wakeups = [T + 1_000, T + 1_001, T + 1_150, T + HOUR]
        partition.watch()
        await asyncio.sleep(2)
        assert [instant for instant, _ in partition.woken] == [T + 1_000, T + 1_001, T + 1_150]
        assert max(stamp - instant for instant, stamp in partition.woken) < 10
        assert len(partition.ticks) <= 5
        await asyncio.sleep(3600)
        assert partition.woken[-1][1] - (T + HOUR) < 10
        assert len(partition.ticks) <= 5 + 3600 / LONGEST_SLEEP + 2, "one a minute keeps the measurement fresh"
        sent = len(partition.ticks)
        await asyncio.sleep(3600)
        assert len(partition.ticks) == sent, "nothing waits: no ticks"

    run(scene())


@pytest.mark.parametrize("shift", [0, 1_000, -1_000, HOUR, -HOUR, DAY, -DAY, 10 * YEAR, -10 * YEAR])
@pytest.mark.parametrize("step", [0, 5_000, -DAY, DAY])
def test_instants_are_met_by_the_brokers_clock_however_wrong_this_machines_is(shift: int, step: int) -> None:
    async def scene() -> None:
        partition = Partition(SetClock(T), SetClock(T + shift, (60.0, step)))
        partition.wakeups = [T + 30_000, T + 90_000, T + 150_000]
        partition.watch()
        await asyncio.sleep(200)
        assert [instant for instant, _ in partition.woken] == [T + 30_000, T + 90_000, T + 150_000]
        assert max(stamp - instant for instant, stamp in partition.woken) < 10
        assert len(partition.ticks) <= 12

    run(scene())


@pytest.mark.parametrize("drift", [1e-4, -1e-4])
def test_a_brokers_clock_that_drifts_is_followed(drift: float) -> None:
    async def scene() -> None:
        broker = SetClock(T, drift=drift)
        partition = Partition(broker, SetClock(T))
        partition.wakeups = [T + hours * HOUR for hours in range(1, 5)]
        partition.watch()
        await asyncio.sleep(5 * 3600)
        assert len(partition.woken) == 4
        assert max(stamp - instant for instant, stamp in partition.woken) < 30
        assert len(partition.ticks) < 5 * 70

    run(scene())


@pytest.mark.parametrize("step", [1_000, -1_000, 90_000, -90_000])
def test_a_brokers_clock_that_is_set_a_little_is_followed(step: int) -> None:
    async def scene() -> None:
        partition = Partition(SetClock(T, (100.0, step)))
        partition.wakeups = [T + 50_000, T + 300_000]
        partition.watch()
        await asyncio.sleep(500)
        assert [instant for instant, _ in partition.woken] == [T + 50_000, T + 300_000]
        assert partition.woken[-1][1] - (T + 300_000) < 10
        assert len(partition.ticks) <= 20

    run(scene())


def test_a_tick_that_comes_too_early_is_repeated_less_and_less_often() -> None:
    async def scene() -> None:
        partition = Partition(SetClock(T, (100.0, -DAY)))
        partition.wakeups = [T + 200_000]
        partition.watch()
        await asyncio.sleep(1000)
        assert not partition.woken
        assert len(partition.ticks) < 200, "at most one in five seconds"
        assert all(tick.sure for _, tick in partition.ticks[1:])

    run(scene())


def test_a_tick_a_second_tells_the_time_followed_before_as_long_as_stamps_are_in_doubt() -> None:
    async def scene() -> None:
        partition = Partition(SetClock(T, (100.0, DAY)), SetClock(T - HOUR))
        partition.wakeups = [T + 2 * DAY]
        partition.watch()
        await asyncio.sleep(99)
        before = len(partition.ticks)
        partition.doubt = DAY
        partition.ticker.applied(0, 0)
        await asyncio.sleep(10)
        said = partition.ticks[before:]
        assert 8 <= len(said) <= 12
        assert all(tick.sure and abs(stamp - DAY - tick.at) < 10 for stamp, tick in said[2:])

    run(scene())


def test_an_earlier_wake_up_than_the_one_armed_for_is_met() -> None:
    async def scene() -> None:
        partition = Partition(SetClock(T))
        partition.wakeups = [T + HOUR]
        partition.watch()
        await asyncio.sleep(1)
        partition.wakeups.append(T + 5_000)
        partition.ticker.applied(0, -1)
        await asyncio.sleep(5)
        assert [instant for instant, _ in partition.woken] == [T + 5_000]

    run(scene())


def test_a_partition_that_went_elsewhere_gets_no_ticks() -> None:
    async def scene() -> None:
        partition = Partition(SetClock(T))
        partition.wakeups = [T + 20]
        partition.watch()
        partition.ticker.forget_all()
        partition.ticker.applied(0, 5)
        await asyncio.sleep(100)
        assert not partition.ticks

    run(scene())


def test_a_tick_that_is_applied_before_it_is_acknowledged_is_not_waited_for() -> None:
    async def scene() -> None:
        partition = Partition(SetClock(T))

        async def send(number: int, tick: Tick) -> tuple[int, int]:
            stamp = partition.broker()
            partition.ticks.append((stamp, tick))
            partition.wakeups = [instant for instant in partition.wakeups if instant > stamp]
            partition.ticker.applied(0, len(partition.ticks))
            await asyncio.sleep(0.01)
            return len(partition.ticks), stamp

        partition.ticker = Ticker(send, partition._failed, OwnClock(monotonic, partition.broker))
        partition.wakeups = [T + 1_000, T + 8_000]
        partition.watch()
        await asyncio.sleep(20)
        assert not partition.wakeups
        assert len(partition.ticks) <= 4

    run(scene())
