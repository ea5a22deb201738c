"""How a time is written: patterns as ``strptime`` has them, the usual forms by name, and those that read one way only.

A pattern is kinder than ``strptime``. Seconds and their fraction may be missing. A fraction has one to nine digits.
24:00 is the next day's beginning. An offset may be ``+08``. 上午/下午 stand for AM/PM. A zone that is written is never dropped.
What was not written (seconds, minutes, the hour) was not told: it is said with the time.
"""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

from monitor.mapping.parts import Reader, Written, made, precision_of
from rules.events import Precision

_MONTH_NAME = (
    "Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    "|Nov(?:ember)?|Dec(?:ember)?"
)
_DAY_NAME = r"(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?|(?:星期|周)[一二三四五六日天]"
_HALF = r"AM|PM|A\.M\.|P\.M\.|上午|下午"
_OFFSET = r"Z|[+-]\d{1,2}(?::?\d{2}(?::?\d{2})?)?"
_ZONE = rf"{_OFFSET}|(?:GMT|UTC)[+-]\d{{1,2}}(?::?\d{{2}})?|[A-Za-z]{{2,}}(?:/[A-Za-z_]+)*"
_DIRECTIVES = {
    "Y": r"(?P<year>\d{4})",
    "y": r"(?P<short>\d{2})",
    "m": r"(?P<month>1[0-2]|0[1-9]|[1-9])",
    "d": r"(?P<day>3[01]|[12]\d|0[1-9]|[1-9])",
    "H": r"(?P<hour>2[0-4]|[01]\d|\d)",
    "I": r"(?P<hour>1[0-2]|0[1-9]|[1-9])",
    "M": r"(?P<minute>[0-5]\d|\d)",
    "S": r"(?P<second>[0-5]\d|\d)",
    "f": r"(?P<fraction>\d{1,9})",
    "p": rf"(?P<half>{_HALF})",
    "b": rf"(?P<name>{_MONTH_NAME}|\d{{1,2}}月)",
    "B": rf"(?P<name>{_MONTH_NAME}|\d{{1,2}}月)",
    "a": rf"(?:{_DAY_NAME})",
    "A": rf"(?:{_DAY_NAME})",
    "z": rf"(?P<zone>{_OFFSET})",
    "Z": rf"(?P<zone>{_ZONE})",
}
_TIME = (
    rf"(?:[T\s]*(?P<early>{_HALF})?\s*(?P<hour>\d{{1,2}})(?:[:：.](?P<minute>\d{{1,2}})|[时点](?:(?P<minute_>\d{{1,2}})分?)?)"
    rf"(?:[:：.]?(?P<second>\d{{1,2}})秒?(?:[.,](?P<fraction>\d{{1,9}}))?)?\s*(?P<half>{_HALF})?)?\s*(?P<zone>{_ZONE})?"
)
_MIDNIGHTS = re.compile(r"[T\s0:.,Z+-]*")


@lru_cache(maxsize=1024)
def reader_of(written: str) -> Reader:
    """The reader of a named form or a pattern; ``ValueError`` says that it is neither."""
    if written in NAMED:
        return NAMED[written]
    if "%" not in written:
        raise ValueError(f"{written!r} is neither a pattern nor one of {', '.join(NAMED)}")
    return _pattern(written)


def evident(text: str, zone: tzinfo) -> Written | None:
    """A time written in a form that reads one way only, whatever the mapping expects; ``None`` for all others.

    Year, month, day in this order; 民國 years; 14 digits; Excel's day numbers of this century; Java's ``Date.toString``.
    """
    for reader in _EVIDENT:
        found = reader(text, zone)
        if found is not None:
            return found
    return None


def names_that_read(text: str, zone: tzinfo) -> list[str]:
    """Named forms that would read ``text``, for the person who writes the mapping."""
    names = []
    for name, reader in NAMED.items():
        try:
            found = reader(text, zone)
        except (ValueError, OverflowError, OSError):
            continue
        if found is not None and 2000 <= found.when.year <= 2099:
            names.append(name)
    return names


