"""Working time against a slow reference that walks day by day on datetimes and asks ``chinese_calendar`` itself.

The reference shares no code with the engine: no integers, no prefix sums, no rulers. It stands in one file with what it is held
against, however long: whoever doubts a due instant reads both.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.almanac import china, wall_clock
from rules.errors import UncoveredDate
from rules.instant import to_instant
from rules.worktime import Counting, Limit, OfficeHours, Unit, Worktime

Pause = tuple[datetime, datetime]
Session = tuple[datetime, datetime]

HALL = [(time(8, 30), time(12)), (time(14), time(17, 30))]
OFFICE = OfficeHours.from_dict({"sessions": ["08:30-12:00", "14:00-17:30"]})
MIDNIGHT = time(0)
ONE_DAY = timedelta(days=1)
OFFICE_TIME = {Unit.working_hours: timedelta(hours=1), Unit.working_minutes: timedelta(minutes=1)}
NATURAL_TIME = {Unit.natural_hours: timedelta(hours=1), Unit.natural_minutes: timedelta(minutes=1)}
COUNTED = [unit for unit in Unit if unit not in (Unit.instant_item, Unit.due_instant)]
"""Units that are counted in."""
MOST = {Unit.months: 14, Unit.years: 2}
LAST_MOMENT = timedelta(days=1, milliseconds=-1)
OFFICE_DAY = timedelta(hours=7)
Ends = Literal["second", "day_end", "closing_time"]
ENDS: tuple[Ends, ...] = get_args(Ends)
ZONES = ("Asia/Shanghai", "America/New_York")
ZONE = ZONES[0]
YEARS = range(2007, 2027)
EACH = settings().max_examples
PER_YEAR = settings(max_examples=max(40, EACH // 10))
"""Twenty years, so each property sees twice the examples of the profile."""


class Beyond(Exception):
    """The reference, too, was asked about a year nobody has fixed yet."""


def worked(day: date) -> bool:
    if not 2004 <= day.year <= 2026:
        raise Beyond
    return bool(chinese_calendar.is_workday(day))


def sessions(day: date) -> list[Session]:
    return [(datetime.combine(day, first), datetime.combine(day, last)) for first, last in HALL] if worked(day) else []


def next_period(start: datetime) -> datetime:
    """``start`` if the office is open then, else the next opening."""
    day = start.date()
    while True:
        for first, last in sessions(day):
            if start < last:
                return max(start, first)
        day += ONE_DAY


def open_spans(start: datetime, pauses: list[Pause]) -> Iterator[Session]:
    """Office time from ``start`` on, with the pauses cut out."""
    day = start.date()
    while True:
        for first, last in sessions(day):
            at = max(first, start)
            for from_, to in pauses:
                if from_ < last and to > at:
                    if from_ > at:
                        yield at, from_
                    at = max(at, to)
            if at < last:
                yield at, last
        day += ONE_DAY


def consumed(start: datetime, amount: timedelta, pauses: list[Pause], *, at_closing: bool) -> datetime:
    """When ``amount`` of office time is used up: at closing time, or, where it is used up there, at the next opening."""
    for first, last in open_spans(start, pauses):
        if first + amount < last or (first + amount == last and (at_closing or last.time() not in {end for _, end in HALL})):
            return first + amount
        amount -= last - first
        if amount == timedelta(0):
            return opening_after(last, pauses)
    raise AssertionError("office time never ends")


def opening_after(closed: datetime, pauses: list[Pause]) -> datetime:
    """The next opening in which the case is not suspended. A pause that begins in that very moment comes too late."""
    due = next_period(closed)
    for from_, to in pauses:
        if closed <= from_ < due < to:
            due = next_period(to)
    return due


def day_after_counting(first: date, number: int, counts: Callable[[date], bool]) -> date:
    """The ``number``-th day from ``first`` on, itself included, that counts."""
    day = first
    while True:
        number -= counts(day)
        if number == 0:
            return day
        day += ONE_DAY


def next_worked(day: date) -> date:
    return day_after_counting(day, 1, worked)


def end_of(day: date, ends: str, start: datetime) -> datetime:
    """The day's end, or closing time; a limit that began after closing on its only day has the rest of it."""
    closing = datetime.combine(day, HALL[-1][1])
    return closing if ends != "day_end" and closing >= start else datetime.combine(day, MIDNIGHT) + LAST_MOMENT


