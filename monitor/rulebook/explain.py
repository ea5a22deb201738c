"""``supervise rulebook explain``: what a rule says, in plain words, with an example computed by the rules themselves."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import msgspec

from monitor import words
from monitor.lint import mornings, opening
from monitor.rulebook.reachable import samples_of
from monitor.rulebook.trial import Sample, play_out
from monitor.rulebook.words_process import finding_lines
from monitor.rulebook.words_rates import rate_lines
from monitor.words import Language
from rules.alerts import LEVELS
from rules.book import ProcessRule, RateRule, Rule, RuleBook, Threshold, TimeLimit
from rules.case import UNCOVERED, UNREACHED
from rules.errors import SupervisionError
from rules.events import STAGES
from rules.instant import to_datetime
from rules.worktime import Granted, Limit

_NAMED: dict[str, tuple[str, str]] = {
    "promised": ("承诺时限，受理时确定；未承诺的按法定时限", "what was promised at acceptance, else the statutory limit"),
    "statutory": ("法定时限，受理时确定", "the statutory limit, as of acceptance"),
    "approved": ("批准的天数", "the approved days"),
    "own": ("各部门各自的时限", "each department's own limit"),
}
_PAUSED = ("特别程序与受理后补正的时间不计入", "special procedures and supplements after acceptance are not counted")
_GRANTED: dict[Granted, tuple[str, str]] = {
    "wd": ("按工作日计", "in working days"),
    "d": ("按自然日计", "in calendar days"),
    "limit": (
        "时限按天计的，按同样的天计；其余按工作日计",
        "in the days the limit is counted in, in working days where it is in none",
    ),
}
_EXAMPLE = Sample(promised="10wd", statutory="20wd")


class UnknownRule(SupervisionError):
    """The book has no such rule; the text lists those it has.

    Whose: the operator's.
    Mend: name one of the rules that are listed.
    """


def explain_rule(book: RuleBook, rule: str, on: date, lang: Language = "zh") -> str:
    """The rule in words; of a stage rule, each stage with a limit. ``on`` is the day the example begins, if it can."""
    found = [known for known in book.rules if known.id == rule or (isinstance(known, TimeLimit) and _stem(known) == rule)]
    if not found:
        known = ", ".join(each.id for each in book.rules)
        raise UnknownRule(f"{book.version} has no rule {rule!r} that watches anything; it has {known}")
    return "\n\n".join("\n".join(_lines(book, each, on, lang)) for each in found)


def _stem(rule: TimeLimit) -> str:
    """A stage rule's id as the book has it."""
    return rule.id.removesuffix(f"-{STAGES[rule.stage]}") if rule.stage >= 0 else rule.id


def _lines(book: RuleBook, rule: Rule, on: date, lang: Language) -> Iterator[str]:
    zh = lang == "zh"
    title = f"{rule.id}（{rule.name}）" if zh else f"{rule.id} ({rule.name})"
    yield (
        f"规则 {title} · 规则版本 {book.version}（{book.title}）" if zh else f"rule {title} · book {book.version} ({book.title})"
    )
    if isinstance(rule, RateRule):
        yield from rate_lines(rule, lang)
        return
    if isinstance(rule, TimeLimit):
        yield f"计时：{_runs(rule, lang)}" if zh else f"clock: {_runs(rule, lang)}"
        yield f"时限：{_limit(book, rule, lang)}" if zh else f"limit: {_limit(book, rule, lang)}"
        if rule.kind.extended_by:
            yield f"延长：{_extensions(book, rule, lang)}" if zh else f"extensions: {_extensions(book, rule, lang)}"
    else:
        yield from finding_lines(rule, lang)
    for level, threshold in zip(rule.levels, rule.thresholds, strict=True):
        held = ""
        if level in rule.held:
            held = "，待监察员确认后发出" if zh else ", held for an inspector's confirmation"
        colon = "：" if zh else ": "
        yield f"{words.word(words.LEVELS, LEVELS[level], lang)}{colon}{_reached(rule, threshold, lang)}{held}"
    if rule.source:
        yield f"依据：{rule.source}" if zh else f"source: {rule.source}"
    if isinstance(rule, TimeLimit):
        yield from _example(book, rule, on, lang)


def _reached(rule: TimeLimit | ProcessRule, threshold: Threshold, lang: Language) -> str:
    if isinstance(rule, TimeLimit):
        return words.threshold(threshold, lang)
    if threshold.limit is None:
        return "发现即触发" if lang == "zh" else "at once"
    grace = words.limit(threshold.limit, lang)
    return f"发现后 {grace}仍未消除" if lang == "zh" else f"if it still stands {grace} later"


