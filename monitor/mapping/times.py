"""How the times of an old system read: formats, joined columns, and the zone of those without an offset."""

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

import msgspec

from rules.errors import BadEvent

WORDS = ("iso", "epoch_s", "epoch_ms")
"""Formats that are not strptime patterns: ISO 8601 (``T`` or blank, offset optional), seconds and milliseconds since 1970."""


class Time(msgspec.Struct, frozen=True):
    """One named time of a row: its columns (joined by a blank), the formats tried in turn, its zone.

    A time without an offset is wall-clock time in ``zone``. In the repeated hour of autumn it is taken as the first one, in
    spring's missing hour it is read with the offset before the change (PEP 495, fold 0): an old system that keeps no offset
    tells no more.
    """

    name: str
    columns: tuple[str, ...]
    formats: tuple[str, ...]
    zone: tzinfo

    def read(self, row: dict[str, str]) -> datetime | None:
        """The aware time, ``None`` when its columns are empty; :class:`BadEvent` names what does not fit."""
        text = row[self.columns[0]] if len(self.columns) == 1 else " ".join(row[c] for c in self.columns).strip()
        if not text:
            return None
        for fmt in self.formats:
            try:
                when = _parse(text, fmt)
            except (ValueError, OverflowError, OSError):
                continue
            if when.tzinfo is None:
                # A fixed offset: Python never finds a zone's odd hours equal to any other time, not even to themselves elsewhere.
                when = when.replace(tzinfo=timezone(self.zone.utcoffset(when) or timedelta()))
            return when
        raise BadEvent(
            "mapping_failed",
            f"column {self.name!r}: {text[:40]!r} is not a time of format {' or '.join(self.formats)}",
            self.name,
        )

    def day(self, row: dict[str, str]) -> date | None:
        """The local calendar day of the time in its zone."""
        when = self.read(row)
        return when.astimezone(self.zone).date() if when else None


def _parse(text: str, fmt: str) -> datetime:
    if fmt == "iso":
        return datetime.fromisoformat(text)
    if fmt == "epoch_s":
        return datetime.fromtimestamp(int(text), UTC)
    if fmt == "epoch_ms":
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    return datetime.strptime(text, fmt)  # noqa: DTZ007  # the zone is put on by the caller
