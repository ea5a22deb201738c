"""Cells that are more than text: a time that a workbook, Parquet or a database holds as a time."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import isnan

from rules.events import Precision


class CellTime(str):
    """The text of a time, which carries the time itself. No format of the mapping is asked for it."""

    when: datetime
    precision: Precision

    @classmethod
    def of(cls, value: date) -> "CellTime":
        """The text in ISO form with a blank, without the time of day where the cell is a date."""
        made = cls(value.isoformat(" ") if isinstance(value, datetime) else value.isoformat())
        made.precision = "second" if isinstance(value, datetime) else "day"
        made.when = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)  # noqa: DTZ001
        return made


def cell_text(value: object) -> object:
    """A typed cell as the mapping takes it: text, a time, nothing, or what only JSON has.

    A whole number loses its ``.0``. Beyond 15 digits, all that a workbook keeps, it is written 4.30102E+17 and known as spoilt.
    """
    if isinstance(value, date):
        return CellTime.of(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if isnan(value):  # what data frames write where nothing is
            return None
        if abs(value) >= 1e15:
            return f"{value:.14E}"
        return str(int(value)) if value.is_integer() else str(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, time):
        return value.isoformat()
    if isinstance(value, timedelta):
        hours, seconds = divmod(round(value.total_seconds()), 3600)
        return f"{hours:02}:{seconds // 60:02}:{seconds % 60:02}"
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).decode("utf-8", "surrogateescape")
    return value
