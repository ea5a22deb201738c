"""Which clocks run, from when to when, and when they are over."""

from datetime import datetime

import pytest

from tests.rules.families.runs import at, spans
from tests.rules.story import Story, books, day


class TestCase:
    def test_a_case_clock_runs_from_acceptance_to_conclusion(self) -> None:
        story = Story()
        story.tell("applied", day(-1, 1))
        assert spans(story, "case-promise") == []
        story.tell("accepted", day(0), promised="5wd", statutory="10wd")
        story.tell("decided", day(2), result="granted")
        assert spans(story, "case-promise") == [(1, at(day(0)), 0)]
        story.tell("concluded", day(3))
        # 2026-03      Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09     Mo16
        # promise 5wd  |----1----2----3----4----.----.----5 due
        # law 10wd     |----1----2----3----4----.----.----5--------10 due
        # concluded                   * ends both
        assert spans(story, "case-promise") == [(1, at(day(0)), at(day(3)))]
        assert story.deadline("case-promise") == day(7) and story.deadline("case-statutory") == day(14)

    def test_a_case_clock_ends_with_the_decision_where_the_book_says_so(self) -> None:
        rule = {"id": "decide", "clock": "case", "limit": "statutory", "red": "deadline", "ends_with": "decision"}
        story = Story(books(time_limits=[rule]))
        story.tell("accepted", day(0), statutory="5wd")
        story.tell("decided", day(2), result="granted")
        # 2026-03        Mo02 Tu03 We04 Th05
        # statutory 5wd  |----1----x decided
        # concluded                     * moves nothing, but told to have been on Tu03 it ends the clock
        assert spans(story, "decide") == [(1, at(day(0)), at(day(2)))]
        story.tell("concluded", day(3))
        assert spans(story, "decide") == [(1, at(day(0)), at(day(2)))]
        story.tell("concluded", day(1), arrived=day(3))
        assert spans(story, "decide") == [(1, at(day(0)), at(day(1)))]

    def test_a_case_clock_that_ends_with_the_decision_ends_with_the_conclusion_where_none_was_made(self) -> None:
        rule = {"id": "decide", "clock": "case", "limit": "statutory", "red": "deadline", "ends_with": "decision"}
        story = Story(books(time_limits=[rule]))
        story.tell("accepted", day(0), statutory="5wd")
        story.tell("concluded", day(3), how="withdrawn")
        # 2026-03        Mo02 Tu03 We04 Th05
        # statutory 5wd  |----1----2----x concluded
        assert spans(story, "decide") == [(1, at(day(0)), at(day(3)))]

    def test_an_item_without_a_promise_is_held_to_the_law(self) -> None:
        story = Story()
        story.tell("accepted", day(0))
        # 2026-03   Mo02     Mo09     Mo16     Mo23     Mo30
        # law 20wd  |--------5--------10-------15-------20 due, the promise with it
        assert story.deadline("case-promise") == story.deadline("case-statutory") == day(28)

    def test_no_case_clock_runs_where_neither_item_nor_law_has_a_limit(self) -> None:
        story = Story(books(defaults={"statutory": ""}))
        story.tell("accepted", day(0))
        assert story.clocks == {} and story.tick(day(200)).wake_at is None

    def test_a_rule_with_a_limit_of_its_own_ignores_the_promise(self) -> None:
        story = Story(books(time_limits=[{"id": "all", "clock": "case", "limit": "3d", "red": "deadline"}]))
        story.tell("accepted", day(0), promised="9wd")
        # 2026-03   Mo02 Tu03 We04 Th05
        # limit 3d  |----1----2----3 due
        assert story.deadline("all") == day(3)

    def test_every_clock_ends_when_the_case_is_turned_away_after_its_acceptance(self) -> None:
        story = Story()
        story.tell("accepted", day(0), promised="5wd", statutory="10wd")
        story.tell("stage_entered", day(0), stage="review")
        story.tell("suspended", day(1), procedure="hearing", approved_days=5)
        story.tell("not_accepted", day(2))
        # 2026-03      Mo02 Tu03 We04
        # promise 5wd  |----1====x turned away
        # hearing 5wd       |----x turned away
        assert not any(story.clocks.values())
        story.tick(day(60))
        assert not story.standing

    def test_a_case_clock_runs_where_the_refusal_lay_before_the_acceptance(self) -> None:
        story = Story()
        story.tell("not_accepted", day(0))
        story.tell("accepted", day(1), promised="5wd", statutory="10wd")
        # 2026-03       Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09 Tu10
        # not accepted  *
        # promise 5wd        |----1----2----3----.----.----4----5 due
        assert spans(story, "case-promise") == [(1, at(day(1)), 0)]


