"""Why an alert changed, in words: one entry per :class:`rules.alerts.Reason`, under its ``code``."""

from monitor.words.language import Language, Words, word

REASONS: Words = {
    "limit_near": ("时限将至", "the limit is near"),
    "limit_passed": ("超过时限", "the limit has passed"),
    "higher_level_reached": ("已升级", "a higher level was reached"),
    "closed_in_time": ("按时办结", "concluded in time"),
    "late_record": ("迟到记录证明未超期", "a late record proves that the limit was kept"),
    "limit_moved": ("时限已顺延", "the limit was moved on"),
    "reinstated": ("恢复", "reinstated"),
    "recomputed": ("重新计算", "recomputed"),
    "found": ("流程异常", "a process rule found it"),
    "confirmed": ("监察员确认发牌", "confirmed by an inspector"),
    "acknowledged": ("部门签收", "acknowledged"),
    "replied": ("部门反馈", "replied"),
    "followup_opened": ("督办", "followup opened"),
    "rectified": ("整改完成", "rectified"),
    "closed": ("办结销号", "closed"),
    "appealed": ("部门申诉", "appealed"),
    "appeal_upheld": ("申诉成立", "appeal upheld"),
    "appeal_rejected": ("申诉驳回", "appeal rejected"),
    "passed_up": ("上报上级", "passed up"),
    "removed": ("摘牌", "removed"),
    "revoked": ("撤销", "revoked"),
    "aged": ("逾期自动失效", "expired by age"),
    "rate_reached": ("统计指标异常", "a rate or volume reached its level"),
    "rate_recovered": ("统计指标已恢复", "the rate or volume is back to usual"),
    "record_corrected": ("记录已更正或撤销", "a record was corrected or taken back"),
}


def reason(code: str, lang: Language) -> str:
    """Why an alert changed."""
    return word(REASONS, code, lang)
