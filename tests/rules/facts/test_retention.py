"""What a window forgets, and what it keeps although it is old."""

from datetime import datetime, timedelta
from typing import Any

from rules.book import RuleBooks
from rules.case import encode_case
from rules.instant import DAY, to_instant
from tests.rules.story import MONDAY, Story, book, books, day

WINDOW = {"case": ""}


def filed(story: Story, complaint: str, days: float, **fields: Any) -> None:
    story.tell("complaint_filed", day(days), complaint=complaint, **WINDOW, **fields)


def settled(story: Story, complaint: str, days: float) -> None:
    for kind in ("accepted", "answered", "closed"):
        story.tell(f"complaint_{kind}", day(days), complaint=complaint, **WINDOW)


_DAY = (
    ("window_opened", 0.0), ("attendant_arrived", 0.0), ("attendant_left", 1.0), ("attendant_arrived", 1.1),
    ("attendant_left", 8.0), ("window_closed", 8.0),
)  # fmt: skip


class TestGrowth:
    def test_a_window_with_attendance_stays_bounded_over_years(self) -> None:
        story, sizes, days = Story(), [], 0
        judged = story.books.at(0).worktime
        for number in range(3 * 365):
            at = MONDAY - timedelta(days=1100 - number, minutes=45)
            if not judged.in_office(to_instant(at)) and not judged.in_office(to_instant(at + timedelta(hours=1))):
                continue
            days += 1
            for kind, hours in _DAY:
                story.tell(kind, at + timedelta(hours=hours), **({"operator": "0412"} if kind[0] == "a" else {}))
            sizes.append(len(encode_case(story.known)))
        assert days > 700 and not story.alerts
        assert max(sizes[60:]) == max(sizes[400:]) < 9000, "of 23 days, whatever the years"
        assert len(story.known.clocks) < 12

    def test_a_window_with_complaints_stays_bounded_over_years(self) -> None:
        limit = {"id": "a", "clock": "complaint-acceptance", "limit": "5wd", "yellow": "deadline"}
        story, sizes = Story(books(process=[], time_limits=[limit])), []
        begin = MONDAY - timedelta(days=8 * 365)
        for number in range(8 * 52):
            at = begin + timedelta(weeks=number)
            name = f"TS{number:04d}"
            story.tell("complaint_filed", at, complaint=name, **WINDOW)
            late = number % 26 == 0
            if late:
                at += timedelta(days=9)
                (yellow,) = story.tell("complaint_accepted", at, complaint=name, **WINDOW).alerts
                story.tell("alert_removed", at, alert=yellow.id, reason="已处理", cause="other", **WINDOW)
            story.tell("complaint_closed", at, complaint=name, **WINDOW)
            sizes.append(len(encode_case(story.known)))
        weeks = (400 + 740) // 7 + 1
        assert max(sizes[: weeks + 2]) * 1.02 > sizes[-1]
        assert len(story.known.complaints) < 2.2 * weeks
        assert len(story.known.cards) < 10, "one every half year, for 400 days"


class TestCards:
    def forgetting(self, profile: str = "default") -> Story:
        """One complaint nobody took up, and much later another; a book that remembers for 45 days."""
        story = Story(books(profile, retention={"complaints": 45}))
        filed(story, "TS1", 0)
        story.tick(day(8))
        return story

    def test_a_card_that_is_over_is_forgotten_without_an_alert(self) -> None:
        story = self.forgetting()
        settled(story, "TS1", 9)
        (yellow,) = [alert for alert in story.alerts if alert.level == "yellow" and alert.rule == "complaint-acceptance"]
        story.tell("alert_removed", day(10), alert=yellow.id, reason="已处理", cause="other", **WINDOW)
        told = len(story.alerts)
        settled(story, "TS2", 70)
        assert story.known.cards == () and len(story.alerts) == told

    def test_a_card_that_stands_is_kept_until_people_end_it(self) -> None:
        story = self.forgetting()
        settled(story, "TS2", 70)
        assert "yellow complaint-acceptance" in story.standing
        yellow = next(alert for alert in story.alerts if alert.level == "yellow" and alert.rule == "complaint-acceptance")
        story.tell("complaint_accepted", day(2), day(71), complaint="TS1", **WINDOW)
        assert "yellow complaint-acceptance" in story.standing, "too late to prove anything"
        (gone,) = story.tell("alert_removed", day(71), alert=yellow.id, reason="已处理", cause="other", **WINDOW).alerts[-1:]
        assert (gone.id, gone.state, gone.change) == (yellow.id, "removed", yellow.change + 1)
        settled(story, "TS3", 72)
        assert story.known.cards == ()

    def test_a_card_stays_as_long_as_an_alert_about_it_stands(self) -> None:
        story = self.forgetting("office")
        story.tick(day(20))
        assert "yellow reply" in story.standing
        yellow = next(alert for alert in story.alerts if alert.level == "yellow" and alert.rule == "complaint-acceptance")
        story.tell("alert_acknowledged", day(21), alert=yellow.id, **WINDOW)
        story.tell("alert_replied", day(22), alert=yellow.id, **WINDOW)
        story.tell("alert_closed", day(23), alert=yellow.id, **WINDOW)
        settled(story, "TS2", 70)
        assert story.standing == {"yellow reply"}
        assert "closed" in story.states.values()
        reply = next(alert for alert in story.alerts if alert.rule == "reply" and alert.level == "yellow")
        story.tell("alert_revoked", day(71), alert=reply.id, reason="已处理", **WINDOW)
        settled(story, "TS3", 72)
        assert story.known.cards == ()


