"""When a limit is over whose clock was stopped meanwhile."""

from datetime import datetime

import pytest

from monitor.almanac import wall_clock
from rules.instant import to_datetime, to_instant
from rules.worktime import Calendar, Counting, Limit, OfficeHours, Worktime
from tests.rules.story import ZONE
from tests.rules.worktime.halls import due, hall


def test_an_instant_item_suspended_the_same_day_is_due_on_the_day_it_is_resumed() -> None:
    # 2024-09    Fr27 Sa28 Su29 Mo30 Tu01 We02 Th03 Fr04 Sa05 Su06 Mo07 Tu08
    # suspended  [======================================================] resumed 15:00
    # due                                                               x when the office closes, or the day
    paused = ("2024-09-27 11:00", "2024-10-08 15:00")
    assert due(hall(ends="second"), "2024-09-27 10:00", "0wd", paused) == "2024-10-08 17:30"
    assert due(hall(), "2024-09-27 10:00", "0wd", paused) == "2024-10-08 end"


# A column is a whole day.
# 2024-09    Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09 Tu10 We11
# 5wd        |----1----2----3----4----.----.----5 due 23:59:59.999
# suspended       [=========] Tu03 and We04 are out, Th05 counts
# 5wd        |----==========1----2----.----.----3----4----5 due
@pytest.mark.parametrize(
    ("limit", "pauses", "expected"),
    [
        ("5wd", [("2024-09-02 11:00", "2024-09-04 15:00")], "2024-09-10 end"),  # the 2nd is not counted anyway
        ("5wd", [("2024-09-03 11:00", "2024-09-05 15:00")], "2024-09-11 end"),  # 3 and 4 September out
        ("5wd", [("2024-09-03 11:00", "2024-09-03 15:00")], "2024-09-09 end"),
        ("5wd", [("2024-09-07 11:00", "2024-09-08 15:00")], "2024-09-09 end"),  # a weekend suspended
        ("5wd", [("2024-09-09 16:00", "2024-09-12 09:00")], "2024-09-12 end"),  # suspended on the last day
        ("5wd", [("2024-09-10 09:00", "2024-09-12 09:00")], "2024-09-09 end"),  # too late
        ("5wd", [("2024-08-20 09:00", "2024-09-01 09:00")], "2024-09-09 end"),  # before it began
        ("5wd", [("2024-09-03 9:00", "2024-09-04 9:00"), ("2024-09-04 10:00", "2024-09-05 9:00")], "2024-09-11 end"),
        ("5d", [("2024-09-03 11:00", "2024-09-05 15:00")], "2024-09-09 end"),
        ("13d", [], "2024-09-18 end"),  # the 15th rolls over Mid-Autumn
        ("13d", [("2024-09-16 09:00", "2024-09-17 15:00")], "2024-09-18 end"),  # a pause within what is rolled over
        ("13d", [("2024-09-16 09:00", "2024-09-20 15:00")], "2024-09-20 end"),  # a pause beyond it
        ("13d", [("2024-09-16 09:00", "2024-09-21 15:00")], "2024-09-23 end"),
        ("1mo", [("2024-09-03 11:00", "2024-09-05 15:00")], "2024-10-08 end"),
        ("5d", [("2024-09-07 11:00", "2024-09-09 15:00")], "2024-09-09 end"),
    ],
)
def test_a_pause_takes_whole_days_out_of_a_limit_that_ends_with_a_day(
    limit: str, pauses: list[tuple[str, str]], expected: str
) -> None:
    padded = [(from_.replace(" 9:", " 09:"), to.replace(" 9:", " 09:")) for from_, to in pauses]
    assert due(hall(), "2024-09-02 10:00", limit, *padded) == expected


# A column is 10:00.
# 2024-09    Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09 Tu10 We11
# 5wd        |----1----2----3----4----.----.----5 due 10:00
# suspended       [=========] 10:00 to 10:00
# 5wd        |----1==========----2----.----.----3----4----5 due 10:00
@pytest.mark.parametrize(
    ("limit", "pauses", "expected"),
    [
        ("5wd", [("2024-09-03 11:00", "2024-09-03 15:00")], "2024-09-09 14:00"),  # 2 office hours
        ("5wd", [("2024-09-03 10:00", "2024-09-05 10:00")], "2024-09-11 10:00"),
        ("5wd", [("2024-09-06 17:30", "2024-09-09 08:30")], "2024-09-09 10:00"),  # nothing but closed time
        ("5wd", [("2024-09-09 10:00", "2024-09-12 10:00")], "2024-09-09 10:00"),  # in the due millisecond: too late
        ("35wh", [("2024-09-09 10:00", "2024-09-12 10:00")], "2024-09-09 10:00"),  # so it is for office hours
        ("5wd", [("2024-09-09 09:59:59.999", "2024-09-10 09:59:59.999")], "2024-09-10 10:00"),
        ("5d", [("2024-09-03 11:00", "2024-09-03 15:00")], "2024-09-09 14:00"),  # Saturday the 7th rolled
        ("10d", [("2024-09-03 11:00", "2024-09-03 15:00")], "2024-09-12 14:00"),
        ("10wh", [("2024-09-02 11:00", "2024-09-02 15:00")], "2024-09-03 17:00"),
        ("13d", [("2024-09-16 09:00", "2024-09-17 15:00")], "2024-09-18 10:00"),  # rolled over Mid-Autumn
        ("13d", [("2024-09-16 09:00", "2024-09-19 09:00")], "2024-09-19 10:00"),
        ("13d", [("2024-09-16 09:00", "2024-09-19 15:00")], "2024-09-20 10:00"),
    ],
)
def test_a_pause_lengthens_a_limit_to_the_second_by_the_counted_time_in_it(
    limit: str, pauses: list[tuple[str, str]], expected: str
) -> None:
    assert due(hall(ends="second"), "2024-09-02 10:00", limit, *pauses) == expected


