"""Limits as people and systems write them, into the rules' form or a bad row."""

from typing import Any

import pytest

from monitor.mapping import BadMapping
from monitor.mapping.limits import read_limit
from rules.errors import BadEvent
from rules.events import Accepted
from tests.monitor.mapping.files import mapping

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
        ("即办", "0wd"),
        ("即办wd", "0wd"),
        ("当场办结", "0wd"),
        ("0wd", "0wd"),
    ],
)
def test_a_limit_in_words_is_read(text: str, limit: str) -> None:
    assert read_limit(text, "promised") == limit


@pytest.mark.parametrize(
    "text", ["20", "201", "20个自然日wd", "24小时", "24h", "30分钟", "即将", "20个", "-5wd", "1.5d", "9999y", "wd"]
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
    assert limits == ["20wd", "20mo", "0wd"]
    with pytest.raises(BadEvent, match=r"'3' is not in \[codes\.units\]"):
        made.events(ROW | {"unit": "3"})


@pytest.mark.parametrize(
    ("value", "key"),
    [
        ("10 days or so", "event[0].promised"),
        ("24h", "event[0].promised"),
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
