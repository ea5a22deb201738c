"""One record, one case, one verdict: what must hold for the whole machine, told as stories."""

import pytest

from rules.case import case_due, case_flags, case_state
from rules.errors import BadEvent
from rules.events import TICK
from rules.instant import to_datetime, to_instant
from rules.step import Delivery, step
from tests.rules.story import ZONE, Story, accepted, books, day, event


class TestNothing:
    def test_a_tick_for_an_unknown_case_makes_no_case(self) -> None:
        assert step(None, Delivery(TICK, 10, 0), books(), 10) == (None, (), None)

    @pytest.mark.parametrize("kind", ["consulted", "archived", "transferred"])
    def test_a_record_without_a_clock_makes_no_case(self, kind: str) -> None:
        now = to_instant(day(0))
        assert step(None, Delivery(event(kind, day(0)), now, 0), books(), now) == (None, (), None)

    def test_a_record_that_says_nothing_new_leaves_the_very_same_case_object(self) -> None:
        among, now = books(), to_instant(day(1))
        case = step(None, Delivery(event("accepted", day(0)), now, 0), among, now).case
        for offset, again in enumerate([event("accepted", day(0)), event("archived", day(1)), TICK], 1):
            outcome = step(case, Delivery(again, now, offset), among, now)
            assert outcome.case is case and not outcome.alerts and outcome.wake_at is not None

    def test_a_record_at_an_offset_already_applied_changes_nothing_whatever_it_says(self) -> None:
        among, now = books(), to_instant(day(1))
        case = step(None, Delivery(event("accepted", day(0), promised="5wd"), now, 7), among, now).case
        assert case is not None
        late = to_instant(day(100))
        for offset in (3, 7):
            outcome = step(case, Delivery(event("concluded", day(99)), late, offset), among, late)
            assert outcome.case is case and not outcome.alerts
        assert step(case, Delivery(event("concluded", day(99)), late, 8), among, late).alerts

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
        # 2026-03      Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09 Tu10
        # promise 5wd  |----1----2----3----4----.----.----5 due
        # warning                     *
        # concluded                   * reported on Tu10: both fall, and both are withdrawn
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
        # 2026-03      Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09 Tu10
        # promise 5wd  |----1----2----3----4----.----.----5 due, yellow at 09:31
        # concluded                                  * reported on Tu10
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
        # 2026-03      Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09
        # promise 5wd  |----1----2----3----4----.----.----5 due 09:30, raised by the tick of 09:31
        card = story.alerts[-1]
        assert (card.due_at, card.raised_at, card.deadline, card.counted_from) == (day(7), day(7, 0, 1), day(7), day(0))

    def test_a_case_is_woken_exactly_one_millisecond_past_each_threshold(self) -> None:
        story = accepted()
        outcome = story.tick(day(0, 1))
        # 2026-03      Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09     Mo16
        # promise 5wd  |----1----2----3----4----.----.----5 due
        # law 10wd     |----1----2----3----4----.----.----5--------10 due
        # woken                       *                   *        * one millisecond after each
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
        # 2026-03      Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09
        # promise 5wd  |----1----2----3----4----.----.----5 due: it cannot have happened after it arrived
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


def test_a_record_that_moves_no_clock_leaves_the_wake_up_where_it_was() -> None:
    story = Story()
    woken = story.tell("accepted", day(0), promised="5wd").wake_at
    # 2026-03      Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09
    # promise 5wd  |----1----2----3----4----.----.----5 due
    # transferred       * moves nothing
    # woken                       *                   * past the warning, past the deadline
    assert woken == to_instant(day(3)) + 1
    assert story.tell("transferred", day(1), to="市局").wake_at == woken
    assert story.tick(day(2)).wake_at == woken and story.known.holder[1] == "市局"
    again = story.record(event("transferred", day(1), to="市局"), day(2), offset=0)
    assert again.wake_at == woken and not again.alerts, "nor does one that is delivered again"
    story.tick(day(4))
    assert story.tick(day(5)).wake_at == to_instant(day(7)) + 1, "what is past wakes nobody"