def test_a_pause_that_begins_when_the_office_opens_comes_too_late_for_a_limit_used_up_at_closing_time() -> None:
    # A column is 08:30; Monday 17:30 is Tuesday 08:30.
    # 2024-09    Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09
    # 2wd        |----1----2 due, used up when We04 closed
    # suspended            [===================] from 08:30 too late, from 08:29 due when resumed
    worktime = hall(ends="second")
    assert due(worktime, "2024-09-02 17:30", "2wd", ("2024-09-05 08:30", "2024-09-09 10:00")) == "2024-09-05 08:30"
    assert due(worktime, "2024-09-02 17:30", "2wd", ("2024-09-05 08:29", "2024-09-09 10:00")) == "2024-09-09 10:00"


def test_a_pause_never_makes_a_limit_end_earlier_by_taking_it_off_the_weekend_it_was_rolled_over() -> None:
    worktime = hall(ends="second")
    assert due(worktime, "2024-01-07 08:29", "11mo") == "2024-12-09 08:29"  # a Monday, after Saturday the 7th
    assert due(worktime, "2024-01-07 08:29", "11mo", ("2024-09-29 08:29", "2024-10-01 00:00")) == "2024-12-09 08:29"
    assert due(worktime, "2024-01-07 08:29", "11mo", ("2024-09-29 08:29", "2024-10-01 09:00")) == "2024-12-09 09:00"


def test_a_pause_after_closing_time_does_not_revive_a_limit_that_ended_with_it() -> None:
    # 2024-09    Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09
    # 2wd        |----1----2 due 17:30
    # suspended            [========================] from 18:00 too late, from 17:00 due when it is resumed
    worktime = hall(ends="closing_time")
    assert due(worktime, "2024-09-02 10:00", "2wd", ("2024-09-04 18:00", "2024-09-09 10:00")) == "2024-09-04 17:30"
    assert due(worktime, "2024-09-02 10:00", "2wd", ("2024-09-04 17:00", "2024-09-09 10:00")) == "2024-09-09 17:30"


def test_a_limit_that_ends_at_closing_time_does_not_end_before_the_case_is_resumed() -> None:
    # 2024-09    Mo02 Tu03 We04 Th05
    # suspended       [====] resumed 18:00, when the office is closed
    # due                       x at closing time; with the day it is We04
    evening = ("2024-09-03 11:00", "2024-09-04 18:00")
    assert due(hall(ends="closing_time"), "2024-09-02 10:00", "1wd", evening) == "2024-09-05 17:30"
    assert due(hall(ends="second"), "2024-09-03 10:00", "0wd", evening) == "2024-09-05 17:30"
    assert due(hall(), "2024-09-02 10:00", "1wd", evening) == "2024-09-04 end"


def test_pauses_out_of_order_are_refused_as_a_bug() -> None:
    with pytest.raises(ValueError, match="sorted, disjoint"):
        due(hall(), "2024-09-02 10:00", "5wd", ("2024-09-05 10:00", "2024-09-06 10:00"), ("2024-09-03 10:00", "2024-09-04 10:00"))


def test_a_pause_in_the_grace_of_a_weekend_holds_the_limit_till_it_is_over_and_no_longer() -> None:
    hours = OfficeHours.from_dict({"sessions": ["09:00-17:00"]})
    worktime = Worktime(wall_clock("Asia/Shanghai"), Calendar("own", [2026], {}, {}), hours, Counting(ends="day_end"))
    monday, sunday = (to_instant(datetime.fromisoformat(f"2026-03-{text}T10:00:00+08:00")) for text in ("02", "08"))
    # 2026-03    Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09 Tu10 We11
    # 5d         |----1----2----3----4----5 a Saturday: rolls on to Mo09
    # suspended                                [ till Mo09, Tu10 or We11: due then
    ends = []
    for until in ("09", "10", "11"):
        resumed = to_instant(datetime.fromisoformat(f"2026-03-{until}T10:00:00+08:00"))
        ends.append(to_datetime(worktime.due(monday, Limit.parse("5d"), [(sunday, resumed)]), ZONE).strftime("%d"))
    assert ends == ["09", "10", "11"]
