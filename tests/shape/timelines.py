"""The timelines that are drawn beside deadline tests, read back and held against the calendar.

    # 2024-09      Fr27 Sa28 Su29 Mo30 Tu01 We02     Tu08     a month, then days; those that follow may be left out
    # promise 3wd  |----.----1----2----.----.--------3 due    a run: what it is, its marks, and words at the end

| mark | what |
|---|---|
| ``\\|`` | begins |
| a number | so many days are counted by then |
| ``.`` | a day off, not counted |
| ``h`` | a holiday of the book's own |
| ``=`` | the clock stands still; ``[`` and ``]`` are where it was stopped and let go |
| ``x`` | ends |
| ``?`` | not known |
| ``*`` | something happens |

``# 2026-03-02 Mo  09:30 10:30`` draws the hours of one day. What its rows say is not held against anything.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")

_DAYS = re.compile(r"# (\d{4})-(\d{2})  +(?=[A-Z][a-z]\d{2}\b)")
_DAY = re.compile(r"([A-Z][a-z])(\d{2})(?= |$)")
_HOURS = re.compile(r"# (\d{4}-\d{2}-\d{2}) ([A-Z][a-z])  +(?=\d{2}:\d{2})")
_MARK = re.compile(r"\d+|[.h=|\[\]x?*]")
_LIMIT = re.compile(r"(\d+)(wd|d)\b")


@dataclass(frozen=True)
class Timeline:
    """One drawing: where it stands, the date at each column, and its rows as they are written."""

    place: str
    columns: dict[int, date]
    rows: list[str]


def timelines(path: str, text: str) -> Iterator[Timeline]:
    """Those of a file. Raises ``ValueError`` where a weekday is not that of its date."""
    lines = [line.strip() for line in text.splitlines()]
    for number, line in enumerate(lines):
        place = f"{path}:{number + 1}"
        if hours := _HOURS.match(line):
            _agree(place, date.fromisoformat(hours[1]), hours[2])
        elif days := _DAYS.match(line):
            below = lines[number + 1 :]
            end = next(index for index, each in enumerate(below) if not each.startswith("# ") or _DAYS.match(each))
            yield Timeline(place, dict(_columns(place, line, date(int(days[1]), int(days[2]), 1), days.end())), below[:end])


def defects(timeline: Timeline, days_off: frozenset[date]) -> Iterator[str]:
    """What its rows say and the calendar does not; ``days_off`` are all of the years drawn."""
    for row in timeline.rows:
        counted = -1
        for day, mark in _marks(timeline, row):
            if mark == "." and day not in days_off:
                yield f"{timeline.place}: {row!r} has {day} off, which is a working day"
            if mark.isdigit():
                if "wd" in row[: min(timeline.columns)] and day in days_off:
                    yield f"{timeline.place}: {row!r} counts {day}, a day off"
                if int(mark) <= counted:
                    yield f"{timeline.place}: {row!r} counts {mark} after {counted}"
                counted = int(mark)
        if counted >= 0 and (wrong := _miscounted(timeline, row, days_off)):
            yield f"{timeline.place}: {row!r} {wrong}"


def _miscounted(timeline: Timeline, row: str, days_off: frozenset[date]) -> str:
    """How its last number is wrong: by the days since the beginning, and by the limit it names."""
    marks = list(_marks(timeline, row))
    limit = _LIMIT.search(row[: min(timeline.columns)])
    begun = [day for day, mark in marks if mark == "|"]
    if not (limit and begun) or any(mark in "=h" for _, mark in marks) or "==" in row:
        return ""
    last, number = [(day, int(mark)) for day, mark in marks if mark.isdigit()][-1]
    between = [begun[0] + timedelta(days=days) for days in range(1, (last - begun[0]).days + 1)]
    days = len(between) if limit[2] == "d" else sum(day not in days_off for day in between)
    if days != number:
        return f"counts {number} by {last}, and there are {days}"
    if " due" in row and number != int(limit[1]) and not any(mark in "x?" for _, mark in marks):
        return f"is due after {number}, and its limit is {limit[1]}"
    return ""


def _columns(place: str, line: str, month: date, begin: int) -> Iterator[tuple[int, date]]:
    """Each column with its date: the next day of that number."""
    day = month - timedelta(days=1)
    for found in _DAY.finditer(line, begin):
        day += timedelta(days=1)
        while day.day != int(found[2]):
            day += timedelta(days=1)
        _agree(place, day, found[1])
        yield found.start(), day


def _marks(timeline: Timeline, row: str) -> Iterator[tuple[date, str]]:
    """The marks that stand in a column, up to the first word."""
    for column, day in sorted(timeline.columns.items()):
        if re.search(r"[a-wyzA-Z]", row[min(timeline.columns) : column].replace("h", "")):
            return
        if found := _MARK.match(row, column):
            yield day, found[0]


def _agree(place: str, day: date, weekday: str) -> None:
    if WEEKDAYS[day.weekday()] != weekday:
        raise ValueError(f"{place}: {day} is no {weekday} but {WEEKDAYS[day.weekday()]}")
