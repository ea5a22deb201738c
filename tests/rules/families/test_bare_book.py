"""A book that extends none has only what it says: no rule, and no help, that nobody wrote."""

from typing import Any

import pytest

from monitor.almanac import ALMANAC
from rules.book import RuleBooks
from rules.bookfile import parse_book
from rules.errors import BadRuleBook
from tests.rules.story import Story, day

RULE = {"id": "c", "clock": "case", "limit": "promised", "red": "deadline"}


def bare(**keys: Any) -> RuleBooks:
    counting = {"ends": "second", "roll_start": False, "roll_last_day": False}
    table = {"name": "z", "version": "z-1", "counting": counting, "time_limits": [RULE], **keys}
    return RuleBooks([parse_book("b", table, ALMANAC)])


def test_silence_accepts_nothing() -> None:
    for said, days in ((bare(), 60), (bare(supplement={"silence_accepts": True, "notice": "5wd"}), 60 - 56)):
        story = Story(said)
        story.tell("applied", day(-56))
        story.tell("accepted", day(0), promised="60d")
        assert story.deadline("c") == day(days)


def test_a_supplement_asked_for_stops_no_clock() -> None:
    for said, days in ((bare(), 10), (bare(supplement={"stops_clock": True}), 13)):
        story = Story(said)
        story.tell("accepted", day(0), promised="10d")
        story.tell("supplement_requested", day(1))
        story.tell("supplemented", day(4))
        assert story.deadline("c") == day(days)


def test_an_extension_without_a_cap_counts_as_granted() -> None:
    for said, days in ((bare(extension={"unit": "d"}), 50), (bare(extension={"unit": "d", "max_days": 10}), 30)):
        story = Story(said)
        story.tell("accepted", day(0), promised="20d")
        story.tell("extended", day(1), days=30)
        assert story.deadline("c") == day(days)


def test_a_complaint_is_put_off_as_granted() -> None:
    rule = {"id": "answer", "clock": "complaint-answer", "limit": "5d", "yellow": "deadline"}
    for said, days in (({"unit": "d"}, 25), ({"unit": "d", "max_extension": 10}, 15)):
        story = Story(bare(time_limits=[rule], complaints=said))
        story.tell("complaint_accepted", day(0), complaint="1")
        story.tell("complaint_extended", day(1), complaint="1", days=20)
        assert story.deadline("answer") == day(days)


def test_a_suspension_stops_the_clock_for_the_days_its_record_names() -> None:
    story = Story(bare())
    story.tell("accepted", day(0), promised="10d")
    story.tell("suspended", day(1), procedure="hearing")
    assert story.deadline("c") == day(10)
    story.tell("suspended", day(2), procedure="testing", approved_days=2)
    assert story.deadline("c") == day(12)


def test_a_case_without_limits_of_its_own_has_no_clock() -> None:
    story = Story(bare())
    story.tell("accepted", day(0))
    assert not story.known.clocks


@pytest.mark.parametrize(
    ("keys", "key"),
    [
        ({"supplement": {"silence_accepts": True}}, "supplement.silence_accepts"),
        ({"time_limits": [RULE, {"id": "a", "clock": "acceptance", "yellow": "deadline"}]}, "time_limits: 'a'"),
    ],
)
def test_a_notice_that_nobody_wrote_is_no_limit_and_accepts_nothing(keys: dict[str, Any], key: str) -> None:
    with pytest.raises(BadRuleBook) as refused:
        bare(**keys)
    assert refused.value.defects == [f'{key}: goes by the notice, so say it: [supplement] notice = "5wd"']
