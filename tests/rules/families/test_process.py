"""The process rules: each finding where it ought to be found, and not where it ought not."""

from typing import Any

import pytest

from rules.book import RuleBooks
from rules.book.book import BY_HAND, FINDINGS
from tests.rules.story import Story, book, books, day

FLOW = ["handling", "review", "approval"]
ITEMS = [{"code": "licence", "flow": FLOW}, {"code": "stopped", "suspended": True}]
HALL = {"places": ["市政务服务中心"], "terminals": ["HALL-"], "cashiers": ["大厅收费处"]}
SECOND = 1 / 86_400

Told = tuple[str, float, dict[str, Any]]


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
    if finding in BY_HAND:
        return details
    assert {detail.partition(" ")[0] for detail in details} <= {finding}
    return [detail.partition(" ")[2] for detail in details]


def accepted(when: float = 0, **fields: Any) -> Told:
    return "accepted", when, fields


def entered(when: float, stage: str, **fields: Any) -> Told:
    return "stage_entered", when, {"stage": stage, **fields}


def left(when: float, stage: str, **fields: Any) -> Told:
    return "stage_left", when, {"stage": stage, **fields}


def decided(when: float, result: str = "granted", **fields: Any) -> Told:
    return "decided", when, {"result": result, **fields}


def concluded(when: float, **fields: Any) -> Told:
    return "concluded", when, fields


def filed(complaint: str, when: float = 0, **fields: Any) -> Told:
    return "complaint_filed", when, {"complaint": complaint, **fields}


THROUGH = [entered(1, "handling"), entered(2, "review"), entered(3, "approval")]

FOUND: dict[str, tuple[list[Told], dict[str, Any], list[str]]] = {
    "off-hall-channel": ([accepted(channel="off-hall")], {}, ["channel=off-hall"]),
    "off-hall-place": ([accepted(hall="某培训中心")], {}, ["hall=某培训中心"]),
    "off-hall-terminal": ([accepted(terminal="STREET-7")], {}, ["terminal=STREET-7"]),
    "fee-outside": ([accepted(), ("fee_charged", 1, {"amount_fen": 100, "cashier": "王某"})], {}, ["cashier=王某"]),
    "outside-hours": ([accepted(0.5)], {}, ["event=accepted"]),
    "back-entry": ([accepted(), concluded(1, arrived=20)], {"within": "10wd"}, ["event=concluded days=19"]),
    "item-unknown": ([accepted(item="nothing")], {}, ["item=nothing"]),
    "item-suspended": ([accepted(item="stopped")], {}, ["item=stopped"]),
    "yellow-by-hand": ([accepted(), ("card_issued_by_hand", 1, {"level": "yellow", "reason": "态度"})], {}, ["态度"]),
    "red-by-hand": ([accepted(), ("card_issued_by_hand", 1, {"level": "red", "reason": "索贿"})], {}, ["索贿"]),
    "conclusion-without-acceptance": ([concluded(1)], {}, ["how=normal"]),
    "conclusion-without-decision": ([accepted(), concluded(1)], {}, [""]),
    "result-without-decision": ([accepted(), ("issued", 1, {}), decided(2)], {}, [""]),
    "acceptance-after-decision": ([decided(0), accepted(1)], {}, [""]),
    "stage-missing": ([accepted(), entered(1, "handling"), concluded(2)], {}, ["stages=review,approval"]),
    "stage-out-of-order": ([accepted(), entered(1, "review"), entered(2, "handling")], {}, ["stage=handling"]),
    "returned": ([accepted(), left(1, "review", action="return")], {}, ["stage=review"]),
    "reversed": ([accepted(), left(1, "review"), decided(2, "refused")], {}, [""]),
    "suspended": ([accepted(), ("suspended", 1, {"procedure": "hearing", "approved_days": 2})], {}, ["procedure=hearing"]),
    "suspended-last-minute": (
        [accepted(promised="5wd"), ("suspended", 6, {"procedure": "hearing", "approved_days": 2})],
        {"within": "2wd"},
        ["procedure=hearing"],
    ),
    "supplement-requested": ([accepted(), ("supplement_requested", 1, {})], {}, [""]),
    "terminated": ([accepted(), concluded(1, how="voided")], {}, ["how=voided"]),
    "same-second": (
        [accepted(SECOND), entered(SECOND, "handling"), entered(SECOND, "handling"), decided(SECOND)],
        {"count": 3},
        ["steps=3"],
    ),
    "four-eyes": (
        [accepted(), entered(1, "handling", handler="甲"), entered(2, "review", handler="甲"), decided(3, handler="甲")],
        {},
        [""],
    ),
    "decided-before-hearing": (
        [accepted(), ("hearing_requested", 1, {}), decided(2)],
        {"within": "5wd"},
        ["event=hearing_requested"],
    ),
    "hearing-notice-short": (
        [accepted(), ("hearing_held", 4, {})],
        {"within": "7d"},
        ["announced=never"],
    ),
    "complaint-repeated-case": ([filed("1"), filed("2", 3)], {"count": 2, "within": "5d"}, ["complaints=2"]),
    "complaint-repeated-window": (
        [filed("1", case=""), filed("2", 3, case=""), filed("3", 5, case="")],
        {"count": 3, "within": "5d"},
        ["complaints=3"],
    ),
    "complaint-repeated-person": (
        [filed("1", person="甲"), filed("2", 1, person="乙"), filed("3", 2, person="甲")],
        {"count": 2, "within": "5d"},
        ["complaints=2"],
    ),
    "complaint-on-overdue": ([accepted(promised="2wd"), filed("1", 1)], {}, ["complaint=1"]),
    "bad-review": ([accepted(), ("rated", 1, {"score": 5, "rating": "7"})], {}, ["score=5 rating=7"]),
}

