"""Where a single instant, or a single record more, decides."""

from datetime import date, datetime
from typing import Any

import pytest

from rules.book import RuleBooks
from rules.cards.acts import ACTS
from rules.cards.watches import appeals_of
from rules.case import Card
from rules.errors import BadEvent, BadRuleBook, UncoveredDate
from rules.instant import MINUTE, to_datetime, to_instant
from rules.worktime import Calendar, Limit, Unit, Worktime, from_dict
from rules.worktime.worktime import Counting, OfficeHours
from tests.rules.story import ZONE, Story, book, books, day, event


def looking(finding: str, **keys: Any) -> Story:
    """A story in which nothing but that finding raises a card, at once."""
    over = {key: keys.pop(key) for key in ("items", "extension", "supplement") if key in keys}
    rule = {"id": "own", "finding": finding, "red": "at once", **keys}
    return Story(
        books(time_limits=[{"id": "c", "clock": "case", "limit": "promised", "red": "deadline"}], process=[rule], **over)
    )


def found(story: Story) -> int:
    """How many there are a minute later: a level is reached once its instant is past."""
    story.tick(to_datetime(story.now + MINUTE, ZONE))
    return sum(card.rule == "own" for card in story.known.cards)


@pytest.mark.parametrize(("how", "odd"), [("voided", True), ("withdrawn", True), ("returned", False), ("normal", False)])
def test_a_case_voided_or_withdrawn_was_terminated(how: str, odd: bool) -> None:
    story = looking("terminated")
    story.tell("accepted", day(0), promised="10wd")
    story.tell("concluded", day(1), how=how)
    assert found(story) == odd


@pytest.mark.parametrize(("minutes", "odd"), [(-1, False), (0, True), (5, True)])
def test_a_suspension_is_at_the_last_minute_from_a_working_day_before_the_deadline_on(minutes: int, odd: bool) -> None:
    story = looking("suspended-last-minute", within="1wd")
    story.tell("accepted", day(0), promised="5wd")
    story.tell("suspended", day(4, 0, minutes), procedure="hearing", approved_days=3)
    assert found(story) == odd


@pytest.mark.parametrize(("minutes", "odd"), [(0, True), (1, False)])
def test_a_suspension_is_at_the_last_minute_up_to_the_deadline_itself(minutes: int, odd: bool) -> None:
    story = looking("suspended-last-minute", within="1wd")
    story.tell("accepted", day(0), promised="5wd")
    story.tell("suspended", day(7, 0, minutes), procedure="hearing", approved_days=3)
    assert found(story) == odd


def test_a_last_minute_suspension_is_measured_by_the_extension_cap_of_the_item() -> None:
    items = [{"code": "licence", "max_extension": 4}]
    near = []
    for days in (8, 10):
        story = looking("suspended-last-minute", within="1wd", items=items, extension={"max_days": 2})
        story.tell("accepted", day(0), promised="5wd")
        story.tell("extended", day(1), days=9)
        story.tell("suspended", day(days), procedure="hearing", approved_days=3)
        near.append(found(story))
    assert near == [0, 1], "due after 9 working days, on Friday week"


@pytest.mark.parametrize(("days", "odd"), [(7, False), (8, True), (9, True), (10, False)])
def test_a_last_minute_suspension_is_measured_without_an_earlier_pause(days: int, odd: bool) -> None:
    story = looking("suspended-last-minute", within="1wd")
    story.tell("accepted", day(0), promised="5wd")
    story.tell("suspended", day(1), procedure="hearing", approved_days=2)
    story.tell("resumed", day(3))
    story.tell("suspended", day(days), procedure="testing", approved_days=3)
    assert found(story) == odd, "due on Wednesday week, not on Monday"


def test_the_decision_is_a_step_of_the_flow_unless_the_stage_was_entered() -> None:
    items = [{"code": "licence", "flow": ["acceptance", "review", "approval"]}]
    story = looking("stage-out-of-order", items=items)
    story.tell("accepted", day(0))
    story.tell("decided", day(1), result="granted")
    assert found(story) == 0
    story.tell("stage_entered", day(2), stage="review")
    assert found(story) == 1, "back from the decision to the review"
    story.tell("stage_entered", day(0, 1), arrived=day(2, 1), stage="approval")
    assert found(story) == 1, "entered it was; the decision is no further step"


