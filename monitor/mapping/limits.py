"""Limits as people write them (20个工作日, 3个月, 即办) in the rules' forms (``20wd``, ``3mo``, ``instant``); due times."""

import re
from datetime import timedelta
from functools import lru_cache

import msgspec

from monitor.mapping.source import LimitHours
from monitor.mapping.table import Table
from monitor.mapping.times import Time
from monitor.mapping.values import Codes, SourceRow, Value
from rules.errors import BadEvent
from rules.worktime import Limit

FIELDS = ("promised", "statutory", "limit")
"""Fields of events that hold a limit."""
INSTANT = "instant"
"""An instant item (即办件); the rule book says what that is."""
_INSTANT_WORDS = frozenset(
    {"即办", "即办件", "即时办理", "即时办结", "当场办理", "当场办结", "当日办结", "马上办", "立等可取", "instant"}
)
_UNITS = {
    "wd": ("wd", "工作日", "个工作日", "法定工作日", "working day", "working days", "workday", "workdays"),
    "d": ("d", "日", "天", "自然日", "个自然日", "日历日", "日历天", "个日历日", "day", "days"),
    "mo": ("mo", "月", "个月", "month", "months"),
    "y": ("y", "年", "year", "years"),
    "wh": ("wh", "工作小时", "个工作小时", "工作时", "working hour", "working hours"),
    "wm": ("wm", "工作分钟", "个工作分钟", "working minute", "working minutes"),
    "h": ("h", "自然小时", "个自然小时", "natural hour", "natural hours"),
    "min": ("min", "自然分钟", "个自然分钟", "natural minute", "natural minutes"),
}
_HOURS: dict[LimitHours, tuple[str, str]] = {"natural": ("h", "min"), "working": ("wh", "wm")}
"""What bare hours and minutes are, by ``hours`` of ``[source]``."""
_BARE = {
    **dict.fromkeys(("小时", "个小时", "时", "hour", "hours"), 0),
    **dict.fromkeys(("分", "分钟", "minute", "minutes"), 1),
}
"""Words that leave it open: 0 for hours, 1 for minutes."""
_UNIT = {word: unit for unit, words in _UNITS.items() for word in words}
_ANY_UNIT = "|".join(sorted(map(re.escape, (*_UNIT, *_BARE)), key=len, reverse=True))
_FORM = re.compile(
    r"(?:自?受理之?日?起)?(?P<number>\d{1,9}(?:\.0+)?|[零〇一二两三四五六七八九十百]+)\s*"
    rf"(?P<unit>{_ANY_UNIT})?以?内?(?P<suffix>wd|d|mo|y|wh|wm|h|min)?",
    re.IGNORECASE,
)
_TO_THE_END = timedelta(days=1, milliseconds=-1)
_DIGITS = {digit: number for number, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}


class LimitText(msgspec.Struct, frozen=True):
    """A field that holds a limit: whatever its value says, in the rules' form."""

    name: str
    value: Value
    columns: frozenset[str]
    hours: LimitHours = "natural"

    def of(self, row: SourceRow) -> object:
        """``"20wd"``; ``""`` where the row has none; :class:`BadEvent` where it says something else."""
        text = self.value.of(row)
        return read_limit(text, self.name, self.hours) if isinstance(text, str) and text else text


class DueTime(msgspec.Struct, frozen=True):
    """A field that holds when a case is due. A date without a time of day, or with 00:00, means the end of that day."""

    time: Time
    columns: frozenset[str]

    def of(self, row: SourceRow) -> object:
        """The aware time; ``""`` where the row has none."""
        found = self.time.read(row)
        if found is None:
            return ""
        when = found.when
        is_date = (when.hour, when.minute, when.second, when.microsecond) == (0, 0, 0, 0)
        if is_date and not any("24:00" in row[column] for column in self.time.columns):
            return when + _TO_THE_END
        return when


