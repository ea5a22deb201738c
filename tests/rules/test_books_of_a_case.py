"""Which book and which calendar judge a case, whatever is published and whenever its records arrive."""

from datetime import datetime
from typing import Any

import pytest

from rules.book import RuleBooks
from rules.case import case_due, case_state, is_uncovered
from rules.errors import BadRuleBook
from rules.instant import to_instant
from rules.step import wake_at
from tests.rules.story import ZONE, Story, accepted, book, books, day

WEEKENDS = {"name": "own", "base": "weekends", "years": [2026]}


class TestCalendars:
    def late_in_the_year(self) -> Story:
        story = Story(books(calendar=WEEKENDS))
        story.tell("accepted", datetime(2026, 12, 24, 10, tzinfo=ZONE), promised="3wd", statutory="10wd")
        return story

    def test_a_limit_into_an_uncovered_year_is_kept_without_a_card(self) -> None:
        story = self.late_in_the_year()
        # 2026-12      Th24 Fr25 Sa26 Su27 Mo28 Tu29 We30 Th31
        # promise 3wd  |----1----.----.----2----3 due, yellow
        # law 10wd     |----1----.----.----2----3----4----? 2027 is not covered: no deadline, no card
        assert case_due(story.known) == to_instant(datetime(2026, 12, 29, 10, tzinfo=ZONE))
        assert is_uncovered(story.known)
        story.tick(datetime(2027, 3, 1, tzinfo=ZONE))
        assert story.standing == {"yellow case-promise"}
        story.tell("concluded", datetime(2027, 3, 1, tzinfo=ZONE), how="returned")
        assert not is_uncovered(story.known) and case_state(story.known) == "concluded"

    def test_a_case_is_judged_once_its_missing_year_is_added(self) -> None:
        story = self.late_in_the_year()
        story.use(books(calendar={**WEEKENDS, "years": [2026, 2027]}))
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
        story.use(books(calendar={**WEEKENDS, "holidays": [holiday]}))
        # 2026-03      Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09 Tu10
        # promise 5wd  |----1----2----3----4----.----.----5 due, yellow
        # changed 5wd  |----h----1----2----3----.----.----4----5 due: Tu03 is a holiday now (h)
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
        story.use(books(calendar={**WEEKENDS, "holidays": [{"date": day(1).date(), "name": "停电"}]}))
        assert wake_at(story.known, story.books, to_instant(day(9))) is None
        assert not story.tick(day(9)).alerts and story.standing == {"yellow case-promise"}

    def test_a_changed_book_judges_a_delivery_still_due_after_the_conclusion(self) -> None:
        """Its clocks refer to rules of the book by number: another book must never be read by the old numbers."""
        story = accepted()
        story.tell("concluded", day(1))
        assert story.clocks["delivery/1"]
        first = {"id": "delivery", "clock": "delivery", "limit": "1wd", "yellow": "deadline"}
        story.use(books(time_limits=[first]))
        # 2026-03       Mo02 Tu03 We04 Th05
        # concluded          *
        # delivery 1wd       |----1 due by the changed book, yellow
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
        # 2026-03       We11 Th12 Fr13 Sa14 Su15 Mo16 Tu17 We18
        # next book          | takes effect 09:30
        # accepted 5wd  |----1----2----.----.----3----4----5 due by the first book
        # accepted 1wd       |----1 due by the next one
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
        # 2026-03       We11 Th12 Fr13 Sa14 Su15 Mo16 Tu17 We18
        # next book          | takes effect
        # accepted                * by the next book, until an earlier acceptance is reported
        # accepted 5wd  |----1----2----.----.----3----4----5 due by the first book
        assert (story.known.book, story.known.terms and story.known.terms.promised) == ("next", "1wd")
        story.tell("accepted", day(9), arrived=day(11, 1))
        assert (story.known.book, story.known.terms and story.known.terms.promised) == ("default-1", "5wd")
        assert story.deadline("case-promise") == day(16)

    def test_a_case_not_yet_accepted_is_judged_by_the_book_of_its_first_record(self) -> None:
        story = Story(self.both())
        story.tell("applied", day(3))
        # 2026-03    Th05     Th12 Fr13
        # applied    * by the first book
        # next book           | takes effect
        # accepted                 * by the next book from here
        assert story.known.book == "default-1"
        story.tell("accepted", day(11))
        assert story.known.book == "next"
        assert story.clocks == {"strict/1": True}

    def test_changing_an_item_changes_no_case_already_accepted(self) -> None:
        limits = {"items": [{"code": "licence", "promised": "5wd", "statutory": "10wd"}]}
        story = Story(RuleBooks([book(**limits)]))
        story.tell("accepted", day(0))
        changed = {"items": [{"code": "licence", "promised": "1wd", "statutory": "2wd"}]}
        story.use(RuleBooks([book(**limits), book(version="next", effective_from=day(1), **changed)]))
        story.tell("decided", day(2), result="granted")
        assert (story.deadline("case-promise"), story.deadline("case-statutory")) == (day(7), day(14))
        story.use(RuleBooks([book(**changed)]))  # even where somebody edits the book itself
        story.tick(day(3))
        assert (story.deadline("case-promise"), story.deadline("case-statutory")) == (day(7), day(14))

    def test_a_version_that_is_gone_is_refused_as_the_operators_error(self) -> None:
        story = accepted()
        story.use(RuleBooks([book(version="other")]))
        with pytest.raises(BadRuleBook, match="default-1"):
            story.tick(day(1))


@pytest.mark.parametrize(("kind", "fields"), [("applied", {}), ("complaint_filed", {"case": ""})])
def test_a_case_or_complaint_not_accepted_is_judged_by_the_book_of_its_earliest_record(kind: str, fields: dict[str, Any]) -> None:
    old, new = book(version="old-1"), book(version="new-1", effective_from=day(10))
    story = Story(RuleBooks([old, new]))
    more = {"complaint": "TS2"} if kind == "complaint_filed" else {}
    story.tell(kind, day(11), **fields, **more)
    assert story.known.book == "new-1"
    more = {"complaint": "TS1"} if kind == "complaint_filed" else {}
    story.tell(kind, day(5), arrived=day(12), **fields, **more)
    assert story.known.book == "old-1"
