"""Record time across crashes."""

from monitor.stream.partition.clock import PartitionClock
from rules.recordtime import LATEST


def _applied(clock: PartitionClock, now: int, offset: int) -> None:
    """The records up to ``offset`` were applied; it is ``now``."""
    clock.now, clock.offset, clock.taken = now, offset, offset


def test_a_batch_read_again_begins_with_the_time_it_began_with() -> None:
    clock = PartitionClock()
    clock.begin_batch(0, 500, committed=0)
    _applied(clock, 900, 9)
    clock.begin_batch(10, 700, committed=0)  # stamped before what was seen: record time stands at 900
    _applied(clock, 950, 19)
    clock.begin_batch(20, 960, committed=0)
    _applied(clock, 990, 29)
    kept = clock.encode()

    again = PartitionClock(kept)
    assert again.now == 990
    again.begin_batch(10, 700, committed=10)
    assert again.now == 900
    fresh = PartitionClock(kept)
    fresh.begin_batch(30, 100, committed=30)
    assert fresh.now == 990
    first = PartitionClock(kept)
    first.begin_batch(20, 960, committed=20)
    assert first.now <= 960


def test_a_mark_of_the_clock_is_kept_only_while_a_batch_could_begin_there() -> None:
    clock = PartitionClock()
    _applied(clock, 900, 5)
    for offset in range(10, 500, 10):
        clock.begin_batch(offset, 100, committed=offset - 20)
        _applied(clock, 900, offset + 9)
    assert len(clock.encode()) < 60


def test_a_crash_during_the_second_reading_loses_nothing() -> None:
    clock = PartitionClock()
    clock.begin_batch(0, 100, committed=0)
    _applied(clock, 900, 9)
    clock.begin_batch(10, 700, committed=0)
    _applied(clock, 950, 19)
    once = PartitionClock(clock.encode())
    once.begin_batch(0, 100, committed=0)
    _applied(once, 400, 4)
    twice = PartitionClock(once.encode())
    assert twice.now == 950
    twice.begin_batch(10, 700, committed=10)
    assert twice.now == 900
    last = PartitionClock(once.encode())
    last.begin_batch(20, 10, committed=20)
    assert last.now == 950


def test_a_first_record_with_an_impossible_stamp_does_not_stand_in_for_the_time() -> None:
    clock = PartitionClock()
    _applied(clock, 900, 9)
    clock.begin_batch(10, LATEST + 1, committed=0)
    _applied(clock, 900, 19)
    again = PartitionClock(clock.encode())
    again.begin_batch(10, LATEST + 1, committed=10)
    assert again.now == 900