def is_midnight(rest: str) -> bool:
    """Whether what follows a date says no more than 00:00."""
    return _MIDNIGHTS.fullmatch(rest) is not None


def _pattern(written: str) -> Reader:
    parts: list[str] = []
    literal = ""
    for piece in re.findall(r"%.|\s+|[^%\s]", written):
        letter = piece[1:]
        if piece[0] != "%" or letter == "%":
            literal += r"\s+" if piece.isspace() else re.escape(piece[-1])
            continue
        if letter not in _DIRECTIVES:
            return _by_strptime(written)
        inner = _DIRECTIVES[letter]
        if letter == "S" and "%f" not in written:
            inner += r"(?:[.,](?P<fraction>\d{1,9}))?"
        if (letter == "S" and literal.endswith(":")) or (letter == "f" and literal):
            parts.append(f"(?:{literal}{inner})?")
        else:
            parts.append(literal + inner)
        literal = ""
    try:
        return _reader(re.compile("".join(parts) + literal, re.IGNORECASE))
    except re.error as error:
        raise ValueError(f"{written!r} is no pattern: {error}") from None


def _by_strptime(written: str) -> Reader:
    """Rare directives (weeks, days of the year) are the standard library's."""
    datetime(2026, 1, 1).strftime(written)  # noqa: DTZ001  # only to see that the pattern is one
    told = set(re.findall(r"%(.)", written))
    precision: Precision = "second" if told & set("ScXs") else "minute" if "M" in told else "hour" if told & set("HI") else "day"

    def read(text: str, _zone: tzinfo) -> Written | None:
        try:
            return Written(datetime.strptime(text, written), precision)  # noqa: DTZ007  # the zone is put on by the caller
        except ValueError:
            return None

    return read


def _reader(form: re.Pattern[str]) -> Reader:
    match = form.fullmatch

    def read(text: str, zone: tzinfo) -> Written | None:
        found = match(text)
        if found is None:
            return None
        part = found.groupdict()
        return Written(made(part, zone), precision_of(part))

    return read


def _iso(text: str, zone: tzinfo) -> Written | None:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return _DATE(text, zone) or _DIGITS14(text, zone)
    _, _, time = text.replace("T", " ").partition(" ")
    digits = len(re.sub(r"\D", "", re.split(r"[Z+-]", time)[0]))
    return Written(when, "second" if digits > 4 else "minute" if digits > 2 else "hour" if digits else "day")


def _epoch(per_second: int) -> Reader:
    number = re.compile(r"-?\d{1,16}(?:\.\d+)?")

    def read(text: str, _zone: tzinfo) -> Written | None:
        return Written(datetime.fromtimestamp(float(text) / per_second, UTC)) if number.fullmatch(text) else None

    return read


def _excel(earliest: int, latest: int) -> Reader:
    number = re.compile(r"\d{1,7}(?:\.\d+)?")

    def read(text: str, _zone: tzinfo) -> Written | None:
        if number.fullmatch(text) is None or not earliest <= float(text) < latest:
            return None
        milliseconds = round(float(text) * 86_400_000)  # a day number is a fraction of binary digits: 09:30 is not exact
        when = datetime(1899, 12, 30) + timedelta(milliseconds=milliseconds)  # noqa: DTZ001
        return Written(when, "second" if milliseconds % 86_400_000 else "day")

    return read


def _form(*forms: str) -> Reader:
    """One reader of several forms, tried in turn."""
    readers = [_reader(re.compile(form, re.IGNORECASE)) for form in forms]

    def read(text: str, zone: tzinfo) -> Written | None:
        return next((found for reader in readers if (found := reader(text, zone)) is not None), None)

    return read


