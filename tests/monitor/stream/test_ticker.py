"""When ticks are sent: at the instant, once, by the broker's clock."""

import asyncio
import time

from monitor.stream.ticker import Skew, Ticker, clock_ms


class Partition:
    """A partition whose broker's clock is ``behind`` ours by so many milliseconds; a tick takes ``transit`` seconds."""

    def __init__(self, behind: int = 0, transit: float = 0.002) -> None:
        self.wakeups: list[int] = []
        self.stamps: list[int] = []
        self.behind = behind
        self.transit = transit
        self.woken: list[tuple[int, int]] = []
        self.outstanding = 0
        self.ticker = Ticker(self._send, self._failed)

    def due(self, now: int) -> int:
        return min(self.wakeups, default=0)

    async def _send(self, partition: int) -> tuple[int, int]:
        self.outstanding += 1
        assert self.outstanding == 1, "one tick on its way at most"
        await asyncio.sleep(self.transit)
        stamp = clock_ms() - self.behind
        self.stamps.append(stamp)
        offset = len(self.stamps)
        asyncio.get_running_loop().call_later(self.transit, self.arrive, offset, stamp)
        return offset, stamp

    def arrive(self, offset: int, stamp: int) -> None:
        """The tick comes back through the topic."""
        self.outstanding -= 1
        self.woken += [(instant, stamp) for instant in sorted(self.wakeups) if instant <= stamp]
        self.wakeups = [instant for instant in self.wakeups if instant > stamp]
        self.ticker.applied(0, offset)

    async def _failed(self, error: BaseException) -> None:
        raise error


async def test_each_instant_is_met_promptly_and_no_tick_is_wasted() -> None:
    partition = Partition()
    start = clock_ms()
    partition.wakeups = [start + 30, start + 31, start + 150]
    partition.ticker.watch(0, partition.due)
    await asyncio.sleep(0.3)
    assert [instant for instant, _ in partition.woken] == [start + 30, start + 31, start + 150]
    assert max(stamp - instant for instant, stamp in partition.woken) < 50
    assert len(partition.stamps) <= 3
    sent = len(partition.stamps)
    await asyncio.sleep(0.1)
    assert len(partition.stamps) == sent, "nothing waits: no ticks"


async def test_a_broker_whose_clock_is_behind_gets_its_ticks_later_not_more_of_them() -> None:
    partition = Partition(behind=120)
    start = clock_ms()
    partition.wakeups = [start + 20, start + 200, start + 300]
    partition.ticker.watch(0, partition.due)
    await asyncio.sleep(0.6)
    assert len(partition.woken) == 3
    assert all(stamp >= instant for instant, stamp in partition.woken)
    assert len(partition.stamps) <= 5
    assert max(stamp - instant for instant, stamp in partition.woken[1:]) < 50


async def test_a_broker_whose_clock_is_ahead_is_asked_earlier() -> None:
    partition = Partition(behind=-100)
    start = clock_ms()
    partition.wakeups = [start + 10, start + 300]
    partition.ticker.watch(0, partition.due)
    await asyncio.sleep(0.35)
    assert len(partition.woken) == 2
    instant, stamp = partition.woken[1]
    assert 0 <= stamp - instant < 50


async def test_an_earlier_wake_up_than_the_one_armed_for_is_met() -> None:
    partition = Partition()
    start = clock_ms()
    partition.wakeups = [start + 60_000]
    partition.ticker.watch(0, partition.due)
    partition.wakeups.append(start + 40)
    partition.ticker.applied(0, -1)
    await asyncio.sleep(0.15)
    assert [instant for instant, _ in partition.woken] == [start + 40]


async def test_a_partition_that_went_elsewhere_gets_no_ticks() -> None:
    partition = Partition()
    partition.wakeups = [clock_ms() + 20]
    partition.ticker.watch(0, partition.due)
    partition.ticker.forget_all()
    partition.ticker.applied(0, 5)
    await asyncio.sleep(0.08)
    assert not partition.stamps


async def test_a_tick_that_is_applied_before_it_is_acknowledged_is_not_waited_for() -> None:
    partition = Partition()

    async def send(number: int) -> tuple[int, int]:
        partition.stamps.append(clock_ms())
        offset = len(partition.stamps)
        partition.wakeups = [instant for instant in partition.wakeups if instant > clock_ms()]
        partition.ticker.applied(0, offset)
        await asyncio.sleep(0.01)
        return offset, partition.stamps[-1]

    partition.ticker = Ticker(send, partition._failed)
    start = clock_ms()
    partition.wakeups = [start + 10, start + 80]
    partition.ticker.watch(0, partition.due)
    await asyncio.sleep(0.2)
    assert len(partition.stamps) == 2


def test_the_skew_is_narrowed_and_starts_anew_when_somebody_sets_a_clock() -> None:
    skew = Skew()
    assert skew.value == 0
    skew.observe(1000, 1003, 1010)
    assert skew.value == 0
    skew.observe(2000, 1900, 2020)
    assert skew.value == 120
    skew.observe(3000, 2895, 3010)
    assert skew.value == 115
    skew.observe(4000, 4500, 4020)
    assert skew.value == -480
    assert abs(clock_ms() - time.time() * 1000) < 50
