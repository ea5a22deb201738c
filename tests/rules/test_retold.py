"""One record, one id: repeated, corrected, taken back. And cases that come back, each time with their own clock and cards."""

from datetime import datetime
from typing import Any

import pytest

from rules.alerts import STATES
from rules.case import Case, case_state, count, cycles_of, last_cycle
from rules.instant import to_datetime
from tests.rules.story import ZONE, Story, accepted, book, books, day

TAKEN_BACK: dict[str, Any] = {"operator": "李四", "reason": "误录"}
PROFILES = ("default", "hunan", "jiangsu", "jiangsu-scoring", "chengdu", "zhanjiang", "office")


def due(case: Case) -> datetime:
    return to_datetime(last_cycle(case).due, ZONE)


class TestOneRecordOneId:
    def test_the_same_record_again_changes_nothing_not_even_when_it_arrives_later(self) -> None:
        story = accepted()
        story.tell("extended", day(1), days=5, id="x")
        before = story.known
        story.tell("extended", day(1), day(2), days=5, id="x")
        assert story.known.extensions == before.extensions and story.known.journal == before.journal

    def test_the_last_told_counts_and_the_older_ones_effect_is_withdrawn(self) -> None:
        story = accepted()
        story.tell("suspended", day(1), procedure="inspection", approved_days=15, id="x")
        late = due(story.known)
        story.tell("suspended", day(1), day(1, 0, 5), procedure="inspection", approved_days=5, id="x")
        assert [days for _, _, days in story.known.suspensions] == [5] and due(story.known) < late

    def test_an_extension_told_again_a_few_seconds_later_is_no_second_one(self) -> None:
        story = accepted(promised="5wd", statutory="20wd")
        story.tell("extended", day(1), days=5, id="x")
        story.tell("extended", day(1, 0, 1), days=5, id="x")
        assert [days for _, days in story.known.extensions] == [5]

    def test_asked_once_for_a_supplement_and_told_twice_is_asked_once(self) -> None:
        story = accepted()
        story.tell("supplement_requested", day(1), id="x")
        story.tell("supplement_requested", day(1, 0, 1), id="x")
        assert len(story.known.requests) == 1 and "yellow supplement-again" not in story.standing

    @pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (2, 0, 1)])
    def test_the_highest_revision_counts_in_any_order(self, order: tuple[int, ...]) -> None:
        story = accepted()
        versions = [{"days": 8, "revision": 1}, {"days": 5, "revision": 2}, {"days": 3, "revision": 3}]
        for place in order:
            story.tell("extended", day(1), day(2), id="x", **versions[place])
        assert [days for _, days in story.known.extensions] == [3] and len(story.known.corrections) == 2

    def test_back_to_an_earlier_content_needs_a_revision(self) -> None:
        story = accepted()
        for minute, days, revision in ((0, 8, 0), (1, 3, 0), (2, 8, 0)):
            story.tell("extended", day(1), day(1, 0, minute), days=days, id="x", revision=revision)
        assert [days for _, days in story.known.extensions] == [3]
        story.tell("extended", day(1), day(2), days=8, id="x", revision=1)
        assert [days for _, days in story.known.extensions] == [8]

    def test_a_record_told_again_as_another_type_is_that_type(self) -> None:
        story = accepted()
        story.tell("concluded", day(1), id="x")
        story.tell("decided", day(1), day(1, 0, 1), result="granted", id="x")
        assert not story.known.concluded and story.known.decided and case_state(story.known) == "open"

    def test_an_acceptance_of_a_wrong_year_is_corrected_and_its_cards_are_withdrawn_for_that(self) -> None:
        story = Story()
        story.tell("accepted", day(-300), day(0), promised="5wd", statutory="20wd", id="x")
        assert {"yellow case-promise", "red case-statutory"} <= story.standing
        alerts = story.tell("accepted", day(0), day(1), promised="5wd", statutory="20wd", id="x").alerts
        assert not story.standing - {"warning back-entry"}
        assert {alert.reason for alert in alerts if alert.state == "withdrawn" and alert.level == "red"} == {"record_corrected"}

    def test_a_retraction_says_who_and_why_and_works_before_its_record_too(self) -> None:
        story = accepted(at=day(0))
        story.tell("concluded", day(-1), day(9), id="x")  # long ago, they say
        story.tell("retracted", day(9), record="x", **TAKEN_BACK)
        assert not story.known.concluded
        early = Story()
        early.tell("retracted", day(0), record="x", **TAKEN_BACK)
        early.tell("accepted", day(0), id="x", promised="5wd")
        assert early.known.terms is None and count(early.known) == (0, 0, 0, 0, 0, 0)

    def test_a_case_whose_only_record_was_taken_back_keeps_its_trail(self) -> None:
        story = Story()
        story.tell("accepted", day(0), id="x", promised="5wd", statutory="20wd")
        story.tick(day(8))
        alerts = story.tell("retracted", day(9), record="x", **TAKEN_BACK).alerts
        [card] = [alert for alert in alerts if alert.level == "yellow"]
        assert (card.state, card.reason, card.by, card.note) == ("withdrawn", "record_corrected", "李四", "误录")
        assert card.department == "市场监管局" and case_state(story.known) == "retracted" and not story.standing

    def test_a_retraction_with_a_revision_leaves_a_later_version(self) -> None:
        story = accepted()
        story.tell("extended", day(1), days=8, id="x", revision=1)
        story.tell("retracted", day(2), record="x", revision=1, **TAKEN_BACK)
        assert not story.known.extensions
        story.tell("extended", day(1), day(3), days=3, id="x", revision=2)
        assert [days for _, days in story.known.extensions] == [3]

    def test_no_window_takes_back_a_card_that_the_office_issued_by_hand(self) -> None:
        story = accepted(books(process=[{"id": "by-hand", "finding": "yellow-by-hand", "yellow": "at once"}]))
        story.tell("card_issued_by_hand", day(1), level="yellow", reason="态度", id="x")
        story.tell("retracted", day(2), record="x", **TAKEN_BACK)
        story.tell("extended", day(2), days=3, id="x")
        assert "yellow by-hand" in story.standing

    def test_a_bad_review_told_again_as_a_good_one_is_none(self) -> None:
        story = accepted()
        story.tell("rated", day(1), score=5, rating="r", id="x")
        story.tell("rated", day(1), day(1, 1), score=2, rating="r", id="x")
        assert not story.known.reviews

    def test_branches_told_twice_are_one_part(self) -> None:
        story = accepted()
        for minute in (0, 1):
            story.tell(
                "branch_opened", day(1, 0, minute), department="消防", numbered_by="430100-市场监管局", limit="3wd", id="x"
            )
        assert len(story.known.branches) == 1