def test_a_handler_who_is_not_named_is_nobody_and_finds_no_four_eyes_breach() -> None:
    story = looking("four-eyes")
    story.tell("accepted", day(0))
    for stage in ("handling", "review"):
        story.tell("stage_entered", day(1), stage=stage)
        story.tell("stage_left", day(1, 1), stage=stage)
    story.tell("decided", day(2), result="granted")
    assert not story.known.handlers and found(story) == 0
    for stage in ("handling", "review"):
        story.tell("stage_left", day(1, 1), stage=stage, handler="王五")
    story.tell("decided", day(2), result="granted", handler="王五")
    assert len(story.known.handlers) == 3 and found(story) == 1


def test_a_complaint_that_ended_before_the_case_ran_over_raises_nothing() -> None:
    for minutes, odd in ((-1, 0), (0, 0), (1, 1)):
        story = looking("complaint-on-overdue")
        story.tell("accepted", day(0), promised="5wd")
        story.tell("complaint_filed", day(1), complaint="TS1")
        story.tell("complaint_answered", day(7, 0, minutes), complaint="TS1")
        story.tick(day(9))
        assert found(story) == odd, minutes


def test_a_part_given_to_a_department_again_is_a_cycle_of_its_own() -> None:
    story = Story()
    story.tell("accepted", day(0), promised="30wd")
    story.tell("branch_opened", day(0), department="消防队", limit="3wd")
    story.tell("branch_concluded", day(1), department="消防队")
    story.tell("branch_opened", day(2), department="消防队", limit="3wd")
    assert (story.clocks["branch/1"], story.clocks["branch/2"]) == (False, True)
    story.tell("branch_concluded", day(2), department="消防队")
    assert story.clocks["branch/2"] is False, "done in the very instant it was given"


def test_a_supplement_in_the_instant_of_the_application_is_no_second_round() -> None:
    story = Story()
    story.tell("applied", day(0))
    story.tell("supplemented", day(0))
    assert [clock for clock in story.clocks if clock.startswith("acceptance-notice")] == ["acceptance-notice/1"]


def test_a_stage_typed_in_again_and_again_is_one_visit() -> None:
    story = Story(books(stages={"review": "3wd"}))
    story.tell("accepted", day(0))
    for days in (0, 1, 2):
        story.tell("stage_entered", day(days), stage="review")
    story.tell("stage_left", day(3), stage="review")
    story.tell("stage_entered", day(4), stage="review")
    assert {name: runs for name, runs in story.clocks.items() if "review" in name} == {
        "stage-review/1": False,
        "stage-review/2": True,
    }


def test_an_appeal_in_the_instant_of_the_reply_ends_nothing_twice() -> None:
    story = Story(RuleBooks([book("office")]))
    story.tell("accepted", day(0), promised="5wd", statutory="100wd")
    story.tick(day(8))
    card = f"{story.known.key}/case-promise/yellow/1"
    story.tell("alert_acknowledged", day(8), alert=card)
    story.tell("alert_replied", day(9), alert=card)
    story.tell("alert_appealed", day(9), alert=card)
    (reply,) = [clock for clock in story.known.clocks if story.books.get(story.known.book).rules[clock.rule].id == "reply"]
    assert reply.end, "answered, whatever becomes of the appeal"
    story.tell("appeal_decided", day(10), alert=card, outcome="rejected")
    assert story.clocks["reply/" + str(reply.cycle)] is False


@pytest.mark.parametrize(
    ("kind", "fields", "reason", "field"),
    [
        ("alert_acknowledged", {"at": day(6)}, "illegal_transition", "at"),
        ("alert_acknowledged", {"department": "税务局"}, "illegal_transition", "department"),
        ("alert_removed", {"cause": "objective", "reason": "停电"}, "illegal_transition", "consent"),
        ("alert_replied", {}, "illegal_transition", "type"),
        ("alert_acknowledged", {"alert": "nobody's"}, "unknown_alert", "alert"),
    ],
)
def test_a_refused_act_names_its_reason_and_the_field_at_fault(
    kind: str, fields: dict[str, Any], reason: str, field: str
) -> None:
    story = Story(RuleBooks([book("office")]))
    story.tell("accepted", day(0), promised="5wd", statutory="100wd")
    story.tick(day(8))
    act = {"alert": f"{story.known.key}/case-promise/yellow/1", "at": day(9), **fields}
    before = story.known
    with pytest.raises(BadEvent) as error:
        story.tell(kind, arrived=day(9), **act)
    assert (error.value.reason, error.value.field) == (reason, field) and story.known == before
    if reason == "unknown_alert":
        with pytest.raises(BadEvent) as error:
            Story(story.books).tell(kind, arrived=day(9), **act)
        assert (error.value.reason, error.value.field) == (reason, field), "nor of a case that nobody knows"


