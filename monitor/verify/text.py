"""The report for people, in Chinese or English."""

from collections.abc import Iterator, Mapping

from monitor.verify.report import VerifyExample, VerifyReport
from monitor.words import Language, arithmetic_lines
from rules.alerts import Alert

_WORDS: Mapping[Language, Mapping[str, str]] = {
    "zh": {
        "head": "异常发牌核对：{events}，截至 {until}，记录 {records:,} 条，办件 {cases:,} 件，{alerts_topic}",
        "fine": "已发 {alerts:,} 张，复算全部一致",
        "bad": "已发 {alerts:,} 张，复算不一致 {wrong:,} 张",
        "refused": "规则不予采用的记录：{listed}",
        "passed_over": "未核对 {count:,} 张：办件早于主题现存的第一条记录",
        "unreadable": "告警主题中有 {count:,} 条记录不是告警",
        "unknown_books": "已发牌所依规则版本未提供：{listed}。用 --book 给出其文件",
        "group": "  {kind} {count:,}　规则 {rule}　{level}　{department}",
        "issued": "    已发：{card}",
        "recomputed": "    复算：{card}",
        "nothing": "无",
        "fields": "（{fields}）",
        "alert": "{state}，到期 {due}，时限至 {deadline}，{limit}{detail} 规则版本 {book}，{department}",
        "unfounded": "查无依据",
        "missing": "应发未发",
        "different": "内容不符",
        "contradicted": "前后矛盾",
        "reminder": "提醒",
        "warning": "预警",
        "yellow": "黄牌",
        "red": "红牌",
    },
    "en": {
        "head": "Cards verified: {events} up to {until}, {records:,} records, {cases:,} cases, {alerts_topic}",
        "fine": "{alerts:,} cards and alerts, all as recomputed",
        "bad": "{alerts:,} cards and alerts, {wrong:,} not as recomputed",
        "refused": "records the rules refuse: {listed}",
        "passed_over": "{count:,} not verified: their cases began before the first record the topic still has",
        "unreadable": "{count:,} records of the alerts topic are no alerts",
        "unknown_books": "issued cards name books nobody gave: {listed}. Give their files with --book",
        "group": "  {kind} {count:,}  rule {rule}  {level}  {department}",
        "issued": "    issued:     {card}",
        "recomputed": "    recomputed: {card}",
        "nothing": "none",
        "fields": " ({fields})",
        "alert": "{state}, due {due}, deadline {deadline}, {limit}{detail} book {book}, {department}",
        "unfounded": "unfounded",
        "missing": "missing",
        "different": "different",
        "contradicted": "contradicted",
        "reminder": "reminder",
        "warning": "warning",
        "yellow": "yellow",
        "red": "red",
    },
}


def report_in_words(report: VerifyReport, lang: Language = "zh") -> str:
    """All of it: the sums, the groups, then each example with the arithmetic of either side."""
    return "\n".join(_lines(report, _WORDS[lang], lang))


def _lines(report: VerifyReport, words: Mapping[str, str], lang: Language) -> Iterator[str]:
    until = f"{report.until:%Y-%m-%d %H:%M:%S}" if report.until is not None else "—"
    yield words["head"].format(
        events=report.events, until=until, records=report.records, cases=report.cases, alerts_topic=report.alerts_topic
    )
    if report.refused:
        yield words["refused"].format(listed=_listed(report.refused))
    if report.passed_over:
        yield words["passed_over"].format(count=report.passed_over)
    if report.unreadable:
        yield words["unreadable"].format(count=report.unreadable)
    if report.unknown_books:
        yield words["unknown_books"].format(listed=_listed(report.unknown_books))
    wrong = report.alerts - report.agreed
    yield words["bad" if wrong else "fine"].format(alerts=report.alerts, wrong=wrong)
    for group in report.groups:
        yield words["group"].format(
            kind=words[group.kind],
            count=group.count,
            rule=group.rule,
            level=words[group.level],
            department=group.department or "—",
        )
    for example in report.examples:
        yield from _example(example, words, lang)


def _example(example: VerifyExample, words: Mapping[str, str], lang: Language) -> Iterator[str]:
    fields = words["fields"].format(fields=", ".join(example.fields)) if example.fields else ""
    yield f"{words[example.kind]} {example.id}{fields}"
    for side, alert in (("issued", example.issued), ("recomputed", example.recomputed)):
        yield words[side].format(card=_card(alert, words) if alert is not None else words["nothing"])
        for line in arithmetic_lines(alert.spans, lang) if alert is not None else ():
            yield f"        {line}"


def _card(alert: Alert, words: Mapping[str, str]) -> str:
    return words["alert"].format(
        state=alert.state,
        due=f"{alert.due_at:%Y-%m-%d %H:%M:%S}",
        deadline=f"{alert.deadline:%Y-%m-%d %H:%M:%S}",
        limit=alert.limit,
        detail=f" {alert.detail}" if alert.detail else "",
        book=alert.book,
        department=alert.department or "—",
    )


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())
