"""From the parts of a time that were written (year, month, half of the day, zone …) to the time, and how exactly it was told."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from rules.events import Precision


class Written(NamedTuple):
    """A time as it was written: naive where no zone was, and how exactly."""

    when: datetime
    precision: Precision = "second"


Reader = Callable[[str, tzinfo], Written | None]
"""Text and the mapping's zone in; the time out; ``None`` where the text is of another form.

A text of the right form that is no time (30 February) raises ``ValueError`` or ``OverflowError``.
"""

_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6,
    "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip


def made(part: dict[str, str | None], zone: tzinfo) -> datetime:
    """The time, naive where no zone was written. ``ValueError`` where there is no such time."""
    get = part.get
    year = _year(part)
    hour, half = int(get("hour") or 0), (get("half") or get("early") or "").upper()
    if half and hour <= 12:
        hour = hour % 12 + 12 * (half in ("下午", "PM", "P.M."))
    minute, second = int(get("minute") or get("minute_") or 0), int(get("second") or 0)
    micro = int((get("fraction") or "")[:6].ljust(6, "0"))
    ends = hour == 24 and not (minute or second or micro)
    when = datetime(year, _month(part), int(get("day") or 1), 0 if ends else hour, minute, second, micro)  # noqa: DTZ001
    if ends:
        when += timedelta(1)
    written = get("zone")
    return when.replace(tzinfo=_zone(written, when, zone)) if written else when


def precision_of(part: dict[str, str | None]) -> Precision:
    """How exactly a time was told, by the parts that were written."""
    if part.get("second"):
        return "second"
    if part.get("minute") or part.get("minute_"):
        return "minute"
    return "hour" if part.get("hour") else "day"


def _year(part: dict[str, str | None]) -> int:
    if era := part.get("era"):
        return int(era) + 1911
    short = part.get("short")
    if short and len(short) == 2:
        return int(short) + (2000 if int(short) < 69 else 1900)  # as POSIX has it
    return int(part.get("year") or short or 1900)


def _month(part: dict[str, str | None]) -> int:
    name = part.get("name")
    if not name:
        return int(part.get("month") or 1)
    return int(name[:-1]) if name.endswith("月") else _MONTHS[name[:3].lower()]


def _zone(written: str, made: datetime, zone: tzinfo) -> tzinfo:
    """The zone that is written: an offset, UTC, the mapping's own zone by its abbreviation, or a region's name."""
    name = written.upper()
    if name in ("Z", "UTC", "GMT"):
        return UTC
    if name.startswith(("GMT", "UTC")) or name[0] in "+-":
        digits = [int(digit) for digit in re.findall(r"\d{2}|\d", name)]
        hours, minutes, seconds = (*digits, 0, 0)[:3]
        distance = timedelta(hours=hours, minutes=minutes, seconds=seconds)
        return timezone(-distance if "-" in name else distance)
    if name == (zone.tzname(made) or "").upper():
        return timezone(zone.utcoffset(made) or timedelta())
    if "/" not in name:
        raise ValueError(f"{written!r} is no zone known here")
    try:
        named = ZoneInfo("/".join(part.title() for part in written.split("/")))
    except Exception:  # ZoneInfo raises what its file system raises
        raise ValueError(f"{written!r} is no zone known here") from None
    return timezone(named.utcoffset(made) or timedelta())
