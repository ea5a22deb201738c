"""The attendance family (值守): whether anybody sits at a window that is open, and whether it opened at all.

A window keeps *notes*: a set of (when, step, operator). Adding to a set does not care about order or repetition. A window that
opens, and somebody who signs in, do so for that day. Both end with it, whether a record says so or not: a forgotten sign-off
never covers for the day after. No clock therefore reaches what lies beyond the day's end.

| clock | runs from | to | source |
|---|---|---|---|
| attendance | an open window has nobody at it | somebody comes, it closes, the day ends | 窗口空岗; minutes: inference |
| window-opening | the office opens, and the working day before the window was open | opened or closed that day | inference |

The first is looked for only where somebody has signed in or out within :data:`RECENT`. A hall that reports no attendance is not
taken for an empty one. The second is needed because a window that never reports leaves no record to wake anybody. It runs once;
the day after, the window counts as closed until it opens again. A window that is to stay closed says ``window_closed`` on that
day.

In limits counted in office time (``10wm``) the noon break and the evening are no absence. An absence that began and ended in one
minute is none. Each therefore has a minute of its own. This minute numbers it (:mod:`rules.families.numbering`), whatever else
is reported later.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from rules import events as ev
from rules.book import RuleBook, TimeLimit
from rules.case import NEVER, AttendanceNote, Case, latest
from rules.errors import UncoveredDate
from rules.events import Header
from rules.families.numbering import number_at
from rules.families.run import Run, limit_of
from rules.instant import DAY, HOUR, MINUTE, Instant
from rules.numbers import AttendanceStep
from rules.worktime import NATURAL_TIME, OFFICE_TIME, Unit, Worktime, from_epoch_day

OPENED = AttendanceStep.OPENED.value
CLOSED = AttendanceStep.CLOSED.value
LEFT = AttendanceStep.LEFT.value
ARRIVED = AttendanceStep.ARRIVED.value
_STEPS: Mapping[type[Header], int] = {
    ev.WindowOpened: OPENED,
    ev.WindowClosed: CLOSED,
    ev.AttendantLeft: LEFT,
    ev.AttendantArrived: ARRIVED,
}
ATTENDANCE_EVENTS = frozenset(_STEPS)
RECENT = 14 * DAY
"""How long a window counts as one where people sign in; longer than any run of days off."""

_WHOLE = {Unit.calendar_days: DAY, Unit.months: 28 * DAY, Unit.years: 365 * DAY, Unit.working_days: HOUR, Unit.instant_item: 0,
          **OFFICE_TIME, **NATURAL_TIME}  # fmt: skip
"""No unit is shorter than this on the wall clock; an office day may be short, but an hour it has."""


_Day = tuple[int, tuple[AttendanceNote, ...]]
"""When a local day ends, and its notes."""


class Absence(NamedTuple):
    """From when to when nobody was at an open window (``NEVER``: still), when its day ends, and who had left last."""

    start: int
    end: int
    day_end: int
    left: str


def note_of(event: Any, at: Instant) -> AttendanceNote:
    """What an attendance record says."""
    return at, _STEPS[type(event)], event.operator


def attendance_runs(case: Case, rule: TimeLimit, book: RuleBook) -> Iterator[Run]:
    """Every absence that is not over before a level could be reached, numbered by its minute."""
    limit, shortest = limit_of(rule.limit), _shortest(rule)
    for absence in absences_of(case, book.worktime):
        if not absence.end or absence.end - absence.start > shortest:
            detail = f"unattended left={absence.left}" if absence.left else "unattended"
            yield Run(number_at(absence.start), absence.start, absence.end, limit, False, detail, absence.day_end)


def _shortest(rule: TimeLimit) -> int:
    """No level of the rule can be reached within so many milliseconds."""
    if any(each.kind not in ("deadline", "after") for each in rule.thresholds):
        return 0
    limit = limit_of(rule.limit)
    return limit.value * _WHOLE[limit.unit]


def absences_of(case: Case, worktime: Worktime) -> Iterator[Absence]:
    """Every time since the horizon that nobody was at the window while it was open; the last day's first."""
    notes = case.attendance
    for day_end, todays in _days_back(case, worktime):
        if day_end <= case.horizon:
            return
        for start, end, left in _empty(_certain(case, todays) if case.spans else todays):
            until = end or (day_end if notes[-1][0] >= day_end else NEVER)
            if start >= case.horizon and start // MINUTE != until // MINUTE and _recently(notes, start):
                yield Absence(start, until, day_end, left)


def _certain(case: Case, todays: Sequence[AttendanceNote]) -> tuple[AttendanceNote, ...]:
    """The notes of a day on which everything was told to the minute at least; of another day none, for no order is certain.

    Within one minute the window opens before it closes, and who leaves does so before somebody comes.
    """
    vague = {at for at, _, _ in todays if latest(case, at) > at}
    if any(latest(case, at) - at > MINUTE for at in vague):
        return ()

    def place(note: AttendanceNote) -> tuple[int, int, AttendanceNote]:
        minute = note[0] // MINUTE * MINUTE
        return (minute, note[1], note) if minute in vague else (note[0], 0, note)

    return tuple(sorted(todays, key=place))


