"""The arithmetic of a due instant as the lines that people read, in both languages."""

from datetime import date
from typing import get_args

import pytest

from monitor.words import Language, arithmetic_lines
from rules.events import Procedure
from rules.instant import HOUR, MINUTE
from rules.worktime import CountedDays


def days(from_day: str, to_day: str, reason: str) -> CountedDays:
    length = (date.fromisoformat(to_day) - date.fromisoformat(from_day)).days + 1
    return CountedDays(from_day, to_day, length, _is_counted(reason), reason)


def day(text: str, reason: str, ms: int = 0) -> CountedDays:
    return CountedDays(f"2024-{text}", f"2024-{text}", 1, _is_counted(reason), reason, ms)


def _is_counted(reason: str) -> bool:
    return reason.partition(":")[0] in ("counted", "make_up_day")


# 7wd from Friday 27 September, 10:00, over National Day.
NATIONAL_DAY = (
    day("09-27", "first_day"),
    day("09-28", "weekend"),
    day("09-29", "make_up_day:国庆节"),
    day("09-30", "counted"),
    days("2024-10-01", "2024-10-07", "holiday:国庆节"),
    days("2024-10-08", "2024-10-11", "counted"),
    day("10-12", "make_up_day:国庆节"),
)


def test_a_limit_over_national_day_is_told_in_chinese_with_the_running_count() -> None:
    assert arithmetic_lines(NATIONAL_DAY) == (
        "2024-09-27：起算当日，不计，1 天",
        "2024-09-28：周末，不计，1 天",
        "2024-09-29：国庆节调休上班，计入，1 天（第 1 天）",
        "2024-09-30：计入，1 天（第 2 天）",
        "2024-10-01 至 2024-10-07：国庆节放假，不计，7 天",
        "2024-10-08 至 2024-10-11：计入，4 天（第 3–6 天）",
        "2024-10-12：国庆节调休上班，计入，1 天（第 7 天）",
    )


def test_a_limit_over_national_day_is_told_in_english_with_the_running_count() -> None:
    assert arithmetic_lines(NATIONAL_DAY, "en") == (
        "2024-09-27: the day it began, not counted, 1 d",
        "2024-09-28: weekend, not counted, 1 d",
        "2024-09-29: worked in exchange for 国庆节, counted, 1 d (day 1)",
        "2024-09-30: counted, 1 d (day 2)",
        "2024-10-01 to 2024-10-07: 国庆节, not counted, 7 d",
        "2024-10-08 to 2024-10-11: counted, 4 d (day 3–6)",
        "2024-10-12: worked in exchange for 国庆节, counted, 1 d (day 7)",
    )


@pytest.mark.parametrize(
    ("reason", "ms", "zh", "en"),
    [
        ("suspended:inspection", 0, "检验，停止计时，1 天", "suspended for inspection, not counted, 1 d"),
        ("suspended:appeal", 0, "申诉，停止计时，1 天", "suspended for appeal, not counted, 1 d"),
        ("instant_item", 0, "即办件，当日办结，1 天", "instant item, due the same day, 1 d"),
        ("rolled", 0, "期限末日为非工作日，顺延，1 天", "the last day is not worked, moved on, 1 d"),
        ("counted", 90 * MINUTE, "计入，1 小时 30 分", "counted, 1 h 30 min"),
        ("counted", 10 * MINUTE, "计入，10 分", "counted, 10 min"),
        ("counted", 2 * HOUR, "计入，2 小时 0 分", "counted, 2 h 0 min"),
        ("outside_hours", 0, "非办公时间，自下一办公时段起算，1 天",
         "outside office hours, counts from the next work period, 1 d"),
        ("unheard_of", 0, "unheard_of，1 天", "unheard_of, 1 d"),
    ],
)  # fmt: skip
def test_a_day_is_told_with_what_became_of_it(reason: str, ms: int, zh: str, en: str) -> None:
    said: dict[Language, str] = {"zh": f"2024-09-26：{zh}", "en": f"2024-09-26: {en}"}
    assert {lang: arithmetic_lines((day("09-26", reason, ms),), lang) for lang in said} == {
        lang: (line,) for lang, line in said.items()
    }


@pytest.mark.parametrize("procedure", get_args(Procedure))
def test_every_procedure_that_suspends_a_case_has_a_chinese_word(procedure: str) -> None:
    (line,) = arithmetic_lines((day("09-26", f"suspended:{procedure}"),))
    assert procedure not in line