_DATE = _form(rf"(?P<year>\d{{4}})[-/.年](?P<month>\d{{1,2}})[-/.月](?P<day>\d{{1,2}})日?{_TIME}")
_CLOCK = r"(?P<hour>\d{2})(?P<minute>\d{2})(?:(?P<second>\d{2})\.?(?P<fraction>\d{1,9})?)?"
_DIGITS14 = _form(
    rf"(?P<year>20\d{{2}})(?P<month>\d{{2}})(?P<day>\d{{2}})(?P<hour>\d{{2}})(?P<minute>\d{{2}})(?P<second>\d{{2}})"
    rf"(?:\.?(?P<fraction>\d{{1,9}}))?\s*(?P<zone>{_OFFSET})?"
)
_ERA = r"(?:中[華华])?民[國国]\s*"
_ERA_DATE = rf"(?P<month>\d{{1,2}})[-/.月](?P<day>\d{{1,2}})日?{_TIME}"
_JAVA = _form(
    rf"(?:{_DAY_NAME}) (?P<name>{_MONTH_NAME}) (?P<day>\d{{1,2}}) (?P<hour>\d{{2}}):(?P<minute>\d{{2}}):(?P<second>\d{{2}})"
    rf" (?P<zone>{_ZONE}) (?P<year>\d{{4}})"
)
_EVIDENT = (
    _DATE,
    _DIGITS14,
    _form(rf"(?:{_ERA})?(?P<era>\d{{3}})[-/.年]{_ERA_DATE}", rf"{_ERA}(?P<era>\d{{1,3}})[-/.年]{_ERA_DATE}"),
    _JAVA,
    _excel(36_526, 73_051),  # 2000 to 2099
)
NAMED: dict[str, Reader] = {
    "iso": _iso,
    "epoch_s": _epoch(1),
    "epoch_ms": _epoch(1000),
    "excel_serial": _excel(1, 2_958_466),
    "compact": _form(rf"(?P<year>\d{{4}})(?P<month>\d{{2}})(?P<day>\d{{2}})(?:[T ]?{_CLOCK})?\s*(?P<zone>{_OFFSET})?"),
    "chinese": _form(rf"(?P<year>\d{{4}})年(?P<month>\d{{1,2}})月(?P<day>\d{{1,2}})日{_TIME}"),
    "roc": _form(
        rf"(?:{_ERA})?(?P<era>\d{{2,3}})[-/.年]{_ERA_DATE}",
        rf"(?P<era>\d{{3}})(?P<month>\d{{2}})(?P<day>\d{{2}})(?:[T ]?{_CLOCK})?",
    ),
    "oracle": _form(
        rf"(?P<day>\d{{1,2}})-(?P<name>{_MONTH_NAME}|\d{{1,2}}月)\s*-(?P<short>\d{{4}}|\d{{2}})"
        rf"(?:\s+(?P<hour>\d{{1,2}})[.:](?P<minute>\d{{2}})(?:[.:](?P<second>\d{{2}})(?:\.(?P<fraction>\d{{1,9}}))?)?"
        rf"(?:\s*(?P<half>{_HALF}))?(?:\s+(?P<zone>{_ZONE}))?)?"
    ),
    "sqlserver": _form(
        rf"(?P<name>{_MONTH_NAME})\s+(?P<day>\d{{1,2}})\s+(?P<year>\d{{4}})\s+(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}})"
        rf"(?::(?P<second>\d{{2}})(?:[.:](?P<fraction>\d{{1,9}}))?)?\s*(?P<half>{_HALF})?"
    ),
    "java": _JAVA,
    "us": _form(
        rf"(?P<month>\d{{1,2}})/(?P<day>\d{{1,2}})/(?P<year>\d{{4}})(?:,?\s+(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}})"
        rf"(?::(?P<second>\d{{2}})(?:\.(?P<fraction>\d{{1,9}}))?)?\s*(?P<half>{_HALF})?)?"
    ),
}
"""Forms by name. Docs: docs/reference/mapping.md."""
