"""Quiet hours: messages wait for their end, cards never do."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from rules.instant import Instant, to_datetime, to_instant

_RANGE = re.compile(r"^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$")
OUTSIDE_OFFICE = "outside-office-hours"
"""Quiet whenever the rule book's offices are closed: nights, noon, weekends and holidays."""

Opening = Callable[[Instant], Instant]
"""The first instant from this one on at which offices are open."""


class Hours(NamedTuple):
    """From when to when on each day; past midnight where the end is not after the beginning."""

    start: time
    end: time


class Quiet:
    """When nobody is to be written to. ``opening`` is asked only where offices' hours count."""

    def __init__(self, texts: Sequence[str], zone: ZoneInfo, opening: Opening) -> None:
        self._hours = tuple(_hours(text) for text in texts if text != OUTSIDE_OFFICE)
        self._office = opening if OUTSIDE_OFFICE in texts else None
        self._zone = zone

    def until(self, at: Instant) -> Instant:
        """The first instant from ``at`` on that is not quiet; ``at`` itself if it is not."""
        for _ in range(2 * len(self._hours) + 8):  # each round leaves one stretch; more there cannot be before a loud instant
            moved = self._office(at) if self._office is not None else at
            for hours in self._hours:
                moved = max(moved, self._end_of(hours, moved))
            if moved == at:
                return at
            at = moved
        return at

    def _end_of(self, hours: Hours, at: Instant) -> Instant:
        local = to_datetime(at, self._zone)
        for day in (local.date() - timedelta(days=1), local.date()):
            start = datetime.combine(day, hours.start, self._zone)
            ends_on = day if hours.end > hours.start else day + timedelta(days=1)
            end = datetime.combine(ends_on, hours.end, self._zone)
            if to_instant(start) <= at < to_instant(end):
                return to_instant(end)
        return at


def check_hours(text: str) -> None:
    """``ValueError`` says what quiet hours look like, where ``text`` is none."""
    if text != OUTSIDE_OFFICE:
        _hours(text)


def _hours(text: str) -> Hours:
    match = _RANGE.match(text)
    if match is None:
        raise ValueError(f"{text!r} is neither hours such as 22:00-07:30 nor {OUTSIDE_OFFICE}")
    a, b, c, d = map(int, match.groups())
    if (a, b) == (c, d):
        raise ValueError(f"{text!r} begins when it ends: nobody would ever be told")
    return Hours(time(a, b), time(c, d))