def reference(start: datetime, limit: Limit, pauses: list[Pause], counting: Counting) -> datetime:
    """The due wall-clock time, the long way. For ``roll_start``; natural units with pauses only unrolled, to a day's end."""
    number = limit.value
    if limit.unit in NATURAL_TIME:
        return through_nights(start, number * NATURAL_TIME[limit.unit], pauses)
    if limit.unit in OFFICE_TIME:
        return consumed(start, number * OFFICE_TIME[limit.unit], pauses, at_closing=True)
    if limit.unit is Unit.working_minutes:
        return consumed(start, timedelta(minutes=number), pauses, at_closing=True)
    if limit.unit is Unit.working_days:
        if counting.ends == "second":
            return consumed(next_period(start), number * OFFICE_DAY, pauses, at_closing=False)
        first = next_period(start).date() + (ONE_DAY if not counting.first_day_counts else timedelta(0))
        out = suspended_days([pause for pause in pauses if pause[1] > start], counting)
        return end_of(day_after_counting(first, number, lambda day: worked(day) and not out(day)), counting.ends, start)
    last = last_natural_day(start, limit, pauses, counting)
    last = next_worked(last) if counting.roll_last_day else last
    return datetime.combine(last, start.time()) if counting.ends == "second" else end_of(last, counting.ends, start)


def through_nights(start: datetime, amount: timedelta, pauses: list[Pause]) -> datetime:
    """When ``amount`` of the clock's time is used up, what lies in pauses left out; of a zone whose clocks do not change."""
    at = start
    for from_, to in pauses:
        if from_ > at and from_ - at >= amount:
            break
        if to > at and from_ < at + amount:
            amount -= max(from_ - at, timedelta(0))
            at = to
    return at + amount


def extended(start: datetime, limit: Limit, granted: Limit, pauses: list[Pause], counting: Counting) -> datetime:
    """The due wall-clock time of a limit of another kind than the days granted beyond it, the long way."""
    natural = limit.unit in (Unit.months, Unit.years, Unit.calendar_days)
    if natural and granted.unit is Unit.calendar_days:
        last = last_natural_day(start, limit, pauses, counting) + granted.value * ONE_DAY
        last = next_worked(last) if counting.roll_last_day else last
        return datetime.combine(last, start.time()) if counting.ends == "second" else end_of(last, counting.ends, start)
    own = reference(start, limit, pauses, counting)
    later = [pause for pause in pauses if pause[1] > own]
    if counting.ends == "second":
        return reference(own, granted, later, counting)
    out = suspended_days(later, counting)
    is_worked = granted.unit is Unit.working_days
    last = day_after_counting(own.date() + ONE_DAY, granted.value, lambda day: (not is_worked or worked(day)) and not out(day))
    return end_of(next_worked(last) if counting.roll_last_day and not is_worked else last, counting.ends, own)


def suspended_days(pauses: list[Pause], counting: Counting) -> Callable[[date], bool]:
    """Whether a day is not counted: the one of the suspension is not, that of the resumption is.

    Where days end with the office, what happens after closing happens on the next day.
    """

    def day_of(at: datetime) -> date:
        late = counting.ends == "closing_time" and at.time() >= HALL[-1][1]
        return at.date() + (ONE_DAY if late else timedelta(0))

    spans = [(day_of(from_), day_of(to)) for from_, to in pauses]
    return lambda day: any(from_ <= day < to for from_, to in spans)


def last_natural_day(start: datetime, limit: Limit, pauses: list[Pause], counting: Counting) -> date:
    """The day a limit in days, months or years ends on, before it is rolled. Pauses: of limits that end with a day only."""
    begin = start.date()
    if limit.unit is Unit.calendar_days:
        first = begin if counting.first_day_counts else begin + ONE_DAY
        out = suspended_days([pause for pause in pauses if pause[1] > start], counting)
        return day_after_counting(first, limit.value, lambda day: not out(day))
    month = begin.replace(day=1)
    for _ in range(limit.value * (12 if limit.unit is Unit.years else 1)):
        month = (month + 31 * ONE_DAY).replace(day=1)
    length = ((month + 31 * ONE_DAY).replace(day=1) - month).days
    last = month.replace(day=min(begin.day, length))
    return last - ONE_DAY if counting.first_day_counts and begin.day <= length else last