class TestCasesThatComeBack:
    ENDS = (
        ("concluded", {"how": "normal"}),
        ("concluded", {"how": "returned"}),
        ("concluded", {"how": "voided"}),
        ("concluded", {"how": "withdrawn"}),
        ("decided", {"result": "refused"}),
        ("not_accepted", {}),
    )

    @pytest.mark.parametrize("profile", PROFILES)
    @pytest.mark.parametrize("end", ENDS, ids=lambda end: f"{end[0]} {' '.join(end[1].values())}".strip())
    @pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)], ids=str)
    def test_a_second_acceptance_has_a_clock_and_cards_of_its_own(
        self, profile: str, end: tuple[str, dict[str, Any]], order: tuple[int, ...]
    ) -> None:
        kind, fields = end
        told = [
            ("accepted", day(0), {"promised": "5wd", "statutory": "20wd"}),
            (kind, day(2), fields),
            ("accepted", day(36), {"promised": "5wd", "statutory": "20wd"}),
        ]
        story = Story(books(profile))
        for place in order:
            name, at, more = told[place]
            story.tell(name, at, day(36), **more)
        assert case_state(story.known) == "open" and count(story.known)[:2] == (2, 1)
        assert [cycle.nth for cycle in cycles_of(story.known)] == [1, 2]
        story.tick(day(90))
        first, second = cycles_of(story.known)
        if kind != "decided":  # which ends the wait for a decision, not that for the conclusion
            assert not any(STATES[card.state] == "issued" and card.rule.startswith("case") for card in first.cards)
        assert any("~2/" in alert.id and alert.level in ("yellow", "red") for alert in story.alerts)
        assert second.cards

    def test_a_second_acceptance_while_the_first_runs_begins_nothing(self) -> None:
        story = accepted()
        story.tell("accepted", day(3), promised="9wd")
        assert not story.known.later and story.known.terms is not None and story.known.terms.promised == "5wd"

    def test_the_late_conclusion_between_two_acceptances_makes_two_of_them(self) -> None:
        story = accepted(promised="5wd", statutory="20wd")
        story.tell("accepted", day(36), promised="5wd", statutory="20wd")
        assert "red case-statutory" in story.standing and not story.known.later
        story.tell("concluded", day(2), day(37))
        assert "red case-statutory" not in story.standing and len(story.known.later) == 1

    def test_a_conclusion_taken_back_makes_them_one_again_and_withdraws_the_cards_of_the_second(self) -> None:
        story = accepted(promised="5wd", statutory="20wd")
        story.tell("concluded", day(2), id="x")
        story.tell("accepted", day(36), promised="5wd", statutory="20wd")
        story.tick(day(60))
        assert any("~2/" in alert.id for alert in story.alerts)
        story.tell("retracted", day(61), record="x", **TAKEN_BACK)
        last = {alert.id: alert for alert in story.alerts}
        assert all(alert.state in ("withdrawn", "superseded", "expired") for id, alert in last.items() if "~2/" in id)
        assert "red case-statutory" in story.standing and case_state(story.known) == "open"

    def test_an_acceptance_by_another_clock_just_after_the_conclusion_is_the_first(self) -> None:
        story = Story()
        story.tell("applied", day(0))
        story.tell("concluded", day(0, 1))
        story.tell("accepted", day(0, 1, 3), promised="5wd")
        assert not story.known.later and case_state(story.known) == "concluded"

    def test_accepted_again_at_once_is_a_second_time_whatever_the_tolerance(self) -> None:
        story = accepted()
        story.tell("concluded", day(1), how="returned")
        story.tell("accepted", day(1, 0, 1), promised="5wd")
        assert len(story.known.later) == 1 and case_state(story.known) == "open"

    def test_a_conclusion_told_to_the_day_ends_with_that_day(self) -> None:
        begins = day(1).replace(hour=0, minute=0)
        same, next_day = accepted(), accepted()
        for story, again in ((same, day(1, 2)), (next_day, day(2))):
            story.tell("concluded", begins, day(1, 1), how="returned", precision="day")
            story.tell("accepted", again, promised="5wd")
        assert not same.known.later and len(next_day.known.later) == 1

    def test_a_second_cycle_is_judged_by_the_book_of_its_own_acceptance(self) -> None:
        from rules.book import RuleBooks

        newer = book(version="next", effective_from=day(10))
        story = accepted(RuleBooks([book(), newer]))
        story.tell("concluded", day(2))
        story.tell("accepted", day(20), promised="5wd")
        assert [cycle.book for cycle in cycles_of(story.known)] == ["default-1", "next"]
