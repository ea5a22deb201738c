"""What each finding of a process rule (流程规则) looks for, in words."""

from collections.abc import Iterator

from monitor import words
from rules.arithmetic import Language
from rules.rulebook import ProcessRule

_FINDINGS: words.Words = {
    "off-hall-channel": ("经大厅规定以外的渠道办理（场外流转）", "handled through a channel that is not the hall's"),
    "off-hall-terminal": ("在大厅以外的终端办理（场外流转）", "handled at a terminal that is not the hall's"),
    "off-hall-place": ("在本大厅以外的场所办理（场外流转）", "handled in a hall that is not ours"),
    "fee-outside": ("在大厅收费处以外收费", "a fee taken elsewhere than at the hall's cashiers"),
    "outside-hours": ("在办公时间以外受理或审批", "accepted or decided outside office hours"),
    "back-entry": ("事后补录", "typed in long after it happened"),
    "item-unknown": ("受理了未列入目录的事项", "accepted for an item the catalog does not have"),
    "item-suspended": ("受理了已暂停的事项", "accepted for an item that is suspended"),
    "yellow-by-hand": ("监察员人工发黄牌", "an inspector issued a yellow card by hand"),
    "red-by-hand": ("监察员人工发红牌", "an inspector issued a red card by hand"),
    "conclusion-without-acceptance": ("未受理即办结", "concluded without having been accepted"),
    "conclusion-without-decision": ("未作决定即正常办结", "concluded normally without a decision on record"),
    "result-without-decision": ("未决定、未办结即出件", "issued or delivered before anything was decided or concluded"),
    "acceptance-after-decision": ("先决定后受理", "accepted only after the decision"),
    "stage-missing": ("缺少事项流程规定的环节", "a stage of the item's flow is missing"),
    "stage-out-of-order": ("环节顺序与事项流程不符", "stages out of the order of the item's flow"),
    "returned": ("退回", "sent back"),
    "reversed": ("后一岗位否定前一岗位的结论", "a later post reversed an earlier one"),
    "suspended": ("挂起（特别程序）", "suspended for a special procedure"),
    "suspended-last-minute": ("临近届满时挂起", "suspended shortly before the limit ran out"),
    "supplement-requested": ("补正告知（许可法 art. 32：应一次告知）", "a supplement requested (the law: once for all)"),
    "terminated": ("终止（作废、撤回）", "ended without a result: voided or withdrawn"),
    "same-second": ("同一秒内多个步骤（刷件）", "several steps within one second"),
    "four-eyes": ("承办、审核、审批为同一人", "one person handled, reviewed and approved"),
    "complaint-repeated-case": ("同一办件被重复投诉", "complaints on one case again"),
    "complaint-repeated-window": ("同一窗口被重复投诉", "complaints on one window again"),
    "complaint-repeated-person": ("同一人员被重复投诉", "complaints on one person again"),
    "complaint-on-overdue": ("超期未办结的办件被投诉", "a complaint on a case that is open and past its promise"),
    "bad-review": ("差评（不满意、非常不满意）", "a bad review (4 or 5)"),
}


def finding_lines(rule: ProcessRule, lang: Language) -> Iterator[str]:
    """What is looked for, from the how-manieth time on, and how near or far."""
    zh = lang == "zh"
    what = words.word(_FINDINGS, rule.finding, lang)
    yield f"查找：{what}" if zh else f"looks for: {what}"
    if rule.count > 1:
        if rule.finding == "same-second":
            yield f"数量：{rule.count} 个以上" if zh else f"how many: {rule.count} or more"
        else:
            yield f"次数：自第 {rule.count} 次起" if zh else f"how often: from no. {rule.count} on"
    if rule.within is not None:
        limit = words.limit(rule.within, lang)
        if rule.finding == "back-entry":
            yield f"界限：超过 {limit}" if zh else f"how late: more than {limit}"
        else:
            yield f"界限：{limit}以内" if zh else f"how near: within {limit}"
