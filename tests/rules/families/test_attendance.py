"""Windows on duty: when nobody is there, what lasts for a day only, who is not looked at, and how absences are numbered."""

from datetime import datetime
from typing import Any

import msgspec
import pytest

from rules.case import case_state, count, decode_case, encode_case, place_of
from rules.events import EVENT_TYPES, WindowOpened, key_of
from rules.facts import supervised
from rules.families import RECENT, begun_at
from rules.families.attendance import ARRIVED, LEFT, absences_of
from rules.families.numbering import number_at, numbers_of
from rules.instant import DAY, MINUTE, to_instant
from tests.rules.story import MONDAY, Story, book, books, day, event

Told = tuple[str, float, str]


def told(*records: Told, arrived: datetime | None = None) -> Story:
    """(kind, hours after Monday 9:30, operator) each, in this order; all at ``arrived`` if that is given."""
    story = Story()
    for kind, hours, operator in records:
        who = {"operator": operator} if operator else {}
        story.tell(kind, day(0, hours), arrived, **who)
    return story


def absences(*records: Told) -> list[tuple[float, float, str]]:
    """From when to when (hours after Monday 9:30; 0: still), and who left last; the same in whatever order they arrive."""
    found = []
    for order in (records, tuple(reversed(records))):
        story = told(*order, arrived=day(40))
        found.append(sorted(absences_of(story.known, story.books.at(0).worktime)))
    assert found[0] == found[1], "whatever the order of arrival"
    monday = to_instant(MONDAY)
    return [((a.start - monday) / MINUTE / 60, a.end and (a.end - monday) / MINUTE / 60, a.left) for a in found[0]]


OPEN: Told = ("window_opened", 0, "")
CAME: Told = ("attendant_arrived", 0, "甲")


class TestAbsences:
    def test_an_absence_lasts_from_the_last_to_leave_to_the_next_to_come(self) -> None:
        # 2026-03-02 Mo  09:30 10:30 11:30
        # first          |-----x
        # second                     |----
        # nobody               [=====]
        assert absences(OPEN, CAME, ("attendant_left", 1, "甲"), ("attendant_arrived", 2, "乙")) == [(1, 2, "甲")]
        assert absences(OPEN, CAME, ("attendant_left", 1, "甲")) == [(1, 0, "甲")]

    def test_a_window_with_one_of_two_attendants_left_is_attended(self) -> None:
        # 2026-03-02 Mo  09:30 10:00 10:30 12:30
        # first          |-----------x
        # second               |-----------x
        # nobody                           [---- from here on
        two = ("attendant_arrived", 0.5, "乙")
        assert absences(OPEN, CAME, two, ("attendant_left", 1, "甲")) == []
        assert absences(OPEN, CAME, two, ("attendant_left", 1, "甲"), ("attendant_left", 3, "乙")) == [(3, 0, "乙")]

    def test_a_handover_in_one_instant_is_no_absence(self) -> None:
        assert absences(OPEN, CAME, ("attendant_left", 1, "甲"), ("attendant_arrived", 1, "乙")) == []

    def test_a_closed_window_has_no_absence(self) -> None:
        # 2026-03-02 Mo  09:30 10:30 11:00 11:30
        # open           |-----------x     |----
        # attendant      |-----x
        # nobody               [=====]     [---- only while it is open
        left, closed, again = ("attendant_left", 1, "甲"), ("window_closed", 1.5, ""), ("window_opened", 2, "")
        assert absences(OPEN, CAME, left, closed) == [(1, 1.5, "甲")]
        assert absences(OPEN, CAME, left, closed, again) == [(1, 1.5, "甲"), (2, 0, "甲")]
        assert absences(CAME, ("window_opened", 1, ""), ("window_closed", 1, ""), ("attendant_left", 2, "甲")) == []

    def test_a_leaving_without_a_coming_counts_only_as_sign_that_people_sign_in_here(self) -> None:
        assert absences(OPEN, ("attendant_left", 1, "甲")) == []
        assert absences(OPEN, ("attendant_left", 0, "甲")) == [(0, 0, "甲")]

    def test_an_absence_within_one_minute_is_none(self) -> None:
        blink = [("attendant_left", 1, "甲"), ("attendant_arrived", 1 + 59 / 3600, "甲")]
        assert absences(OPEN, CAME, *blink) == []
        over = [("attendant_left", 1 + 59 / 3600, "甲"), ("attendant_arrived", 1 + 60 / 3600, "甲")]
        assert [left for *_, left in absences(OPEN, CAME, *over)] == ["甲"]

    def test_an_opening_and_a_signing_in_hold_until_midnight(self) -> None:
        assert absences(OPEN, CAME, ("window_opened", 24, "")) == [(24, 0, "")]
        assert absences(OPEN, CAME, ("attendant_arrived", 24, "甲"), ("attendant_left", 25, "甲")) == []
        # 2026-03    Mo02 Tu03
        # attendant  * leaves at 10:30
        # nobody     [====] until midnight; the next day begins without anybody
        midnight = 14.5
        assert absences(OPEN, CAME, ("attendant_left", 1, "甲"), ("attendant_arrived", 24, "甲")) == [(1, midnight, "甲")]

    def test_a_window_where_nobody_signed_in_of_late_has_no_absence(self) -> None:
        days = RECENT // DAY
        assert absences(CAME, ("window_opened", days * 24, "")) == [(days * 24, 0, "")]
        assert absences(CAME, ("window_opened", days * 24 + 0.01, "")) == []
        assert absences(OPEN) == []


