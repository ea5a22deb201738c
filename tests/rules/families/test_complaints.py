"""Complaints: rounds, extensions, places, and who counts for what."""

from typing import Any

import pytest

from rules.book import RuleBooks
from rules.case import NOTHING, Case, case_state, count, counted_at, encode_case, first, is_window
from rules.events import key_of
from rules.families.complaints import rounds_of
from rules.instant import to_instant
from tests.rules.story import Story, book, books, day, event

WINDOW = {"case": ""}


def filed(story: Story, complaint: str, days: float, **fields: Any) -> None:
    story.tell("complaint_filed", day(days), complaint=complaint, **fields)


def at(days: float) -> int:
    return to_instant(day(days))


class TestPlace:
    def test_a_complaint_without_a_case_is_kept_with_its_window(self) -> None:
        assert key_of(event("complaint_filed", day(0), complaint="1", **WINDOW)) == "window:430100/市政务服务中心/A01"
        story = Story()
        filed(story, "1", 0, **WINDOW)
        assert is_window(story.known) and case_state(story.known) == "window"
        assert counted_at(story.known) == ("430100", "市政务服务中心", "市场监管局")
        assert count(story.known) == NOTHING

    def test_a_card_about_a_windows_complaint_counts_for_its_department_and_names_place_and_complaint(self) -> None:
        story = Story()
        filed(story, "TS1", 0, **WINDOW)
        # 2026-03     Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09 Tu10
        # accept 5wd  |----1----2----3----4----.----.----5 due, yellow
        # seen                                                *
        alert = story.tick(day(8)).alerts[-1]
        assert (alert.region, alert.hall, alert.department, alert.window) == ("430100", "市政务服务中心", "市场监管局", "A01")
        assert (alert.rule, alert.level, alert.detail, alert.limit) == ("complaint-acceptance", "yellow", "complaint=TS1", "5wd")
        assert sum(span.days for span in alert.spans if span.counted) == 5
        assert count(story.known) == (0, 0, 0, 0, 1, 0)

    def test_the_case_takes_over_from_a_complaint_that_came_before_it(self) -> None:
        story = Story()
        filed(story, "1", 0, department="投诉台")
        assert story.known.desk is not None and story.known.origin is None and counted_at(story.known)[2] == "投诉台"
        story.tell("applied", day(1))
        assert counted_at(story.known)[2] == "市场监管局" and case_state(story.known) == "applied"
        story.tell("accepted", day(2), department="城管局")
        assert story.known.desk is None and counted_at(story.known)[2] == "城管局"
        assert count(story.known)[:2] == (1, 1)
        assert "complaint-acceptance/1" in story.clocks

    def test_a_complaint_after_the_acceptance_has_no_place_of_its_own(self) -> None:
        story = Story()
        story.tell("accepted", day(0))
        filed(story, "1", 1, department="投诉台")
        assert story.known.desk is None and counted_at(story.known)[2] == "市场监管局"

    def test_a_complaint_is_no_step_of_the_case_and_marks_no_oddity(self) -> None:
        process = [{"id": "p", "finding": "off-hall-channel", "yellow": "at once"}]
        story = Story(books(process=process))
        filed(story, "1", 0, channel="off-hall")
        assert story.known.marks == () and not story.tick(day(1)).alerts


class TestRounds:
    def rounds(self, *told: tuple[str, str, float]) -> list[tuple[Any, ...]]:
        story = Story()
        for kind, complaint, when in told:
            more = {"days": 3} if kind == "extended" else {}
            story.tell(f"complaint_{kind}", day(when), day(20), complaint=complaint, **more)
        return [(each.complaint, each.filed, each.accepted, each.ended) for each in rounds_of(story.known)]

    def test_rounds_are_numbered_by_filing_over_all_complaints(self) -> None:
        told = [("filed", "b", 1), ("accepted", "b", 2), ("filed", "a", 1.5), ("closed", "b", 3)]
        assert self.rounds(*told) == [("b", at(1), at(2), at(3)), ("a", at(1.5), 0, 0)]
        assert self.rounds(*reversed(told)) == self.rounds(*told)

    def test_a_round_ends_with_a_return_and_the_next_begins_with_a_filing(self) -> None:
        told = [("filed", "a", 1), ("misrouted", "a", 2), ("filed", "a", 5), ("accepted", "a", 6)]
        assert self.rounds(*told) == [("a", at(1), 0, at(2)), ("a", at(5), at(6), 0)]

    def test_a_round_without_a_filing_waits_for_one(self) -> None:
        assert self.rounds(("accepted", "a", 3)) == [("a", 0, at(3), 0)]
        assert self.rounds(("extended", "a", 3)) == [("a", 0, 0, 0)]

    def test_a_round_takes_the_earliest_of_each_of_its_records(self) -> None:
        told = [("filed", "a", 2), ("filed", "a", 1), ("answered", "a", 5), ("answered", "a", 4), ("refused", "a", 6)]
        assert self.rounds(*told) == [("a", at(1), 0, at(4))]

    def test_the_first_of_no_instants_is_never(self) -> None:
        assert first() == first(0, 0) == 0 and first(0, 5, 3) == 3


