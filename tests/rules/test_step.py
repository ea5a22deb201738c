"""One record, one case, one verdict: what must hold for the whole machine, told as stories."""

from datetime import datetime
from typing import Any

import pytest

from rules.book import RuleBooks
from rules.case import case_due, case_flags, case_state, is_uncovered
from rules.errors import BadEvent, BadRuleBook
from rules.events import TICK
from rules.instant import to_datetime, to_instant
from rules.step import step, wake_at
from tests.rules.story import ZONE, Story, book, books, day, event


def accepted(among: RuleBooks | None = None, promised: str = "5wd", statutory: str = "10wd", at: datetime | None = None) -> Story:
    story = Story(among)
    story.tell("accepted", at or day(0), promised=promised, statutory=statutory)
    return story


class TestNothing:
    def test_a_tick_for_an_unknown_case_makes_no_case(self) -> None:
        assert step(None, TICK, books(), 10, 10, 0) == (None, (), None)

    @pytest.mark.parametrize("kind", ["consulted", "archived", "transferred"])
    def test_a_record_without_a_clock_makes_no_case(self, kind: str) -> None:
        now = to_instant(day(0))
        assert step(None, event(kind, day(0)), books(), now, now, 0) == (None, (), None)

    def test_a_record_that_says_nothing_new_leaves_the_very_same_case_object(self) -> None:
        among, now = books(), to_instant(day(1))
        case = step(None, event("accepted", day(0)), among, now, now, 0).case
        for offset, again in enumerate([event("accepted", day(0)), event("archived", day(1)), TICK], 1):
            outcome = step(case, again, among, now, now, offset)
            assert outcome.case is case and not outcome.alerts and outcome.wake_at is not None

    def test_a_record_at_an_offset_already_applied_changes_nothing_whatever_it_says(self) -> None:
        among, now = books(), to_instant(day(1))
        case = step(None, event("accepted", day(0), promised="5wd"), among, now, now, 7).case
        assert case is not None
        late = to_instant(day(100))
        for offset in (3, 7):
            outcome = step(case, event("concluded", day(99)), among, late, late, offset)
            assert outcome.case is case and not outcome.alerts
        assert step(case, event("concluded", day(99)), among, late, late, 8).alerts

    def test_an_unreadable_record_leaves_the_case_as_it_was(self) -> None:
        story = accepted()
        before = story.case
        with pytest.raises(BadEvent):
            story.tell("accepted", day(-1), arrived=day(20), promised="soon")
        assert story.case is before
        story.tick(day(20))
        assert story.standing == {"yellow case-promise", "red case-statutory"}


class TestTime:
    def test_limits_that_have_passed_fire_before_the_record_is_joined(self) -> None:
        story = accepted()
        story.tick(day(2))
        outcome = story.tell("concluded", day(3), arrived=day(8))
        assert [(alert.level, alert.state, alert.reason) for alert in outcome.alerts] == [
            ("warning", "superseded", "higher_level_reached"),
            ("yellow", "issued", "limit_passed"),
            ("warning", "withdrawn", "late_record"),
            ("yellow", "withdrawn", "late_record"),
        ]

    def test_a_record_that_concerns_no_clock_lets_time_pass_all_the_same(self) -> None:
        story = accepted()
        assert [alert.level for alert in story.tell("rated", day(8), score=5).alerts] == ["warning", "yellow"]

    def test_a_late_record_withdraws_the_card_with_its_trail(self) -> None:
        story = accepted()
        story.tick(day(7, 0, 1))
        story.tell("concluded", day(6), arrived=day(8))
        trail = [alert for alert in story.alerts if alert.level == "yellow"]
        assert [(alert.change, alert.state, alert.reason) for alert in trail] == [
            (1, "issued", "limit_passed"),
            (2, "withdrawn", "late_record"),
        ]
        assert len({alert.id for alert in trail}) == 1
        assert [alert.raised_at for alert in trail] == [day(7, 0, 1)] * 2 and trail[1].changed_at == day(8)

    def test_the_lag_is_between_due_and_raised(self) -> None:
        story = accepted()
        story.tick(day(7, 0, 1))
        card = story.alerts[-1]
        assert (card.due_at, card.raised_at, card.deadline, card.counted_from) == (day(7), day(7, 0, 1), day(7), day(0))

    def test_a_case_is_woken_exactly_one_millisecond_past_each_threshold(self) -> None:
        story = accepted()
        outcome = story.tick(day(0, 1))
        for due in (day(3), day(7), day(14)):
            assert outcome.wake_at == to_instant(due) + 1
            assert not story.tick(due).alerts
            outcome = story.tick(to_datetime(outcome.wake_at, ZONE))
            assert outcome.alerts
        assert outcome.wake_at is None

    def test_a_window_whose_clock_is_a_year_ahead_makes_no_card_fall(self) -> None:
        story = accepted()
        ahead = day(366)
        outcome = story.tell("stage_entered", ahead, arrived=day(1), stage="review")
        assert not outcome.alerts and case_flags(story.known) == ("clock_ahead",)
        assert story.known.entered[0][0] == to_instant(day(1))
        assert story.tell("concluded", ahead, arrived=day(2)).alerts == ()
        assert story.known.concluded == to_instant(day(2)) and case_state(story.known) == "concluded"

    def test_an_acceptance_from_next_year_counts_from_its_arrival(self) -> None:
        story = Story()
        story.tell("accepted", day(400), arrived=day(0), promised="5wd", statutory="10wd")
        assert case_due(story.known) == to_instant(day(7))

    def test_a_record_seconds_ahead_counts_from_its_arrival_without_a_flag(self) -> None:
        story = accepted()
        story.tell("stage_entered", day(1, 0, 1), arrived=day(1), stage="review")
        assert case_flags(story.known) == () and story.known.entered[0][0] == to_instant(day(1))


