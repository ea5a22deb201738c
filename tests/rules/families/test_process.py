"""The process rules: each finding where it ought to be found, and not where it ought not."""

from typing import Any

import pytest

from rules.book import RuleBooks
from rules.families import FINDING
from tests.rules.families.oddities import (
    FOUND,
    HALL,
    ITEMS,
    NOT_FOUND,
    THROUGH,
    Told,
    accepted,
    concluded,
    copied,
    decided,
    entered,
    left,
)
from tests.rules.story import Story, book, books, day


def found(finding: str, *told: Told, **rule: Any) -> list[str]:
    """Details of what a rule for that finding alone raises in a case told like this; ``arrived`` in days where it was late."""
    process = [{"id": "p", "finding": finding, "yellow": "at once", **rule}]
    story = Story(RuleBooks([book(items=ITEMS, hall=HALL, process=process)]))
    for kind, when, fields in told:
        late = fields.pop("arrived", None) if fields else None
        story.tell(kind, day(when), arrived=None if late is None else day(late), **fields)
    story.tick(day(60))
    last = {alert.id: alert for alert in story.alerts if alert.rule == "p"}
    assert all(alert.state != "issued" or alert.reason == "found" for alert in story.alerts if alert.rule == "p")
    details = [alert.detail for alert in last.values() if alert.state == "issued"]
    if FINDING[finding].by_hand:
        return details
    assert {detail.partition(" ")[0] for detail in details} <= {finding}
    return [detail.partition(" ")[2] for detail in details]


TOLD_IN_FEW = sorted(set(FINDING) - {"overfull"})
"""A full case takes hundreds of records: ``tests/rules/facts/test_room.py`` fills one, and one that is not full."""


def test_every_finding_has_a_case_where_it_is_found_and_one_where_it_is_not() -> None:
    assert sorted(FOUND) == TOLD_IN_FEW
    assert sorted({finding for finding, _, _ in NOT_FOUND.values()}) == TOLD_IN_FEW


@pytest.mark.parametrize("finding", TOLD_IN_FEW)
def test_a_finding_is_found_in_the_case_that_shows_it(finding: str) -> None:
    told, rule, details = FOUND[finding]
    assert found(finding, *copied(told), **rule) == details


@pytest.mark.parametrize("what", NOT_FOUND)
def test_a_finding_is_not_found_in_a_case_that_only_looks_like_it(what: str) -> None:
    finding, told, rule = NOT_FOUND[what]
    assert found(finding, *copied(told), **rule) == []


@pytest.mark.parametrize("finding", sorted(set(TOLD_IN_FEW) - {"back-entry", "corrected-after-card"}))
def test_a_finding_is_found_whatever_the_order_of_arrival(finding: str) -> None:
    told, rule, details = FOUND[finding]
    backwards = [(kind, when, {**fields, "arrived": 10}) for kind, when, fields in reversed(told)]
    assert found(finding, *backwards, **rule) == details


def test_a_finding_with_a_grace_is_not_raised_when_the_missing_record_comes_within_it() -> None:
    told = [concluded(1), accepted(0, arrived=1.5)]
    assert found("conclusion-without-acceptance", *copied(told), yellow="2wd after") == []
    assert found("conclusion-without-acceptance", concluded(1), yellow="2wd after") == ["how=normal"]


def test_a_finding_repeated_is_a_cycle_of_its_own_each_time() -> None:
    twice = [accepted(), left(1, "review", action="return"), left(2, "approval", action="return")]
    assert found("returned", *twice) == ["stage=review", "stage=approval"]
    twice = [accepted(), left(1, "review", action="return"), left(2, "approval", action="return")]
    assert found("returned", *twice, count=2) == ["stage=approval"]


def test_a_finding_held_for_the_inspector_is_pending() -> None:
    process = [{"id": "p", "finding": "item-suspended", "red": "at once", "hold": ["red"]}]
    story = Story(RuleBooks([book(items=ITEMS, process=process)]))
    story.tell("accepted", day(0), item="stopped")
    story.tick(day(0, 0, 1))
    assert story.states["red p/1"] == "pending"


def test_marks_and_handlers_are_not_kept_where_no_rule_asks_for_them() -> None:
    story = Story(books(process=[]))
    story.tell("accepted", day(0), channel="off-hall")
    story.tell("stage_left", day(1), stage="review", handler="甲")
    assert story.known.marks == () and story.known.handlers == ()