class TestSilence:
    def accepted(self, answered: datetime, silence_accepts: bool = True) -> Story:
        story = Story(books(supplement={"silence_accepts": silence_accepts}))
        story.tell("applied", day(0))
        story.tell("accepted", answered, promised="10wd", statutory="20wd")
        return story

    def test_a_case_answered_in_time_counts_from_its_acceptance(self) -> None:
        # 2026-03     Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09
        # notice 5wd  |----1----2----3----4----.----.----5 due 09:30, accepted in that instant
        # promise                                        | counts from here
        assert spans(self.accepted(day(7)), "case-promise")[0][1] == at(day(7))

    def test_a_case_answered_late_counts_from_its_receipt(self) -> None:
        # 2026-03     Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09
        # notice 5wd  |----1----2----3----4----.----.----5 due 09:30, accepted at 09:31
        # promise     | counts from here
        assert spans(self.accepted(day(7, 0, 1)), "case-promise")[0][1] == at(day(0))

    def test_a_case_answered_late_counts_from_its_acceptance_where_silence_does_not_accept(self) -> None:
        # 2026-03     Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09
        # notice 5wd  |----1----2----3----4----.----.----5 due 09:30, accepted at 09:31
        # promise                                        | counts from here
        assert spans(self.accepted(day(7, 0, 1), silence_accepts=False), "case-promise")[0][1] == at(day(7, 0, 1))

    def test_a_request_for_a_supplement_in_time_is_an_answer_and_the_supplement_a_new_receipt(self) -> None:
        # 2026-03     Mo02 Tu03 We04     Th12 Fr13 Sa14 Su15 Mo16 Tu17 We18 Th19 Fr20
        # notice 5wd  |----1----x a supplement is requested
        # notice 5wd                     |----1----.----.----2----3----4----5 due
        # accepted                                                          *    * in time: from there; too late: from Th12
        for accepted, counted in ((day(17), day(17)), (day(18), day(10))):
            story = Story()
            story.tell("applied", day(0))
            story.tell("supplement_requested", day(2))
            story.tell("supplemented", day(10))
            story.tell("accepted", accepted, promised="10wd", statutory="20wd")
            assert spans(story, "case-promise")[0][1] == at(counted)

    def test_an_application_after_the_acceptance_is_no_receipt_to_count_from(self) -> None:
        story = self.accepted(day(20))
        story.tell("applied", day(21))
        other = Story()
        other.tell("accepted", day(20), promised="10wd", statutory="20wd")
        other.tell("applied", day(21))
        assert spans(other, "case-promise")[0][1] == at(day(20))


class TestSpecial:
    def test_a_special_procedure_runs_for_the_approved_days_until_resumed(self) -> None:
        story = Story()
        story.tell("accepted", day(0), promised="5wd", statutory="10wd")
        story.tell("suspended", day(1), procedure="hearing", approved_days=3)
        # 2026-03       Mo02 Tu03 We04 Th05 Fr06
        # approved 3wd       |----1----2----3 due
        # resumed                 * ends it
        assert story.deadline("special-procedure") == day(4)
        story.tell("resumed", day(2))
        assert spans(story, "special-procedure") == [(1, at(day(1)), at(day(2)))]

    def test_a_special_procedure_without_approved_days_has_no_clock(self) -> None:
        story = Story()
        story.tell("accepted", day(0), promised="5wd", statutory="10wd")
        story.tell("suspended", day(1), procedure="hearing")
        assert spans(story, "special-procedure") == []

    def test_a_special_procedure_ends_with_the_case_and_never_before_it_began(self) -> None:
        story = Story()
        story.tell("accepted", day(0), promised="5wd", statutory="10wd")
        story.tell("suspended", day(2), procedure="hearing", approved_days=3)
        story.tell("concluded", day(1), arrived=day(3))
        # 2026-03    Mo02 Tu03 We04 Th05
        # concluded       * told on Th05
        # hearing              x begins and ends
        assert spans(story, "special-procedure") == [(1, at(day(2)), at(day(2)))]


class TestAcceptance:
    def applied(self) -> Story:
        story = Story()
        story.tell("applied", day(0))
        return story

    @pytest.mark.parametrize("answer", ["accepted", "not_accepted", "supplement_requested", "concluded"])
    def test_the_acceptance_notice_clock_ends_with_any_answer(self, answer: str) -> None:
        story = self.applied()
        # 2026-03     Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09
        # notice 5wd  |----1----2----3----4----.----.----5 due
        # answer                     * ends it
        assert story.deadline("acceptance-notice") == day(7)
        story.tell(answer, day(3))
        assert spans(story, "acceptance-notice") == [(1, at(day(0)), at(day(3)))]

    def test_each_supplement_begins_the_acceptance_notice_anew_and_shows_that_it_was_asked_for(self) -> None:
        story = self.applied()
        story.tell("supplemented", day(3))
        assert spans(story, "acceptance-notice") == [(1, at(day(0)), at(day(3))), (2, at(day(3)), 0)]
        story.tell("supplement_requested", day(4))
        story.tell("supplemented", day(9))
        story.tell("accepted", day(10))
        # 2026-03     Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09 Tu10 We11 Th12
        # notice 5wd  |----1----2----x supplemented, so asked for
        # notice 5wd                 |----x asked for
        # notice 5wd                                               |----x accepted
        expected = [(1, at(day(0)), at(day(3))), (2, at(day(3)), at(day(4))), (3, at(day(9)), at(day(10)))]
        assert spans(story, "acceptance-notice") == expected

    def test_an_acceptance_without_an_application_has_no_acceptance_notice_clock(self) -> None:
        story = Story()
        story.tell("accepted", day(3))
        assert spans(story, "acceptance-notice") == []