class TestClock:
    def test_an_attendance_alert_says_who_left_last_and_where(self) -> None:
        # 2026-03-02 Mo  09:30 10:00 10:30 10:40 11:00
        # first          |-----x
        # last           |-----------x
        # 10wm                       |-----x     x due, warned; half an hour after the beginning yellow
        alert = told(OPEN, CAME, ("attendant_left", 1, "0412")).tick(day(0, 1)).alerts
        assert not alert
        story = told(OPEN, CAME, ("attendant_arrived", 0, "0412"), ("attendant_left", 0.5, "甲"), ("attendant_left", 1, "0412"))
        (found,) = story.tick(day(0, 1, 11)).alerts
        assert (found.rule, found.level, found.limit) == ("attendance", "warning", "10wm")
        assert found.detail == "unattended left=0412"
        assert (found.region, found.hall, found.department, found.window) == ("430100", "市政务服务中心", "市场监管局", "A01")
        assert (found.due_at, found.counted_from) == (day(0, 1, 10), day(0, 1))
        assert sum(span.ms for span in found.spans) == 10 * MINUTE
        assert story.tick(day(0, 1, 31)).alerts and story.standing == {"yellow attendance"}

    def test_an_absence_raises_nothing_once_the_office_is_closed(self) -> None:
        # 2026-03-02 Mo  09:30 16:54 17:00
        # attendant      |-----x
        # 10wm                 |-----x the office is closed: four minutes are never counted
        story = told(OPEN, CAME, ("attendant_left", 7.4, "甲"))  # 16:54, six minutes before the office closes
        assert story.known.clocks and story.tick(day(5)).wake_at is None
        assert {card.rule for card in story.known.cards} == {"window-opening"}

    def test_an_absence_over_before_its_first_level_is_not_kept(self) -> None:
        rule = next(index for index, rule in enumerate(book().rules) if rule.id == "attendance")
        short = told(OPEN, CAME, ("attendant_left", 1, "甲"), ("attendant_arrived", 1 + 10 / 60, "甲"))
        assert all(clock.rule != rule for clock in short.known.clocks)
        longer = told(OPEN, CAME, ("attendant_left", 1, "甲"), ("attendant_arrived", 1 + 11 / 60, "甲"))
        assert [clock.end - clock.start for clock in longer.known.clocks if clock.rule == rule] == [11 * MINUTE]

    def test_an_absence_over_before_its_limit_is_kept_where_a_level_comes_earlier(self) -> None:
        early = {"id": "attendance", "clock": "attendance", "limit": "10wm", "warning": "1/2"}
        story = Story(books(time_limits=[early]))
        for kind, minutes in (("window_opened", 0), ("attendant_arrived", 0), ("attendant_left", 5), ("attendant_arrived", 11)):
            story.tell(kind, day(0, 0, minutes), **({"operator": "甲"} if kind[0] == "a" else {}))
        assert story.states and set(story.states.values()) == {"expired"}

    def test_an_absence_keeps_its_number_when_an_earlier_one_is_reported_late(self) -> None:
        records = [OPEN, CAME, ("attendant_left", 3, "甲")]
        story = told(*records)
        story.tick(day(0, 7))
        before = {card.cycle for card in story.known.cards}
        assert before == {number_at(to_instant(day(0, 3)))}
        story.tell("attendant_left", day(0, 1), day(0, 7), operator="甲")
        story.tell("attendant_arrived", day(0, 2.9), day(0, 7), operator="甲")
        assert before < {card.cycle for card in story.known.cards}
        assert story.standing == {"yellow attendance"}

    def test_an_absence_in_a_year_without_a_calendar_is_not_judged(self) -> None:
        far = MONDAY.replace(year=2040)
        story = Story()
        for kind in ("window_opened", "attendant_left"):
            story.tell(kind, far, **({"operator": "甲"} if kind[0] == "a" else {}))
        assert [clock.deadline for clock in story.known.clocks] == [0]


