"""What each finding of a process rule (流程规则) looks for, in words."""

from collections.abc import Iterator

from monitor import words
from monitor.words import Language
from rules.book import ProcessRule


def finding_lines(rule: ProcessRule, lang: Language) -> Iterator[str]:
    """What is looked for, from the how-manieth time on, and how near or far."""
    zh, finding = lang == "zh", rule.finding.name
    what = words.word(words.FINDINGS, finding, lang)
    yield f"查找：{what}" if zh else f"looks for: {what}"
    if rule.count > 1:
        if finding == "same-second":
            yield f"数量：{rule.count} 个以上" if zh else f"how many: {rule.count} or more"
        else:
            yield f"次数：自第 {rule.count} 次起" if zh else f"how often: from no. {rule.count} on"
    if rule.within is not None:
        limit = words.limit(rule.within, lang)
        if finding == "back-entry":
            yield f"界限：超过 {limit}" if zh else f"how late: more than {limit}"
        elif finding == "hearing-notice-short":
            yield f"界限：提前不足 {limit}" if zh else f"how near: less than {limit} before"
        else:
            yield f"界限：{limit}以内" if zh else f"how near: within {limit}"
