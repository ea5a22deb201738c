"""The life of a card: who may do what to it when, and what is refused and why."""

from typing import Any

import msgspec
import pytest

from rules.alerts import STANDING, Reason
from rules.book import RuleBooks
from rules.cards import REASONS, act_of, acted
from rules.cards.acts import ACTS, TRANSITIONS
from rules.case import Case, is_standing
from rules.errors import BadEvent
from rules.events import EVENT_TYPES, OFFICE_TYPES, Action
from rules.instant import to_instant
from tests.rules.cards.acting import DONE, PATHS, WHEN, YELLOW, do, held, lead, overdue, refused, state
from tests.rules.story import KEY, PLACE, Story, book, books, day, event


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
    other = refused(story, "acknowledge", WHEN, alert=f"{KEY}/case-promise/red/1")
    assert other.reason == "unknown_alert"
    assert other.field == "alert"
    assert "is no alert of case" in str(other)
    nobody = refused(Story(RuleBooks([book("office")])), "acknowledge", WHEN)
    assert nobody.reason == "unknown_alert"


def test_an_act_dated_before_the_card_was_due_is_refused() -> None:
    """Time is told first, so a card that fell due unseen can be acted upon at once; but not with a date before it."""
    story = Story(RuleBooks([book("office")]))
    story.tell("accepted", day(0), promised="5wd", statutory="100wd")
    # 2026-03       Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09 Tu10
    # promise 5wd   |----1----2----3----4----.----.----5 due, yellow
    # acknowledged                                * dated too early, refused
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
    again = story.record(event("alert_acknowledged", day(9), alert=YELLOW), day(9), offset=story.offset)
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
    alert = f"{KEY}/branch/yellow/1"
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
    told = {alert.id.removeprefix(KEY + "/"): (alert.state, alert.reason, alert.by, alert.note) for alert in changed}
    assert told["case-promise/yellow/1"] == ("followed_up", "followup_opened", "张三", "立案")
    assert told["bad-review/reminder/1"] == ("expired", "followup_opened", "", "")


def test_acts_survive_withdrawal_and_reinstatement() -> None:
    story = overdue()
    lead(story, ("acknowledge", "reply"))
    # 2026-03      Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09 Tu10
    # promise 5wd  |----1----2----3----4----.----.----5 due, yellow, then acknowledged and replied
    # suspended              [ 10 approved days, reported on Tu10: withdrawn
    # resumed                * reported on Mo16 to have been on We04: it stands again, replied
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
    warning = f"{KEY}/case-promise/warning/1"
    at = day(4)
    for earlier in ("acknowledge", "reply") if act == "close" else ():
        do(story, earlier, at, warning)
    do(story, act, at, warning)
    ended = state(story, "warning")
    story.tick(WHEN)
    assert "yellow case-promise" in story.standing
    assert state(story, "warning") == ended == TRANSITIONS["replied" if act == "close" else "issued", act]


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


@pytest.mark.parametrize(
    ("kind", "fields", "reason", "field"),
    [
        ("alert_acknowledged", {"at": day(6)}, "illegal_transition", "at"),
        ("alert_acknowledged", {"department": "税务局"}, "illegal_transition", "department"),
        ("alert_removed", {"cause": "objective", "reason": "停电"}, "illegal_transition", "consent"),
        ("alert_replied", {}, "illegal_transition", "type"),
        ("alert_acknowledged", {"alert": "nobody's"}, "unknown_alert", "alert"),
    ],
)
def test_a_refused_act_names_its_reason_and_the_field_at_fault(
    kind: str, fields: dict[str, Any], reason: str, field: str
) -> None:
    story = Story(RuleBooks([book("office")]))
    story.tell("accepted", day(0), promised="5wd", statutory="100wd")
    story.tick(day(8))
    act = {"alert": f"{story.known.key}/case-promise/yellow/1", "at": day(9), **fields}
    before = story.known
    with pytest.raises(BadEvent) as error:
        story.tell(kind, arrived=day(9), **act)
    assert (error.value.reason, error.value.field) == (reason, field) and story.known == before
    if reason == "unknown_alert":
        with pytest.raises(BadEvent) as error:
            Story(story.books).tell(kind, arrived=day(9), **act)
        assert (error.value.reason, error.value.field) == (reason, field), "nor of a case that nobody knows"


def test_an_act_moves_the_offset_of_its_case() -> None:
    """Else what came before it would be taken for new after a crash."""
    story = Story(RuleBooks([book("office")]))
    story.tell("accepted", day(0), promised="5wd", statutory="100wd")
    card = f"{story.known.key}/case-promise/yellow/1"
    story.tell("alert_acknowledged", day(8), alert=card)
    assert story.known.offset == story.offset
    story.tell("alert_acknowledged", day(8), arrived=day(15), alert=card)
    assert story.known.offset == story.offset, "known already; but time has raised an alert about it meanwhile"
    assert "yellow reply" in story.standing
