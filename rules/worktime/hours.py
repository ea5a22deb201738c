"""Office hours: the sessions of a day, and of which season.

Deployed systems keep four boundaries (morning open and close, afternoon open and close) and many halls have summer and
winter hours. Times are milliseconds of the local day; a session is open from its first millisecond up to, not including,
its closing one.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from rules.errors import BadRuleBook
from rules.instant import DAY, HOUR, MINUTE

_SPAN = re.compile(r"(\d{2}):(\d{2})-(\d{2}):(\d{2})")
_LEAP_YEAR = 2024  # month-day pairs are checked in a year that has a 29 February
_KEYS = ("sessions", "seasons")
_SEASON_KEYS = ("from", "to", "sessions")


class DayHours:
    """The sessions of one kind of day. ``length`` is the office time in it, ``close`` when the last session ends."""

    __slots__ = ("bounds", "close", "length", "sessions")

    def __init__(self, sessions: Iterable[tuple[int, int]]) -> None:
        self.sessions = tuple(sessions)
        self.bounds = tuple(bound for session in self.sessions for bound in session)
        if not self.bounds or self.bounds[-1] > DAY or list(self.bounds) != sorted(set(self.bounds)):
            raise ValueError(f"sessions {self.sessions} must be one or more, within the day, in order and apart")
        self.length = sum(close - open_ for open_, close in self.sessions)
        self.close = min(self.bounds[-1], DAY - 1)  # an office that never closes closes with its day

    def is_open(self, time_of_day: int) -> bool:
        """Whether a session is on at that millisecond of the day."""
        return bisect_right(self.bounds, time_of_day) % 2 == 1

    def elapsed(self, time_of_day: int) -> int:
        """Office milliseconds from the opening up to ``time_of_day``."""
        return sum(min(max(time_of_day - open_, 0), close - open_) for open_, close in self.sessions)

    def opening_at(self, elapsed: int) -> int:
        """The latest time of day with that much office time behind it: after a break, not before it."""
        for open_, close in self.sessions:
            if elapsed < close - open_:
                return open_ + elapsed
            elapsed -= close - open_
        return self.close

    def closing_at(self, elapsed: int) -> int:
        """The earliest time of day with that much office time behind it: before a break, not after it."""
        for open_, close in self.sessions:
            if elapsed <= close - open_:
                return open_ + elapsed
            elapsed -= close - open_
        return self.close


WHOLE_DAY = DayHours([(0, DAY)])


class OfficeHours:
    """The hours of every day of the year: the usual ones, and seasons with others."""

    __slots__ = ("seasons", "usual")

    def __init__(
        self,
        usual: DayHours = WHOLE_DAY,
        seasons: Sequence[tuple[tuple[int, int], tuple[int, int], DayHours]] = (),
    ) -> None:
        """``seasons`` are (first, last, hours) with (month, day) pairs, both inclusive; they may span the new year."""
        self.usual = usual
        self.seasons = tuple(seasons)

    def on(self, day: date) -> DayHours:
        """The hours of that day, worked or not."""
        place = self.season_of(day)
        return self.usual if place is None else self.seasons[place][2]

    def season_of(self, day: date) -> int | None:
        """The place of the season that holds that day; None where the usual hours do."""
        at = (day.month, day.day)
        for place, (first, last, _) in enumerate(self.seasons):
            if first <= at <= last if first <= last else (at >= first or at <= last):
                return place
        return None

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> "OfficeHours":
        """From a strict TOML table; an empty one means the whole day. Defects are a ``BadRuleBook`` naming the key.

        ``sessions = ["08:30-12:00", "14:00-17:30"]`` and ``[[seasons]]`` with ``from = "06-01"``, ``to = "09-30"`` and
        ``sessions``.
        """
        defects = [f"{key}: unknown key, known are {', '.join(_KEYS)}" for key in data if key not in _KEYS]
        usual = _sessions("sessions", data["sessions"], defects) if "sessions" in data else WHOLE_DAY
        seasons = data.get("seasons", [])
        if not isinstance(seasons, list):
            defects.append("seasons: write each as a table of its own, [[seasons]]")
            seasons = []
        parsed = [_season(f"seasons[{index}]", entry, defects) for index, entry in enumerate(seasons)]
        if not defects:
            defects += _overlaps(parsed)
        if defects:
            raise BadRuleBook("office hours", defects)
        return cls(usual, parsed)


def _season(where: str, entry: object, defects: list[str]) -> tuple[tuple[int, int], tuple[int, int], DayHours]:
    if not isinstance(entry, dict) or set(entry) != set(_SEASON_KEYS):
        defects.append(f"{where}: needs exactly the keys {', '.join(_SEASON_KEYS)}")
        return (1, 1), (12, 31), WHOLE_DAY
    first, last = (_month_day(f"{where}.{key}", entry[key], defects) for key in ("from", "to"))
    return first, last, _sessions(f"{where}.sessions", entry["sessions"], defects)


def _month_day(where: str, value: object, defects: list[str]) -> tuple[int, int]:
    try:
        day = date.fromisoformat(f"{_LEAP_YEAR}-{value}")
    except ValueError:
        defects.append(f'{where}: {value!r} is no month and day such as "06-01"')
        return 1, 1
    return day.month, day.day


def _sessions(where: str, value: object, defects: list[str]) -> DayHours:
    spans = [_SPAN.fullmatch(text) if isinstance(text, str) else None for text in value] if isinstance(value, list) else []
    sessions = []
    for span in spans:
        if span is not None:
            hours, minutes, end_hours, end_minutes = map(int, span.groups())
            if minutes < 60 and end_minutes < 60:
                sessions.append((hours * HOUR + minutes * MINUTE, end_hours * HOUR + end_minutes * MINUTE))
    try:
        if len(sessions) == len(spans):
            return DayHours(sessions)
    except ValueError:
        pass
    defects.append(f'{where}: {value!r} must be spans such as ["08:30-12:00", "14:00-17:30"], in order and apart')
    return WHOLE_DAY


def _overlaps(seasons: Sequence[tuple[tuple[int, int], tuple[int, int], DayHours]]) -> list[str]:
    """Two seasons must not claim the same day, for then the order of the tables would decide."""
    defects = []
    for index, (first, *_) in enumerate(seasons):
        day = date(_LEAP_YEAR, *first)
        others = OfficeHours(WHOLE_DAY, [season for at, season in enumerate(seasons) if at != index])
        if any(others.on(day) is season[2] for at, season in enumerate(seasons) if at != index):
            defects.append(f"seasons[{index}].from: {day:%m-%d} lies in another season already")
    return defects
