"""A calendar as it is written: one TOML table in, one :class:`~rules.worktime.calendar.Calendar` out, or every defect of it."""

from collections.abc import Iterable, Mapping
from datetime import date

from rules.errors import BadRuleBook
from rules.worktime.almanac import Almanac
from rules.worktime.calendar import Calendar

_KEYS = ("name", "base", "years", "since", "until", "holidays", "workdays")
_BASES = ("cn", "weekends")


def parse_calendar(data: Mapping[str, object], almanac: Almanac) -> Calendar:
    """A calendar from its parsed TOML table; every defect is listed in one ``BadRuleBook`` by its key.

    ``base`` is ``cn`` (the almanac's national calendar) or ``weekends``; ``years`` are covered in addition to the base's.
    ``holidays`` and ``workdays``, each a list of ``{date, name}``, are laid over the base. A holiday here beats a make-up day
    there, and the other way round. ``since`` and ``until`` drop the base's years before and after them. A regional table that
    knows its own holidays for three years must not pass for knowing twenty.
    """
    defects = [f"{key}: unknown key, known are {', '.join(_KEYS)}" for key in data if key not in _KEYS]
    name = data.get("name")
    if not isinstance(name, str) or not name:
        defects.append("name: give the calendar a name")
    if data.get("base") not in _BASES:
        defects.append(f"base: {data.get('base')!r} is none of {', '.join(_BASES)}")
    years = _years("years", data.get("years", []), defects)
    since, until = (_years(key, [data.get(key, year)], defects) for key, year in (("since", 1970), ("until", 2099)))
    holidays = _days("holidays", data.get("holidays", []), defects)
    workdays = _days("workdays", data.get("workdays", []), defects)
    if defects:
        raise BadRuleBook(f"calendar {name!r}", defects)
    base = almanac.national() if data["base"] == "cn" else None
    within = range(since[0], until[0] + 1)
    return _laid_over(base, str(name), years=years, within=within, holidays=holidays, workdays=workdays)


def _laid_over(
    base: Calendar | None,
    name: str,
    *,
    years: Iterable[int],
    within: range,
    holidays: Mapping[date, str],
    workdays: Mapping[date, str],
) -> Calendar:
    if base is None:
        return Calendar(name, [year for year in years if year in within], holidays, workdays)
    covered = [year for year in {*base.years, *years} if year in within]
    kept = {day: text for day, text in base.holidays.items() if day.year in within and day not in workdays}
    swapped = {day: text for day, text in base.workdays.items() if day.year in within and day not in holidays}
    # A weekday that is a holiday in the base and worked here needs no make-up entry: it is no longer a holiday.
    made_up = {day: text for day, text in workdays.items() if day.weekday() in base.weekend or day not in base.holidays}
    return Calendar(name, covered, kept | dict(holidays), swapped | made_up, base.weekend)


def _years(key: str, value: object, defects: list[str]) -> list[int]:
    if isinstance(value, list) and all(type(year) is int and 1970 <= year < 2100 for year in value):
        return value
    defects.append(f"{key}: {value!r}: years from 1970 to 2099 are needed, such as 2026")
    return [1970]


def _days(key: str, value: object, defects: list[str]) -> dict[date, str]:
    days: dict[date, str] = {}
    if not isinstance(value, list):
        defects.append(f'{key}: a list of {{date = 2026-01-01, name = "…"}} is needed, not {value!r}')
        return days
    for index, entry in enumerate(value):
        where = f"{key}[{index}]"
        if not isinstance(entry, dict) or set(entry) != {"date", "name"}:
            defects.append(f"{where}: {entry!r} must have exactly the keys date and name")
            continue
        day, name = entry["date"], entry["name"]
        if type(day) is not date:  # a TOML datetime is a date to Python, but not to us
            defects.append(f"{where}.date: {day!r} is no date such as 2026-01-01 (without quotes)")
        elif not isinstance(name, str) or not name:
            defects.append(f"{where}.name: {day} needs a name")
        else:
            days.setdefault(day, name)  # said twice, by two who each extended the table, it is still one day
    return days
