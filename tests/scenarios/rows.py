"""Every row of the tables of the field (limits, profiles, process rules, states, the life of a card) with its scenario.

A row names its scenario and a break: keys laid over the scenario's book, or an act that no longer leads where it should.
Broken so, the scenario fails; unbroken, it holds. ``docs/explanation/law-and-scenarios.md`` is this list.
It stands in one file, however long: it is read as the tables of a law are.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from tests.rules.story import table


class Row(NamedTuple):
    """``scenario`` is ``folder/file: name``; ``broken`` says in words what ``change`` or ``forgotten`` (state, act) does."""

    what: str
    source: str
    scenario: str
    broken: str
    change: Mapping[str, Any] = MappingProxyType({})
    forgotten: tuple[str, str] = ("", "")


def limit(profile: str, rule: str, **keys: str) -> dict[str, Any]:
    """``rule`` of a shipped book with other keys, alone of its kind no longer: laid over the book by its id."""
    return _rule(profile, "time_limits", rule, keys)


def finding(profile: str, rule: str, **keys: Any) -> dict[str, Any]:
    return _rule(profile, "process", rule, keys)


def _rule(profile: str, kind: str, rule: str, keys: dict[str, Any]) -> dict[str, Any]:
    written = next(each for each in table(profile)[kind] if each["id"] == rule and not each.get("off"))
    return {kind: [{**written, **keys} if keys else {"id": rule, "off": True}]}


LICENCE = {"code": "licence", "name": "联办件"}
FIRST_DAY = {"counting": {"ends": "day_end", "first_day_counts": True}}
WEEKENDS = {"calendar": {"name": "weekends", "base": "weekends", "years": list(range(2020, 2030))}}
CASE, SPECIAL, STAGES, HEARINGS = "default/case: ", "default/special: ", "default/stages: ", "default/hearings: "
ACCEPTANCE, COMPLAINTS, REVIEWS = "default/acceptance: ", "default/complaints: ", "default/reviews: "
PROCESS, EXPIRY, ROWS = "default/process: ", "default/expiry: ", "default/rows: "
LIFE, JIANGSU = "office/life: ", "jiangsu/process: "

LIMITS = [
    Row("what is missing is told within 5 working days", "art. 32", ACCEPTANCE + "nobody answers an application",
        "6 days", {"supplement": {"notice": "6wd"}}),
    Row("told once for all", "art. 32", PROCESS + "told twice what is missing, which the law lets be told once",
        "from the third time on", finding("default", "supplement-again", count=3)),
    Row("silence accepts from receipt", "art. 32", ACCEPTANCE + "accepted too late: counted from receipt",
        "silence accepts nothing", {"supplement": {"silence_accepts": False}}),
    Row("decision: 20 working days", "art. 42 ¶1", CASE + "decision within 20 working days, for an item nobody listed",
        "21 days", {"defaults": {"statutory": "21wd"}}),
    Row("extended by 10 working days", "art. 42 ¶1", CASE + "extended by 10 working days with approval (art. 42 paragraph 1)",
        "by 9 at most", {"extension": {"max_days": 9}}),
    Row("by no more than 10", "art. 42 ¶1", CASE + "no more than 10 days of extension count",
        "by 11", {"extension": {"max_days": 11}}),
    Row("joint handling: 45 working days", "art. 42 ¶2",
        CASE + "joint handling: 45 working days, extendable by 15 (art. 42 paragraph 2)",
        "44 days", {"items": [{**LICENCE, "statutory": "44wd", "max_extension": 15}]}),
    Row("joint handling: extended by 15", "art. 42 ¶2",
        CASE + "joint handling: 45 working days, extendable by 15 (art. 42 paragraph 2)",
        "by the book's 10", {"items": [{**LICENCE, "statutory": "45wd"}]}),
    Row("lower-level review: 20 working days", "art. 43",
        STAGES + "lower-level review: 20 working days (art. 43), as the stage limit of a forwarded item",
        "21 days", {"items": [{**LICENCE, "statutory": "45wd", "stages": {"review": "21wd"}}]}),
    Row("issued and delivered within 10 working days of the decision", "art. 44",
        STAGES + "issue and deliver within 10 working days after the decision (art. 44)",
        "11 days", limit("default", "delivery", limit="11wd")),
    Row("not counted: hearing, tender, auction, inspection, testing, quarantine, appraisal, expert review", "art. 45",
        ROWS + "each of the eight procedures of the law is not counted", "for a day at most", {"special": {"max_days": 1}}),
    Row("told in writing: without a time nothing stops", "art. 45", SPECIAL + "without approved days a suspension stops nothing",
        "days without approval", {"special": {"unapproved": {"inspection": 3}}}),
    Row("a hearing is held within 20 working days", "art. 47",
        HEARINGS + "a hearing that was asked for is held within 20 working days (art. 47)",
        "21 days", limit("default", "hearing", limit="21wd")),
    Row("and does not stop the clock for longer", "art. 45, 47", ROWS + "a hearing stops the clock for the days that the book gives it",
        "21 days", {"special": {"unapproved": {"hearing": 21}}}),
    Row("5 working days to ask for a hearing", "art. 47",
        HEARINGS + "decided before the 5 working days to ask for a hearing were over (art. 47)",
        "4 days", finding("default", "decided-before-hearing", within="4wd")),
    Row("a hearing is announced 7 days before", "art. 48", HEARINGS + "announced 6 days before the hearing, not 7 (art. 48)",
        "6 days", finding("default", "hearing-notice-short", within="6d")),
    Row("complaint accepted or refused: 5 working days", "supervisors", COMPLAINTS + "nobody takes up a complaint that names no case",
        "6 days", limit("default", "complaint-acceptance", limit="6wd")),
    Row("complaint answered: 5 working days", "12345", COMPLAINTS + "accepted and not answered: a day over, two days over",
        "6 days", limit("default", "complaint-answer", limit="6wd")),
    Row("put off by 10", "12345", COMPLAINTS + "put off by ten days in all, not by twelve",
        "by 11", {"complaints": {"max_extension": 11}}),
    Row("misrouted: returned within 2", "12345", COMPLAINTS + "returned too late to the desk that sent it",
        "3 days", limit("default", "complaint-misroute", limit="3wd")),
    Row("bad review verified and rectified: 5 working days", "好差评", REVIEWS + "a bad review that nobody looks into",
        "6 days", limit("default", "review-rectification", limit="6wd")),
    Row("some cities 15", "好差评", ROWS + "a city that gives 15 working days for a bad review",
        "the default's 5", limit("default", "review-rectification")),
    Row("callback 100 %", "好差评", REVIEWS + "rectified, and nobody calls back", "no callback", limit("default", "review-callback")),
    Row("department's reply to a card: 5 working days", "practice", LIFE + "a department that does not reply within 5 working days",
        "6 days", limit("office", "reply", limit="6wd")),
    Row("alarm without 督办: 5, then the supervisors are flagged", "practice",
        LIFE + "a red card that nobody follows up flags the supervisors", "6 days", limit("office", "followup-opening", limit="6wd")),
    Row("督办 unfinished: 20 working days", "practice", LIFE + "a follow-up unfinished after 20 working days",
        "21 days", limit("office", "followup", limit="21wd")),
    Row("stale case: last stage untouched for 90 days", "practice", "office/stale: nothing heard for 90 days after the last stage was left",
        "91 days", limit("office", "stale", limit="91d")),
    Row("weekends, holidays and make-up days", "State Council", CASE + "holidays are skipped and make-up days counted",
        "weekends only", WEEKENDS),
    Row("Spring Festival of 4 days with 除夕, and its shifts", "2024 rule", ROWS + "Spring Festival 2025 with its eve and two make-up days",
        "weekends only", WEEKENDS),
    Row("holidays of a region", "minority regions", ROWS + "the third of March is a holiday in Guangxi",
        "the State Council's calendar", {"calendar": {"name": "guangxi", "base": "cn", "holidays": []}}),
    Row("limits in natural days", "units", CASE + "a limit in natural days whose last day is a holiday ends on the next working day",
        "the last day stays", {"counting": {"roll_last_day": False}}),
    Row("limits in months", "units", ROWS + "a limit of one month ends on that day of the next",
        "30 days", {"items": [{"code": "month", "promised": "30d", "statutory": "1y"}]}),
    Row("limits in years", "units", ROWS + "a limit of one year ends on that day of the next",
        "366 days", {"items": [{"code": "year", "promised": "366d", "statutory": "2y"}]}),
    Row("limits of stages in hours", "Jiangsu", ROWS + "a stage limit in working hours stands still over lunch and night",
        "a day", {"stages": {"review": "1wd"}}),
    Row("ends to the second: one second over is overdue", "Hunan",
        CASE + "to the second: one second over is overdue, even when it is concluded then",
        "ends with the day", {"counting": {"ends": "day_end"}}),
    Row("ends with the day", "Civil Code 203", "jiangsu/cards: warned at 4/5 of the case limit, red when it is exceeded, never yellow",
        "ends to the second", {"counting": {"ends": "second"}}),
    Row("the first day is not counted", "Civil Code 201",
        "jiangsu/cards: warned at 4/5 of the case limit, red when it is exceeded, never yellow", "counted", FIRST_DAY),
    Row("outside office hours counts from the next work period", "Jiangsu",
        "jiangsu/cards: what comes in after the afternoon's boundary counts from the next work period",
        "from when it came", {"counting": {"roll_start": False}}),
    Row("instant items are judged", "即办件", CASE + "an instant item is due the same day, at closing time",
        "open till 17:30", {"office_hours": {"sessions": ["09:00-12:00", "13:30-17:30"]}}),
]  # fmt: skip

HUNAN, JIANGSU_CARDS = "hunan/cards: ", "jiangsu/cards: "
HUNAN_PROMISE = HUNAN + "warned 2 working days before the promise, yellow over it, red over the law"
HUNAN_SPECIAL = HUNAN + "special procedure: warned 2 days before, yellow over, red more than a day over"
HUNAN_ONLINE = HUNAN + "online pre-acceptance: limit 2 days, warned over it, yellow more than 3, red more than 5 days over"
HUNAN_CERTIFICATE = HUNAN + "certificate not issued 3 days after conclusion: yellow only"
JIANGSU_SCORING = "jiangsu-scoring/cards: yellow 1 day past the law, red 2 days past it"
ZHANJIANG = "zhanjiang/cards: reminder near due, yellow when overdue, red when the follow-up's deadline passes"
CHENGDU = "chengdu/cards: yellow 2 working days before the promise, red over it"

PROFILES = [
    Row("Hunan: warned 2 working days before the promise", "Hunan", HUNAN_PROMISE,
        "3 days", limit("hunan", "case-promise", warning="3wd before")),
    Row("Hunan: yellow over the promise", "Hunan", HUNAN_PROMISE,
        "a day over", limit("hunan", "case-promise", yellow="1d after")),
    Row("Hunan: red over the law", "Hunan", HUNAN_PROMISE, "a day over", limit("hunan", "case-statutory", red="1d after")),
    Row("Jiangsu: warned at 4/5 of the case limit", "Jiangsu", JIANGSU_CARDS + "warned at 4/5 of the case limit, red when it is "
        "exceeded, never yellow", "at 3/5", limit("jiangsu", "case-promise", warning="3/5")),
    Row("Jiangsu: warned at 4/5 of the stage limit", "Jiangsu", JIANGSU_CARDS + "a stage: warned at 4/5, red when exceeded",
        "at 5/5", limit("jiangsu", "stage", warning="5/5")),
    Row("Jiangsu: red when the limit is exceeded", "Jiangsu", JIANGSU_CARDS + "warned at 4/5 of the case limit, red when it is "
        "exceeded, never yellow", "a day over", limit("jiangsu", "case-promise", red="1d after")),
    Row("Jiangsu, scoring: yellow 1 day past the law", "Jiangsu", JIANGSU_SCORING,
        "2 days", limit("jiangsu-scoring", "case-statutory", yellow="2d after", red="3d after")),
    Row("Jiangsu, scoring: red 2 days past it", "Jiangsu", JIANGSU_SCORING,
        "3 days", limit("jiangsu-scoring", "case-statutory", red="3d after")),
    Row("Chengdu: yellow when nearly due", "Chengdu", CHENGDU, "a day before", limit("chengdu", "case-promise", yellow="1wd before")),
    Row("Chengdu: red when overdue", "Chengdu", CHENGDU, "a day over", limit("chengdu", "case-promise", red="1d after")),
    Row("Zhanjiang: message near due", "Zhanjiang", ZHANJIANG, "a day before", limit("zhanjiang", "case-promise", reminder="1wd before")),
    Row("Zhanjiang: yellow when overdue", "Zhanjiang", ZHANJIANG, "a day over", limit("zhanjiang", "case-promise", yellow="1d after")),
    Row("Zhanjiang: red when the deadline of the 督办 passes", "Zhanjiang", ZHANJIANG,
        "a day later", limit("zhanjiang", "case-promise", red="6wd after")),
    Row("special procedure: warned 2 days before", "Hunan", HUNAN + "the warning of a special procedure comes 2 natural days ahead",
        "2 working days", limit("hunan", "special-procedure", warning="2wd before")),
    Row("special procedure: yellow over it", "Hunan", HUNAN_SPECIAL,
        "a day over", limit("hunan", "special-procedure", yellow="1d after", red="2d after")),
    Row("special procedure: red more than a day over", "Hunan", HUNAN_SPECIAL,
        "2 days", limit("hunan", "special-procedure", red="2d after")),
    Row("online pre-acceptance: 2 days, warned over them", "Hunan", HUNAN_ONLINE,
        "3 days", limit("hunan", "online-pre-acceptance", limit="3wd")),
    Row("online pre-acceptance: yellow more than 3 over", "Hunan", HUNAN_ONLINE,
        "4 days", limit("hunan", "online-pre-acceptance", yellow="4d after")),
    Row("online pre-acceptance: red more than 5 over", "Hunan", HUNAN_ONLINE,
        "6 days", limit("hunan", "online-pre-acceptance", red="6d after")),
    Row("certificate 3 days after conclusion", "Hunan", HUNAN_CERTIFICATE, "4 days", limit("hunan", "certificate", limit="4wd")),
    Row("certificate: yellow only", "Hunan", HUNAN_CERTIFICATE, "red a day over", limit("hunan", "certificate", red="1d after")),
    Row("complaint clock: warned 2 days before", "Hunan", "hunan/complaints: not taken up",
        "3 days", limit("hunan", "complaint-acceptance", warning="3d before")),
    Row("complaint clock: yellow 1 day over", "Hunan", "hunan/complaints: not taken up",
        "at once", limit("hunan", "complaint-acceptance", yellow="deadline")),
    Row("complaint clock: red 2 days over", "Hunan", "hunan/complaints: not answered",
        "3 days", limit("hunan", "complaint-answer", red="3d after")),
    Row("a stage over its limit though the case is in time", "Hunan", HUNAN + "a stage over its limit, the case in time",
        "no stage rule", limit("hunan", "stage")),
    Row("no warning for a case that is closed", "Hunan", HUNAN + "no warning for a case that is already closed",
        "a card 4 days before", limit("hunan", "case-promise", warning="", yellow="4wd before")),
    Row("one card per case and level", "Hunan", CASE + "promise before law: warning, yellow, red",
        "no red of the law", limit("default", "case-statutory")),
    Row("held for an inspector's confirmation, or issued at once", "Hunan",
        CASE + "a rule that holds its cards leaves them pending for the inspector", "not held",
        {"time_limits": [{"id": "held", "clock": "case", "limit": "statutory", "warning": "1wd before", "red": "deadline"}]}),
    Row("cards by hand", "Hunan", LIFE + "cards by hand, for what no rule sees", "no such rule", finding("office", "red-by-hand")),
]  # fmt: skip

NO_RULE = "no such rule"


def _shown(source: str, rows: dict[str, tuple[str, str, str]]) -> Iterator[Row]:
    """Rows whose break is that the book no longer has the rule: profile, rule, scenario."""
    for what, (profile, rule, scenario) in rows.items():
        yield Row(what, source, scenario, NO_RULE, finding(profile, rule))


PROCESSES = [
    *_shown("Jiangsu", {
        "item code unknown": ("jiangsu", "item-unknown", JIANGSU + "item code unknown"),
        "item suspended": ("jiangsu", "item-suspended", JIANGSU + "item suspended"),
        "acceptance notice missing": ("jiangsu", "conclusion-without-acceptance", JIANGSU + "acceptance notice missing"),
        "decision missing": ("jiangsu", "conclusion-without-decision", JIANGSU + "decision missing"),
        "no review stage": ("jiangsu", "stage-missing", JIANGSU + "no review stage"),
        "return to an earlier stage": ("jiangsu", "stage-out-of-order", JIANGSU + "return to an earlier stage"),
        "return": ("jiangsu", "returned", JIANGSU + "return, and repeat return"),
        "repeat return": ("jiangsu", "returned-again", JIANGSU + "return, and repeat return"),
        "pause": ("jiangsu", "suspended", JIANGSU + "pause"),
        "termination": ("jiangsu", "terminated", JIANGSU + "termination"),
        "a later post reverses an earlier one": ("jiangsu", "reversed", JIANGSU + "a later post reverses an earlier one"),
    }),
    Row("materials missing, and told so twice", "Jiangsu", JIANGSU + "told twice what is missing",
        "from the third time on", finding("jiangsu", "supplement-again", count=3)),
    Row("registered more than 10 working days after the fact", "Jiangsu",
        JIANGSU + "registered more than 10 working days after the fact", "a day more",
        finding("jiangsu", "back-entry", within="11wd")),
    Row("but not on the tenth", "Jiangsu", JIANGSU + "registered on the tenth working day after the fact",
        "a day less", finding("jiangsu", "back-entry", within="9wd")),
    Row("several events with one timestamp", "process mining", PROCESS + "three steps in one second",
        "four steps", finding("default", "same-second", count=4)),
    *_shown("process mining", {
        "order violated": ("default", "stage-out-of-order", PROCESS + "back to an earlier stage, and nobody has returned the case"),
    }),
    *_shown("inference", {
        "handled at a place that is not the hall's": ("default", "off-hall-place", PROCESS + "handled in a hall that is not ours"),
        "at a terminal that is not the hall's": ("default", "off-hall-terminal", PROCESS + "handled at a terminal that is not the hall's"),
        "channel neither hall nor online": (
            "default", "off-hall-channel", PROCESS + "handled through a channel that is not the hall's: one card, however many records"),
        "conclusion without acceptance": (
            "default", "conclusion-without-acceptance", PROCESS + "concluded, never accepted: a day's grace for a late report"),
        "acceptance after decision": ("default", "acceptance-after-decision", PROCESS + "accepted after the decision"),
        "result without decision": (
            "default", "result-without-decision", PROCESS + "issued before anything was decided or concluded"),
        "acceptance outside office hours": (
            "default", "outside-hours", PROCESS + "accepted at lunch: warned; a machine may accept at any hour"),
        "approval outside office hours": ("default", "outside-hours", PROCESS + "decided on a Saturday"),
        "handler = reviewer = approver": ("default", "four-eyes", PROCESS + "one person handled, reviewed and approved"),
        "fee collected outside the hall's cashier": (
            "default", "fee-outside", PROCESS + "a fee taken elsewhere than at the hall's cashiers"),
        "repeated stops": ("default", "suspended-again", PROCESS + "suspended again"),
        "repeated complaints on one case": ("default", "complaint-repeated-case", COMPLAINTS + "twice about one case within thirty days"),
        "on one window": ("default", "complaint-repeated-window", COMPLAINTS + "three times about one window that name no case"),
        "on one person": ("default", "complaint-repeated-person", COMPLAINTS + "three times about one person"),
        "complaint on an overdue case": ("default", "complaint-on-overdue", COMPLAINTS + "a complaint on a case that is late already"),
    }),
    Row("stopped at the last minute", "inference", PROCESS + "suspended when more than a working day was left",
        "within 2 days", finding("default", "suspended-last-minute", within="2wd")),
    Row("a stop over its approved days", "clock-stop abuse",
        SPECIAL + "it stops the clock for the approved days at most; its own overrun is carded",
        "no such rule", limit("default", "special-procedure")),
]  # fmt: skip

CASES = [
    Row("accepted (1)", "Hunan's codes", ROWS + "from application to archive, state by state",
        "told within 1 day, else accepted from receipt", {"supplement": {"notice": "1wd"}}),
    Row("not accepted (2)", "Hunan's codes", ACCEPTANCE + "an answer in time, whichever", "4 days", {"supplement": {"notice": "4wd"}}),
    Row("supplement (3)", "Hunan's codes", ACCEPTANCE + "the clock begins anew when the supplement comes in",
        "6 days", {"supplement": {"notice": "6wd"}}),
    Row("business concluded, concluded (4, 6)", "Hunan's codes",
        CASE + "concluded in time: the warning expires, no card", "warned at the deadline",
        limit("default", "case-promise", warning="deadline")),
    Row("voided (7), withdrawn", "Hunan's codes", JIANGSU + "termination", "no such rule", finding("jiangsu", "terminated")),
    Row("returned to the window (8)", "Hunan's codes", ROWS + "a case returned to the window without acceptance",
        "no such rule", finding("default", "conclusion-without-acceptance")),
    Row("submitted online (9)", "Hunan's codes", HUNAN_ONLINE, "no such rule", limit("hunan", "online-pre-acceptance")),
    Row("sent down, dispatched (12, 21)", "Hunan's codes",
        "default/parallel: the card goes to the department that is late, not to the others", "no such rule", limit("default", "branch")),
    Row("instant items (0)", "Hunan's types", CASE + "an instant item that comes in after closing time is due the next working day",
        "open till 17:30", {"office_hours": {"sessions": ["09:00-12:00", "13:30-17:30"]}}),
    Row("committed items (1)", "Hunan's types", HUNAN_PROMISE, "a day over", limit("hunan", "case-promise", yellow="1d after")),
    Row("forwarded items (2)", "Hunan's types",
        STAGES + "lower-level review: 20 working days (art. 43), as the stage limit of a forwarded item",
        "19 days", {"items": [{**LICENCE, "statutory": "45wd", "stages": {"review": "19wd"}}]}),
    Row("parallel items (3)", "Hunan's types", "default/parallel: a department that is done late keeps its card though the case is in time",
        "no such rule", limit("default", "branch")),
    Row("a stage record: pass", "GB/T 39046", PROCESS + "refused although the review had passed it",
        "no such rule", finding("default", "reversed")),
    Row("a stage record: return", "GB/T 39046", PROCESS + "returned once is work, returned again is warned",
        "no such rule", finding("default", "returned-again")),
    Row("reported up to 24 hours late", "Xuzhou", PROCESS + "concluded, never accepted: a day's grace for a late report",
        "no grace", finding("default", "conclusion-without-acceptance", yellow="at once")),
]  # fmt: skip

WHOLE_LIFE = LIFE + "issued, acknowledged, replied, followed up, rectified, closed"


def _acts(rows: dict[str, tuple[str, str, str]]) -> Iterator[Row]:
    for what, (state, act, scenario) in rows.items():
        yield Row(what, "practice", scenario, f"{act} leads nowhere from {state}", forgotten=(state, act))


CARDS = [
    *_acts({
        "pending → issued": ("pending", "confirm", LIFE + "held until an inspector confirms it; its reply clock begins then"),
        "issued → acknowledged": ("issued", "acknowledge", WHOLE_LIFE),
        "acknowledged → replied": ("acknowledged", "reply", WHOLE_LIFE),
        "→ follow-up opened": ("replied", "open_followup", WHOLE_LIFE),
        "→ rectified": ("followed_up", "rectify", WHOLE_LIFE),
        "→ closed": ("rectified", "close", WHOLE_LIFE),
        "appeal": ("issued", "appeal", LIFE + "an appeal upheld annuls the card"),
        "appeal upheld: revoked": ("appealed", "uphold", LIFE + "an appeal upheld annuls the card"),
        "appeal passed up": ("appealed", "pass_up", LIFE + "an appeal passed up is decided there"),
        "removed with a reason": (
            "issued", "remove", LIFE + "removed with a reason; for objective causes with the consent of a higher level"),
        "revoked": ("issued", "revoke", LIFE + "revoked; a late record cannot bring it back"),
    }),
    Row("appeal rejected: the clock goes on", "practice",
        LIFE + "an appeal rejected leads back, and the reply clock goes on where it stood still",
        "a reply in 6 days", limit("office", "reply", limit="6wd")),
    Row("minor alerts expire after 20 working days", "practice",
        EXPIRY + "a reminder nobody needed expires after 20 working days; the card beside it stands",
        "21 days", limit("default", "minor-expiry", limit="21wd")),
    Row("when the case closes in time", "practice", EXPIRY + "in time", "warned at the deadline",
        limit("default", "case-promise", warning="deadline")),
    Row("when a follow-up opens", "practice", EXPIRY + "a follow-up ends what was minor then, not what comes later",
        "bad reviews get a card", finding("default", "bad-review", reminder="", yellow="at once")),
    Row("when an alarm supersedes a warning", "practice", EXPIRY + "superseded by the card", "no card",
        limit("default", "case-promise", yellow="")),
    Row("recomputed, and withdrawn where proved wrong", "practice",
        CASE + "a late record proves that the case was concluded in time: the card is withdrawn", "no such rule",
        limit("default", "case-promise")),
]  # fmt: skip

TABLES: dict[str, list[Row]] = {
    "Time limits": LIMITS,
    "What yellow and red mean, profile by profile": PROFILES,
    "Out-of-hall and process rules": PROCESSES,
    "Case states, types and codes": CASES,
    "The life of an alert": CARDS,
}


def page() -> str:
    """``docs/explanation/law-and-scenarios.md``."""
    lines: list[str] = []
    for title, rows in TABLES.items():
        lines += [f"## {title}", "", "| row | source | scenario | broken |", "|---|---|---|---|"]
        lines += [f"| {row.what} | {row.source} | {row.scenario} | {row.broken} |" for row in rows]
        lines.append("")
    return "\n".join(lines)