def _runs(rule: TimeLimit, lang: Language) -> str:
    runs = words.RUNS.get((rule.clock, rule.ends_with)) or words.RUNS[rule.clock, ""]
    text = runs[lang == "en"].format(words.word(words.STAGES, STAGES[rule.stage], lang))
    if rule.clock not in ("case", "stage"):
        return text
    return text + ("；" if lang == "zh" else "; ") + _PAUSED[lang == "en"]


def _limit(book: RuleBook, rule: TimeLimit, lang: Language) -> str:
    zh = lang == "zh"
    if rule.limit == "stage":
        own = {Limit.parse(item.stages[STAGES[rule.stage]]) for item in book.items.values() if STAGES[rule.stage] in item.stages}
        limits = [words.limit(limit, lang) for limit in sorted(own, key=lambda limit: (limit.unit, limit.value))]
        usual = book.stages.get(rule.stage, "")
        usual = (f"通用 {words.limit(usual, lang)}" if zh else f"usually {words.limit(usual, lang)}") if usual else ""
        by_item = ("按事项 " if zh else "by item ") + " / ".join(limits) if limits else ""
        return ("；" if zh else "; ").join(text for text in (usual, by_item) if text)
    if rule.limit == "notice":
        return words.limit(book.notice or "", lang)
    if rule.limit not in _NAMED:
        return words.limit(rule.limit, lang)
    text = _NAMED[rule.limit][lang == "en"]
    cap = book.special.max_days
    if rule.limit == "approved" and cap:
        most = words.limit(f"{cap}{book.special.unit}", lang)
        text += f"，最多 {most}" if zh else f", {most} at most"
    return text


def _extensions(book: RuleBook, rule: TimeLimit, lang: Language) -> str:
    """What days granted in time are counted in, and how many count at most."""
    zh = lang == "zh"
    if rule.kind.extended_by == "extension":
        cap, unit = book.extension.max_days, book.extension.unit
    else:
        cap, unit = book.complaints.max_extension, book.complaints.unit
    most = ("，不设上限" if zh else ", as granted") if cap is None else f"，最多 {cap} 天" if zh else f", {cap} at most"
    return _GRANTED[unit][lang == "en"] + most


def _example(book: RuleBook, rule: TimeLimit, on: date, lang: Language) -> Iterator[str]:
    """One case that nobody ever acts on, begun an hour into the office day of ``on``."""
    sample = _sample(book, rule)
    tried = next((found for at in _starts(book, on) if (found := play_out(book, rule, sample, at)) is not None), None)
    if tried is None or not tried.alerts:
        return
    zh, alert = lang == "zh", tried.alerts[-1]
    limited = words.limit(alert.limit, lang)
    begin, end = (f"{to_datetime(at, book.zone):%Y-%m-%d %H:%M:%S}" for at in (tried.clock.start, tried.clock.deadline))
    item = f"{alert.item} {alert.item_name}".strip()
    what = (f"事项 {item}，" if zh else f"item {item}, ") if item else ""
    yield f"举例：{what}{limited}，{begin} 起算，{end} 届满" if zh else f"example: {what}{limited}, begun {begin}, ends {end}"
    for level, threshold in zip(rule.levels, tried.clock.thresholds, strict=True):
        name = words.word(words.LEVELS, LEVELS[level], lang)
        if threshold == UNREACHED:
            yield f"  {name}：时限太短，不触发" if zh else f"  {name}: the limit is too short for it"
        elif threshold == UNCOVERED:
            yield f"  {name}：日历尚未覆盖该年" if zh else f"  {name}: in a year the calendar does not cover"
        else:
            reached = f"{to_datetime(threshold, book.zone):%Y-%m-%d %H:%M:%S}"
            yield f"  {name}：{reached} 之后" if zh else f"  {name}: after {reached}"
    yield from (f"  {line}" for line in words.arithmetic_lines(alert.spans, lang))


def _sample(book: RuleBook, rule: TimeLimit) -> Sample:
    """A case of the first item that fits, or one as the book's own limits make it."""
    if rule.clock == "case":
        listed = (Sample(each.code, each.promised, each.statutory) for each in book.items.values() if each.promised)
        return next(listed, _EXAMPLE)
    sample = next(samples_of(book, rule), _EXAMPLE)
    return msgspec.structs.replace(_EXAMPLE, approved_days=min(10, sample.approved_days)) if rule.clock == "special" else sample


def _starts(book: RuleBook, on: date) -> Iterator[datetime]:
    """The wanted day, if its calendar and the limit allow; else days that the calendar covers."""
    while book.calendar.covers(on):
        if book.calendar.is_workday(on):
            yield opening(book, on)
            break
        on += timedelta(days=1)
    yield from mornings(book)
