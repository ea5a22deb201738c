"""The field's terms in Chinese and English, for explanations that people read.

They stand in one file, however long: whoever translates, or looks for a word, reads them side by side.
"""

import re

from monitor.words.language import Language, Words, word
from rules.instant import DAY, HOUR, MINUTE, SECOND

LEVELS: Words = {
    "reminder": ("提醒", "reminder"),
    "warning": ("预警", "warning"),
    "yellow": ("黄牌", "yellow card"),
    "red": ("红牌", "red card"),
}
STATES: Words = {
    "pending": ("待发", "pending"),
    "issued": ("已发", "issued"),
    "superseded": ("已被更高级别取代", "superseded"),
    "expired": ("已自行失效", "expired"),
    "withdrawn": ("系统撤销", "withdrawn"),
    "acknowledged": ("已签收", "acknowledged"),
    "replied": ("已反馈", "replied"),
    "followed_up": ("督办中", "followed up"),
    "rectified": ("已整改", "rectified"),
    "appealed": ("申诉中", "appealed"),
    "escalated": ("已上报", "passed up"),
    "revoked": ("已撤销", "revoked"),
    "removed": ("已摘牌", "removed"),
    "closed": ("已办结", "closed"),
}
CASE_STATES: Words = {
    "applied": ("已申请，未受理", "applied for, not accepted yet"),
    "open": ("在办", "open"),
    "suspended": ("挂起（特别程序）", "suspended (special procedure)"),
    "concluded": ("已办结", "concluded"),
    "not_accepted": ("不予受理", "not accepted"),
    "complaint": ("仅有投诉或评价", "nothing but complaints or reviews"),
    "retracted": ("记录均已撤销", "every record of it was taken back"),
    "window": ("窗口", "a window"),
    "tally": ("统计台账", "a tally of many cases"),
}
STAGES: Words = {
    "consultation": ("咨询", "consultation"),
    "application": ("申请", "application"),
    "pre-review": ("预审", "pre-review"),
    "acceptance": ("受理", "acceptance"),
    "transfer": ("转办", "transfer"),
    "handling": ("承办", "handling"),
    "review": ("审核", "review"),
    "approval": ("审批", "approval"),
    "conclusion": ("办结", "conclusion"),
    "issuance": ("出证", "issuance"),
    "delivery": ("送达", "delivery"),
    "archiving": ("归档", "archiving"),
}
RECORDS: Words = {
    "consulted": ("咨询", "consultation"),
    "applied": ("申请", "application"),
    "supplement_requested": ("补正告知", "supplement requested"),
    "supplemented": ("补正", "supplement handed in"),
    "accepted": ("受理", "accepted"),
    "not_accepted": ("不予受理", "not accepted"),
    "transferred": ("转办", "transferred"),
    "stage_entered": ("进入环节", "stage entered"),
    "stage_left": ("离开环节", "stage left"),
    "suspended": ("挂起", "suspended"),
    "resumed": ("恢复办理", "resumed"),
    "extended": ("延长", "extended"),
    "hearing_offered": ("告知听证权利", "told of the right to a hearing"),
    "hearing_requested": ("申请听证", "hearing asked for"),
    "hearing_notified": ("听证通知", "hearing announced"),
    "hearing_held": ("举行听证", "hearing held"),
    "hearing_waived": ("放弃听证", "hearing given up"),
    "decided": ("作出决定", "decided"),
    "concluded": ("办结", "concluded"),
    "issued": ("出证", "issued"),
    "delivered": ("送达", "delivered"),
    "archived": ("归档", "archived"),
    "fee_charged": ("收费", "fee charged"),
    "complaint_filed": ("投诉", "complaint filed"),
    "complaint_accepted": ("投诉受理", "complaint accepted"),
    "complaint_answered": ("投诉答复", "complaint answered"),
    "complaint_refused": ("投诉不予受理", "complaint refused"),
    "complaint_extended": ("投诉延期", "complaint put off"),
    "complaint_misrouted": ("投诉退单", "complaint returned as misrouted"),
    "complaint_closed": ("投诉办结", "complaint closed"),
    "rated": ("评价", "rated"),
    "rating_verified": ("差评核实", "bad review verified"),
    "rating_rectified": ("差评整改", "bad review rectified"),
    "rating_callback": ("差评回访", "applicant called back"),
    "rating_appealed": ("差评申诉", "bad review appealed against"),
    "rating_appeal_decided": ("差评申诉复核", "appeal against a bad review decided"),
    "window_opened": ("窗口开放", "window opened"),
    "window_closed": ("停止服务", "window closed"),
    "attendant_arrived": ("签到", "attendant arrived"),
    "retracted": ("撤销误录", "record taken back"),
    "attendant_left": ("离岗", "attendant left"),
    "branch_opened": ("并联分办", "part given to a department"),
    "branch_concluded": ("分办办结", "a department's part done"),
    "alert_confirmed": ("确认发牌", "alert confirmed"),
    "alert_acknowledged": ("签收", "alert acknowledged"),
    "alert_replied": ("反馈", "alert replied to"),
    "followup_opened": ("督办", "follow-up opened"),
    "followup_rectified": ("整改完成", "follow-up rectified"),
    "alert_closed": ("办结销号", "alert closed"),
    "alert_appealed": ("申诉", "alert appealed against"),
    "appeal_decided": ("申诉处理", "appeal decided"),
    "alert_revoked": ("撤销", "alert revoked"),
    "alert_removed": ("摘牌", "alert removed"),
    "card_issued_by_hand": ("人工发牌", "card issued by hand"),
}
VALUES: Words = {
    "promised": ("按承诺时限", "held to as promised"),
    "statutory": ("按法定时限", "held to as statutory"),
    "granted": ("准予许可", "granted"),
    "refused": ("不予许可", "refused"),
    "normal": ("正常办结", "normal"),
    "returned": ("退窗办结", "returned to window"),
    "voided": ("作废办结", "voided"),
    "withdrawn": ("撤回", "withdrawn"),
    "pass": ("通过", "pass"),
    "return": ("退回", "return"),
    "other": ("其他", "other"),
    "hearing": ("听证", "hearing"),
    "tender": ("招标", "tender"),
    "auction": ("拍卖", "auction"),
    "inspection": ("检验", "inspection"),
    "testing": ("检测", "testing"),
    "quarantine": ("检疫", "quarantine"),
    "appraisal": ("鉴定", "appraisal"),
    "expert-review": ("专家评审", "expert review"),
    "hall": ("大厅", "hall"),
    "online": ("网上", "online"),
    "self-service": ("自助终端", "self-service"),
    "post": ("邮寄", "post"),
    "off-hall": ("大厅以外", "off the hall"),
    "upheld": ("申诉成立", "upheld"),
    "rejected": ("驳回", "rejected"),
    "passed-up": ("上报上级", "passed up"),
    "corrected": ("更正", "corrected"),
    "retracted": ("撤销", "taken back"),
    "objective": ("客观原因", "objective causes"),
    "error": ("差错", "an error"),
    "never": ("未通知", "never"),
    "True": ("是", "yes"),
    "False": ("否", "no"),
    **STAGES,
}
FINDINGS: Words = {
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
    "decided-before-hearing": ("听证未了结即作出决定", "decided before the matter of a hearing was settled"),
    "hearing-notice-short": ("听证通知未满法定提前天数", "a hearing announced too shortly before it"),
    "complaint-repeated-case": ("同一办件被重复投诉", "complaints on one case again"),
    "complaint-repeated-window": ("同一窗口被重复投诉", "complaints on one window again"),
    "complaint-repeated-person": ("同一人员被重复投诉", "complaints on one person again"),
    "complaint-on-overdue": ("超期未办结的办件被投诉", "a complaint on a case that is open and past its promise"),
    "record-corrected": ("记录被更正或撤销", "a record was corrected or taken back"),
    "corrected-after-card": ("发牌后记录被更正或撤销", "a record was corrected or taken back after a card had fallen"),
    "reaccepted": ("受理、退回后短期内再次受理", "accepted, sent back and accepted again within a short time"),
    "foreign-record": (
        "与办件无关的部门上报，不生效",
        "reported by a department that has nothing to do with the case; without effect",
    ),
    "overfull": ("记录过多，超出办件容量", "more records than a case may hold"),
    "extension-unapproved": ("延长期限未载明批准人", "extended without naming who approved it"),
    "bad-review": ("差评（不满意、非常不满意）", "a bad review (4 or 5)"),
}
_ON_DUTY: Words = {
    "unattended": ("窗口开放而无人值守", "nobody at an open window"),
    "unopened": ("窗口未按时开放", "the window has not opened"),
}
"""What the clocks of windows find (:mod:`rules.families.attendance`)."""
RATES: Words = {
    "refusal": ("退件率", "refusal rate"),
    "overdue": ("超期率", "overdue rate"),
    "irregular": ("异常流转率", "rate of irregular flows"),
    "warned": ("预警发牌率", "rate of cases with alerts"),
    "volume-month": ("月受理量环比变化", "volume of a month, to the month before"),
    "volume-year": ("月受理量同比变化", "volume of a month, to that of last year"),
    "stage-pace": ("环节用时偏离", "time of a stage, off its usual spread"),
}
TALLY_KINDS: Words = {"department": ("部门", "department"), "window": ("窗口", "window"), "item": ("事项", "item")}
_DETAILS: Words = {
    "alert": ("针对", "about"),
    "among": ("共", "among"),
    "announced": ("提前通知天数", "days announced before"),
    "before": ("对比期", "before"),
    "cashier": ("收费处", "cashier"),
    "channel": ("渠道", "channel"),
    "complaint": ("投诉编号", "complaint"),
    "change": ("变化", "change"),
    "complaints": ("投诉件数", "complaints"),
    "count": ("件数", "count"),
    "days": ("迟报天数", "days late"),
    "department": ("部门", "department"),
    "event": ("记录", "record"),
    "hall": ("地点", "hall"),
    "how": ("办结方式", "concluded"),
    "item": ("事项", "item"),
    "left": ("最后离岗", "last to leave"),
    "mean": ("均时（小时）", "mean hours"),
    "over": ("天数", "over days"),
    "procedure": ("程序", "procedure"),
    "rating": ("评价编号", "rating"),
    "score": ("评分", "score"),
    "share": ("比率", "share"),
    "since": ("距上次受理天数", "days since it was accepted before"),
    "sigmas": ("偏离标准差", "standard deviations off"),
    "slowest": ("最慢部门", "slowest department"),
    "spread": ("标准差（小时）", "spread in hours"),
    "stage": ("环节", "stage"),
    "stages": ("环节", "stages"),
    "steps": ("步骤数", "steps"),
    "terminal": ("终端", "terminal"),
    "usual": ("平时均时（小时）", "usual hours"),
    "visits": ("次数", "visits"),
    "volume": ("受理量", "volume"),
    "was": ("方式", "was"),
}
_DETAIL = re.compile(rf"(?:^| )({'|'.join(_DETAILS)})=")


