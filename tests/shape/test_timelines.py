"""The drawings beside deadline tests are true: dates and weekdays agree, days off are off, and days are counted right."""

from datetime import date, timedelta

import pytest

from monitor.almanac import china
from tests.shape.__main__ import HERE
from tests.shape.timelines import Timeline, defects, timelines

FILES = sorted(path for path in (HERE / "tests").rglob("test_*.py") if path.parent.name != "shape")
DAYS_OFF = frozenset(
    day for day in (date(2024, 1, 1) + timedelta(days=number) for number in range(3 * 365 + 1)) if not china().is_workday(day)
)


def drawn(text: str) -> Timeline:
    [timeline] = timelines("a.py", text + "\nx = 1\n")
    return timeline


def test_every_timeline_beside_a_test_agrees_with_the_calendar() -> None:
    found = [each for path in FILES for each in timelines(path.relative_to(HERE).as_posix(), path.read_text("utf-8"))]
    assert len(found) > 90
    assert [defect for each in found for defect in defects(each, DAYS_OFF)] == []


def test_a_timeline_takes_the_next_day_of_each_number_over_months() -> None:
    assert drawn("# 2026-03  Mo30 We01     We08     Fr08").columns == {
        11: date(2026, 3, 30), 16: date(2026, 4, 1), 25: date(2026, 4, 8), 34: date(2026, 5, 8)
    }  # fmt: skip


@pytest.mark.parametrize("line", ["# 2026-03  Mo02 We03", "# 2026-03-02 Tu  09:30 10:30"])
def test_a_weekday_that_is_not_that_of_its_date_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"a\.py:1: 2026-03-0"):
        list(timelines("a.py", line + "\nx = 1\n"))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("# 4wd      |----1----2----.----.----3----4 due", "has 2026-03-05 off, which is a working day"),
        ("# 5wd      |----1----2----3----4----5 due", "counts 2026-03-07, a day off"),
        ("# 4wd      |----1----2----3----3", "counts 3 after 3"),
        ("# 6wd      |----1----2----3----4----.----.----6 due", "counts 6 by 2026-03-09, and there are 5"),
        ("# 6wd      |----1----2----3----4----.----.----5 due", "is due after 5, and its limit is 6"),
        ("# 5d       |----1----2----3----5 due", "counts 5 by 2026-03-06, and there are 4"),
    ],
)
def test_a_row_that_the_calendar_contradicts_is_named(row: str, said: str) -> None:
    told = list(defects(drawn(f"# 2026-03  Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09\n{row}"), DAYS_OFF))
    assert any(said in each for each in told), told


@pytest.mark.parametrize(
    "row",
    [
        "# 5wd      |----1----2----3----4----.----.----5 due on Mo09",
        "# 5d       |----1----2----3----4----5 a Saturday",
        "# 3wd      |----1==========----2----.----.----3 due",
        "# 9wd      |----1----2----x ended",
        "# any           *              * happens",
    ],
)
def test_a_row_that_agrees_with_the_calendar_has_no_defect(row: str) -> None:
    assert list(defects(drawn(f"# 2026-03  Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09\n{row}"), DAYS_OFF)) == []