def test_an_act_moves_the_offset_of_its_case() -> None:
    """Else what came before it would be taken for new after a crash."""
    story = Story(RuleBooks([book("office")]))
    story.tell("accepted", day(0), promised="5wd", statutory="100wd")
    card = f"{story.known.key}/case-promise/yellow/1"
    story.tell("alert_acknowledged", day(8), alert=card)
    assert story.known.offset == story.offset - 1
    story.tell("alert_acknowledged", day(8), arrived=day(15), alert=card)
    assert story.known.offset == story.offset - 1, "known already; but time has raised an alert about it meanwhile"
    assert "yellow reply" in story.standing


def test_an_extension_moves_the_limit_of_the_case_and_of_no_stage() -> None:
    story = Story(books(stages={"review": "3wd"}))
    story.tell("accepted", day(0), promised="5wd", statutory="60wd")
    story.tell("stage_entered", day(0), stage="review")
    story.tell("suspended", day(1), procedure="hearing", approved_days=2)
    story.tell("extended", day(2), days=2)
    story.tick(day(30))
    limits = {alert.rule: (alert.limit, alert.deadline) for alert in story.alerts if alert.level == "yellow"}
    assert limits["stage-review"] == ("3wd", day(7)) and limits["case-promise"] == ("7wd", day(11))


def test_a_finding_whose_grace_ends_in_an_unknown_year_raises_nothing() -> None:
    calendar = {"name": "own", "base": "weekends", "years": [2026]}
    rule = {"id": "own", "finding": "conclusion-without-acceptance", "red": "1wd after"}
    story = Story(books(process=[rule], calendar=calendar))
    story.tell("concluded", datetime.fromisoformat("2026-12-31T10:00:00+08:00"))
    story.tick(datetime.fromisoformat("2027-03-01T10:00:00+08:00"))
    assert not story.known.cards


def appeals(*acts: tuple[int, str]) -> Card:
    return Card("own", 2, 1, 1, 1, 0, 0, 0, acts=tuple((at, ACTS.index(act)) for at, act in acts))


def test_an_appeal_stops_a_clock_only_while_it_runs() -> None:
    card = appeals((10, "appeal"), (20, "reject"), (30, "appeal"), (40, "reject"))
    assert appeals_of(card, 5) == (((10, 20), (30, 40)), 0)
    assert appeals_of(card, 15) == (((15, 20), (30, 40)), 0), "the clock began meanwhile"
    assert appeals_of(card, 20) == appeals_of(card, 25) == (((30, 40),), 0), "or when it was over"
    assert appeals_of(card, 5, 25) == (((10, 20),), 0), "what came after the clock's end stops nothing"
    assert appeals_of(card, 5, 40) == (((10, 20), (30, 40)), 0)
    assert appeals_of(appeals((10, "appeal")), 5) == ((), 10)


def test_a_forbidden_card_by_hand_names_the_field_at_fault() -> None:
    story = Story(RuleBooks([book("default")]))
    story.tell("accepted", day(0))
    with pytest.raises(BadEvent) as refused:
        story.tell("card_issued_by_hand", day(1), level="red", reason="x")
    assert (refused.value.reason, refused.value.field) == ("forbidden_type", "level")


def test_a_calendar_does_not_cover_the_day_after_its_last_year() -> None:
    calendar = Calendar("own", [2026], {}, {})
    assert calendar.is_workday(date(2026, 12, 31)) and not calendar.covers(date(2027, 1, 1))
    first, days = calendar.first, len(calendar.before) - 1
    assert days == 365 and calendar.ordinal_of(first + 364) == len(calendar.working) - 1
    for look in (calendar.ordinal_of, calendar.ordinal_of_next):
        with pytest.raises(UncoveredDate):
            look(first + 365)
        with pytest.raises(UncoveredDate):
            look(first - 1)
    assert repr(calendar) == f"Calendar('own', 2026-2026, version {calendar.version})"


