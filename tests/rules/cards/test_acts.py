"""The life of a card: who may do what to it when, what is refused and why, and the clocks that watch people."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from rules.alerts import STANDING, STATES, Alert, Reason
from rules.book import RuleBooks
from rules.cards.acts import ACTS, REASONS, TRANSITIONS, act_of, acted
from rules.case import Case, count, is_standing, number_of, watched
from rules.errors import BadEvent
from rules.events import EVENT_TYPES, OFFICE_TYPES, Action
from rules.instant import to_instant
from tests.rules.story import PLACE, Story, book, books, day, event, table

YELLOW = f"{PLACE['case']}/case-promise/yellow/1"
RED = f"{PLACE['case']}/case-statutory/red/1"
WHEN = day(8)
"""Tuesday morning; the promise of 5 working days passed on Monday."""

DONE: dict[str, tuple[str, dict[str, Any]]] = {
    "confirm": ("alert_confirmed", {}),
    "acknowledge": ("alert_acknowledged", {}),
    "reply": ("alert_replied", {}),
    "open_followup": ("followup_opened", {}),
    "rectify": ("followup_rectified", {}),
    "close": ("alert_closed", {}),
    "appeal": ("alert_appealed", {}),
    "uphold": ("appeal_decided", {"outcome": "upheld"}),
    "reject": ("appeal_decided", {"outcome": "rejected"}),
    "pass_up": ("appeal_decided", {"outcome": "passed-up"}),
    "remove": ("alert_removed", {"cause": "other", "reason": "停电"}),
    "revoke": ("alert_revoked", {"reason": "发牌有误"}),
}
PATHS: dict[str, tuple[str, ...]] = {
    "pending": (),
    "issued": ("confirm",),
    "acknowledged": ("confirm", "acknowledge"),
    "replied": ("confirm", "acknowledge", "reply"),
    "followed_up": ("confirm", "open_followup"),
    "rectified": ("confirm", "open_followup", "rectify"),
    "closed": ("confirm", "acknowledge", "reply", "close"),
    "appealed": ("confirm", "appeal"),
    "escalated": ("confirm", "appeal", "pass_up"),
    "revoked": ("confirm", "revoke"),
    "removed": ("confirm", "remove"),
}
"""How a card held for confirmation gets there."""


def held() -> RuleBooks:
    rules = [{**rule, "hold": ["yellow"]} if rule["id"] == "case-promise" else rule for rule in table("office")["time_limits"]]
    return RuleBooks([book("office", time_limits=rules)])


def overdue(books: RuleBooks | None = None, statutory: str = "100wd") -> Story:
    """A case whose promise has passed; nobody has done anything yet."""
    story = Story(books or RuleBooks([book("office")]))
    story.tell("accepted", day(0), promised="5wd", statutory=statutory)
    story.tick(WHEN)
    return story


def do(story: Story, act: str, at: datetime, alert: str = YELLOW, **fields: Any) -> tuple[Alert, ...]:
    kind, own = DONE[act]
    return story.tell(kind, at, alert=alert, **{**own, **fields}).alerts


def lead(story: Story, acts: tuple[str, ...], since: datetime = WHEN) -> datetime:
    """One act a minute; when the next may be."""
    for number, act in enumerate(acts):
        do(story, act, since + timedelta(minutes=number))
    return since + timedelta(minutes=len(acts))


def refused(story: Story, act: str, at: datetime, alert: str = YELLOW, **fields: Any) -> BadEvent:
    """The refusal; the case is as it was."""
    before = story.case
    with pytest.raises(BadEvent) as caught:
        do(story, act, at, alert, **fields)
    assert story.case is before
    return caught.value


def state(story: Story, level: str = "yellow", rule: str = "case-promise") -> str:
    return STATES[story.card(level, rule).state]


def test_every_act_has_a_record_type_and_a_reason() -> None:
    kinds = {kind for kind, _ in DONE.values()}
    assert kinds == {tag for tag in OFFICE_TYPES if issubclass(EVENT_TYPES[tag], Action)}
    assert set(DONE) == set(ACTS) == set(REASONS)
    assert len(set(REASONS.values())) == len(ACTS)
    assert set(PATHS) >= {state for state, _ in TRANSITIONS} | set(TRANSITIONS.values())


@pytest.mark.parametrize(("start", "act"), sorted(TRANSITIONS))
def test_an_act_allowed_in_a_state_leads_to_the_state_of_the_table(start: str, act: str) -> None:
    story = overdue(held())
    at = lead(story, PATHS[start])
    assert state(story) == start
    changed = do(story, act, at, operator="李四", **({} if "reason" in DONE[act][1] else {"reason": "说明"}))
    assert state(story) == TRANSITIONS[start, act]
    own = next(alert for alert in changed if alert.id == YELLOW)
    assert (own.state, own.reason) == (TRANSITIONS[start, act], REASONS[act].code)
    assert (own.by, own.note) == ("李四", DONE[act][1].get("reason", "说明"))
    assert own.change == len(PATHS[start]) + 2


IMPOSSIBLE = [
    (start, act)
    for start in PATHS
    for act in ACTS
    if (start, act) not in TRANSITIONS and not (act == "reject" and start in ("appealed", "escalated"))
]


@pytest.mark.parametrize(("start", "act"), IMPOSSIBLE)
def test_an_act_not_allowed_in_a_state_is_refused_with_its_reason_and_changes_nothing(start: str, act: str) -> None:
    story = overdue(held())
    at = lead(story, PATHS[start])
    error = refused(story, act, at)
    assert (error.reason, error.field) == ("illegal_transition", "type")
    assert str(error) == f"{act} is not possible: {YELLOW} is {start}"


@pytest.mark.parametrize("start", ["issued", "acknowledged", "replied", "followed_up"])
@pytest.mark.parametrize("passed_up", [False, True])
def test_a_rejected_appeal_leads_back_to_where_it_began(start: str, passed_up: bool) -> None:
    story = overdue(held())
    at = lead(story, (*PATHS[start], "appeal", *(("pass_up",) if passed_up else ())))
    changed = do(story, "reject", at)
    assert state(story) == start
    assert changed[0].reason == "appeal_rejected"


def test_a_second_appeal_leads_back_to_where_the_second_began() -> None:
    story = overdue()
    at = lead(story, ("appeal", "reject", "acknowledge", "appeal", "reject"))
    assert state(story) == "acknowledged"
    do(story, "reply", at)
    assert state(story) == "replied"


def test_an_act_on_an_unknown_alert_is_refused() -> None:
    story = overdue()
    other = refused(story, "acknowledge", WHEN, alert=f"{PLACE['case']}/case-promise/red/1")
    assert other.reason == "unknown_alert"
    assert other.field == "alert"
    assert "is no alert of case" in str(other)
    nobody = refused(Story(RuleBooks([book("office")])), "acknowledge", WHEN)
    assert nobody.reason == "unknown_alert"


def test_an_act_dated_before_the_card_was_due_is_refused() -> None:
    """Time is told first, so a card that fell due unseen can be acted upon at once; but not with a date before it."""
    story = Story(RuleBooks([book("office")]))
    story.tell("accepted", day(0), promised="5wd", statutory="100wd")
    early = refused(story, "acknowledge", day(6))
    assert early.reason == "unknown_alert"
    assert "yellow case-promise/1" not in story.states
    with pytest.raises(BadEvent, match=r"dated before .* was due") as caught:
        story.tell("alert_acknowledged", day(6), arrived=WHEN, alert=YELLOW)
    assert caught.value.field == "at"
    do(story, "acknowledge", WHEN)
    assert state(story) == "acknowledged"


def test_an_act_dated_before_the_last_act_is_refused() -> None:
    story = overdue()
    do(story, "acknowledge", day(9))
    with pytest.raises(BadEvent, match="before the last act"):
        story.tell("alert_replied", day(8.5), arrived=day(10), alert=YELLOW)
    assert state(story) == "acknowledged"


def test_an_act_dated_after_its_arrival_counts_from_its_arrival() -> None:
    story = overdue()
    story.tell("alert_acknowledged", day(30), arrived=day(9), alert=YELLOW)
    assert story.card("yellow", "case-promise").acts == ((to_instant(day(9)), ACTS.index("acknowledge")),)


def test_an_act_reported_twice_counts_once() -> None:
    story = overdue()
    do(story, "acknowledge", day(9))
    do(story, "reply", day(9.1))
    before = story.known
    again = story.tell("alert_acknowledged", day(9), arrived=day(9.1), alert=YELLOW)
    assert not again.alerts
    assert story.case == before
    late = story.tell("alert_acknowledged", day(9), arrived=day(16), alert=YELLOW)
    assert all(alert.id != YELLOW for alert in late.alerts)


def test_a_redelivered_act_changes_nothing() -> None:
    story = overdue()
    do(story, "acknowledge", day(9))
    before = story.known
    again = story.record(event("alert_acknowledged", day(9), alert=YELLOW), day(9), offset=story.offset - 1)
    assert story.case == before
    assert not again.alerts


def test_removal_for_objective_causes_needs_consent() -> None:
    story = overdue()
    error = refused(story, "remove", WHEN, cause="objective")
    assert error.field == "consent"
    assert "consent of a higher level" in str(error)
    do(story, "remove", WHEN, cause="objective", consent="市纪委")
    assert state(story) == "removed"


@pytest.mark.parametrize(("tag", "fields"), [
    ("alert_acknowledged", {}),
    ("alert_revoked", {"operator": "张三"}),
    ("alert_removed", {"operator": "张三", "cause": "other"}),
    ("alert_removed", {"operator": "张三", "cause": "other", "reason": ""}),
    ("card_issued_by_hand", {"operator": "张三", "level": "red"}),
    ("card_issued_by_hand", {"reason": "态度", "level": "red"}),
])  # fmt: skip
def test_an_act_without_its_operator_or_reason_is_refused(tag: str, fields: dict[str, Any]) -> None:
    whole = {"id": "1", "at": WHEN.isoformat(), **PLACE, **fields}
    if issubclass(EVENT_TYPES[tag], Action):
        whole["alert"] = YELLOW
    with pytest.raises(msgspec.ValidationError, match=r"operator|reason"):
        msgspec.convert(whole, EVENT_TYPES[tag])


@pytest.mark.parametrize("act", ["acknowledge", "reply", "appeal"])
def test_a_department_answers_for_its_own_cards_only(act: str) -> None:
    story = overdue()
    at = lead(story, ("acknowledge",) if act == "reply" else ())
    error = refused(story, act, at, department="税务局")
    assert error.field == "department"
    assert str(error) == f"{act} is 市场监管局's to do, not 税务局's"
    do(story, act, at, department="")
    assert state(story) == TRANSITIONS["acknowledged" if act == "reply" else "issued", act]


def test_the_card_of_a_branch_is_answered_by_its_department() -> None:
    story = Story(books("office"))
    story.tell("accepted", day(0), promised="100wd", statutory="100wd")
    story.tell("branch_opened", day(0), department="税务局", limit="5wd")
    story.tick(day(15))
    alert = f"{PLACE['case']}/branch/yellow/1"
    refused(story, "acknowledge", day(15), alert)
    do(story, "acknowledge", day(15), alert, department="税务局")
    reply = next(alert for alert in story.alerts if (alert.rule, alert.level) == ("reply", "yellow"))
    assert reply.department == "税务局"
    assert reply.detail == f"alert={alert}"


def test_an_act_names_its_operator_on_the_alert_acted_on_only() -> None:
    """A follow-up ends minor alerts, which fell due earlier; nobody did that by hand."""
    story = overdue(RuleBooks([book()]))
    story.tell("rated", day(2), score=5)
    changed = do(story, "open_followup", WHEN, reason="立案")
    told = {alert.id.removeprefix(PLACE["case"] + "/"): (alert.state, alert.reason, alert.by, alert.note) for alert in changed}
    assert told["case-promise/yellow/1"] == ("followed_up", "followup_opened", "张三", "立案")
    assert told["bad-review/reminder/1"] == ("expired", "followup_opened", "", "")


# --- withdrawal and reinstatement --------------------------------------------------------------------------------------


def test_acts_survive_withdrawal_and_reinstatement() -> None:
    story = overdue()
    lead(story, ("acknowledge", "reply"))
    story.tell("suspended", day(2), arrived=day(8.5), procedure="inspection", approved_days=10)
    assert state(story) == "withdrawn"
    assert refused(story, "close", day(9)).reason == "illegal_transition"
    story.tell("resumed", day(2, 0.5), arrived=day(14))
    assert state(story) == "replied"
    assert story.alerts[-1].state == "replied"
    do(story, "close", day(14.5))
    assert state(story) == "closed"
    story.tick(day(60))
    assert "yellow reply" not in story.standing


@pytest.mark.parametrize("act", ["close", "remove", "revoke"])
def test_a_warning_people_ended_stays_ended_when_the_limit_passes(act: str) -> None:
    """A warning they took off neither expires nor is superseded afterwards."""
    story = Story(RuleBooks([book("office")]))
    story.tell("accepted", day(0), promised="5wd", statutory="100wd")
    warning = f"{PLACE['case']}/case-promise/warning/1"
    at = day(4)
    for earlier in ("acknowledge", "reply") if act == "close" else ():
        do(story, earlier, at, warning)
    do(story, act, at, warning)
    ended = state(story, "warning")
    story.tick(WHEN)
    assert "yellow case-promise" in story.standing
    assert state(story, "warning") == ended == TRANSITIONS["replied" if act == "close" else "issued", act]


def test_an_alert_about_a_card_is_withdrawn_with_the_card() -> None:
    story = overdue()
    story.tick(day(16))
    assert "yellow reply" in story.standing
    story.tell("concluded", day(3), arrived=day(17))
    assert not story.standing & {"yellow case-promise", "yellow reply"}
    assert {alert.state for alert in story.alerts[-2:]} == {"withdrawn"}


# --- minor alerts ------------------------------------------------------------------------------------------------------

REMINDER = f"{PLACE['case']}/bad-review/reminder/1"


def reminded() -> Story:
    story = Story(RuleBooks([book()]))
    story.tell("rated", day(0), score=5)
    return story


@pytest.mark.parametrize("acts", [(), ("acknowledge",), ("acknowledge", "reply")])
def test_a_minor_alert_expires_after_20_working_days(acts: tuple[str, ...]) -> None:
    story = reminded()
    for number, act in enumerate(acts):
        do(story, act, day(1, number), REMINDER)
    story.tick(day(28))
    assert "reminder bad-review" in story.standing
    outcome = story.tick(day(28) + timedelta(seconds=1))
    assert [(alert.id, alert.state, alert.reason) for alert in outcome.alerts] == [(REMINDER, "expired", "aged")]
    assert not story.tick(day(90)).alerts


def test_a_reminder_reported_after_its_age_limit_expires_at_once() -> None:
    """Its age is that of what it is about, so that arrival decides nothing."""
    story = Story(RuleBooks([book()]))
    story.tell("rated", day(0), arrived=day(40), score=5)
    assert state(story, "reminder", "bad-review") == "expired"
    assert [alert.reason for alert in story.alerts if alert.level == "reminder"] == ["found", "aged"]
    judged = story.books.get(story.known.book)
    assert all(clock.end for clock in story.known.clocks if judged.kind_of[clock.rule] == "expiry"), "it is watched no more"


def test_a_reminder_somebody_works_on_does_not_age() -> None:
    story = reminded()
    do(story, "open_followup", day(1), REMINDER)
    story.tick(day(90))
    assert state(story, "reminder", "bad-review") == "followed_up"


def test_a_case_wakes_when_its_reminder_is_old() -> None:
    story = reminded()
    story.tell("rating_rectified", day(1))
    rules = {clock.rule for clock in story.known.clocks if not clock.end}
    assert story.tick(day(1)).wake_at is not None or not rules


def test_a_minor_alert_held_for_confirmation_expires_too() -> None:
    process = [{"id": "p", "finding": "off-hall-channel", "warning": "at once", "hold": ["warning"]}]
    story = Story(RuleBooks([book(process=process)]))
    story.tell("accepted", day(0), channel="off-hall", promised="100wd", statutory="100wd")
    story.tick(day(1))
    assert state(story, "warning", "p") == "pending"
    assert [alert.reason for alert in story.tick(day(29)).alerts] == ["aged"]


@pytest.mark.parametrize(
    ("concluded", "ended", "reason"), [(4, "expired", "closed_in_time"), (9, "superseded", "higher_level_reached")]
)
def test_a_warning_expires_when_the_case_ends_in_time_and_is_superseded_when_it_does_not(
    concluded: float, ended: str, reason: str
) -> None:
    story = Story(RuleBooks([book("office")]))
    story.tell("accepted", day(0), promised="5wd", statutory="100wd")
    story.tick(day(4))
    story.tell("concluded", day(concluded))
    assert state(story, "warning") == ended
    assert [alert.reason for alert in story.alerts if alert.level == "warning"] == ["limit_near", reason]


# --- clocks ------------------------------------------------------------------------------------------------------------


def test_a_card_without_reply_in_5_working_days_flags_the_department() -> None:
    story = overdue()
    story.tick(day(14))  # five working days after Monday, to the second
    assert "yellow reply" not in story.standing
    outcome = story.tick(day(14) + timedelta(seconds=1))
    (reply,) = outcome.alerts[-1:]
    assert (reply.rule, reply.level, reply.reason) == ("reply", "yellow", "limit_passed")
    assert (reply.limit, reply.detail, reply.department) == ("5wd", f"alert={YELLOW}", "市场监管局")
    assert reply.due_at == day(14)
    assert reply.counted_from == day(7)
    assert sum(span.days for span in reply.spans if span.counted) == 5
    assert count(story.known)[4:] == (2, 0)


def test_a_missing_reply_is_due_at_the_same_instant_however_late_it_is_looked_at() -> None:
    story = overdue()
    story.tick(day(90))
    reply = story.card("yellow", "reply", cycle=number_of(story.card("yellow", "case-promise"), book("office")))
    assert reply.due == to_instant(day(14))


@pytest.mark.parametrize(
    "acts", [("acknowledge", "reply"), ("open_followup",), ("revoke",), ("remove",), ("appeal",), ("appeal", "uphold")]
)
def test_a_reply_clock_ends_with_a_reply_a_follow_up_an_end_or_an_appeal(acts: tuple[str, ...]) -> None:
    story = overdue()
    lead(story, acts)
    story.tick(day(90))
    assert "yellow reply" not in story.standing
    assert "yellow reply" not in {key.split("/")[0] for key in story.states}


def test_an_appeal_stops_the_reply_and_follow_up_clocks_and_its_rejection_lets_them_go_on() -> None:
    story = overdue(statutory="5wd")
    for alert in (YELLOW, RED):
        do(story, "appeal", day(9), alert)  # two of five working days used
    story.tick(day(50))
    assert story.standing == {"yellow case-promise", "red case-statutory"}
    for alert in (YELLOW, RED):
        do(story, "reject", day(56), alert)  # a Monday
    story.tick(day(59))
    assert story.standing == {"yellow case-promise", "red case-statutory"} | {"warning reply"}
    outcome = story.tick(day(59) + timedelta(seconds=1))
    late = [alert for alert in outcome.alerts if alert.level == "yellow"]
    assert sorted(alert.rule for alert in late) == ["followup-opening", "reply", "reply"]
    for flagged in late:
        assert flagged.due_at == day(59)
        assert sum(span.days for span in flagged.spans if span.counted) == 5
        assert any(span.reason == "suspended:appeal" for span in flagged.spans)


def test_a_red_card_not_followed_up_flags_the_supervisors_not_the_department() -> None:
    story = overdue(statutory="5wd")
    story.tick(day(14) + timedelta(seconds=1))
    flagged = next(alert for alert in story.alerts if alert.rule == "followup-opening")
    assert (flagged.level, flagged.department, flagged.detail) == ("yellow", "", f"alert={RED}")
    assert count(story.known)[4:] == (3, 1)  # the promise and two replies; the office's own card is not the department's
    assert refused(story, "acknowledge", day(15), flagged.id).field == "department"


@pytest.mark.parametrize("acts", [("open_followup",), ("acknowledge", "reply", "close"), ("revoke",), ("remove",)])
def test_a_wait_for_a_follow_up_ends_when_it_is_opened_or_the_card_is_ended(acts: tuple[str, ...]) -> None:
    story = overdue(statutory="5wd")
    for number, act in enumerate(acts):
        do(story, act, WHEN + timedelta(minutes=number), RED)
    story.tick(day(30))
    assert "yellow followup-opening" not in story.standing


def test_a_follow_up_unfinished_for_20_working_days_is_carded() -> None:
    story = overdue()
    do(story, "open_followup", day(9))
    story.tick(day(9 + 28))
    assert "yellow followup" not in story.standing  # 6 April is a holiday, so one day more
    story.tick(day(9 + 29) + timedelta(seconds=1))
    assert "yellow followup" in story.standing
    do(story, "rectify", day(40))
    assert "yellow followup" in story.standing
    other = overdue()
    lead(other, ("open_followup", "rectify"))
    other.tick(day(90))
    assert "yellow followup" not in other.standing


def test_a_reply_is_owed_for_issued_cards_only_not_for_warnings_pending_cards_or_replies() -> None:
    story = overdue(held())
    story.tick(day(45))
    assert {key.split("/")[0] for key in story.states} == {"warning case-promise", "yellow case-promise"}
    do(story, "confirm", day(49))
    story.tick(day(200))
    rules = {alert.rule for alert in story.alerts}
    assert rules == {"case-promise", "case-statutory", "stale", "reply", "followup-opening"}
    replies = [alert for alert in story.alerts if alert.rule == "reply" and alert.change == 1]
    assert {alert.detail for alert in replies} == {f"alert={YELLOW}", f"alert={RED}"}
    assert min(alert.due_at for alert in replies if alert.level == "yellow") == day(56)


def test_the_default_book_makes_no_cards_about_cards() -> None:
    story = overdue(RuleBooks([book()]), statutory="5wd")
    story.tick(day(200))
    assert story.standing == {"yellow case-promise", "red case-statutory"}


def test_a_reply_due_in_a_year_without_a_calendar_has_no_deadline() -> None:
    weekends = {"name": "w", "base": "weekends", "years": [2026]}
    story = Story(RuleBooks([book("office", calendar=weekends)]))
    story.tell("accepted", datetime(2026, 12, 21, 9, 30, tzinfo=day(0).tzinfo), promised="5wd", statutory="5wd")
    story.tick(datetime(2026, 12, 31, 9, tzinfo=day(0).tzinfo))
    assert story.standing == {"yellow case-promise", "red case-statutory"}
    watching = [clock for clock in story.known.clocks if clock.cycle >= 10_000]
    assert watching
    assert all(not clock.deadline and not clock.thresholds for clock in watching)


def test_the_number_of_a_card_names_its_rule_level_and_cycle() -> None:
    story, judged = overdue(statutory="5wd"), book("office")
    for card in story.known.cards:
        assert watched(number_of(card, judged), judged) == (card.rule, card.level, card.cycle)


# --- cards by hand -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", ["yellow", "red"])
def test_a_card_by_hand_is_issued_once_and_ends_when_revoked(level: str) -> None:
    story = Story(RuleBooks([book("office")]))
    story.tell("accepted", day(0), promised="50wd", statutory="100wd")
    assert not story.tell("card_issued_by_hand", day(1), level=level, reason="态度恶劣").alerts
    (alert,) = story.tick(day(1.1)).alerts
    assert (alert.id, alert.level) == (f"{PLACE['case']}/{level}-by-hand/{level}/1", level)
    assert (alert.reason, alert.detail, alert.by) == ("found", "态度恶劣", "张三")
    assert not story.tell("card_issued_by_hand", day(1), arrived=day(2), level=level, reason="态度恶劣").alerts
    (gone,) = do(story, "revoke", day(3), alert.id, operator="李四")
    assert (gone.by, gone.detail) == ("李四", "态度恶劣")
    assert not story.standing


def test_a_card_by_hand_for_a_case_nobody_reported_is_issued_at_once() -> None:
    story = Story(RuleBooks([book("office")]))
    (alert,) = story.tell("card_issued_by_hand", day(1), arrived=day(1, 0, 1), level="red", reason="场外受理").alerts
    assert (alert.by, alert.detail) == ("张三", "场外受理")
    assert alert.department == PLACE["department"]
    assert story.standing == {"red red-by-hand"}


def test_a_card_by_hand_is_refused_where_the_book_has_no_such_rule() -> None:
    story = overdue(RuleBooks([book()]))
    before = story.case
    with pytest.raises(BadEvent, match="red-by-hand") as caught:
        story.tell("card_issued_by_hand", WHEN, level="red", reason="场外受理")
    assert caught.value.reason == "forbidden_type"
    assert story.case is before


def test_an_act_changes_one_card_and_no_other() -> None:
    """What ``acted`` returns are the same cards but one; it judges nothing."""
    story = overdue(statutory="5wd")
    case: Case = story.known
    record = event("alert_acknowledged", WHEN, alert=YELLOW)
    cards = acted(case, record, to_instant(WHEN), book("office"))
    assert cards is not None
    assert act_of(record) == "acknowledge"
    assert sum(new is not old for new, old in zip(cards, case.cards, strict=True)) == 1


def test_a_card_stands_in_the_states_that_stand_and_in_no_other() -> None:
    for path, acts in PATHS.items():
        story = overdue(held())
        lead(story, acts)
        assert is_standing(story.card("yellow", "case-promise")) == (path in STANDING)
    assert Reason.AGED.code == "aged"
