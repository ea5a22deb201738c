"""What is told of a decision: the same words as step gives, made only when asked for."""

from datetime import timedelta
from typing import Any

from rules.case import Case
from rules.events import TICK
from rules.instant import to_instant
from rules.step import decide, step
from rules.telling import Told, alert_of, defence_of
from tests.rules.story import MONDAY, books, day, event

RECORDS: tuple[Any, ...] = (
    event("applied", day(0)),
    event("accepted", day(1), promised="5wd"),
    event("stage_entered", day(2), stage="review"),
    event("card_issued_by_hand", day(3), level="yellow", reason="态度恶劣"),
    event("alert_acknowledged", day(4), alert="430100-2026-000001/yellow-by-hand/yellow/1"),
    TICK,
    event("concluded", day(40), how="normal"),
)


def told_of(records: tuple[Any, ...]) -> list[tuple[Told, Any]]:
    """Every change that ``decide`` names, beside the alert that ``step`` gives for it; the cases and wake-ups must agree."""
    shelf, case, pairs = books("office"), None, []
    for offset, record in enumerate(records):
        at = to_instant(MONDAY + timedelta(days=30) if record is TICK else record.at)
        arguments: Any = (case, record, shelf, at, at, offset)
        decision, outcome = decide(*arguments), step(*arguments)
        assert (decision.case, decision.wake_at) == (outcome.case, outcome.wake_at)
        pairs += zip(decision.told, outcome.alerts, strict=True)
        case = outcome.case
    return pairs


def test_a_decision_put_into_words_is_what_step_says() -> None:
    pairs = told_of(RECORDS)
    assert {alert.state for _, alert in pairs} >= {"issued", "acknowledged", "superseded"}
    for told, alert in pairs:
        assert alert_of(told) == alert
        assert (told.id, told.level, told.state, told.department) == (alert.id, alert.level, alert.state, alert.department)


def test_the_words_are_of_the_case_as_it_was_then() -> None:
    """They may be asked for when the case has long gone on."""
    first = next(told for told, alert in told_of(RECORDS) if alert.rule == "case-promise")
    assert isinstance(first.case, Case)
    assert not first.case.concluded


def test_only_the_persons_own_act_carries_the_name() -> None:
    named = [(alert.reason, alert.by) for _, alert in told_of(RECORDS) if alert.by]
    assert named == [("found", "张三"), ("acknowledged", "张三")]


def test_a_clock_that_is_gone_defends_nothing() -> None:
    told = told_of(RECORDS)[0][0]
    assert defence_of(told.case, None, told.book) == ("", "", ())
