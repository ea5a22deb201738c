"""Limits as people and systems write them, into the rules' form or a bad row."""

from typing import Any

import pytest

from monitor.mapping import BadMapping, parse_mapping
from monitor.mapping.limits import read_limit
from rules.errors import BadEvent
from rules.events import Accepted
from tests.monitor.mapping.files import ZONE, mapping

ROW: dict[str, object] = {"no": "A-1", "at": "2026-03-02 09:30:00", "dept": "x", "lim": "20", "unit": ""}


def promised(value: Any, **row: object) -> str:
    (arrival,) = mapping(promised=value).events(ROW | row)
    assert isinstance(arrival.event, Accepted)
    return arrival.event.promised


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("20个工作日", "20wd"),
        ("20 工作日", "20wd"),
        ("２０个工作日", "20wd"),
        ("20个工作日内", "20wd"),
        ("自受理之日起20个工作日", "20wd"),
        ("二十个工作日", "20wd"),
        ("十五日", "15d"),
        ("一百二十天", "120d"),
        ("两个月", "2mo"),
        ("3个月", "3mo"),
        ("1年", "1y"),
        ("60天", "60d"),
        ("60个自然日", "60d"),
        ("4个工作小时", "4wh"),
        ("20 working days", "20wd"),
        ("20.0wd", "20wd"),
        ("20个工作日wd", "20wd"),
        ("即办", "instant"),
        ("即办wd", "instant"),
        ("即办h", "instant"),
        ("当场办结", "instant"),
        ("instant", "instant"),
        ("24小时", "24h"),
        ("24h", "24h"),
        ("二十四自然小时", "24h"),
        ("24小时内", "24h"),
        ("24小时h", "24h"),
        ("4小时wh", "4wh"),
        ("4工作小时", "4wh"),
        ("30分钟", "30min"),
        ("30min", "30min"),
        ("15分钟wm", "15wm"),
        ("0小时", "0h"),
        ("0天", "0d"),
        ("0wd", "0wd"),
    ],
)
def test_a_limit_in_words_is_read(text: str, limit: str) -> None:
    assert read_limit(text, "promised") == limit


@pytest.mark.parametrize(
    "text", ["20", "201", "20个自然日wd", "24小时d", "4工作小时h", "即将", "20个", "-5wd", "1.5d", "9999y", "wd"]
)
def test_a_limit_that_cannot_be_told_is_a_bad_row_with_the_field(text: str) -> None:
    with pytest.raises(BadEvent) as caught:
        promised("{lim}", lim=text)
    assert (caught.value.reason, caught.value.field) == ("invalid_field", "promised")


def test_a_limit_takes_its_unit_from_the_mapping_or_from_a_column() -> None:
    assert promised("{lim}wd") == "20wd"
    assert promised("{lim}wd", lim="20个工作日") == "20wd"
    assert promised("{lim}wd", lim="") == ""
    assert promised({"limit": "lim", "unit": "wd"}) == "20wd"
    assert promised({"limit": "lim", "unit_column": "unit"}, unit="工作日") == "20wd"
    assert promised({"limit": "lim", "unit": "d", "unit_column": "unit"}, unit="") == "20d"


def test_a_unit_in_another_column_is_read_through_its_code_table() -> None:
    made = mapping(
        codes={"units": {"1": "wd", "2": "个月", "9": "即办"}}, promised={"limit": "lim", "unit_column": "unit", "codes": "units"}
    )
    limits = [made.events(ROW | {"unit": unit})[0].event.promised for unit in "129"]  # type: ignore[union-attr]
    assert limits == ["20wd", "20mo", "instant"]
    with pytest.raises(BadEvent, match=r"'3' is not in \[codes\.units\]"):
        made.events(ROW | {"unit": "3"})


