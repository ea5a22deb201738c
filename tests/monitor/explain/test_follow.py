"""What the story says of odd records, of people, and of what people do with cards; and that the rules themselves tell it."""

from datetime import datetime
from typing import Any

import pytest

from monitor.explain import Follower, as_text
from monitor.explain.people import mask
from rules.events import TICK
from rules.instant import to_instant
from tests.monitor.explain.cases import CASES, KEY, hunan
from tests.rules.story import Story, books, day, event


def apply(follower: Follower, kind: str, at: datetime, arrived: datetime | None = None, **fields: Any) -> Any:
    """That record, and what is told of it."""
    follower.apply(event(kind, at, **fields), to_instant(arrived or at))
    story = follower.story()
    return story.records[-1] if story is not None else None


def test_late_repeated_early_and_idle_records_are_told_as_such() -> None:
    follower = Follower(KEY, hunan())
    apply(follower, "accepted", day(0))
    late = apply(follower, "stage_entered", day(0, 1), day(0, 2), stage="handling")
    assert (late.late_ms, late.repeated, late.ahead, late.unwatched) == (3_600_000, False, False, False)
    again = apply(follower, "stage_entered", day(0, 1), day(0, 3), stage="handling")
    assert (again.repeated, again.effects) == (True, ())
    ahead = apply(follower, "stage_left", day(1), day(0, 4), stage="handling")
    assert ahead.ahead
    assert ahead.effects[0].ended == day(0, 4), "a record counts from its arrival at the latest"
    assert apply(follower, "consulted", day(2)).unwatched
    prompt = apply(follower, "suspended", day(2, 1), day(2, 1), procedure="testing")
    assert (prompt.late_ms, prompt.ahead) == (0, False)


def test_a_record_the_rules_refuse_changes_nothing() -> None:
    follower = Follower(KEY, hunan())
    apply(follower, "accepted", day(0))
    before = follower.case
    refused = apply(follower, "accepted", day(-1), day(1), promised="a fortnight")
    assert "no limit" in refused.refused
    assert refused.effects == refused.changes == ()
    assert follower.case is before
    follower.refuse(to_instant(day(2)), "no JSON")
    story = follower.story()
    assert story is not None
    assert "the record could not be used and changed nothing: no JSON" in as_text(story, "en")


def test_the_effects_of_a_record_tell_how_limits_move_end_and_go_on() -> None:
    follower = Follower(KEY, hunan())

    def effects(*words: Any, **fields: Any) -> list[tuple[str, str]]:
        return [(effect.what, effect.rule) for effect in apply(follower, *words, **fields).effects]

    both = ("case-promise", "case-statutory")
    assert effects("accepted", day(0)) == [("started", rule) for rule in both]
    assert effects("suspended", day(1), procedure="testing", approved_days=2) == [
        *(("moved", rule) for rule in both),
        ("started", "special-procedure"),
    ]
    ended = [("ended", "case-promise"), ("ended", "case-statutory"), ("ended", "special-procedure")]
    assert effects("concluded", day(9)) == [*ended, ("started", "certificate")]
    assert effects("concluded", day(2), day(10)) == [*ended, ("moved", "certificate")]
    story = follower.story()
    assert story is not None
    assert {limit.rule: limit.state for limit in story.limits} == {
        "case-promise": "in_time",
        "case-statutory": "in_time",
        "special-procedure": "in_time",
        "certificate": "overdue",
    }


def test_a_limit_beyond_the_calendar_is_said_to_be_unknown() -> None:
    follower = Follower(KEY, hunan())
    apply(follower, "accepted", datetime.fromisoformat("2026-12-30T10:00:00+08:00"))
    story = follower.story()
    assert story is not None
    assert {limit.state for limit in story.limits} == {"uncovered"}
    assert "日历未覆盖" in as_text(story)


@pytest.mark.parametrize(("name", "masked"), [("张三丰", "张*"), ("B-1041", "B*"), ("王", "王*"), ("", "")])
def test_a_name_is_masked_but_for_its_first_character(name: str, masked: str) -> None:
    assert mask(name) == masked


def test_names_are_shown_in_a_story_only_on_demand() -> None:
    for unmasked in (False, True):
        follower = Follower(KEY, hunan(), unmasked=unmasked)
        apply(follower, "accepted", day(0), operator="欧阳修")
        apply(follower, "stage_entered", day(0, 1), stage="handling", handler="张三丰")
        apply(follower, "suspended", day(1), procedure="testing", approver="诸葛亮")
        story = follower.story()
        assert story is not None
        text = as_text(story)
        assert all((name in text) is unmasked for name in ("欧阳修", "张三丰", "诸葛亮"))


def test_acts_on_a_card_are_part_of_its_story() -> None:
    follower = Follower(KEY, hunan())
    apply(follower, "accepted", day(0), item="copy")
    follower.apply(TICK, to_instant(day(1)))
    card = f"{KEY}/case-promise/yellow/1"
    told = apply(follower, "alert_acknowledged", day(1, 1), alert=card, operator="赵敏")
    assert [(change.state, change.record) for change in told.changes] == [("acknowledged", 2)]
    assert told.details["operator"] == "赵*"
    refused = apply(follower, "alert_confirmed", day(1, 2), alert=card)
    assert refused.refused
    story = follower.story()
    assert story is not None
    assert [change.state for change in story.cards[0].changes] == ["issued", "acknowledged"]


def test_a_finding_of_a_process_rule_is_told_with_its_card() -> None:
    rule = {"id": "sent-back", "finding": "returned", "yellow": "at once", "source": "city rule 7"}
    follower = Follower(KEY, books("default", process=[rule]))
    apply(follower, "accepted", day(0))
    apply(follower, "stage_left", day(1), stage="review", action="return")
    follower.apply(TICK, to_instant(day(1)) + 1)
    story = follower.story()
    assert story is not None
    assert [change.alert for change in story.records[-1].changes] == ["sent-back/yellow/1"]
    assert (story.cards[0].detail, story.cards[0].source, story.cards[0].spans) == ("returned stage=review", "city rule 7", ())
    assert all(limit.rule != "sent-back" for limit in story.limits)


@pytest.mark.parametrize("name", CASES)
def test_the_story_is_what_the_rules_say(name: str) -> None:
    """The same records straight through ``rules.step``: the same case, the same alerts."""
    follower, core = Follower(KEY, hunan()), Story(hunan())
    for kind, at, arrived, fields in CASES[name][0]:
        apply(follower, kind, at, arrived, **fields)
        core.tick(arrived)
        core.tell(kind, at, arrived, **fields)
    core.tick(CASES[name][1])
    follower.apply(TICK, to_instant(CASES[name][1]))
    story = follower.story()
    assert story is not None
    assert {card.id: card.state for card in story.cards} == {
        f"{rule.split(' ')[1].split('/')[0]}/{rule.split(' ')[0]}/{rule.split('/')[1]}": state
        for rule, state in core.states.items()
    }
    assert sum(len(card.changes) for card in story.cards) == len(core.alerts)
    for limit in story.limits:
        assert limit.deadline == core.deadline(limit.rule, limit.cycle)
    for card, alert in ((card, alert) for card in story.cards for alert in core.alerts if alert.id == f"{KEY}/{card.id}"):
        assert card.spans == alert.spans or alert.state != card.state


def test_a_case_without_records_or_with_unsupervised_ones_only_has_no_story() -> None:
    assert Follower(KEY, hunan()).story() is None
    follower = Follower(KEY, hunan())
    assert apply(follower, "consulted", day(0)) is None