def instant(local: datetime, zone: str) -> int:
    return to_instant(local.replace(tzinfo=ZoneInfo(zone)))


def agree(
    start: datetime, limit: Limit, pauses: list[Pause], counting: Counting, zone: str, granted: Limit | None = None
) -> None:
    """The engine gives the reference's due instant, or both know nothing of the year."""
    worktime = Worktime(wall_clock(zone), china(), OFFICE, counting)
    spans = [(instant(from_, zone), instant(to, zone)) for from_, to in pauses]
    whole = limit if granted is None else limit.extended(granted.value, granted.unit)
    try:
        own = reference(start, limit, pauses, counting) if granted is None else extended(start, limit, granted, pauses, counting)
        expected = instant(own, zone)
    except Beyond:
        with pytest.raises(UncoveredDate):
            worktime.due(instant(start, zone), whole, spans)
        return
    assert worktime.due(instant(start, zone), whole, spans) == expected


def within(year: int) -> st.SearchStrategy[datetime]:
    """Any minute of a year, those at the edges of sessions and days more often; never one that summer time repeats."""
    days = st.dates(date(year, 1, 1), date(year, 12, 31))
    edges = [time(0), time(8, 29), time(8, 30), time(11, 59), time(12), time(14), time(17, 29), time(17, 30), time(23, 59)]
    usual = st.times(time(3), time(23, 59)).map(lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000))
    return st.builds(datetime.combine, days, st.sampled_from(edges) | usual)


@pytest.mark.parametrize("year", YEARS)
@PER_YEAR
@given(data=st.data())
def test_a_due_instant_is_what_walking_day_by_day_gives(year: int, data: st.DataObject) -> None:
    start = data.draw(within(year), "start")
    unit = data.draw(st.sampled_from(COUNTED), "unit")
    limit = Limit(data.draw(st.integers(1, MOST.get(unit, 60)), "value"), unit)
    ends = data.draw(st.sampled_from(ENDS), "ends")
    first = ends != "second" and data.draw(st.booleans(), "first day counts")
    counting = Counting(ends, first, data.draw(st.booleans(), "roll last day"))
    agree(start, limit, [], counting, data.draw(st.sampled_from(ZONES if unit not in NATURAL_TIME else ZONES[:1]), "zone"))


@pytest.mark.parametrize("year", YEARS)
@PER_YEAR
@given(data=st.data())
def test_days_granted_beyond_a_limit_of_another_kind_are_what_walking_on_from_its_end_gives(
    year: int, data: st.DataObject
) -> None:
    start = data.draw(within(year), "start")
    unit = data.draw(st.sampled_from(COUNTED), "unit")
    limit = Limit(data.draw(st.integers(1, MOST.get(unit, 30)), "value"), unit)
    kinds = [kind for kind in (Unit.working_days, Unit.calendar_days) if kind is not unit]
    granted = Limit(data.draw(st.integers(1, 20), "days"), data.draw(st.sampled_from(kinds), "kind"))
    ends = data.draw(st.sampled_from(ENDS), "ends")
    first = ends != "second" and data.draw(st.booleans(), "first day counts")
    agree(start, limit, [], Counting(ends, first, data.draw(st.booleans(), "roll last day")), ZONE, granted)


@pytest.mark.parametrize("year", YEARS)
@PER_YEAR
@given(data=st.data())
def test_a_pause_prolongs_a_limit_and_the_days_granted_beyond_it_as_walking_does(year: int, data: st.DataObject) -> None:
    start = data.draw(within(year), "start")
    edges = sorted(data.draw(st.lists(within(year), max_size=6, unique=True), "edges"))
    pauses = [(edges[at], edges[at + 1]) for at in range(0, len(edges) - 1, 2)]
    unit = data.draw(st.sampled_from([Unit.working_hours, Unit.natural_hours, Unit.calendar_days]), "unit")
    limit = Limit(data.draw(st.integers(1, 40), "value"), unit)
    kind = (
        Unit.working_days
        if unit is Unit.calendar_days
        else data.draw(st.sampled_from([Unit.working_days, Unit.calendar_days]), "kind")
    )
    to_the_second = kind is Unit.working_days and unit is not Unit.calendar_days
    ends = data.draw(st.sampled_from(ENDS if to_the_second else ENDS[1:]), "ends")
    first = ends != "second" and data.draw(st.booleans(), "first day counts")
    agree(start, limit, pauses, Counting(ends, first, False), ZONE, Limit(5, kind))


