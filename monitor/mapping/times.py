"""One named time of a row: its columns, the forms it is written in, its zone, and what stands for no time at all."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache

import msgspec

from monitor.mapping.cells import CellTime
from monitor.mapping.formats import evident, is_midnight, names_that_read, reader_of
from monitor.mapping.parts import Written
from rules.errors import BadEvent
from rules.events import Precision

LAST: Mapping[str, timedelta] = {
    "minute": timedelta(minutes=1, milliseconds=-1),
    "hour": timedelta(hours=1, milliseconds=-1),
    "day": timedelta(days=1, milliseconds=-1),
}
"""How long after its beginning a minute, hour or day has its last instant."""


class Time(msgspec.Struct, frozen=True):
    """Columns (joined by a blank), the formats tried in turn, the zone, and the days that stand for no time.

    Forms that read one way only are read though ``formats`` does not name them. A time without an offset is wall-clock time
    in ``zone``. In the repeated hour of autumn it is taken as the first one. In spring's missing hour it is read with the
    offset before the change (PEP 495, fold 0).
    """

    name: str
    columns: tuple[str, ...]
    formats: tuple[str, ...]
    zone: tzinfo
    no_time: frozenset[str] = frozenset()
    precision: Precision | None = None
    """What every time is taken as, whatever its form says; None: as it was written."""
    midnight_is_a_date: bool = False
    """00:00:00 is what the old system writes where it knows the day only."""

    def read(self, row: dict[str, str]) -> Written | None:
        """The aware time, ``None`` when its columns are empty; :class:`BadEvent` names what does not fit.

        One that was not told to the second is the beginning of its minute, hour or day, in ``zone``.
        """
        text = row[self.columns[0]] if len(self.columns) == 1 else " ".join(row[c] for c in self.columns).strip()
        if not text or (self.no_time and text[:10] in self.no_time and is_midnight(text[10:])):
            return None
        found = Written(text.when, text.precision) if type(text) is CellTime else _parsed(text, self.formats, self.zone)
        if found is None:
            raise self._unread(text)
        when = _aware(found.when, self.zone)
        if self.no_time and when.date().isoformat() in self.no_time:
            return None
        precision = self.precision or found.precision
        if precision == "second" and not self.midnight_is_a_date:
            return Written(when)
        return _told(when, precision, self.zone, self.midnight_is_a_date)

    def day(self, row: dict[str, str]) -> date | None:
        """The local calendar day of the time in its zone."""
        found = self.read(row)
        return found.when.astimezone(self.zone).date() if found else None

    def _unread(self, text: str) -> BadEvent:
        others = names_that_read(text, self.zone)
        mend = f"; {' or '.join(others)} would read it" if others else ""
        if text.startswith("0000-00-00"):
            mend = '; no_time = ["0000-00-00"] in [source] takes it as empty'
        message = f"column {self.name!r}: {text[:40]!r} is not a time of format {' or '.join(self.formats)}{mend}"
        return BadEvent("mapping_failed", message, self.name)


@lru_cache(maxsize=4096)  # one row is asked for the same time by several events and conditions
def _parsed(text: str, formats: tuple[str, ...], zone: tzinfo) -> Written | None:
    """The time by the first format that reads it; ``None`` where none does."""
    for read in (*map(reader_of, formats), evident):
        try:
            found = read(text, zone)
            if found is not None:
                return Written(_aware(found.when, zone), found.precision)
        except (ValueError, OverflowError, OSError):
            continue
    return None


def _told(when: datetime, precision: Precision, zone: tzinfo, midnight_is_a_date: bool) -> Written:
    """The beginning of the minute, hour or day that was told."""
    local = _aware(when.astimezone(zone).replace(tzinfo=None), zone)
    if midnight_is_a_date and local.time() == time():
        precision = "day"
    if precision == "second":
        return Written(when)
    minute = 0 if precision in ("hour", "day") else local.minute
    return Written(local.replace(hour=0 if precision == "day" else local.hour, minute=minute, second=0, microsecond=0), precision)


def _aware(when: datetime, zone: tzinfo) -> datetime:
    if when.tzinfo is not None:
        return when
    # A fixed offset: Python never finds a zone's odd hours equal to any other time, not even to themselves elsewhere.
    return when.replace(tzinfo=timezone(zone.utcoffset(when) or timedelta()))
