"""What an event is refused for by itself: the same for worker, gateway and mappings."""

from typing import Any

import msgspec
import pytest

from rules.errors import BadEvent
from rules.events import DEPARTMENT_TYPES, EVENT_TYPES, TICK, Action, Duty, Header
from rules.facts import WITHOUT_A_CASE, objections
from rules.instant import to_instant
from rules.step import Delivery, step
from tests.rules.story import books, day

OWN: dict[str, Any] = {
    "stage": "handling", "procedure": "hearing", "days": 3, "result": "granted", "amount_fen": 1, "complaint": "C", "score": 5,
    "operator": "张三", "alert": "430102-民政局/A-1/case-promise/yellow/1", "reason": "说明", "cause": "other",
    "outcome": "rejected", "level": "red", "upheld": True, "window": "A01", "record": "e-0",
}  # fmt: skip
NUMBERED = {"case": "A-1", "numbered_by": "430102-民政局"}


def event(tag: str, **more: Any) -> Header:
    """An event of that type with all it needs."""
    kind = EVENT_TYPES[tag]
    fields = {"id": "e", "at": day(0), "region": "430100", **OWN, **({} if issubclass(kind, Duty) else NUMBERED), **more}
    return msgspec.convert({name: fields[name] for name in kind.__struct_fields__ if name in fields}, kind)


def refused(made: Header) -> list[tuple[str, str]]:
    return [(error.field, error.reason) for error in objections(made)]


@pytest.mark.parametrize("tag", sorted(EVENT_TYPES))
def test_an_event_with_all_it_needs_is_not_objected_to(tag: str) -> None:
    assert objections(event(tag)) == ()


@pytest.mark.parametrize("tag", sorted(tag for tag, kind in EVENT_TYPES.items() if not issubclass(kind, Duty | Action)))
def test_only_complaints_and_ratings_may_name_no_case(tag: str) -> None:
    free = EVENT_TYPES[tag] in WITHOUT_A_CASE
    assert refused(event(tag, case="")) == ([] if free else [("case", "missing_field")])
    assert free == tag.startswith(("complaint_", "rat", "retracted"))


def test_an_act_on_the_alert_of_a_window_names_no_case_or_the_windows_key() -> None:
    alert = "window:430100//A01/complaint-accept/yellow/1"
    for tag in sorted(DEPARTMENT_TYPES):
        assert refused(event(tag, case="", window="A01", alert=alert)) == []
        assert refused(event(tag, case="window:430100//A01", alert=alert)) == []


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        (" ", "missing_field"),
        ("\u3000", "missing_field"),
        ("A-1 ", "invalid_field"),
        (" A-1", "invalid_field"),
        ("A-1\u3000", "invalid_field"),
        ("A-1\n", "invalid_field"),
        ("A-\x001", "invalid_field"),
        ("A-1\u200b", "invalid_field"),
        ("\ufeffA-1", "invalid_field"),
        ("A\u202e-1", "invalid_field"),
        ("tally:x", "forbidden_type"),
        ("window:430102//A01", "forbidden_type"),
        ("duty:430102//A01", "forbidden_type"),
    ],
)
def test_a_number_that_would_be_another_case_unseen_is_refused(case: str, reason: str) -> None:
    assert refused(event("accepted", case=case)) == [("case", reason)]


@pytest.mark.parametrize("case", ["长行审〔2026〕第1号", "Ａ－１", "A 1", "A\u30001", "\ue000-1", "é", "窗口:1"])
def test_a_number_as_halls_write_them_is_taken(case: str) -> None:
    assert refused(event("accepted", case=case)) == []


@pytest.mark.parametrize("limit", ["10 days", "-5wd", "9999y", "10", "wd", "1.5wd"])
def test_a_limit_nobody_can_read_is_refused_with_its_field(limit: str) -> None:
    assert refused(event("accepted", promised=limit, statutory="20wd")) == [("promised", "invalid_field")]
    assert refused(event("accepted", statutory=limit)) == [("statutory", "invalid_field")]
    assert refused(event("branch_opened", limit=limit)) == [("limit", "invalid_field")]


def test_everything_that_is_wrong_is_found_at_once() -> None:
    found = refused(event("accepted", case="", promised="soon", statutory="never"))
    assert found == [("case", "missing_field"), ("promised", "invalid_field"), ("statutory", "invalid_field")]


def test_an_act_on_an_alert_of_another_case_is_refused() -> None:
    assert refused(event("alert_closed", case="A-2")) == [("alert", "unknown_alert")]
    assert refused(event("alert_closed", case="")) == refused(event("alert_closed", case="A-1")) == []
    assert refused(event("alert_closed", alert="A-1/red/1")) == [("alert", "unknown_alert")], "no alert is called so"


@pytest.mark.parametrize(
    ("field", "name", "reason"),
    [
        ("numbered_by", "湖南省 ", "invalid_field"),
        ("numbered_by", "湖南省\u200b", "invalid_field"),
        ("numbered_by", " ", "invalid_field"),
        ("numbered_by", "window:430102", "forbidden_type"),
        ("numbered_by", "tally:x", "forbidden_type"),
        ("numbered_by", "duty:", "forbidden_type"),
        ("department", "民政局 ", "invalid_field"),
        ("department", "民\u00ad政局", "invalid_field"),
    ],
)
def test_a_numberer_that_would_be_another_one_unseen_is_refused(field: str, name: str, reason: str) -> None:
    assert refused(event("accepted", **{field: name})) == [(field, reason)]
    assert refused(event("complaint_filed", case="", **{field: name})) == [(field, reason)]


@pytest.mark.parametrize("department", ["科/室", "公安局\n二楼, 东", "Ａ局", "100%局", ""])
def test_a_department_as_halls_write_them_is_taken(department: str) -> None:
    assert refused(event("accepted", department=department)) == []
    assert refused(event("accepted", department=department, numbered_by="")) == []


@pytest.mark.parametrize("tag", ["branch_opened", "branch_concluded"])
def test_the_record_of_a_branch_says_who_numbers_the_case(tag: str) -> None:
    assert refused(event(tag, department="消防支队", numbered_by="")) == [("numbered_by", "missing_field")]


def test_removing_a_card_for_objective_causes_needs_consent() -> None:
    assert refused(event("alert_removed", cause="objective")) == [("consent", "illegal_transition")]
    assert refused(event("alert_removed", cause="objective", consent="市纪委")) == []


@pytest.mark.parametrize("made", [event("accepted", case=""), event("consulted", case=""), event("accepted", promised="soon")])
def test_the_core_refuses_what_is_objected_to_and_the_case_stays_as_it_was(made: Header) -> None:
    now = to_instant(day(0))
    before = step(None, Delivery(event("applied"), now, 0), books(), now).case
    with pytest.raises(BadEvent) as caught:
        step(before, Delivery(made, now, 1), books(), now)
    assert (caught.value.field, caught.value.reason) == refused(made)[0]


def test_a_tick_is_nobodys_event_and_passes() -> None:
    assert step(None, Delivery(TICK, 0, 0), books(), 0).case is None