@pytest.mark.parametrize("year", YEARS)
@PER_YEAR
@given(data=st.data())
def test_a_pause_prolongs_a_limit_as_walking_day_by_day_does(year: int, data: st.DataObject) -> None:
    start = data.draw(within(year), "start")
    edges = sorted(data.draw(st.lists(within(year), max_size=6, unique=True), "edges"))
    pauses = [(edges[at], edges[at + 1]) for at in range(0, len(edges) - 1, 2)]
    unit = data.draw(st.sampled_from([*COUNTED[:2], *OFFICE_TIME, *NATURAL_TIME]), "unit")
    ends = data.draw(st.sampled_from(ENDS if unit is not Unit.calendar_days else ENDS[1:]), "ends")
    limit = Limit(data.draw(st.integers(1, 40), "value"), unit)
    first = ends != "second" and data.draw(st.booleans(), "first day counts")
    zone = data.draw(st.sampled_from(ZONES if unit not in NATURAL_TIME else ZONES[:1]), "zone")
    agree(start, limit, pauses, Counting(ends, first, unit is not Unit.calendar_days), zone)


@pytest.mark.parametrize(
    ("start", "pauses"),
    [
        ("2019-01-02 17:30", ["2019-01-30 08:30", "2019-02-20 10:00"]),
        ("2019-01-01 03:00", ["2019-01-10 08:30", "2019-01-11 08:30", "2019-01-30 08:30", "2019-02-20 10:00"]),
    ],
)
def test_a_pause_that_begins_at_the_opening_a_limit_ends_with_comes_too_late(start: str, pauses: list[str]) -> None:
    """Found by Hypothesis: the day-by-day walk let it prolong the limit, as no pause in the due millisecond does."""
    edges = [datetime.fromisoformat(edge) for edge in pauses]
    spans = list(zip(edges[::2], edges[1::2], strict=True))
    begin, limit, counting = datetime.fromisoformat(start), Limit(19, Unit.working_days), Counting("second")
    agree(begin, limit, spans, counting, ZONE)
    assert reference(begin, limit, spans, counting) == datetime.fromisoformat("2019-01-30 08:30")


@given(data=st.data())
def test_a_pause_never_makes_a_limit_end_earlier_nor_within_it(data: st.DataObject) -> None:
    start, one, two = (data.draw(within(2024), name) for name in ("start", "from", "to"))
    pause = (instant(min(one, two), "Asia/Shanghai"), instant(max(one, two), "Asia/Shanghai"))
    counting = Counting(data.draw(st.sampled_from(ENDS), "ends"), roll_last_day=data.draw(st.booleans(), "roll"))
    limit = Limit(data.draw(st.integers(0, 12), "value"), data.draw(st.sampled_from(list(Unit)[:3]), "unit"))
    worktime = Worktime(wall_clock("Asia/Shanghai"), china(), OFFICE, counting)
    begin = instant(start, "Asia/Shanghai")
    plain, paused = worktime.due(begin, limit), worktime.due(begin, limit, [pause])
    assert paused >= plain
    if pause[1] > begin and pause[0] > plain:
        assert paused == plain
    if pause[1] > begin and paused > plain:
        assert not pause[0] <= paused < pause[1]


@given(data=st.data())
def test_the_fraction_lies_between_and_the_whole_is_all_that_was_counted(data: st.DataObject) -> None:
    start = instant(data.draw(within(2024), "start"), "Asia/Shanghai")
    limit = Limit(data.draw(st.integers(1, 30), "value"), Unit.working_days)
    worktime = Worktime(wall_clock("Asia/Shanghai"), china(), OFFICE, Counting("second"))
    due = worktime.due(start, limit)
    marks = [worktime.fraction(start, due, num, 10, Unit.working_days) for num in range(1, 11)]
    assert marks == sorted(marks)
    assert start <= marks[0]
    assert marks[-1] <= due
    of_seven_hours_a_day = Limit(limit.value * 7 * 60 * 8 // 10, Unit.working_minutes)
    assert marks[7] == worktime.due(start, of_seven_hours_a_day)
