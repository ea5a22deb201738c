"""For each finding a case that shows it and cases that only look like it.

The tables stand in one file, however long: what is found and what only looks like it are read side by side.
"""

from typing import Any

FLOW = ["handling", "review", "approval"]


ITEMS = [{"code": "licence", "flow": FLOW}, {"code": "stopped", "suspended": True}]


HALL = {"places": ["市政务服务中心"], "terminals": ["HALL-"], "cashiers": ["大厅收费处"]}


SECOND = 1 / 86_400


Told = tuple[str, float, dict[str, Any]]


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


def corrected(when: float, days: int, revision: int) -> Told:
    return "extended", when, {"days": days, "id": "x-1", "revision": revision}


FOREIGN_AGAIN = concluded(3, id="again", department="城管局")


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
    "record-corrected": ([accepted(), corrected(1, 8, 0), corrected(1, 3, 1)], {}, ["event=extended was=corrected"]),
    "corrected-after-card": (
        [accepted(promised="1wd"), corrected(1, 8, 0), ("retracted", 20, {"record": "x-1", "reason": "误录", "operator": "甲"})],
        {},
        ["event=extended was=retracted"],
    ),
    "reaccepted": ([accepted(), concluded(1, how="returned"), accepted(3)], {"within": "30d"}, ["since=3"]),
    "foreign-record": (
        [accepted(), concluded(1, department="城管局"), ("extended", 2, {"days": 5, "department": "消防支队"}), FOREIGN_AGAIN],
        {},
        ["department=430100-城管局 event=concluded", "department=430100-消防支队 event=extended"],
    ),
    "extension-unapproved": ([accepted(), ("extended", 1, {"days": 5})], {}, [""]),
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
    "told again": ("record-corrected", [accepted(), corrected(1, 8, 0), corrected(1, 8, 0)], {}),
    "taken back before it was ever told": (
        "record-corrected",
        [accepted(), ("retracted", 2, {"record": "x-9", "reason": "误录", "operator": "甲"})],
        {},
    ),
    "corrected while all was well": ("corrected-after-card", [accepted(), corrected(1, 8, 0), corrected(1, 3, 1)], {}),
    "accepted again after a normal conclusion": ("reaccepted", [accepted(), concluded(1), accepted(3)], {"within": "30d"}),
    "accepted again after a month": (
        "reaccepted",
        [accepted(), concluded(1, how="returned"), accepted(32)],
        {"within": "30d"},
    ),
    "a department that was given the case": (
        "foreign-record",
        [accepted(), ("transferred", 1, {"to": "城管局"}), FOREIGN_AGAIN],
        {},
    ),
    "a stage left elsewhere": (
        "foreign-record",
        [accepted(), ("stage_left", 1, {"stage": "review", "department": "城管局"})],
        {},
    ),
    "one stranger where two are odd": ("foreign-record", [accepted(), FOREIGN_AGAIN], {"count": 2}),
    "sent back only once where twice is odd": (
        "reaccepted",
        [accepted(), concluded(1, how="returned"), accepted(3)],
        {"within": "30d", "count": 2},
    ),
    "an extension that the head approved": (
        "extension-unapproved",
        [accepted(), ("extended", 1, {"days": 5, "approver": "局长"})],
        {},
    ),
}


def copied(told: list[Told]) -> list[Told]:
    return [(kind, when, dict(fields)) for kind, when, fields in told]