def test_a_flow_that_names_the_acceptance_finds_handling_before_it_out_of_order() -> None:
    items = [{"code": "licence", "flow": ["application", "acceptance", "handling", "delivery"]}]
    process = [{"id": "p", "finding": "stage-out-of-order", "yellow": "at once"}]
    story = Story(RuleBooks([book(items=items, process=process)]))
    story.tell("stage_entered", day(0), stage="handling")
    story.tell("accepted", day(1))
    story.tick(day(2))
    assert [alert.detail for alert in story.alerts if alert.rule == "p"] == ["stage-out-of-order stage=acceptance"]


def test_a_stage_shown_by_another_record_is_never_missing() -> None:
    items = [{"code": "licence", "flow": ["consultation", "application", "acceptance", "transfer", "handling", "delivery"]}]
    process = [{"id": "p", "finding": "stage-missing", "yellow": "at once"}]
    story = Story(RuleBooks([book(items=items, process=process)]))
    for told in (("applied", 0), ("accepted", 0.1), ("concluded", 2)):
        story.tell(told[0], day(told[1]))
    story.tick(day(3))
    assert [alert.detail for alert in story.alerts if alert.rule == "p"] == ["stage-missing stages=handling"]


def test_a_reversal_is_judged_by_the_last_review_before_the_decision() -> None:
    told = [accepted(), left(1, "review", action="return"), left(2, "review"), decided(3, "refused"), left(4, "review")]
    assert found("reversed", *copied(told)) == [""]


def test_a_decision_reported_late_withdraws_the_card() -> None:
    story = Story(RuleBooks([book(process=[{"id": "p", "finding": "conclusion-without-decision", "red": "1wd after"}])]))
    story.tell("accepted", day(0))
    story.tell("concluded", day(1))
    story.tick(day(3))
    assert story.states["red p/1"] == "issued"
    story.tell("decided", day(0.5), arrived=day(3), result="granted")
    assert story.states["red p/1"] == "withdrawn" and story.alerts[-1].reason == "late_record"


@pytest.mark.parametrize(
    ("finding", "told", "afterwards"),
    [
        ("conclusion-without-acceptance", [concluded(1)], accepted(5)),
        ("conclusion-without-acceptance", [concluded(1, how="returned")], ("not_accepted", 5, {})),
        ("conclusion-without-decision", [accepted(), concluded(1)], decided(5)),
        ("result-without-decision", [accepted(), ("issued", 1, {})], decided(5)),
        ("stage-missing", [accepted(), *THROUGH[:2], concluded(4)], entered(5, "approval")),
        ("stage-missing", [accepted(), *THROUGH[:2], concluded(4)], left(5, "approval")),
        ("stage-missing", [accepted(), *THROUGH[:2], concluded(4)], decided(5)),
        ("stage-out-of-order", [accepted(), decided(1), entered(2, "handling")], entered(5, "approval")),
        ("reversed", [accepted(), left(1, "review"), decided(2, "refused")], left(5, "review", action="return")),
    ],
)
def test_a_finding_stands_whatever_is_done_after_it(finding: str, told: list[Told], afterwards: Told) -> None:
    """Found by Hypothesis: a case concluded without acceptance was rid of its card as soon as somebody accepted it."""
    before = found(finding, *copied(told))
    assert len(before) == 1
    assert found(finding, *copied([*told, afterwards])) == before
    if finding not in ("reversed", "stage-out-of-order"):
        kind, _, fields = afterwards
        assert found(finding, *copied(told), (kind, 0.5, {**fields, "arrived": 5})) == [], "it had happened before"


def test_a_step_in_the_very_instant_of_the_conclusion_is_in_time() -> None:
    assert found("conclusion-without-acceptance", concluded(1), accepted(1)) == []
    assert found("conclusion-without-acceptance", concluded(1), ("not_accepted", 1, {})) == []
    assert found("conclusion-without-decision", accepted(), concluded(1), decided(1)) == []
    assert found("stage-missing", accepted(), *THROUGH[:2], concluded(4), entered(4, "approval")) == []
    assert found("stage-missing", accepted(), *THROUGH[:2], concluded(4), left(4, "approval")) == []
    assert found("stage-missing", accepted(), *THROUGH[:2], concluded(4), decided(4)) == []
    assert found("stage-out-of-order", accepted(), *THROUGH[:2], decided(3), entered(3, "approval")) == []