class LimitIn(msgspec.Struct, frozen=True):
    """``{ limit = "lim", unit = "wd" }`` or ``{ limit = "lim", unit_column = "unit", codes = "units" }``.

    ``unit`` is that of a bare number. A unit beside the number in the column itself goes before.
    """

    column: str
    unit: str
    unit_column: str
    codes: dict[str, object]
    table: str
    columns: frozenset[str]

    def of(self, row: SourceRow) -> object:
        """Number and unit as one text."""
        number = row[self.column]
        unit = self._unit(row) if self.unit_column else self.unit
        if unit in _INSTANT_WORDS:
            return INSTANT
        return number + unit if number else ""

    def _unit(self, row: SourceRow) -> str:
        code = row[self.unit_column]
        if self.table and code in self.codes:
            return str(self.codes[code])
        if not code or (not self.table and (code in _UNIT or code in _BARE or code in _INSTANT_WORDS)):
            return code or self.unit
        mend = f"[codes.{self.table}]: add it" if self.table else 'units known here: name a table with codes = "…"'
        raise BadEvent("mapping_failed", f"column {self.unit_column!r}: {code[:40]!r} is not in {mend}", self.unit_column)


def parse_limit_in(table: Table, codes: Codes) -> Value:
    """The table form of a limit."""
    column, unit = table.need("limit", str, ""), table.get("unit", str, "")
    unit_column, name = table.get("unit_column", str, ""), table.get("codes", str, "")
    if unit and unit not in _UNIT and unit not in _BARE:
        table.wrong("unit", f"must be one of {', '.join(_UNITS)}")
    if name and name not in codes:
        table.wrong("codes", f"there is no table [codes.{name}]")
    if name and not unit_column:
        table.wrong("codes", "belongs to unit_column")
    columns = frozenset({column, unit_column} - {""})
    return LimitIn(column, unit, unit_column, codes.get(name, {}), name, columns)


@lru_cache(maxsize=4096)  # a city has a few dozen limits, and every row has one
def read_limit(text: str, name: str, hours: LimitHours = "natural") -> str:
    """The limit in the rules' form; :class:`BadEvent` names ``name`` and what does not fit."""
    found = _FORM.fullmatch(text.strip())
    if found is None:
        return _instant(text.strip(), name)
    word, suffix = (found["unit"] or "").lower(), (found["suffix"] or "").lower()
    unit = _HOURS[hours][_BARE[word]] if word in _BARE else _UNIT.get(word, "")
    if word in _BARE and suffix in ("h", "min", "wh", "wm"):  # the mapping itself says which hours are meant
        unit = _HOURS["working" if suffix in _HOURS["working"] else "natural"][_BARE[word]]
    if unit and suffix and unit != suffix:
        raise BadEvent("invalid_field", f"{text[:40]!r} names two units, {unit} and {suffix}", name)
    unit = unit or suffix
    if not unit:
        message = f'{text[:40]!r} has no unit: {name} = {{ limit = "COLUMN", unit = "wd" }}, or unit_column and codes'
        raise BadEvent("invalid_field", message, name)
    return _checked(f"{_number(found['number'])}{unit}", name)


def _instant(text: str, name: str) -> str:
    bare = next((text.removesuffix(unit) for unit in ("wd", "d", "wh", "wm", "mo", "y", "min", "h") if text.endswith(unit)), text)
    if text in _INSTANT_WORDS or bare in _INSTANT_WORDS:
        return INSTANT
    return _checked(text, name)


def _checked(text: str, name: str) -> str:
    try:
        Limit.parse(text)
    except ValueError as error:
        raise BadEvent("invalid_field", str(error)[:300], name) from None
    return text


def _number(text: str) -> int:
    if text[0].isdigit():
        return int(text.partition(".")[0])
    hundreds, _, rest = text.rpartition("百")
    tens, ten, ones = rest.rpartition("十")
    count = _DIGITS.get(hundreds, 1) * 100 if "百" in text else 0
    count += _DIGITS.get(tens[-1:], 1) * 10 if ten else 0
    return count + _DIGITS.get(ones[-1:], 0)