def test_every_defect_of_a_calendar_is_told_by_its_key() -> None:
    with pytest.raises(BadRuleBook) as refused:
        from_dict({"base": "weekends", "years": [2026], "holidays": [7], "workdays": [{"date": date(2026, 3, 1)}]})
    assert [text.split(": ")[0] for text in refused.value.defects] == ["name", "holidays[0]", "workdays[0]"]
    assert "name: give the calendar a name" in refused.value.defects
    assert str(refused.value) == "calendar None: " + "; ".join(refused.value.defects)
    outside = {date(2027, 3, 7): "x"}
    with pytest.raises(BadRuleBook) as refused:
        Calendar("own", [2026], {}, outside)
    assert refused.value.defects == ["workdays: 2027-03-07 lies in a year that is not covered: add 2027 to years"]


def test_a_calendar_laid_over_another_keeps_its_weekend() -> None:
    gulf = Calendar("gulf", [2026], {}, {}, frozenset({4, 5}))
    laid = from_dict({"name": "own", "holidays": [{"date": date(2026, 3, 2), "name": "x"}]}, gulf)
    assert [laid.is_workday(date(2026, 3, day)) for day in (1, 2, 6, 7, 8)] == [True, False, False, False, True]
    assert laid.weekend == gulf.weekend


def own(hours: str, limit: str, start: str) -> str:
    """The end of a limit where the years begin on a Thursday."""
    calendar = Calendar("own", [2026], {date(2026, 1, 1): "元旦"}, {})
    worktime = Worktime("Asia/Shanghai", calendar, OfficeHours.from_dict({"sessions": hours.split()}), Counting(ends="second"))
    began = to_instant(datetime.fromisoformat(f"2026-{start}:00+08:00"))
    return to_datetime(worktime.due(began, Limit.parse(limit)), ZONE).strftime("%m-%d %H:%M")


@pytest.mark.parametrize(
    ("start", "limit", "expected"),
    [
        ("03-02T09:00", "3wh", "03-02 12:00"),  # the end of the morning, not the beginning of the afternoon
        ("03-02T10:00", "2wh", "03-02 12:00"),
        ("03-02T09:00", "7wh", "03-02 17:00"),  # nor the next morning
        ("01-01T09:00", "1wh", "01-02 10:00"),  # the first working day the calendar has
        ("01-02T09:00", "1wh", "01-02 10:00"),
        ("12-31T16:00", "1wh", "12-31 17:00"),  # and the last
    ],
)
def test_a_limit_in_hours_ends_with_the_session_it_fills(start: str, limit: str, expected: str) -> None:
    assert own("09:00-12:00 13:00-17:00", limit, start) == expected


def test_a_limit_or_counting_that_makes_no_sense_is_refused_with_the_reason() -> None:
    with pytest.raises(ValueError, match=r"^a limit cannot be negative \(-1\): give a whole number and a unit"):
        Limit(-1, Unit.working_days)
    with pytest.raises(ValueError, match=r'^first_day_counts means nothing with ends = "second": choose one of the two$'):
        Counting(ends="second", first_day_counts=True)
    season = {"from": "06-01", "sessions": ["08:00-12:00"]}
    with pytest.raises(BadRuleBook) as refused:
        OfficeHours.from_dict({"sessions": ["09:00-12:00"], "seasons": [season]})
    assert refused.value.defects == ["seasons[0]: needs exactly the keys from, to, sessions"]


def test_a_limit_in_hours_taken_back_over_a_night_ends_at_the_opening() -> None:
    hours = OfficeHours.from_dict({"sessions": ["09:00-12:00", "13:00-17:00"]})
    worktime = Worktime("Asia/Shanghai", Calendar("own", [2026], {}, {}), hours, Counting(ends="second"))

    def before(text: str, limit: str) -> str:
        due = to_instant(datetime.fromisoformat(f"2026-03-{text}:00+08:00"))
        return to_datetime(worktime.before(due, Limit.parse(limit)), ZONE).strftime("%d %H:%M")

    assert [before("03T10:00", "1wh"), before("03T14:00", "1wh"), before("03T10:00", "2wh")] == [
        "03 09:00",
        "03 13:00",
        "02 16:00",
    ]