class TestExtension:
    def due(self, *extensions: tuple[float, int], limit: str = "5wd", cap: int = 10) -> int:
        rule = {"id": "answer", "clock": "complaint-answer", "limit": limit, "yellow": "deadline"}
        story = Story(RuleBooks([book(time_limits=[rule], process=[], complaints={"max_extension": cap})]))
        story.tell("complaint_accepted", day(0), complaint="1")
        for when, days in extensions:
            story.tell("complaint_extended", day(when), complaint="1", days=days)
        return int((story.deadline("answer").date() - day(0).date()).days)

    def test_an_extension_adds_working_days_up_to_the_cap_of_the_book(self) -> None:
        # 2026-03              Mo02     Mo09     Fr13     Mo16     Mo23
        # answer 5wd           |--------5 due
        # and 4: 9wd           |--------5--------9 due
        # and 12, cap 5: 10wd  |--------5--------9--------10 due
        # cap 10: 15wd         |--------5--------9--------10-------15 due
        assert self.due() == 7
        assert self.due((1, 4)) == 11
        assert self.due((1, 4), (2, 8)) == 21
        assert self.due((1, 4), (2, 8), cap=5) == 14
        assert self.due((1, 4), cap=0) == 7

    def test_an_extension_granted_after_the_deadline_does_not_count(self) -> None:
        # 2026-03      Mo02     Mo09     Mo16
        # answer 5wd   |--------5 due 09:30
        # extended              * 09:30 counts, 09:44 does not
        # and 5: 10wd  |--------5--------10 due
        assert self.due((7, 5)) == 14
        assert self.due((7.01, 5)) == 7

    def test_an_extension_in_a_year_without_a_calendar_leaves_the_deadline_unknown(self) -> None:
        story = Story()
        late = event("complaint_accepted", day(0), complaint="1").at.replace(year=2040)
        story.tell("complaint_accepted", late, complaint="1")
        story.tell("complaint_extended", late, complaint="1", days=3)
        assert all(clock.deadline == 0 for clock in story.known.clocks)


def test_the_person_complained_about_is_kept_only_where_the_book_asks() -> None:
    for process, kept in (([], ""), ([{"id": "p", "finding": "complaint-repeated-person", "count": 2, "within": "5d",
                                       "yellow": "at once"}], "0412")):  # fmt: skip
        story = Story(books(process=process))
        filed(story, "1", 0, person="0412")
        assert story.known.complaints[0][4] == kept


def test_a_card_never_names_the_person() -> None:
    story = Story()
    for number in range(3):
        filed(story, str(number), number / 10, person="0412")
    assert all("0412" not in alert.detail for alert in [*story.alerts, *story.tick(day(1)).alerts])
    assert story.card("yellow", "complaint-repeated-person")


@pytest.mark.parametrize("kind", ["complaint-repeated-case", "complaint-on-overdue"])
def test_one_more_complaint_in_the_same_run_is_no_new_finding(kind: str) -> None:
    story = Story()
    story.tell("accepted", day(0), promised="1wd")
    for number in range(3):
        filed(story, str(number), 2 + number / 10)
    story.tick(day(9))
    assert [card.cycle for card in story.known.cards if card.rule == kind] == [1]


def test_a_case_with_a_complaint_stays_small() -> None:
    story = Story()
    filed(story, "TS20260302-001", 0)
    for kind in ("accepted", "answered", "closed"):
        story.tell(f"complaint_{kind}", day(1), complaint="TS20260302-001")
    bytes_of = len(encode_case(Case("k", complaints=story.known.complaints))) - len(encode_case(Case("k")))
    assert bytes_of < 4 * 30, "four records of one complaint"
    assert len(encode_case(story.known)) < 600, "with its place, its clocks and what became of them"


def test_a_filing_reported_after_the_acceptance_changes_no_number() -> None:
    """Found by Hypothesis: its round began anew with the filing, and the numbers of the others moved with it."""
    story = Story()
    story.tell("complaint_accepted", day(0), complaint="TS2")
    filed(story, "TS1", 1)
    story.tick(day(29))
    assert {"yellow complaint-answer/1", "yellow complaint-acceptance/2"} <= set(story.states)
    filed(story, "TS2", 30)
    assert [(each.complaint, each.begun) for each in rounds_of(story.known)] == [("TS2", at(0)), ("TS1", at(1))]
    story.tick(day(60))
    assert "withdrawn" not in {alert.state for alert in story.alerts}


def test_an_acceptance_in_the_instant_of_the_return_withdraws_no_misroute_card() -> None:
    story = Story()
    filed(story, "TS1", 0)
    story.tell("complaint_misrouted", day(7), complaint="TS1")
    story.tick(day(8))
    # 2026-03     Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09 Tu10
    # return 2wd  |----1----2 due
    # returned                                       * too late
    assert "yellow complaint-misroute" in story.standing
    story.tell("complaint_accepted", day(7), day(9), complaint="TS1")
    assert "yellow complaint-misroute" in story.standing
    story.tell("complaint_accepted", day(6.9), day(10), complaint="TS1")
    assert "yellow complaint-misroute" not in story.standing, "it had been accepted before, and was returned at once"
