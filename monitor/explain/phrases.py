"""The sentences of a case's story, in Chinese and English."""

from collections.abc import Mapping

from monitor.words import Language

_PHRASES: Mapping[str, tuple[str, str]] = {
    "title": ("办件 {case} 时限情况说明", "Case {case}: what happened, and how its time limits were counted"),
    "title_window": ("窗口 {case} 情况说明", "Window {case}: what happened, and how its time limits were counted"),
    "window": ("窗口 {window}", "window {window}"),
    "item": ("事项 {item}", "item {item}"),
    "numbered_by": ("编号单位 {numbered_by}", "numbered by {numbered_by}"),
    "state": ("状态：{state}（截至 {as_of}）", "state: {state} (as of {as_of})"),
    "book": (
        "规则版本：{book}（{title}）；日历 {calendar}；时间均为 {zone}",
        "rule book: {book} ({title}); calendar {calendar}; all times are {zone}",
    ),
    "concluded_before_applied": ("注意：办结时间早于申请或受理时间", "note: concluded before it was applied for or accepted"),
    "due_before_accepted": (
        "注意：窗口系统给出的应办结时间早于受理时间",
        "note: due before it was accepted, as its window system says",
    ),
    "clock_ahead": ("注意：窗口时钟快于到达时间，按到达时间计", "note: a window's clock runs ahead; arrival counts instead"),
    "in_tolerance": (
        "注意：{later} {later_at} 早于{earlier} {earlier_at}，相差 {by}，在 {tolerance} 的容差之内，视为先后无误",
        "note: {later} {later_at} lies {by} before {earlier} {earlier_at}: within the tolerance of {tolerance}, so in order",
    ),
    "in_span": (
        "注意：{later}仅告知为 {later_at}，可能在{earlier} {earlier_at} 之后，视为先后无误",
        "note: {later} was told as {later_at} only and may lie after {earlier} {earlier_at}: in order",
    ),
    "told_minute": (
        "只告知到分：起算取该分钟之末，终止取该分钟之始",
        "only the minute was told: what began counts from its end, what ended from its beginning",
    ),
    "told_hour": (
        "只告知到小时：起算取该小时之末，终止取该小时之始",
        "only the hour was told: what began counts from its end, what ended from its beginning",
    ),
    "told_day": (
        "只告知到日：起算取当日之末，终止取当日之始",
        "only the day was told: what began counts from its end, what ended from its beginning",
    ),
    "records": ("一、记录（按到达先后）", "1. Records, in order of arrival"),
    "limits": ("二、时限", "2. Time limits"),
    "no_limits": ("无时限", "none"),
    "cards": ("三、预警与发牌", "3. Warnings and cards"),
    "no_cards": ("无", "none"),
    "time": ("（时间到）", "(time passed)"),
    "refused": ("记录无法采用，未作任何改变：{why}", "the record could not be used and changed nothing: {why}"),
    "late": ("到达 {arrived}，迟到 {late}", "arrived {arrived}, {late} late"),
    "ahead": (
        "窗口时钟快于到达时间（到达 {arrived}），按到达时间计",
        "the window's clock runs ahead: it counts as of its arrival, {arrived}",
    ),
    "repeated": ("与已有记录相同，无变化", "tells nothing new"),
    "unwatched": ("不影响任何时限", "no time limit depends on it"),
    "rule": ("{name}（{rule}）", "{name} ({rule})"),
    "cycle": ("第 {cycle} 次", ", no. {cycle}"),
    "started": ("{name}：自 {begun} 起算，{due} 届满", "{name}: begun {begun}, ends {due}"),
    "moved": ("{name}：改为自 {begun} 起算，{due} 届满", "{name}: now counted from {begun}, ends {due}"),
    "uncovered_effect": (
        "{name}：自 {begun} 起算，届满日所在年份日历未覆盖，无法计算",
        "{name}: begun {begun}; it ends in a year the calendar does not cover, so nobody can say when",
    ),
    "ended": ("{name}：{ended} 止", "{name}: ended {ended}"),
    "ended_in_time": ("{name}：{ended} 止，未超期", "{name}: ended {ended}, in time"),
    "ended_late": ("{name}：{ended} 止，已超期", "{name}: ended {ended}, overdue"),
    "reopened": ("{name}：继续计时", "{name}: runs again"),
    "gone": ("{name}：不再计时", "{name}: no longer counted"),
    "change": ("{level} {name}（{alert}）{state}：{reason}", "{level} {name} ({alert}) {state}: {reason}"),
    "limit": ("{name}：{limit}，自 {begun} 起算，{due} 届满", "{name}: {limit}, begun {begun}, ends {due}"),
    "limit_open": ("{name}：{limit}，自 {begun} 起算", "{name}: {limit}, begun {begun}"),
    "limit_running": ("计时中", "running"),
    "limit_overdue": ("未结束，已超期", "not ended yet, overdue"),
    "limit_in_time": ("{ended} 止，未超期", "ended {ended}, in time"),
    "limit_late": ("{ended} 止，已超期", "ended {ended}, overdue"),
    "limit_uncovered": ("届满日所在年份日历未覆盖，无法计算", "it ends in a year the calendar does not cover"),
    "source": ("依据：{source}", "source: {source}"),
    "card": ("{level} {name}（{alert}）：{state}", "{level} {name} ({alert}): {state}"),
    "card_limit": (
        "时限 {limit}，自 {begun} 起算，{due} 届满；{reached} 达到本级",
        "limit {limit}, begun {begun}, ends {due}; this level was reached {reached}",
    ),
    "card_found": ("发生于 {at}，{detail}", "found at {at}: {detail}"),
    "card_grace": ("宽限至 {until}，届时仍未更正", "not mended within its grace, until {until}"),
    "card_change": ("{at} {state}：{reason}{because}", "{at} {state}: {reason}{because}"),
    "because": ("（因第 {record} 条记录）", " (because of record {record})"),
    "field_channel": ("渠道 {value}", "channel {value}"),
    "field_operator": ("经办人 {value}", "operator {value}"),
    "field_handler": ("承办人 {value}", "handler {value}"),
    "field_approver": ("批准人 {value}", "approved by {value}"),
    "field_stage": ("{value}", "{value}"),
    "field_action": ("{value}", "{value}"),
    "field_procedure": ("{value}", "{value}"),
    "field_approved_days": ("批准 {value} 天", "{value} days approved"),
    "field_days": ("{value} 天", "{value} days"),
    "field_result": ("{value}", "{value}"),
    "field_how": ("{value}", "{value}"),
    "field_promised": ("承诺 {value}", "promised {value}"),
    "field_statutory": ("法定 {value}", "statutory {value}"),
    "field_due_at": ("窗口系统给定应办结时间 {value}", "due {value} by the window system's own word"),
    "field_due_as": ("{value}", "{value}"),
    "field_reason": ("理由：{value}", "reason: {value}"),
    "field_materials": ("材料：{value}", "materials: {value}"),
    "field_to": ("转至 {value}", "to {value}"),
    "field_alert": ("{value}", "{value}"),
    "field_level": ("{value}", "{value}"),
    "field_outcome": ("{value}", "{value}"),
    "field_cause": ("{value}", "{value}"),
    "field_consent": ("{value} 同意", "with the consent of {value}"),
    "field_applicant": ("申请人 {value}", "applicant {value}"),
    "field_person": ("被投诉人 {value}", "about the operator {value}"),
    "field_limit": ("时限 {value}", "limit {value}"),
    "field_rating": ("评价 {value}", "rating {value}"),
    "field_founded": ("属实：{value}", "founded: {value}"),
    "field_upheld": ("申诉成立：{value}", "upheld: {value}"),
    "field_complaint": ("投诉 {value}", "complaint {value}"),
    "field_about": ("事由：{value}", "about: {value}"),
    "field_score": ("{value} 分", "score {value}"),
    "field_amount_fen": ("{value} 分（人民币）", "{value} fen"),
    "field_cashier": ("收费处 {value}", "cashier {value}"),
}


def phrase(key: str, lang: Language, **values: object) -> str:
    """The sentence with its values; a field we have no word for is shown by its name."""
    known = _PHRASES.get(key)
    if known is None:
        return f"{key.removeprefix('field_')}={values.get('value', '')}"
    return known[lang == "en"].format(**values)