def test_a_pause_in_the_grace_of_a_weekend_holds_the_limit_till_it_is_over_and_no_longer() -> None:
    hours = OfficeHours.from_dict({"sessions": ["09:00-17:00"]})
    worktime = Worktime("Asia/Shanghai", Calendar("own", [2026], {}, {}), hours, Counting(ends="day_end"))
    monday, sunday = (to_instant(datetime.fromisoformat(f"2026-03-{text}T10:00:00+08:00")) for text in ("02", "08"))
    ends = []
    for until in ("09", "10", "11"):
        resumed = to_instant(datetime.fromisoformat(f"2026-03-{until}T10:00:00+08:00"))
        ends.append(to_datetime(worktime.due(monday, Limit.parse("5d"), [(sunday, resumed)]), ZONE).strftime("%d"))
    assert ends == ["09", "10", "11"]


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


def test_a_record_that_moves_no_clock_leaves_the_wake_up_where_it_was() -> None:
    story = Story()
    woken = story.tell("accepted", day(0), promised="5wd").wake_at
    assert woken == to_instant(day(3)) + 1
    assert story.tell("transferred", day(1), to="市局").wake_at == woken
    assert story.tick(day(2)).wake_at == woken and story.known.holder[1] == "市局"
    again = story.record(event("transferred", day(1), to="市局"), day(2), offset=0)
    assert again.wake_at == woken and not again.alerts, "nor does one that is delivered again"
    story.tick(day(4))
    assert story.tick(day(5)).wake_at == to_instant(day(7)) + 1, "what is past wakes nobody"


def test_a_reply_to_a_breach_reported_late_is_counted_from_the_report() -> None:
    story = Story(RuleBooks([book("office")]))
    reached = story.tell("accepted", day(0), arrived=day(10), promised="5wd", statutory="100wd")
    card = story.card("yellow", "case-promise")
    assert (card.due, card.known, card.raised) == tuple(map(to_instant, (day(7), day(10), day(10))))
    (reply,) = [clock for clock in story.known.clocks if story.books.get(story.known.book).rules[clock.rule].id == "reply"]
    assert reply.start == card.known and reached.wake_at == to_instant(day(16)) + 1, "warned a working day before Saturday week"
    early = Story(story.books)
    early.tell("accepted", day(0), promised="5wd", statutory="100wd")
    early.tick(day(10))
    card = early.card("yellow", "case-promise")
    assert (card.due, card.known, card.raised) == tuple(map(to_instant, (day(7), day(7), day(10)))), "seen late, known in time"


def test_rule_books_without_any_book_are_refused() -> None:
    with pytest.raises(BadRuleBook) as refused:
        RuleBooks([])
    assert str(refused.value) == "rule books: none given"


def test_worked_time_is_whole_milliseconds_and_less_than_a_month_is_no_month() -> None:
    hours = OfficeHours.from_dict({"sessions": ["09:00-12:00", "13:00-17:00"]})
    worktime = Worktime("Asia/Shanghai", Calendar("own", [2026], {}, {}), hours, Counting(ends="second"))
    start, end = (to_instant(datetime.fromisoformat(f"2026-03-{text}:00+08:00")) for text in ("02T09:00", "12T10:00"))
    assert worktime.worked(start, end, Unit.months) == (0, end - start)
    rest = worktime.worked(start, end, Unit.working_days)
    assert rest == (8, 60 * MINUTE) and all(type(part) is int for part in rest)


def test_a_limit_that_begins_on_the_first_day_nobody_knows_is_an_error() -> None:
    hours = OfficeHours.from_dict({"sessions": ["09:00-17:00"]})
    for ends in ("second", "day_end"):
        worktime = Worktime("Asia/Shanghai", Calendar("own", [2026], {}, {}), hours, Counting(ends=ends))
        for outside in ("2025-12-31", "2027-01-01"):
            with pytest.raises(UncoveredDate):
                worktime.due(to_instant(datetime.fromisoformat(f"{outside}T10:00:00+08:00")), Limit(3, Unit.working_days))
