"""What a rule about rates and volumes (比率、数量规则) looks at, in words."""

from collections.abc import Iterator

from monitor import words
from monitor.words import Language
from rules.alerts import LEVELS
from rules.book import RateRule
from rules.events import STAGES
from rules.rates import VOLUMES


def rate_lines(rule: RateRule, lang: Language) -> Iterator[str]:
    """Whose figures, over which time, from how many cases on, and what reaches each level."""
    zh = lang == "zh"
    what = words.word(words.RATES, rule.rate, lang)
    if rule.stage >= 0:
        what += f"（{words.word(words.STAGES, STAGES[rule.stage], lang)}）" if zh else f" ({STAGES[rule.stage]})"
    yield f"统计：{what}" if zh else f"looks at: {what}"
    whose = [words.word(words.TALLY_KINDS, kind, lang) for kind in ("department", "window", "item") if kind in rule.of]
    yield f"对象：{'、'.join(whose)}" if zh else f"of each: {', '.join(whose)}"
    if rule.rate not in VOLUMES:
        yield f"期间：最近 {rule.over} 天，每日终了计算" if zh else f"over: the last {rule.over} days, at the end of each day"
    if rule.per_workday:
        yield "按每个工作日平均" if zh else "per working day"
    yield f"至少：{rule.at_least} 件" if zh else f"from: {rule.at_least} cases on"
    for level, share in zip(rule.levels, rule.shares, strict=True):
        name = words.word(words.LEVELS, LEVELS[level], lang)
        amount = f"{share / 10_000:g} σ" if rule.stage >= 0 else f"{share / 100:g} %"
        held = ("，待监察员确认后发出" if zh else ", held for an inspector's confirmation") if level in rule.held else ""
        yield f"{name}：达到 {amount}{held}" if zh else f"{name}: from {amount} on{held}"
    grace = words.limit(rule.grace, lang)
    yield f"宽限：{grace}（等待迟到记录）" if zh else f"grace: {grace}, for what comes late"
    if rule.source:
        yield f"依据：{rule.source}" if zh else f"source: {rule.source}"
