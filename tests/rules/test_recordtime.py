"""The time of a partition: what stamps, ticks and silence do to it, whatever the broker's clock does."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.events import Tick
from rules.instant import DAY, HOUR, MINUTE, SECOND
from rules.recordtime import EARLIEST, GO_ON, LATEST, LEAP, Due, RecordTime

T = 1_780_000_000_000
YEAR = 365 * DAY
JUMPS = (LEAP + SECOND, HOUR, DAY, 400 * DAY, 10 * YEAR)


def sure(at: int) -> Tick:
    return Tick(at, True)


class Log:
    """A live partition, read as it is written."""

    def __init__(self, first: int = T) -> None:
        self.time: RecordTime[int] = RecordTime()
        self.number = 0
        self.due: list[Due[int]] = []
        self.write(first)

    def write(self, stamp: int, tick: Tick | None = None) -> list[tuple[int, int]]:
        """One more record; number and arrival of those that are let go."""
        self.number += 1
        due = self.time.take(self.number, stamp, tick, live=True)
        self.due += due
        return [(each.record, each.arrived) for each in due]

    @property
    def now(self) -> int:
        return self.time.now


def test_stamps_near_the_time_so_far_are_believed_by_themselves() -> None:
    log = Log()
    assert log.write(T + LEAP) == [(2, T + LEAP)]
    assert log.write(T + SECOND) == [(3, T + SECOND)], "a little late: it arrived when it is stamped"
    assert log.now == T + LEAP


@pytest.mark.parametrize("jump", JUMPS)
def test_a_broker_ahead_for_a_moment_moves_no_time_and_dates_nothing(jump: int) -> None:
    log = Log()
    assert log.write(T + SECOND + jump) == []
    assert log.write(T + 8 * SECOND + jump) == []
    assert log.now == T
    assert log.write(T + 9 * SECOND) == [(2, T + 9 * SECOND), (3, T + 9 * SECOND), (4, T + 9 * SECOND)]
    assert log.now == T + 9 * SECOND


@pytest.mark.parametrize("jump", JUMPS)
def test_a_tick_of_a_worker_that_agrees_confirms_the_leap_after_an_outage(jump: int) -> None:
    log = Log()
    assert log.write(T + jump) == []
    assert log.write(T + jump + 5, Tick(T + jump + SECOND)) == [(2, T + jump), (3, T + jump + 5)]
    assert log.now == T + jump + 5


@pytest.mark.parametrize("jump", JUMPS)
def test_a_worker_far_ahead_confirms_no_more_than_the_broker_says(jump: int) -> None:
    log = Log()
    log.write(T + jump)
    log.write(T + jump + 5, Tick(T + 50 * YEAR))
    assert log.now == T + jump + 5


def test_a_worker_behind_costs_its_own_lag_and_no_more() -> None:
    log = Log()
    outage, lag = 5 * HOUR, HOUR
    for minute in range(0, 90, 10):
        real = T + outage + minute * MINUTE
        log.write(real)
        log.write(real + SECOND, Tick(real - lag))
        if minute >= 70:
            assert -LEAP <= real - lag - log.now <= 10 * MINUTE
        else:
            assert log.now <= max(T, real - lag + LEAP)
    assert [due.record for due in log.due] == sorted(due.record for due in log.due)


def test_a_worker_behind_the_log_itself_vouches_for_nothing() -> None:
    log = Log()
    log.write(T + DAY)
    assert log.write(T + DAY + 5, Tick(T - DAY)) == []
    assert log.now == T


@pytest.mark.parametrize("jump", JUMPS)
def test_a_worker_that_followed_the_broker_lets_time_go_on_while_the_brokers_clock_is_ahead(jump: int) -> None:
    log = Log()
    assert log.write(T + jump) == []
    assert log.write(T + SECOND + jump, sure(T + SECOND)) == [(2, T + SECOND), (3, T + SECOND)]
    log.write(T + HOUR + jump, sure(T + HOUR))
    assert log.now == T + HOUR
    assert log.write(T + HOUR + SECOND) == [(5, T + HOUR + SECOND)], "set right again"


@pytest.mark.parametrize("jump", JUMPS)
def test_a_step_back_dates_nothing_back(jump: int) -> None:
    log = Log()
    assert log.write(T + HOUR - jump) == [] or jump < HOUR + LEAP
    assert log.write(T + HOUR + SECOND - jump, Tick(T + HOUR + SECOND)) == [] or jump < HOUR + LEAP
    let_go = log.write(T + HOUR + 2 * SECOND - jump, sure(T + HOUR + 2 * SECOND))
    if jump > HOUR + LEAP:
        assert let_go == [(number, T + HOUR + 2 * SECOND) for number in (2, 3, 4)]
        assert log.now == T + HOUR + 2 * SECOND
    assert log.now >= T


def test_stamps_that_go_on_without_a_tick_are_all_there_is() -> None:
    ahead, back = Log(), Log()
    for minute in range(GO_ON // MINUTE):
        assert ahead.write(T + DAY + minute * MINUTE) == []
        assert back.write(T - DAY + minute * MINUTE) == []
    assert len(ahead.write(T + DAY + GO_ON)) == GO_ON // MINUTE + 1
    assert len(back.write(T - DAY + GO_ON)) == GO_ON // MINUTE + 1
    assert (ahead.now, back.now) == (T + DAY + GO_ON, T + GO_ON), "a leap is believed; after a step back the pace is"


def test_stamps_that_go_on_after_a_tick_objected_are_not_believed() -> None:
    log = Log()
    log.write(T + DAY)
    log.write(T + DAY + SECOND, Tick(T - DAY))
    assert log.write(T + DAY + 3 * GO_ON) == []
    assert log.now == T


def test_a_tick_without_a_time_of_its_own_vouches_for_its_stamp() -> None:
    log = Log()
    log.write(T + DAY)
    assert log.write(T + DAY + 5, Tick()) == [(2, T + DAY), (3, T + DAY + 5)]


def test_stamps_that_no_clock_can_have_move_no_time() -> None:
    time: RecordTime[int] = RecordTime()
    assert time.take(1, 0, None, live=True) == []
    assert time.take(2, LATEST, Tick(LATEST), live=True) == []
    assert time.now == 0
    assert [due.arrived for due in time.take(3, T, None, live=True)] == [T, T, T]
    assert time.take(4, LATEST + DAY, sure(LATEST + DAY), live=True)[0].now < LATEST


def test_a_feeder_owns_the_clock_of_its_topic() -> None:
    time: RecordTime[int] = RecordTime()
    stamps = [T, T + YEAR, T + 5, EARLIEST, T + 2 * YEAR]
    assert [time.take(0, stamp, None, live=False) for stamp in stamps] == [
        [Due(0, stamp, max(stamps[: number + 1]))] for number, stamp in enumerate(stamps)
    ]


offsets = st.one_of(st.integers(-LEAP, LEAP), st.sampled_from([*JUMPS, *(-jump for jump in JUMPS)]))
entries = st.lists(
    st.tuples(st.integers(0, 20 * MINUTE), offsets, st.none() | st.tuples(offsets, st.booleans())), min_size=1, max_size=60
)


@given(entries)
def test_nothing_is_lost_or_overtaken_and_time_never_goes_back_however_wrong_the_clocks_are(log: list) -> None:
    time: RecordTime[int] = RecordTime()
    real, due, stamps = T, [], []
    for number, (passed, broker, tick) in enumerate(log):
        real += passed
        stamps.append(real + broker)
        due += time.take(number, real + broker, Tick(real + tick[0], tick[1]) if tick else None, live=True)
    assert [each.record for each in due] + [record for _, record in time.held] == list(range(len(log)))
    assert all(before.now <= after.now for before, after in pairwise(due))
    assert all(each.arrived <= each.now for each in due), "a record is never applied before the time it arrived at"
    assert time.now == (due[-1].now if due else 0)


@given(st.lists(st.tuples(st.integers(1, 2 * HOUR), st.sampled_from(JUMPS)), min_size=1, max_size=30), st.integers(-LEAP, DAY))
def test_time_is_not_beyond_the_earlier_of_worker_and_broker_while_they_disagree(log: list, lag: int) -> None:
    time: RecordTime[int] = RecordTime(T)
    real = T
    for number, (passed, jump) in enumerate(log):
        real += passed
        time.take(number, real + jump, Tick(real - lag), live=True)
        assert time.now <= max(T, real - lag + 2 * LEAP), "believed within a leap of what the worker says"


@given(entries, st.integers(0, 59))
def test_a_reader_that_begins_where_nothing_was_in_doubt_comes_to_the_same(log: list, cut: int) -> None:
    whole: RecordTime[int] = RecordTime()
    real, due, begin = T, [], None
    again: RecordTime[int] | None = None
    more: list = []
    for number, (passed, broker, tick) in enumerate(log):
        real += passed
        record = (number, real + broker, Tick(real + tick[0], tick[1]) if tick else None)
        if again is None and number >= cut and not whole.held:
            again, begin = RecordTime(whole.now), len(due)
        due += whole.take(*record, live=True)
        if again is not None:
            more += again.take(*record, live=True)
    if again is not None:
        assert more == due[begin:]
        assert again.now == whole.now