class TestPreReview:
    def test_pre_acceptance_runs_for_online_applications_until_the_first_answer(self) -> None:
        story = Story(books("hunan"))
        story.tell("applied", day(0), channel="online")
        # 2026-03     Mo02 Tu03 We04
        # online 2wd  |----1----2 due
        # asked for        * ends it
        assert story.deadline("online-pre-acceptance") == day(2)
        story.tell("supplement_requested", day(1))
        assert spans(story, "online-pre-acceptance") == [(1, at(day(0)), at(day(1)))]

    def test_an_earlier_application_at_the_hall_withdraws_the_online_pre_acceptance_card(self) -> None:
        story = Story(books("hunan"))
        story.tell("applied", day(0), channel="online")
        story.tick(day(6))
        assert story.standing == {"yellow online-pre-acceptance"}
        story.tell("applied", day(-1), arrived=day(6), channel="hall")
        assert not story.standing and "online-pre-acceptance/1" not in story.clocks


class TestAfterTheDecision:
    def told(self, profile: str, *records: tuple[str, datetime, dict[str, str]]) -> Story:
        story = Story(books(profile))
        story.tell("accepted", day(0), promised="20wd", statutory="30wd")
        for kind, when, fields in records:
            story.tell(kind, when, **fields)
        return story

    def test_delivery_counts_from_the_decision_where_the_book_says_so(self) -> None:
        story = self.told("default", ("decided", day(1), {"result": "granted"}), ("concluded", day(2), {}))
        assert spans(story, "delivery") == [(1, at(day(1)), 0)]
        story.tell("issued", day(3))
        assert spans(story, "delivery") == [(1, at(day(1)), 0)]
        story.tell("delivered", day(4))
        # 2026-03        Mo02 Tu03 We04 Th05 Fr06
        # concluded                *
        # delivery 10wd       |----1----2----x delivered
        assert spans(story, "delivery") == [(1, at(day(1)), at(day(4)))]

    def test_a_certificate_counts_from_the_conclusion_and_not_from_the_decision_before_it(self) -> None:
        story = self.told("hunan", ("decided", day(1), {"result": "granted"}))
        assert spans(story, "certificate") == []
        story.tell("concluded", day(2))
        assert spans(story, "certificate") == [(1, at(day(2)), 0)]
        story.tell("issued", day(3))
        # 2026-03      Mo02 Tu03 We04 Th05
        # decided           *
        # certificate            |----x issued
        assert spans(story, "certificate") == [(1, at(day(2)), at(day(3)))]

    def test_a_refusal_decided_after_the_conclusion_withdraws_no_delivery_card(self) -> None:
        """Found by Hypothesis: a late delivery lost its card as soon as the case was refused after all."""
        for profile in ("default", "hunan"):
            story = self.told(profile, ("concluded", day(2), {}))
            story.tick(day(40))
            before = story.states
            story.tell("decided", day(41), result="refused")
            assert story.states == before and "delivery/1" in story.clocks
            story.tell("decided", day(2), day(42), result="refused")
            assert "delivery/1" not in story.clocks, "it had been refused in the very instant it was concluded"

    def test_a_certificate_delivered_without_being_issued_ends_the_certificate_clock(self) -> None:
        story = self.told("hunan", ("concluded", day(2), {}), ("delivered", day(3), {}))
        assert spans(story, "certificate") == [(1, at(day(2)), at(day(3)))]

    def test_delivery_counts_from_the_conclusion_where_no_decision_was_made(self) -> None:
        assert spans(self.told("default", ("concluded", day(2), {})), "delivery") == [(1, at(day(2)), 0)]

    @pytest.mark.parametrize("profile", ["default", "hunan"])
    @pytest.mark.parametrize(
        "records",
        [
            [("decided", day(1), {"result": "refused"}), ("concluded", day(2), {})],
            [("concluded", day(2), {"how": "returned"})],
            [("concluded", day(2), {"how": "withdrawn"})],
        ],
    )
    def test_no_certificate_or_delivery_is_due_where_nothing_was_granted(
        self, profile: str, records: list[tuple[str, datetime, dict[str, str]]]
    ) -> None:
        story = self.told(profile, *records)
        assert not {"delivery/1", "certificate/1"} & set(story.clocks)


def test_a_supplement_in_the_instant_of_the_application_is_no_second_round() -> None:
    story = Story()
    story.tell("applied", day(0))
    story.tell("supplemented", day(0))
    assert [clock for clock in story.clocks if clock.startswith("acceptance-notice")] == ["acceptance-notice/1"]