NOT_FOUND: dict[str, tuple[str, list[Told], dict[str, Any]]] = {
    "handled at the hall": ("off-hall-channel", [accepted()], {}),
    "in a hall of ours": ("off-hall-place", [accepted()], {}),
    "in no hall that is named": ("off-hall-place", [accepted(hall="")], {}),
    "at a terminal of the hall": ("off-hall-terminal", [accepted(terminal="HALL-3")], {}),
    "at no terminal at all": ("off-hall-terminal", [accepted()], {}),
    "online, at any terminal": ("off-hall-terminal", [accepted(terminal="STREET-7", channel="online")], {}),
    "paid at the hall's cashier": (
        "fee-outside",
        [accepted(), ("fee_charged", 1, {"amount_fen": 1, "cashier": "大厅收费处"})],
        {},
    ),
    "accepted in office hours": ("outside-hours", [accepted()], {}),
    "accepted at night by a machine": ("outside-hours", [accepted(0.5, channel="online")], {}),
    "accepted on a day, at no hour": ("outside-hours", [accepted(-9.5 / 24)], {}),
    "applied online at night": ("outside-hours", [("applied", 0.5, {"channel": "online"})], {}),
    "told again long after": ("back-entry", [accepted(), accepted(0, arrived=40)], {"within": "10wd"}),
    "typed in within ten working days": ("back-entry", [accepted(), concluded(1, arrived=15)], {"within": "10wd"}),
    "an item that is offered": ("item-unknown", [accepted()], {}),
    "an item not suspended": ("item-suspended", [accepted()], {}),
    "nobody issued a yellow card": ("yellow-by-hand", [accepted()], {}),
    "nobody issued a red card": ("red-by-hand", [accepted()], {}),
    "concluded after acceptance": ("conclusion-without-acceptance", [accepted(), concluded(1)], {}),
    "withdrawn before acceptance": ("conclusion-without-acceptance", [concluded(1, how="withdrawn")], {}),
    "voided before acceptance": ("conclusion-without-acceptance", [concluded(1, how="voided")], {}),
    "refused at the door and concluded": ("conclusion-without-acceptance", [("not_accepted", 0, {}), concluded(1)], {}),
    "the acceptance came late": ("conclusion-without-acceptance", [concluded(1), accepted(0, arrived=2)], {}),
    "concluded after a decision": ("conclusion-without-decision", [accepted(), decided(1), concluded(2)], {}),
    "returned to the window without one": ("conclusion-without-decision", [accepted(), concluded(2, how="returned")], {}),
    "issued after the decision": ("result-without-decision", [accepted(), decided(1), ("issued", 2, {})], {}),
    "issued where decisions are not reported": ("result-without-decision", [accepted(), concluded(1), ("delivered", 2, {})], {}),
    "decided after acceptance": ("acceptance-after-decision", [accepted(), decided(1)], {}),
    "all stages passed": ("stage-missing", [accepted(), *THROUGH, concluded(4)], {}),
    "the decision is the approval": ("stage-missing", [accepted(), *THROUGH[:2], decided(3), concluded(4)], {}),
    "ended otherwise": ("stage-missing", [accepted(), concluded(2, how="withdrawn")], {}),
    "still under way": ("stage-missing", [accepted(), entered(1, "handling")], {}),
    "in order": ("stage-out-of-order", [accepted(), *THROUGH], {}),
    "returned by a post": (
        "stage-out-of-order",
        [accepted(), entered(1, "review"), left(2, "review", action="return"), entered(2, "handling")],
        {},
    ),
    "the decision is the approval, in order": ("stage-out-of-order", [accepted(), *THROUGH[:2], decided(3)], {}),
    "passed on": ("returned", [accepted(), left(1, "review")], {}),
    "returned once where twice is odd": ("returned", [accepted(), left(1, "review", action="return")], {"count": 2}),
    "granted as the review had it": ("reversed", [accepted(), left(1, "review"), decided(2)], {}),
    "refused as the review had it": ("reversed", [accepted(), left(1, "review", action="return"), decided(2, "refused")], {}),
    "returned first, passed, granted": (
        "reversed",
        [accepted(), left(1, "review", action="return"), left(2, "review"), decided(3)],
        {},
    ),
    "passed first, then returned": (
        "reversed",
        [accepted(), left(1, "review"), left(2, "review", action="return"), decided(3, "refused")],
        {},
    ),
    "suspended once where twice is odd": ("suspended", [accepted(), ("suspended", 1, {"procedure": "hearing"})], {"count": 2}),
    "suspended with days to spare": (
        "suspended-last-minute",
        [accepted(promised="9wd"), ("suspended", 1, {"procedure": "hearing", "approved_days": 2})],
        {"within": "2wd"},
    ),
    "extended before": (
        "suspended-last-minute",
        [
            accepted(promised="5wd"),
            ("extended", 1, {"days": 10}),
            ("suspended", 6, {"procedure": "hearing", "approved_days": 2}),
        ],
        {"within": "2wd"},
    ),
    "suspended before, so there is time left": (
        "suspended-last-minute",
        [
            accepted(promised="5wd"),
            ("suspended", 1, {"procedure": "hearing", "approved_days": 9}),
            ("resumed", 4, {}),
            ("suspended", 6, {"procedure": "hearing", "approved_days": 2}),
        ],
        {"within": "2wd"},
    ),
    "a limit shorter than nearly": (
        "suspended-last-minute",
        [accepted(promised="2wd"), ("suspended", 1, {"procedure": "hearing", "approved_days": 2})],
        {"within": "2wd"},
    ),
    "suspended when it was late anyway": (
        "suspended-last-minute",
        [accepted(promised="5wd"), ("suspended", 8, {"procedure": "hearing", "approved_days": 2})],
        {"within": "2wd"},
    ),
    "suspended before it was accepted": (
        "suspended-last-minute",
        [accepted(promised="5wd"), ("suspended", -1, {"procedure": "hearing"}), ("suspended", -2, {"procedure": "hearing"})],
        {"within": "2wd"},
    ),
    "asked once, as the law lets": ("supplement-requested", [accepted(), ("supplement_requested", 1, {})], {"count": 2}),
    "steps apart": ("same-second", [accepted(), *THROUGH, decided(4)], {"count": 2}),
    "ended with a result": ("terminated", [accepted(), concluded(1)], {}),
    "noted to the minute": ("same-second", [accepted(), entered(0, "handling"), decided(0)], {"count": 3}),
    "another approver": (
        "four-eyes",
        [accepted(), entered(1, "handling", handler="甲"), entered(2, "review", handler="甲"), decided(3, handler="乙")],
        {},
    ),
    "heard first": (
        "decided-before-hearing",
        [accepted(), ("hearing_requested", 1, {}), ("hearing_held", 9, {}), decided(9)],
        {"within": "5wd"},
    ),
    "announced a week before": (
        "hearing-notice-short",
        [accepted(), ("hearing_notified", 1, {}), ("hearing_held", 8, {})],
        {"within": "7d"},
    ),
    "too long ago": ("complaint-repeated-case", [filed("1"), filed("2", 6)], {"count": 2, "within": "5d"}),
    "the same complaint again": ("complaint-repeated-case", [filed("1"), filed("1", 2)], {"count": 2, "within": "5d"}),
    "on a window": ("complaint-repeated-case", [filed("1", case=""), filed("2", 2, case="")], {"count": 2, "within": "5d"}),
    "on a case": ("complaint-repeated-window", [filed("1"), filed("2", 2)], {"count": 2, "within": "5d"}),
    "one of them refused": (
        "complaint-repeated-window",
        [filed("1", case=""), filed("2", 2, case=""), ("complaint_refused", 3, {"complaint": "1", "case": ""})],
        {"count": 2, "within": "5d"},
    ),
    "on two people": (
        "complaint-repeated-person",
        [filed("1", person="甲"), filed("2", 2, person="乙"), filed("3", 2), filed("4", 2)],
        {"count": 2, "within": "5d"},
    ),
    "a complaint on a case in time": ("complaint-on-overdue", [accepted(promised="9wd"), filed("1", 1), concluded(8)], {}),
    "closed before it was late": (
        "complaint-on-overdue",
        [accepted(promised="2wd"), filed("1", 1), ("complaint_closed", 1.5, {"complaint": "1"})],
        {},
    ),
    "filed after it was late and over": (
        "complaint-on-overdue",
        [accepted(promised="2wd"), concluded(6), filed("1", 7)],
        {},
    ),
    "a window has no promise": ("complaint-on-overdue", [filed("1", case="")], {}),
    "a review that is not bad": ("bad-review", [accepted(), ("rated", 1, {"score": 3})], {}),
    "a review struck out": (
        "bad-review",
        [accepted(), ("rated", 1, {"score": 4}), ("rating_appeal_decided", 2, {"upheld": True})],
        {},
    ),
}


def copied(told: list[Told]) -> list[Told]:
    return [(kind, when, dict(fields)) for kind, when, fields in told]


def test_every_finding_has_a_case_where_it_is_found_and_one_where_it_is_not() -> None:
    assert set(FOUND) == set(FINDINGS) and {finding for finding, _, _ in NOT_FOUND.values()} == set(FINDINGS)


@pytest.mark.parametrize("finding", FINDINGS)
def test_a_finding_is_found_in_the_case_that_shows_it(finding: str) -> None:
    told, rule, details = FOUND[finding]
    assert found(finding, *copied(told), **rule) == details


@pytest.mark.parametrize("what", NOT_FOUND)
def test_a_finding_is_not_found_in_a_case_that_only_looks_like_it(what: str) -> None:
    finding, told, rule = NOT_FOUND[what]
    assert found(finding, *copied(told), **rule) == []


@pytest.mark.parametrize("finding", sorted(set(FINDINGS) - {"back-entry"}))
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
