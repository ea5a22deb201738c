"""A change described: the same alert as step gives, made only when it is asked for."""

from datetime import timedelta
from typing import Any

from rules.book import RuleBooks
from rules.cards import AlertChange, alert_of, defence_of
from rules.case import Case
from rules.events import TICK
from rules.instant import to_instant
from rules.step import Delivery, decide, step
from tests.rules.story import MONDAY, Story, accepted, book, books, day, event

RECORDS: tuple[Any, ...] = (
    event("applied", day(0)),
    event("accepted", day(1), promised="5wd"),
    event("stage_entered", day(2), stage="review"),
    event("card_issued_by_hand", day(3), level="yellow", reason="态度恶劣"),
    event("alert_acknowledged", day(4), alert="430100-市场监管局/430100-2026-000001/yellow-by-hand/yellow/1"),
    TICK,
    event("concluded", day(40), how="normal"),
)


def changes_of(records: tuple[Any, ...]) -> list[tuple[AlertChange, Any]]:
    """Every change that ``decide`` names, beside the alert that ``step`` gives for it; the cases and wake-ups must agree."""
    rule_books, case, pairs = books("office"), None, []
    for offset, record in enumerate(records):
        at = to_instant(MONDAY + timedelta(days=30) if record is TICK else record.at)
        arguments: Any = (case, Delivery(record, at, offset), rule_books, at)
        decision, outcome = decide(*arguments), step(*arguments)
        assert (decision.case, decision.wake_at) == (outcome.case, outcome.wake_at)
        pairs += zip(decision.changes, outcome.alerts, strict=True)
        case = outcome.case
    return pairs


def test_an_alert_described_from_a_decision_is_the_one_step_gives() -> None:
    pairs = changes_of(RECORDS)
    assert {alert.state for _, alert in pairs} >= {"issued", "acknowledged", "superseded"}
    for change, alert in pairs:
        assert alert_of(change) == alert
        assert (change.id, change.department) == (alert.id, alert.department)
        assert (change.level, change.state) == (alert.level, alert.state)


def test_an_alert_is_described_of_the_case_as_it_was_at_the_change() -> None:
    """They may be asked for when the case has long gone on."""
    first = next(change for change, alert in changes_of(RECORDS) if alert.rule == "case-promise")
    assert isinstance(first.case, Case)
    assert not first.case.concluded


def test_an_alert_names_a_person_only_for_that_persons_own_act() -> None:
    named = [(alert.reason, alert.by) for _, alert in changes_of(RECORDS) if alert.by]
    assert named == [("found", "张三"), ("acknowledged", "张三")]


def test_an_alert_whose_clock_is_gone_has_no_limit_to_show() -> None:
    change = changes_of(RECORDS)[0][0]
    assert defence_of(change.case, None, change.book) == ("", "", ())


def test_a_yellow_card_is_the_highest_only_once_the_red_one_is_revoked() -> None:
    story = Story(RuleBooks([book("office")]))
    story.tell("accepted", day(0), promised="5wd", statutory="6wd")
    story.tick(day(9))
    yellow, red = (f"{story.known.key}/{what}/1" for what in ("case-promise/yellow", "case-statutory/red"))

    def done(kind: str, at: float, alert: str, **more: str) -> bool:
        (said,) = [each for each in story.tell(kind, day(at), alert=alert, **more).alerts if each.id == alert]
        return said.highest

    assert not done("alert_acknowledged", 9.1, yellow)
    assert done("alert_acknowledged", 9.2, red)
    assert not done("alert_revoked", 9.3, red, reason="x"), "what stands no more is not the highest"
    assert done("alert_replied", 9.4, yellow), "now it is"


def test_an_alert_tells_its_times_in_the_zone_of_the_hall() -> None:
    story = Story()
    story.tell("accepted", day(0), promised="5wd", statutory="100wd")
    story.tick(day(8))
    alert = next(each for each in story.alerts if each.level == "yellow")
    hours = {when.utcoffset() for when in (alert.due_at, alert.known_at, alert.raised_at, alert.changed_at, alert.deadline)}
    assert hours == {day(0).utcoffset()} and alert.known_at == alert.due_at == day(7)


def test_a_watched_applicant_is_named_by_the_list() -> None:
    lists = [{"name": "重点企业", "codes": ["91430100MA4L16JQ9B"], "promised": "2wd"}]
    for applicant, name in (("91430100MA4L16JQ9B", "重点企业"), ("91430100MA4L16JQ9C", "")):
        story = Story(books(watch_lists=lists))
        story.tell("accepted", day(0), promised="5wd", applicant=applicant)
        story.tick(day(20))
        assert story.alerts and {alert.watch for alert in story.alerts} == {name}
    story = Story(books(watch_lists=lists))
    story.tell("applied", day(0))
    story.tick(day(20))
    assert {alert.watch for alert in story.alerts} == {""}, "nobody was accepted"


