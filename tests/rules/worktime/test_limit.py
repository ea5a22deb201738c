"""Limits and ways of counting as they are written, and what is refused."""

import msgspec
import pytest

from rules.errors import BadRuleBook
from rules.worktime import Counting, Limit, OfficeHours, Unit


@pytest.mark.parametrize("text", ["101y", "9999y", "1201mo"])
def test_a_limit_of_more_than_a_century_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="longer than a century"):
        Limit.parse(text)
    assert [Limit.parse(text).value for text in ("100y", "1200mo", "9999wd")] == [100, 1200, 9999]


@pytest.mark.parametrize("text", ["10wd", "20d", "3mo", "1y", "4wh", "15wm", "0wd"])
def test_a_limit_reads_and_writes_its_short_form(text: str) -> None:
    assert str(Limit.parse(text)) == text
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(Limit.parse(text)), type=Limit) == Limit.parse(text)


@pytest.mark.parametrize("text", ["", "10", "wd", "-1wd", "1.5d", "10 w", "10WD", "99999d"])
def test_any_other_limit_is_refused_with_the_forms(text: str) -> None:
    with pytest.raises(ValueError, match="10wd"):
        Limit.parse(text)


def test_a_first_day_that_counts_to_the_second_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="first_day_counts"):
        msgspec.convert({"ends": "second", "first_day_counts": True}, Counting)


def test_a_limit_or_counting_that_makes_no_sense_is_refused_with_the_reason() -> None:
    with pytest.raises(ValueError, match=r"^a limit cannot be negative \(-1\): give a whole number and a unit"):
        Limit(-1, Unit.working_days)
    with pytest.raises(ValueError, match=r'^first_day_counts means nothing with ends = "second": choose one of the two$'):
        Counting(ends="second", first_day_counts=True)
    season = {"from": "06-01", "sessions": ["08:00-12:00"]}
    with pytest.raises(BadRuleBook) as refused:
        OfficeHours.from_dict({"sessions": ["09:00-12:00"], "seasons": [season]})
    assert refused.value.defects == ["seasons[0]: needs exactly the keys from, to, sessions"]