@pytest.mark.parametrize(
    ("value", "key"),
    [
        ("10 days or so", "event[0].promised"),
        ("24hd", "event[0].promised"),
        ({"limit": "lim", "unit": "weeks"}, "event[0].promised.unit"),
        ({"limit": "lim", "unit_column": "unit", "codes": "none"}, "event[0].promised.codes"),
        ({"limit": "lim", "codes": "none"}, "event[0].promised.codes"),
        ({"unit": "wd"}, "event[0].promised.column"),
    ],
)
def test_a_limit_that_the_mapping_itself_gets_wrong_is_a_defect(value: Any, key: str) -> None:
    with pytest.raises(BadMapping) as caught:
        mapping(promised=value)
    assert any(defect.startswith(key) for defect in caught.value.defects), caught.value.defects


def due_at(text: str, *, form: str = "iso", **event: Any) -> str:
    made = mapping(times={"at": "iso", "due": form}, due_at="due", **event)
    (arrival,) = made.events(ROW | {"due": text})
    assert isinstance(arrival.event, Accepted)
    due = arrival.event.due_at
    return due.isoformat() if due is not None else ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-12 12:00:00", "2026-03-12T12:00:00+08:00"),
        ("2026-03-12T12:00:05Z", "2026-03-12T12:00:05+00:00"),
        ("2026-03-12", "2026-03-12T23:59:59.999000+08:00"),
        ("2026-03-12 00:00:00", "2026-03-12T23:59:59.999000+08:00"),
        ("2026-03-12 24:00", "2026-03-13T00:00:00+08:00"),
        ("", ""),
    ],
)
def test_a_due_time_is_told_to_the_second_and_a_date_is_the_end_of_that_day(text: str, expected: str) -> None:
    assert due_at(text) == expected


def test_a_due_time_is_held_to_as_the_mapping_says() -> None:
    made = mapping(times={"at": "iso", "due": "chinese"}, due_at="due", due_as="statutory")
    (arrival,) = made.events(ROW | {"due": "2026年3月12日"})
    assert isinstance(arrival.event, Accepted)
    assert (arrival.event.due_as, arrival.event.promised) == ("statutory", "10wd")


def test_a_due_time_that_does_not_read_is_a_bad_row_and_one_that_no_time_names_a_defect() -> None:
    with pytest.raises(BadEvent) as caught:
        due_at("soon")
    assert (caught.value.reason, caught.value.field) == ("mapping_failed", "due")
    with pytest.raises(BadMapping, match=r"event\[0\]\.due_at: must name one of \[times\]: at"):
        mapping(due_at="due")


@pytest.mark.parametrize(
    ("text", "natural", "working"),
    [
        ("4小时", "4h", "4wh"),
        ("30 分钟", "30min", "30wm"),
        ("4自然小时", "4h", "4h"),
        ("4工作小时", "4wh", "4wh"),
        ("4h", "4h", "4h"),
    ],
)
def test_bare_hours_are_of_the_clock_unless_the_mapping_says_of_the_office(text: str, natural: str, working: str) -> None:
    said = [mapping({"hours": hours}, promised="{lim}") for hours in ("natural", "working")]
    assert [made.events(ROW | {"lim": text})[0].event.promised for made in said] == [natural, working]  # type: ignore[union-attr]
    with pytest.raises(BadMapping, match=r"source\.hours: must be one of natural, working"):
        mapping({"hours": "office"})


def test_hours_as_a_unit_of_a_column_are_read_as_well() -> None:
    in_a_column = {"limit": "lim", "unit_column": "unit"}
    assert promised(in_a_column, unit="小时") == "20h"
    assert promised({"limit": "lim", "unit": "小时"}) == "20h"
    assert promised(in_a_column, unit="即办", lim="") == "instant"


def test_the_limit_of_a_branch_is_read_as_people_write_it() -> None:
    branch = {"type": "branch_opened", "id": "{no}-b", "at": "at", "limit": "{lim}"}
    data = {
        "source": {"zone": ZONE},
        "times": {"at": "iso"},
        "common": {"case": "{no}", "region": "430100", "department": "{dept}", "numbered_by": "430100-x"},
        "event": [branch],
    }
    made = parse_mapping("m", data)
    (arrival,) = made.events(ROW | {"lim": "5个工作日"})
    assert arrival.event.limit == "5wd"  # type: ignore[union-attr]
