"""Names of cases and alerts: what is put together comes apart again, and no two cases share a name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.events import EVENT_TYPES, Action, Duty, Tallied, key_of
from rules.keys import (
    RESERVED,
    AlertName,
    case_key,
    is_case,
    key_of_alert,
    name_alert,
    number_of_case,
    parse_alert_id,
    region_of,
    space_named,
    space_of,
)
from tests.rules.story import day, event

# Whatever a record may say; slashes, escapes and marks more often than chance would have it.
texts = st.text(st.sampled_from("~/%1a25FC:民-") | st.characters(), max_size=12)
names = texts.filter(bool)
regions = st.text(min_size=6, max_size=6) | st.sampled_from(["430102", "tally:", "duty:x", "window"])
numberers = st.tuples(texts | st.sampled_from(["window:1", "tally:x", "duty:"]), regions, texts)


@given(numberers, names)
def test_the_key_of_a_case_comes_apart_into_who_numbers_it_and_its_number(numberer: tuple[str, str, str], number: str) -> None:
    numbered_by, region, department = numberer
    key = f"{space_named(*numberer)}/{number}"
    assert is_case(key)
    assert space_of(key) == (numbered_by or (f"{region}-{department}" if department else region))
    assert number_of_case(key) == number


@given(names, names, names, names)
def test_two_numberers_or_numbers_never_come_to_one_key(one: str, number: str, other: str, another: str) -> None:
    same = case_key(one, number) == case_key(other, another)
    assert same == ((one, number) == (other, another))


@given(st.sampled_from(["", "window:", "tally:", "duty:"]), names, names, st.integers(1, 30), st.integers(0, 99))
def test_the_id_of_an_alert_comes_apart_into_what_it_was_made_of(
    reserved: str, numberer: str, number: str, case_cycle: int, cycle: int
) -> None:
    key = f"{reserved}{number}" if reserved else case_key(numberer, number)
    case_cycle = 1 if reserved else case_cycle
    made = name_alert(key, "case-promise", "red", cycle, case_cycle)
    assert parse_alert_id(made) == AlertName(key, case_cycle, "case-promise", "red", cycle)
    assert key_of_alert(made) == key


def test_a_later_cycle_of_a_case_is_marked_and_a_number_that_looks_marked_is_no_other_case() -> None:
    assert name_alert("430102-民政局/1", "r", "red", 1, 2) == "430102-民政局/1~2/r/red/1"
    assert name_alert("430102-民政局/1", "r", "red", 1) == "430102-民政局/1/r/red/1"
    assert key_of_alert(name_alert("430102-民政局/1~2", "r", "red", 1)) == "430102-民政局/1~2"


@pytest.mark.parametrize("alert", ["", "x", "A-1/red/1", "A-1/rule/red/", "A-1/rule/red/x", "/rule/red/1"])
def test_a_text_that_names_no_alert_has_no_parts_and_is_its_own_key(alert: str) -> None:
    assert parse_alert_id(alert) is None
    assert key_of_alert(alert) == alert


@pytest.mark.parametrize(
    ("key", "region"),
    [
        ("430102-民政局/1", "430102"),
        ("430102/1", "430102"),
        ("湖南省/1", ""),
        ("43010-x/1", ""),
        ("window:430102/h/A01", "430102"),
        ("duty:430102//A01", "430102"),
        ("tally:hunan-1/department/430102/h/民政局//", "430102"),
        ("tally:x", ""),
    ],
)
def test_a_key_tells_the_division_it_is_of(key: str, region: str) -> None:
    assert region_of(key) == region


@pytest.mark.parametrize("kind", [kind for kind in EVENT_TYPES.values() if not issubclass(kind, Action | Duty)])
def test_the_key_of_a_record_is_who_numbers_its_case_and_its_number(kind: type) -> None:
    tag = next(tag for tag, each in EVENT_TYPES.items() if each is kind)
    own = {"stage": "review", "procedure": "hearing", "days": 1, "result": "granted", "amount_fen": 1, "complaint": "C",
           "score": 5, "upheld": True, "level": "red", "reason": "x", "record": "r", "operator": "甲"}  # fmt: skip
    fields = {name: value for name, value in own.items() if name in kind.__struct_fields__}  # type: ignore[attr-defined]
    place = {"case": "1/7", "region": "430102", "department": "科/室"}
    assert key_of(event(tag, day(0), **fields, **place, numbered_by="")) == "430102-科%2F室/1/7"
    assert key_of(event(tag, day(0), **fields, **place, numbered_by="湖南省")) == "湖南省/1/7"
    assert key_of(event(tag, day(0), **fields, **{**place, "department": ""}, numbered_by="")) == "430102/1/7"


@pytest.mark.parametrize("kind", [kind for kind in EVENT_TYPES.values() if issubclass(kind, Action)])
def test_the_key_of_an_act_is_that_of_the_case_its_alert_names_whoever_acts(kind: type) -> None:
    tag = next(tag for tag, each in EVENT_TYPES.items() if each is kind)
    own = {"outcome": "upheld", "cause": "error", "reason": "x"}
    fields = {name: value for name, value in own.items() if name in kind.__struct_fields__}  # type: ignore[attr-defined]
    for alert, key in [("湖南省/7~2/r/red/1", "湖南省/7"), ("window:430102//A01/r/red/3", "window:430102//A01")]:
        assert key_of(event(tag, day(0), **fields, alert=alert, case="", region="430100", department="")) == key


def test_no_case_has_the_key_of_a_window_its_attendance_or_a_tally() -> None:
    for region in ("tally:", "duty:x", "window"):
        made = event("accepted", day(0), region=region, department="", numbered_by="", case=":x")
        assert not key_of(made).startswith(RESERVED)
    counted = Tallied(id="t", at=day(0), region="430100", case="tally:b/department/430100///", kind="department", book="b", day=1,
                      source=0, upto=1)  # fmt: skip
    assert key_of(counted) == counted.case