def test_a_case_with_a_minor_alert_is_woken_when_the_alert_grows_old() -> None:
    expiry = {"id": "own", "clock": "expiry", "limit": "20wd"}
    review = {"id": "bad", "finding": "bad-review", "reminder": "at once"}
    story = Story(books(time_limits=[expiry, {"id": "c", "clock": "case", "red": "deadline"}], process=[review]))
    story.tell("rated", day(0), score=4)
    raised = story.tick(day(1))
    assert raised.wake_at == to_instant(day(28)) + 1
    assert story.tick(day(28, 0, 1)).wake_at is None and story.states == {"reminder bad/1": "expired"}


def test_the_card_of_a_parallel_case_names_the_slowest_department() -> None:
    story = Story()
    story.tell("accepted", day(0), promised="5wd", statutory="100wd")
    story.tell("branch_opened", day(0), department="环保局", limit="20wd")
    story.tell("branch_opened", day(0), department="消防队", limit="15wd")
    story.tick(day(8))
    assert {alert.detail for alert in story.alerts if alert.rule == "case-promise"} == {"slowest=消防队"}
    story.tell("branch_concluded", day(9), department="消防队")
    story.tell("branch_concluded", day(9), department="环保局")
    withdrawn = story.tell("suspended", day(1), arrived=day(10), procedure="hearing", approved_days=20).alerts
    assert {alert.detail for alert in withdrawn if alert.rule == "case-promise"} == {""}, "nobody is slow any more"


def test_the_arithmetic_of_a_special_procedure_leaves_other_suspensions_out() -> None:
    story = Story()
    story.tell("accepted", day(0), promised="50wd", statutory="100wd")
    story.tell("suspended", day(1), procedure="hearing", approved_days=5)
    story.tell("suspended", day(2), procedure="testing", approved_days=4)
    story.tick(day(20))
    spans = [
        alert.spans for alert in story.alerts if (alert.rule, alert.level, alert.cycle) == ("special-procedure", "yellow", 1)
    ]
    assert {span.reason for span in spans[0]} == {"first_day", "counted", "weekend"}


class TestAlert:
    def yellow(self, **keys: Any) -> Any:
        items = [{"code": "licence", "name": "食品经营许可"}]
        story = accepted(books(items=items, **keys))
        story.tick(day(8))
        return story.alerts[-1]

    def test_an_alert_names_its_case_rule_place_and_item(self) -> None:
        alert = self.yellow()
        assert alert.id == "430100-市场监管局/430100-2026-000001/case-promise/yellow/1"
        assert (alert.region, alert.hall, alert.department, alert.window) == ("430100", "市政务服务中心", "市场监管局", "A01")
        assert (alert.item, alert.item_name, alert.stage, alert.book) == ("licence", "食品经营许可", "", "default-1")

    def test_an_alert_shows_as_many_counted_days_as_its_limit(self) -> None:
        alert = self.yellow()
        assert alert.limit == "5wd" and sum(span.days for span in alert.spans if span.counted) == 5
        assert {span.reason for span in alert.spans} == {"first_day", "counted", "weekend"}

    def test_an_alert_shows_pauses_and_extensions_in_its_arithmetic(self) -> None:
        story = accepted()
        story.tell("suspended", day(1), procedure="hearing", approved_days=2)
        story.tell("resumed", day(3))
        story.tell("extended", day(3), days=3)
        story.tick(day(30))
        alert = next(alert for alert in story.alerts if alert.level == "yellow" and alert.rule == "case-promise")
        assert alert.limit == "8wd" and sum(span.days for span in alert.spans if span.counted) == 8
        assert "suspended:hearing" in {span.reason for span in alert.spans}

    def test_an_alert_is_marked_highest_only_while_no_higher_one_stands(self) -> None:
        story = accepted()
        story.tick(day(4))
        assert [(alert.level, alert.highest) for alert in story.alerts] == [("warning", True)]
        story.tick(day(8))
        assert [(alert.level, alert.highest) for alert in story.alerts[1:]] == [("warning", False), ("yellow", True)]
        story.tick(day(15))
        assert (story.alerts[-1].level, story.alerts[-1].highest) == ("red", True)

    def test_an_alert_about_a_stage_names_it(self) -> None:
        story = accepted(books(stages={"review": "1wd"}))
        story.tell("stage_entered", day(0), stage="review")
        story.tick(day(2))
        assert [(alert.rule, alert.stage) for alert in story.alerts] == [("stage-review", "review")]

    def test_an_alert_before_the_acceptance_names_the_department_of_the_first_record(self) -> None:
        story = Story()
        story.tell("applied", day(0), department="城管局")
        story.tick(day(8))
        assert [(alert.rule, alert.department) for alert in story.alerts] == [("acceptance-notice", "城管局")]
