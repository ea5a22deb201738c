"""The arithmetic of a card: every day explained, and the counted ones are the limit."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.almanac import china, wall_clock
from rules.instant import HOUR, MINUTE, to_instant
from rules.worktime import CountedDays, Counting, LabelledPause, Limit, OfficeHours, Unit, Worktime, arithmetic

HALL = OfficeHours.from_dict({"sessions": ["08:30-12:00", "14:00-17:30"]})


def at(text: str) -> int:
    return to_instant(datetime.fromisoformat(f"{text}+08:00"))


def spans(start: str, limit: str, *pauses: tuple[str, str, str], **counting: Any) -> tuple[CountedDays, ...]:
    worktime = Worktime(wall_clock("Asia/Shanghai"), china(), HALL, Counting(**counting))
    labelled = [(at(from_), at(to), why) for from_, to, why in pauses]
    due = worktime.due(at(start), Limit.parse(limit), [(from_, to) for from_, to, _ in labelled])
    return arithmetic(worktime, at(start), Limit.parse(limit), labelled, due)


def short(found: tuple[CountedDays, ...]) -> list[tuple[str, int, str]]:
    return [(span.from_day[5:], span.days, span.reason) for span in found]


def test_a_limit_over_national_day_shows_holidays_weekend_and_make_up_days() -> None:
    # 2024-09  Fr27 Sa28 Su29 Mo30 Tu01 We02 Th03 Fr04 Sa05 Su06 Mo07 Tu08 We09 Th10 Fr11 Sa12
    # 7wd      |----.----1----2----.----.----.----.----.----.----.----3----4----5----6----7 due
    found = spans("2024-09-27T10:00", "7wd")
    assert short(found) == [
        ("09-27", 1, "first_day"),
        ("09-28", 1, "weekend"),
        ("09-29", 1, "make_up_day:国庆节"),
        ("09-30", 1, "counted"),
        ("10-01", 7, "holiday:国庆节"),
        ("10-08", 4, "counted"),
        ("10-12", 1, "make_up_day:国庆节"),
    ]


def test_a_limit_begun_after_closing_time_shows_the_evening_before_its_first_day() -> None:
    # 2024-09  Fr27 Sa28 Su29 Mo30
    # 18:00    * closed
    # 1wd                |----1 due; Su29 is worked, and is its first day
    assert short(spans("2024-09-27T18:00", "1wd")) == [
        ("09-27", 1, "outside_hours"),
        ("09-28", 1, "weekend"),
        ("09-29", 1, "first_day"),
        ("09-30", 1, "counted"),
    ]


# To the second, the day that is full at 10:00 on the 3rd counts and the two full on the 4th and 5th are lost.
@pytest.mark.parametrize(
    ("ends", "middle"),
    [
        ("day_end", [("09-03", 2, "suspended:inspection"), ("09-05", 2, "counted")]),
        ("second", [("09-03", 1, "counted"), ("09-04", 2, "suspended:inspection"), ("09-06", 1, "counted")]),
    ],
)
def test_a_suspension_names_its_procedure(ends: str, middle: list[tuple[str, int, str]]) -> None:
    # 2024-09    Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09 Tu10 We11
    # suspended       [=========] 10:00 to 10:00
    # 5wd        |----==========1----2----.----.----3----4----5 due, with the day
    # 5wd        |----1==========----2----.----.----3----4----5 due, to the second
    found = spans("2024-09-02T10:00", "5wd", ("2024-09-03T10:00", "2024-09-05T10:00", "inspection"), ends=ends)
    assert short(found) == [("09-02", 1, "first_day"), *middle, ("09-07", 2, "weekend"), ("09-09", 3, "counted")]


def test_hours_of_suspension_cost_a_day_only_when_a_day_is_full() -> None:
    found = spans("2024-09-02T10:00", "3wd", ("2024-09-03T10:00", "2024-09-03T11:00", "testing"), ends="second")
    assert short(found) == [("09-02", 1, "first_day"), ("09-03", 3, "counted")]
    found = spans("2024-09-02T17:00", "3wd", ("2024-09-03T10:00", "2024-09-03T11:00", "testing"), ends="second")
    assert short(found) == [("09-02", 1, "first_day"), ("09-03", 1, "suspended:testing"), ("09-04", 3, "counted")]


def test_a_last_day_that_is_not_worked_rolls() -> None:
    # 2024-09  Th26 Fr27 Sa28 Su29 Mo30 Tu01 We02 Th03 Fr04 Sa05 Su06 Mo07 Tu08
    # 5d       |----1----2----3----4----5 a holiday: rolls on to Tu08
    assert short(spans("2024-09-26T10:00", "5d")) == [
        ("09-26", 1, "first_day"),
        ("09-27", 5, "counted"),
        ("10-02", 7, "rolled"),
    ]
    assert short(spans("2024-09-26T10:00", "5d", ends="second"))[1:] == [("09-27", 5, "counted"), ("10-02", 7, "rolled")]


def test_a_limit_in_months_shows_the_days_of_the_month_as_counted() -> None:
    assert short(spans("2024-01-31T10:00", "1mo", roll_last_day=False)) == [("01-31", 1, "first_day"), ("02-01", 29, "counted")]


def test_an_instant_item_shows_its_due_day_as_such() -> None:
    # 2024-09  Mo30 Tu01 We02 Th03 Fr04 Sa05 Su06 Mo07 Tu08
    # 18:00    * closed
    # due                                              x the next working day
    found = spans("2024-09-30T18:00", "0wd")
    assert short(found) == [("09-30", 1, "outside_hours"), ("10-01", 7, "holiday:国庆节"), ("10-08", 1, "instant_item")]


def test_a_limit_in_working_hours_shows_the_time_counted_each_day() -> None:
    found = spans("2024-09-27T16:00", "4wh", ("2024-09-29T09:00", "2024-09-29T10:00", "hearing"))
    assert [(span.from_day[5:], span.reason, span.ms) for span in found] == [
        ("09-27", "counted", 90 * MINUTE),
        ("09-28", "weekend", 0),
        ("09-29", "make_up_day:国庆节", 150 * MINUTE),
    ]


def test_a_limit_in_working_minutes_shows_minutes_where_an_hour_is_not_full() -> None:
    found = spans("2024-09-27T17:25", "15wm")
    assert [(span.counted, span.ms) for span in found] == [(True, 5 * MINUTE), (False, 0), (True, 10 * MINUTE)]


def test_a_limit_in_working_hours_shows_days_suspended_whole() -> None:
    found = spans("2024-09-02T18:00", "4wh", ("2024-09-03T08:00", "2024-09-05T08:00", "auction"))
    assert short(found) == [("09-02", 1, "outside_hours"), ("09-03", 2, "suspended:auction"), ("09-05", 1, "counted")]


def test_spans_survive_the_wire() -> None:
    found = spans("2024-09-27T10:00", "7wd")
    assert msgspec.json.decode(msgspec.json.encode(found), type=tuple[CountedDays, ...]) == found


moments = st.builds(
    lambda day, minute: to_instant(datetime(2023, 12, 1, tzinfo=UTC) + timedelta(days=day, minutes=minute)),
    st.integers(0, 500),
    st.integers(0, 1439),
)
countings = st.sampled_from(
    [Counting(ends, first, roll_last, roll_start)
     for ends in ("second", "day_end", "closing_time")
     for first in (False, True) if not (first and ends == "second")
     for roll_last in (False, True)
     for roll_start in (False, True)]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(
    start=moments,
    edges=st.lists(moments, max_size=6, unique=True).map(sorted),
    unit=st.sampled_from([Unit.working_days, Unit.calendar_days, Unit.working_hours]),
    value=st.integers(1, 45),
    counting=countings,
)
def test_the_counted_days_add_up_to_the_limit(start: int, edges: list[int], unit: Unit, value: int, counting: Counting) -> None:
    """And the spans cover every day from the beginning to the due day once."""
    pauses: list[LabelledPause] = [(edges[index], edges[index + 1], "hearing") for index in range(0, len(edges) - 1, 2)]
    worktime = Worktime(wall_clock("Asia/Shanghai"), china(), HALL, counting)
    limit = Limit(value, unit)
    due = worktime.due(start, limit, [(from_, to) for from_, to, _ in pauses])
    found = arithmetic(worktime, start, limit, pauses, due)
    if unit is Unit.working_hours:
        assert sum(span.ms for span in found) == value * HOUR
    else:
        assert sum(span.days for span in found if span.counted) == value
    assert found[0].from_day == str(worktime.day_of(start))
    assert found[-1].to_day == str(worktime.day_of(due))
    for earlier, later in pairwise(found):
        assert date.fromisoformat(later.from_day) - date.fromisoformat(earlier.to_day) == timedelta(days=1)
    assert all(span.days == (date.fromisoformat(span.to_day) - date.fromisoformat(span.from_day)).days + 1 for span in found)


def test_an_instant_item_that_came_in_after_closing_shows_the_evening() -> None:
    found = spans("2024-09-26T18:00", "0wd", roll_start=True)
    assert short(found) == [("09-26", 1, "outside_hours"), ("09-27", 1, "instant_item")]
    paused = spans("2024-09-26T18:00", "0wd", ("2024-09-26T18:30", "2024-09-27T09:00", "hearing"), roll_start=True)
    assert [reason for _, _, reason in short(paused)] == ["suspended:hearing", "instant_item"]


def test_a_day_goes_to_the_suspension_that_was_on_not_to_the_one_that_began_at_its_midnight() -> None:
    hearing, testing = ("2024-09-24T08:00", "2024-09-25T00:00", "hearing"), ("2024-09-25T00:00", "2024-09-26T00:00", "testing")
    found = spans("2024-09-23T14:00", "7wh", hearing, testing)
    assert short(found) == [
        ("09-23", 1, "counted"),
        ("09-24", 1, "suspended:hearing"),
        ("09-25", 1, "suspended:testing"),
        ("09-26", 1, "counted"),
    ]