class TestOpening:
    def test_an_opening_is_expected_on_the_next_working_day_over_holidays(self) -> None:
        story = Story()
        story.tell("window_opened", datetime(2026, 4, 3, 9, tzinfo=MONDAY.tzinfo))  # Friday before Qingming
        (clock,) = story.known.clocks
        # 2026-04   Fr03 Sa04 Su05 Mo06 Tu07
        # next 1wd  |----.----.----.----1 expected, after Qingming
        assert clock.start == to_instant(datetime(2026, 4, 7, 9, tzinfo=MONDAY.tzinfo))

    def test_an_opening_on_a_day_off_lets_no_other_be_expected(self) -> None:
        story = Story()
        story.tell("window_opened", datetime(2026, 3, 7, 9, tzinfo=MONDAY.tzinfo))
        assert story.known.clocks == ()

    def test_a_missed_opening_is_carded_once_and_stays_carded_when_the_window_opens_later(self) -> None:
        story = told(OPEN)
        (yellow, *_) = [alert for alert in story.tick(day(9)).alerts if alert.level == "yellow"]
        assert (yellow.detail, yellow.limit, yellow.due_at) == ("unopened", "15wm", day(1, 0.5))
        assert len(story.known.cards) == 2
        story.tell("window_opened", day(9))
        assert story.states[f"yellow window-opening/{number_at(to_instant(day(1, -0.5)))}"] == "issued"

    def test_an_expected_opening_ends_when_the_window_says_it_is_closed(self) -> None:
        story = told(OPEN, ("window_closed", 25, ""), arrived=day(2))
        assert (to_instant(day(1, -0.5)), to_instant(day(1, 1))) in [(clock.start, clock.end) for clock in story.known.clocks]

    def test_an_opening_late_by_no_more_than_its_limit_is_not_kept(self) -> None:
        """``15wm``: what takes longer may have been too late; what does not, never."""
        for minutes in (15, 16):
            story = told(OPEN, ("window_opened", 24 - 0.5 + minutes / 60, ""), arrived=day(2))
            kept = [clock.end for clock in story.known.clocks if clock.start == to_instant(day(1, -0.5))]
            assert kept == ([] if minutes == 15 else [to_instant(day(1, -0.5)) + 16 * MINUTE])


class TestPlace:
    def test_a_duty_record_is_kept_with_its_window_and_counts_as_no_case(self) -> None:
        opened = event("window_opened", day(0))
        assert key_of(opened) == "duty:430100/市政务服务中心/A01" and supervised(opened)
        story = told(OPEN, CAME)
        assert case_state(story.known) == "window" and count(story.known) == (0, 0, 0, 0, 0, 0)
        place = place_of(story.known)
        assert place is not None and place.department == "市场监管局"
        assert decode_case(encode_case(story.known)) == story.known

    def test_a_duty_record_is_not_kept_where_no_clock_asks_for_it(self) -> None:
        story = Story(books(time_limits=[{"id": "p", "clock": "case", "yellow": "deadline"}]))
        assert story.tell("window_opened", day(0)).case is None

    @pytest.mark.parametrize(
        ("tag", "change"),
        [
            ("window_opened", {"case": "A-1"}),
            ("window_opened", {"window": ""}),
            ("window_closed", {"window": None}),
            ("attendant_arrived", {"operator": ""}),
            ("attendant_left", {"operator": None}),
        ],
    )
    def test_a_duty_record_that_names_a_case_or_no_window_or_no_attendant_is_refused(
        self, tag: str, change: dict[str, Any]
    ) -> None:
        good = {"id": "1", "at": "2026-03-02T09:30:00+08:00", "region": "430100", "window": "A01"}
        good |= {"operator": "0412"} if tag.startswith("attendant") else {}
        assert msgspec.convert(good, EVENT_TYPES[tag], strict=False)
        bad = {key: value for key, value in {**good, **change}.items() if value is not None}
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(bad, EVENT_TYPES[tag], strict=False)

    def test_a_duty_record_repeated_changes_nothing(self) -> None:
        story = told(OPEN, CAME)
        before = story.known
        assert story.record(event("window_opened", day(0)), day(0, 1)).case == before
        assert before.attendance == ((to_instant(MONDAY), 0, ""), (to_instant(MONDAY), ARRIVED, "甲"))
        assert LEFT < ARRIVED and isinstance(event("window_opened", day(0)), WindowOpened)


class TestNumbers:
    def test_a_number_is_made_from_the_minute(self) -> None:
        at = to_instant(MONDAY)
        assert begun_at(number_at(at + 59_999)) == at
        assert number_at(at) < number_at(at, "TS1") < number_at(at + MINUTE)

    def test_numbers_of_one_minute_and_name_differ(self) -> None:
        at = to_instant(MONDAY)
        assert len(set(numbers_of([(at, "a")] * 5 + [(at + 1, "a")]))) == 6