class TestClocks:
    def test_a_clock_of_a_card_that_outlives_its_facts_is_there_once(self) -> None:
        """Made from the card each time anew: what is not touched by a record must not be kept beside it."""
        limits = [
            {"id": "a", "clock": "complaint-acceptance", "limit": "5wd", "yellow": "deadline"},
            {"id": "v", "clock": "review-verification", "limit": "5wd", "yellow": "deadline"},
        ]
        story = Story(books(process=[], time_limits=limits, retention={"complaints": 45}))
        filed(story, "TS1", 0)
        story.tick(day(30))
        for days in (70, 70.1, 70.2):  # of one day, so that the horizon stays
            story.tell("rated", day(days), score=5, **WINDOW)
        about = [story.books.at(0).rules[clock.rule].id for clock in story.known.clocks]
        assert "yellow a" in story.standing and sorted(about) == ["a", "v", "v", "v"]


class TestFacts:
    def test_facts_that_a_finding_rests_on_are_kept_beyond_what_is_judged(self) -> None:
        story = Story(books(retention={"complaints": 46}))
        for number, days in enumerate((0, 14, 28)):
            filed(story, f"TS{number}", days)
            settled(story, f"TS{number}", days + 0.1)
        settled(story, "TS9", 65)  # the horizon lies between the first complaint and the third
        assert to_instant(day(1)) < story.known.horizon < to_instant(day(28))
        assert "yellow complaint-repeated-window" in story.standing
        assert [alert.state for alert in story.alerts if alert.rule == "complaint-repeated-window"] == ["pending"]

    def test_the_fact_that_people_sign_in_here_is_kept_longer_than_attendance_is_judged(self) -> None:
        story = Story(books(retention={"attendance": 2}))
        story.tell("attendant_arrived", day(0), operator="0412")
        story.tell("window_opened", day(9))
        assert story.known.horizon > to_instant(day(1))
        assert {alert.rule for alert in story.tick(day(9, 2)).alerts} == {"attendance"}

    def test_facts_reported_again_when_forgotten_are_forgotten_again(self) -> None:
        story = Story()
        story.tell("window_opened", day(0))
        story.tell("window_opened", day(100))
        known = story.known
        assert [note[0] for note in known.attendance] == [to_instant(day(100))]
        assert story.tell("window_opened", day(0), day(100)).case is not None
        assert story.known.attendance == known.attendance and story.known.clocks == known.clocks

    def test_facts_of_a_case_are_never_forgotten(self) -> None:
        story = Story()
        story.tell("complaint_filed", day(0), complaint="TS1")
        story.tell("complaint_filed", day(280), complaint="TS2")
        assert len(story.known.complaints) == 2 and not story.known.horizon

    def test_the_horizon_moves_by_days_and_never_back(self) -> None:
        story = Story()
        seen = []
        for days in (0, 1, 0.5, 30, 29):
            story.tell("window_opened", day(days), day(40))
            seen.append(story.known.horizon)
        assert seen == sorted(seen) and all(horizon % DAY == 0 for horizon in seen)
        assert seen[-1] == (to_instant(day(30)) - 7 * DAY) // DAY * DAY


def test_repeated_complaints_are_counted_anew_each_year_from_those_that_reach_into_it() -> None:
    def found(*days: float) -> list[float]:
        new_year = datetime(2026, 1, 1, tzinfo=MONDAY.tzinfo)
        story = Story(books(retention={"complaints": 60}))
        for number, at in enumerate(days):
            story.tell("complaint_filed", new_year + timedelta(days=at), complaint=f"TS{number}", **WINDOW)
        story.tick(new_year + timedelta(days=40))
        alerts = [alert for alert in story.alerts if alert.rule == "complaint-repeated-window"]
        return [(alert.due_at - new_year) / timedelta(days=1) for alert in alerts]

    assert found(-20, -10, 5) == [5], "none is lost at the turn of the year"
    assert found(-20, -10, -5, 5) == [-5]
    assert found(-80, -60, -55, -20, -10, 5) == [-55, 5]


def test_a_window_follows_a_new_book_when_it_has_forgotten_what_began_before() -> None:
    old = book()
    new = book(over={"name": "new", "version": "new-1", "effective_from": day(10)})
    story = Story(RuleBooks([old, new]))
    story.tell("window_opened", day(9))
    story.tell("window_opened", day(11))
    assert story.known.book == old.version
    story.tell("window_opened", day(18))
    assert story.known.book == new.version
    assert all(clock.start >= to_instant(day(10)) for clock in story.known.clocks if not clock.end)
