"""The arithmetic of a due instant in words: what became of each day (:class:`rules.worktime.CountedDays`)."""

from collections.abc import Iterable

from monitor.words.language import Language
from rules.instant import HOUR, MINUTE
from rules.worktime import CountedDays

_WORDS: dict[Language, dict[str, str]] = {
    "zh": {
        "counted": "计入",
        "make_up_day": "{}调休上班，计入",
        "weekend": "周末，不计",
        "holiday": "{}放假，不计",
        "first_day": "起算当日，不计",
        "outside_hours": "非办公时间，自下一办公时段起算",
        "suspended": "{}，停止计时",
        "rolled": "期限末日为非工作日，顺延",
        "instant_item": "即办件，当日办结",
        "same_day": "时限为零，当日届满",
        "at_once": "时限为零，即刻届满",
        "extension": "延长，计入",
        "given": "应办结时间由窗口系统给定",
    },
    "en": {
        "counted": "counted",
        "make_up_day": "worked in exchange for {}, counted",
        "weekend": "weekend, not counted",
        "holiday": "{}, not counted",
        "first_day": "the day it began, not counted",
        "outside_hours": "outside office hours, counts from the next work period",
        "suspended": "suspended for {}, not counted",
        "rolled": "the last day is not worked, moved on",
        "instant_item": "instant item, due the same day",
        "same_day": "no days at all, over with that very day",
        "at_once": "no time at all, over at once",
        "extension": "extension, counted",
        "given": "due by the window system's own word",
    },
}
_PROCEDURES_ZH = {
    "hearing": "听证",
    "tender": "招标",
    "auction": "拍卖",
    "inspection": "检验",
    "testing": "检测",
    "quarantine": "检疫",
    "appraisal": "鉴定",
    "expert-review": "专家评审",
    "supplement": "补正",
    "appeal": "申诉",
    "other": "特别程序",
}


def arithmetic_lines(spans: Iterable[CountedDays], lang: Language = "zh") -> tuple[str, ...]:
    """One line per span, for the card: days, what became of them, and the running count."""
    lines = []
    total = 0
    for span in spans:
        total += span.days if span.counted else 0
        lines.append(_line(span, total, lang))
    return tuple(lines)


def _line(span: CountedDays, total: int, lang: Language) -> str:
    code, _, detail = span.reason.partition(":")
    detail = _PROCEDURES_ZH.get(detail, detail) if lang == "zh" else detail
    what = _WORDS[lang].get(code, span.reason).format(detail)
    to, days, nth = (" 至 ", " 天", "第 {} 天") if lang == "zh" else (" to ", " d", "day {}")
    when = span.from_day if span.days == 1 else f"{span.from_day}{to}{span.to_day}"
    separator, comma = ("：", "，") if lang == "zh" else (": ", ", ")
    if span.ms:
        hours, minutes = span.ms // HOUR, span.ms % HOUR // MINUTE
        amount = f"{minutes} 分" if lang == "zh" else f"{minutes} min"
        if hours:
            amount = f"{hours} 小时 {amount}" if lang == "zh" else f"{hours} h {amount}"
        return f"{when}{separator}{what}{comma}{amount}"
    line = f"{when}{separator}{what}{comma}{span.days}{days}"
    if not span.counted:
        return line
    first = total - span.days + 1
    numbers = nth.format(total if span.days == 1 else f"{first}–{total}")
    return f"{line}（{numbers}）" if lang == "zh" else f"{line} ({numbers})"