def _days_back(case: Case, worktime: Worktime) -> list[_Day]:
    """The local days that have notes, the last first, back to the last one that ended before the horizon."""
    if _asked.days and _asked.notes is case.attendance and _asked.horizon == case.horizon and _asked.worktime is worktime:
        return _asked.days
    notes, days = case.attendance, []
    clock, after = worktime.clock, len(notes)
    while after:
        day = clock.to_local(notes[after - 1][0]) // DAY
        first = bisect_left(notes, (clock.to_instant(day * DAY),), 0, after)
        end = clock.to_instant((day + 1) * DAY)
        days.append((end, notes[first:after]))
        if end <= case.horizon:
            break
        after = first
    _asked.notes, _asked.horizon, _asked.worktime, _asked.days = notes, case.horizon, worktime, days
    return days


class _Asked:
    """What was asked last, and the answer: the rules of the family ask for the same days, one after the other."""

    notes: tuple[AttendanceNote, ...] = ()
    horizon: int = NEVER
    worktime: Worktime | None = None
    days: list[_Day] = []  # noqa: RUF012  # replaced, never changed


_asked = _Asked()


def day_before(notes: Sequence[AttendanceNote], at: Instant, worktime: Worktime) -> Instant | None:
    """When the last day with a note before the day of ``at`` began. What comes in at ``at`` changes nothing before that."""
    clock = worktime.clock
    place = bisect_left(notes, (clock.to_instant(clock.to_local(at) // DAY * DAY),))
    return clock.to_instant(clock.to_local(notes[place - 1][0]) // DAY * DAY) if place else None


@lru_cache(maxsize=4096)  # of the days a window remembers all but one are as they were at its last record
def _empty(notes: tuple[AttendanceNote, ...]) -> tuple[tuple[int, int, str], ...]:
    """From when to when (``NEVER``: to the end) of one day the window was open and nobody there, and who had left last."""
    found: list[tuple[int, int, str]] = []
    is_open, present, left = False, set[str](), ""
    since, who = NEVER, ""
    for at, same in groupby(notes, key=itemgetter(0)):
        for _, step, operator in same:
            if step in (OPENED, CLOSED):
                is_open = step == OPENED
            elif step == ARRIVED:
                present.add(operator)
            else:
                present.discard(operator)
                left = operator
        if is_open and not present:
            since, who = (since, who) if since else (at, left)
        elif since:
            found.append((since, at, who))
            since = NEVER
    if since:
        found.append((since, NEVER, who))
    return tuple(found)


def _recently(notes: Sequence[AttendanceNote], at: int) -> bool:
    """Whether anybody signed in or out at ``at`` or shortly before."""
    place = bisect_left(notes, (at + 1,))
    while place and notes[place - 1][0] >= at - RECENT:
        place -= 1
        if notes[place][1] in (LEFT, ARRIVED):
            return True
    return False


def opening_runs(case: Case, rule: TimeLimit, book: RuleBook) -> Iterator[Run]:
    """Mornings on which the window was to open and did not before a level could be reached, the last first. It was to open if it
    was open on the working day before."""
    worktime, limit, shortest = book.worktime, limit_of(rule.limit), _shortest(rule)
    closed_on: dict[int, int] = {}
    last = case.attendance[-1][0] if case.attendance else NEVER
    for over, todays in _days_back(case, worktime):
        for at, step, _ in todays:
            if step in (OPENED, CLOSED):
                closed_on[over] = at
                break
        if all(step != OPENED for _, step, _ in todays):
            continue
        opening = _next_opening(over, worktime)
        if opening is None:
            continue
        start, day_end = opening
        if start < case.horizon:
            return
        end = closed_on.get(day_end) or (day_end if last >= day_end else NEVER)
        if start <= todays[-1][0] + RECENT and (not end or end > start + shortest):
            yield Run(number_at(start), start, end, limit, False, "unopened", day_end)


@lru_cache(maxsize=4096)
def _next_opening(day_end: int, worktime: Worktime) -> tuple[int, int] | None:
    """When office hours begin on the working day after the one that ends then, itself a working day, and when that day ends.

    None after extra openings on days off, and where the calendar does not say when the office opens next.
    """
    clock = worktime.clock
    day = clock.to_local(day_end - 1) // DAY
    try:
        if not worktime.dates.is_worked(day):
            return None
        expected = worktime.calendar.day_at(worktime.calendar.ordinal_of_next(day))
    except UncoveredDate:
        return None
    opens = worktime.hours.on(from_epoch_day(expected)).bounds[0]
    return clock.to_instant(expected * DAY + opens), clock.to_instant((expected + 1) * DAY)
