"""One named time of a row: its columns, the forms it is written in, its zone, and what stands for no time at all."""

from datetime import date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache

import msgspec

from monitor.mapping.cells import CellTime
from monitor.mapping.formats import evident, is_midnight, names_that_read, reader_of
from rules.errors import BadEvent


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

    def read(self, row: dict[str, str]) -> datetime | None:
        """The aware time, ``None`` when its columns are empty; :class:`BadEvent` names what does not fit."""
        text = row[self.columns[0]] if len(self.columns) == 1 else " ".join(row[c] for c in self.columns).strip()
        if not text or (self.no_time and text[:10] in self.no_time and is_midnight(text[10:])):
            return None
        when = _aware(text.when, self.zone) if type(text) is CellTime else _parsed(text, self.formats, self.zone)
        if when is None:
            raise self._unread(text)
        return None if self.no_time and when.date().isoformat() in self.no_time else when

    def day(self, row: dict[str, str]) -> date | None:
        """The local calendar day of the time in its zone."""
        when = self.read(row)
        return when.astimezone(self.zone).date() if when else None

    def _unread(self, text: str) -> BadEvent:
        others = names_that_read(text, self.zone)
        mend = f"; {' or '.join(others)} would read it" if others else ""
        if text.startswith("0000-00-00"):
            mend = '; no_time = ["0000-00-00"] in [source] takes it as empty'
        message = f"column {self.name!r}: {text[:40]!r} is not a time of format {' or '.join(self.formats)}{mend}"
        return BadEvent("mapping_failed", message, self.name)


@lru_cache(maxsize=4096)  # one row is asked for the same time by several events and conditions
def _parsed(text: str, formats: tuple[str, ...], zone: tzinfo) -> datetime | None:
    """The aware time by the first format that reads it; ``None`` where none does."""
    for read in (*map(reader_of, formats), evident):
        try:
            when = read(text, zone)
            if when is not None:
                return _aware(when, zone)
        except (ValueError, OverflowError, OSError):
            continue
    return None


def _aware(when: datetime, zone: tzinfo) -> datetime:
    if when.tzinfo is not None:
        return when
    # A fixed offset: Python never finds a zone's odd hours equal to any other time, not even to themselves elsewhere.
    return when.replace(tzinfo=timezone(zone.utcoffset(when) or timedelta()))
