"""The clocks that watch people are told day by day too, without the time an appeal was open."""

from monitor.explain.defence import limits_of
from monitor.words import arithmetic_lines
from rules.book import RuleBooks
from rules.instant import to_instant
from tests.rules.story import KEY, Story, book, day


def test_the_days_under_appeal_are_told_as_not_counted() -> None:
    judged = book("office")
    story = Story(RuleBooks([judged]))
    story.tell("accepted", day(0), promised="5wd", statutory="100wd")
    for kind, at, fields in (
        ("alert_appealed", day(9), {}),
        ("appeal_decided", day(21), {"outcome": "rejected"}),
    ):
        story.tell(kind, at, alert=f"{KEY}/case-promise/yellow/1", **fields)
    # 2026-03    Mo09 Tu10 We11     Mo16     Mo23 Tu24 We25 Th26
    # appeal               [=================] rejected
    # reply 5wd  |----1----2==================----3----4----5 due
    reply = next(told for told in limits_of(story.known, judged, to_instant(day(22))) if told.rule == "reply")
    assert (reply.limit, reply.state) == ("5wd", "running")
    assert reply.deadline == day(24)
    assert sum(span.days for span in reply.spans if span.counted) == 5
    assert any("申诉，停止计时" in line for line in arithmetic_lines(reply.spans))