class TestOddities:
    def test_a_conclusion_before_the_acceptance_is_kept_and_flagged(self) -> None:
        story = Story()
        story.tell("concluded", day(-3))
        assert case_state(story.known) == "concluded" and case_flags(story.known) == ()
        story.tell("accepted", day(0), promised="5wd", statutory="10wd")
        assert case_flags(story.known) == ("concluded_before_applied",)
        story.tick(day(100))
        assert not any(card.startswith(("yellow case", "red")) for card in story.standing)

    def test_a_case_that_was_never_accepted_has_no_limit_of_its_own(self) -> None:
        story = Story()
        story.tell("stage_entered", day(0), stage="review")
        story.tick(day(100))
        assert case_due(story.known) is None and not story.standing

    def test_a_case_shows_the_state_of_its_latest_record(self) -> None:
        story = Story()
        seen = []
        for kind, when, fields in [
            ("applied", 0, {}),
            ("accepted", 1, {}),
            ("suspended", 2, {"procedure": "hearing", "approved_days": 3}),
            ("resumed", 3, {}),
            ("concluded", 4, {}),
        ]:
            story.tell(kind, day(when), **fields)
            seen.append(case_state(story.known))
        assert seen == ["applied", "open", "suspended", "open", "concluded"]


WEEKENDS = {"name": "own", "base": "weekends", "years": [2026]}


class TestCalendars:
    def late_in_the_year(self) -> Story:
        story = Story(books(calendar=WEEKENDS))
        story.tell("accepted", datetime(2026, 12, 24, 10, tzinfo=ZONE), promised="3wd", statutory="10wd")
        return story

    def test_a_limit_into_an_uncovered_year_is_kept_without_a_card(self) -> None:
        story = self.late_in_the_year()
        assert case_due(story.known) == to_instant(datetime(2026, 12, 29, 10, tzinfo=ZONE))
        assert is_uncovered(story.known)
        story.tick(datetime(2027, 3, 1, tzinfo=ZONE))
        assert story.standing == {"yellow case-promise"}
        story.tell("concluded", datetime(2027, 3, 1, tzinfo=ZONE), how="returned")
        assert not is_uncovered(story.known) and case_state(story.known) == "concluded"

    def test_a_case_is_judged_once_its_missing_year_is_added(self) -> None:
        story = self.late_in_the_year()
        story.books = books(calendar={**WEEKENDS, "years": [2026, 2027]})
        now = to_instant(datetime(2027, 1, 4, tzinfo=ZONE))
        assert wake_at(story.known, story.books, now) == now
        story.tick(datetime(2027, 1, 4, tzinfo=ZONE))
        assert not is_uncovered(story.known)
        story.tick(datetime(2027, 3, 1, tzinfo=ZONE))
        assert story.standing == {"yellow case-promise", "red case-statutory"}

    def test_a_changed_calendar_recomputes_open_cases(self) -> None:
        story = accepted(books(calendar=WEEKENDS))
        story.tick(day(7, 1))
        assert "yellow case-promise" in story.standing
        holiday = {"date": day(1).date(), "name": "停电"}
        story.books = books(calendar={**WEEKENDS, "holidays": [holiday]})
        outcome = story.tick(day(7, 2))
        assert case_due(story.known) == to_instant(day(8))
        assert [(alert.level, alert.state, alert.reason) for alert in outcome.alerts] == [
            ("warning", "issued", "recomputed"),
            ("yellow", "withdrawn", "limit_moved"),
        ]
        assert outcome.wake_at == to_instant(day(8)) + 1

    def test_a_changed_calendar_leaves_a_concluded_case_alone(self) -> None:
        story = accepted(books(calendar=WEEKENDS))
        story.tell("concluded", day(8), how="returned")
        story.books = books(calendar={**WEEKENDS, "holidays": [{"date": day(1).date(), "name": "停电"}]})
        assert wake_at(story.known, story.books, to_instant(day(9))) is None
        assert not story.tick(day(9)).alerts and story.standing == {"yellow case-promise"}

    def test_a_changed_book_judges_a_delivery_still_due_after_the_conclusion(self) -> None:
        """Its clocks refer to rules of the book by number: another book must never be read by the old numbers."""
        story = accepted()
        story.tell("concluded", day(1))
        assert story.clocks["delivery/1"]
        first = {"id": "delivery", "clock": "delivery", "limit": "1wd", "yellow": "deadline"}
        story.books = books(time_limits=[first])
        story.tick(day(3))
        assert story.standing == {"yellow delivery"} and story.alerts[-1].limit == "1wd"


