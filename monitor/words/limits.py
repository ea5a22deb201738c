"""Limits, and when levels are reached, in Chinese and English."""

from collections.abc import Mapping
from datetime import datetime

from monitor.words.language import Language
from rules.book import Threshold
from rules.worktime import GIVEN, Limit, Unit

_UNITS: Mapping[Unit, tuple[str, str]] = {
    Unit.calendar_days: ("{} 天", "{} days"),
    Unit.working_days: ("{} 个工作日", "{} working days"),
    Unit.months: ("{} 个月", "{} months"),
    Unit.years: ("{} 年", "{} years"),
    Unit.working_hours: ("{} 个工作小时", "{} working hours"),
    Unit.working_minutes: ("{} 分钟（办公时间）", "{} working minutes"),
    Unit.natural_hours: ("{} 小时", "{} hours"),
    Unit.natural_minutes: ("{} 分钟", "{} minutes"),
}
_NOTHING = {
    Unit.instant_item: ("即办件", "instant item"),
    Unit.working_days: ("当日办结（即办件）", "the same day (instant item)"),
    Unit.calendar_days: ("当日", "that very day"),
    Unit.months: ("当日", "that very day"),
    Unit.years: ("当日", "that very day"),
}
_AT_ONCE = ("即刻", "at once")


def limit(value: Limit | str, lang: Language) -> str:
    """``10 个工作日``, ``10 working days``; empty for no limit."""
    if not value:
        return ""
    parsed = Limit.kept(value) if isinstance(value, str) else value
    if parsed.unit is Unit.due_instant:
        text = _given(value if isinstance(value, str) else str(value), lang)
    elif not parsed.value:
        text = _NOTHING.get(parsed.unit, _AT_ONCE)[lang == "en"]
    else:
        text = _UNITS[parsed.unit][lang == "en"].format(parsed.value)
        text = text.removesuffix("s") if lang == "en" and parsed.value == 1 else text
    if parsed.more is None:
        return text
    return f"{text}，延长 {limit(parsed.more, lang)}" if lang == "zh" else f"{text}, extended by {limit(parsed.more, lang)}"


def _given(text: str, lang: Language) -> str:
    """A due instant as its text has it, on the wall clock of the text's own offset."""
    when = datetime.fromisoformat(text.removeprefix(GIVEN).partition(" ")[0])
    at = f"{when:%Y-%m-%d %H:%M:%S}"
    return f"{at} 前办结（窗口系统给定）" if lang == "zh" else f"due {at} by the window system's own word"


def threshold(value: Threshold, lang: Language) -> str:
    """When a level is reached, in words."""
    zh = lang == "zh"
    if value.kind == "fraction":
        used = f"{value.numerator}/{value.denominator}"
        return f"时限用去 {used} 时" if zh else f"when {used} of the limit is used"
    if value.kind == "deadline" or value.limit is None:
        return "超过时限" if zh else "once the limit has passed"
    amount = limit(value.limit, lang)
    if value.kind == "before":
        return f"届满前 {amount}" if zh else f"{amount} before the limit ends"
    return f"超过时限 {amount}以上" if zh else f"more than {amount} past the limit"