def detail(text: str, lang: Language) -> str:
    """What an alert's ``detail`` says: ``stage-missing stages=review`` as 缺少事项流程规定的环节：环节 审核.

    What is none of ours, such as the reason of a card issued by hand, is left as it is.
    """
    finding, _, rest = text.partition(" ")
    known = next((words for words in (FINDINGS, _ON_DUTY, RATES) if finding in words), {})
    what = word(known, finding, lang) if known else ""
    names_and_values = _DETAIL.split(rest if what else text)
    if names_and_values[0]:
        return text
    pairs = zip(names_and_values[1::2], names_and_values[2::2], strict=True)
    figures = ("，" if lang == "zh" else ", ").join(
        f"{word(_DETAILS, name, lang)} {_value(name, value, lang)}" for name, value in pairs
    )
    return ("：" if lang == "zh" else ": ").join(part for part in (what, figures) if part)


def _value(name: str, value: str, lang: Language) -> str:
    if name in ("stage", "stages"):
        return ("、" if lang == "zh" else ", ").join(word(STAGES, stage, lang) for stage in value.split(","))
    if name == "event":
        return word(RECORDS, value, lang)
    return word(VALUES, value, lang) if name in ("announced", "channel", "how", "procedure", "was") else value


def duration(ms: int, lang: Language) -> str:
    """``2 天 3 小时``: the two greatest units."""
    names = (("天", "小时", "分", "秒"), ("d", "h", "min", "s"))[lang == "en"]
    parts, rest = [], abs(ms)
    for length, name in zip((DAY, HOUR, MINUTE, SECOND), names, strict=True):
        amount, rest = divmod(rest, length)
        if amount:
            parts.append(f"{amount} {name}")
    return " ".join(parts[:2]) or f"0 {names[3]}"