class TestBooks:
    def both(self) -> RuleBooks:
        strict = [{"id": "strict", "clock": "case", "limit": "promised", "red": "deadline"}]
        limits = {"items": [{"code": "licence", "promised": "5wd", "statutory": "10wd"}]}
        newer = {"items": [{"code": "licence", "promised": "1wd", "statutory": "2wd"}], "time_limits": strict}
        return RuleBooks([book(**limits), book(version="next", effective_from=day(10), **newer)])

    def test_a_case_is_judged_by_the_book_in_force_at_its_acceptance(self) -> None:
        story = Story(self.both())
        story.tell("accepted", day(9))
        story.tell("stage_entered", day(11), stage="review")
        assert (story.known.book, story.deadline("case-promise")) == ("default-1", day(16))
        story.tick(day(30))
        assert story.standing == {"yellow case-promise", "red case-statutory"}
        later = Story(self.both())
        later.tell("accepted", day(10))
        assert (later.known.book, later.deadline("strict")) == ("next", day(11))

    def test_a_late_acceptance_record_is_judged_by_the_book_of_its_acceptance(self) -> None:
        story = Story(self.both())
        story.tell("accepted", day(9), arrived=day(20))
        assert story.known.book == "default-1"

    def test_an_earlier_acceptance_reported_late_brings_the_book_of_its_day(self) -> None:
        story = Story(self.both())
        story.tell("accepted", day(11))
        assert (story.known.book, story.known.terms and story.known.terms.promised) == ("next", "1wd")
        story.tell("accepted", day(9), arrived=day(11, 1))
        assert (story.known.book, story.known.terms and story.known.terms.promised) == ("default-1", "5wd")
        assert story.deadline("case-promise") == day(16)

    def test_a_case_not_yet_accepted_is_judged_by_the_book_of_its_first_record(self) -> None:
        story = Story(self.both())
        story.tell("applied", day(3))
        assert story.known.book == "default-1"
        story.tell("accepted", day(11))
        assert story.known.book == "next"
        assert story.clocks == {"strict/1": True}

    def test_changing_an_item_changes_no_case_already_accepted(self) -> None:
        limits = {"items": [{"code": "licence", "promised": "5wd", "statutory": "10wd"}]}
        story = Story(RuleBooks([book(**limits)]))
        story.tell("accepted", day(0))
        changed = {"items": [{"code": "licence", "promised": "1wd", "statutory": "2wd"}]}
        story.books = RuleBooks([book(**limits), book(version="next", effective_from=day(1), **changed)])
        story.tell("decided", day(2), result="granted")
        assert (story.deadline("case-promise"), story.deadline("case-statutory")) == (day(7), day(14))
        story.books = RuleBooks([book(**changed)])  # even where somebody edits the book itself
        story.tick(day(3))
        assert (story.deadline("case-promise"), story.deadline("case-statutory")) == (day(7), day(14))

    def test_a_version_that_is_gone_is_refused_as_the_operators_error(self) -> None:
        story = accepted()
        story.books = RuleBooks([book(version="other")])
        with pytest.raises(BadRuleBook, match="default-1"):
            story.tick(day(1))


class TestAlert:
    def yellow(self, **keys: Any) -> Any:
        items = [{"code": "licence", "name": "食品经营许可"}]
        story = accepted(books(items=items, **keys))
        story.tick(day(8))
        return story.alerts[-1]

    def test_an_alert_names_its_case_rule_place_and_item(self) -> None:
        alert = self.yellow()
        assert alert.id == "430100-2026-000001/case-promise/yellow/1"
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
