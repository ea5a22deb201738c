"""Times as systems write them: patterns, forms by name, forms that read one way only, and what is no time at all."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.mapping.cells import CellTime
from monitor.mapping.formats import NAMED, names_that_read, reader_of
from monitor.mapping.times import Time
from rules.errors import BadEvent

ZONE = ZoneInfo("Asia/Shanghai")
MORNING = "2026-03-02T09:30:00+08:00"
DAY = "2026-03-02T00:00:00+08:00"


def read(text: str, *formats: str, **options: Any) -> datetime | None:
    found = Time("at", ("at",), formats, ZONE, **options).read({"at": text})
    return found.when if found is not None else None


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        ("2026-03-02 09:30:00", "%Y-%m-%d %H:%M:%S", MORNING),
        ("2026/3/2 9:30", "%Y/%m/%d %H:%M", MORNING),
        ("20260302093000", "%Y%m%d%H%M%S", MORNING),
        ("2026年3月2日 9时30分", "%Y年%m月%d日 %H时%M分", MORNING),
        ("03/02/2026 09:30:00 AM", "%m/%d/%Y %I:%M:%S %p", MORNING),
        ("03/02/2026 12:30:00 AM", "%m/%d/%Y %I:%M:%S %p", "2026-03-02T00:30:00+08:00"),
        ("03/02/2026 12:30:00 PM", "%m/%d/%Y %I:%M:%S %p", "2026-03-02T12:30:00+08:00"),
        ("Mar  2 2026  9:30AM", "%b %d %Y %I:%M%p", MORNING),
        ("Mon Mar 02 09:30:00 CST 2026", "%a %b %d %H:%M:%S CST %Y", MORNING),
        ("02-3月 -26 09.30.00.000000 上午", "%d-%m月 -%y %I.%M.%S.%f %p", MORNING),
        ("02-3月 -26 09.30.00.000000 下午", "%d-%m月 -%y %I.%M.%S.%f %p", "2026-03-02T21:30:00+08:00"),
        # kinder than strptime: seconds or their fraction missing, seven digits of it, a day's end, offsets in hours
        ("2026-03-02 09:30", "%Y-%m-%d %H:%M:%S", MORNING),
        ("2026-03-02 09:30:00.0", "%Y-%m-%d %H:%M:%S", MORNING),
        ("2026-03-02 09:30:00", "%Y-%m-%d %H:%M:%S.%f", MORNING),
        ("2026-03-02 09:30:00.1234567", "%Y-%m-%d %H:%M:%S.%f", "2026-03-02T09:30:00.123456+08:00"),
        ("2026-03-02 24:00:00", "%Y-%m-%d %H:%M:%S", "2026-03-03T00:00:00+08:00"),
        ("2026-12-31 24:00", "%Y-%m-%d %H:%M", "2027-01-01T00:00:00+08:00"),
        ("2026-03-02 01:30:00+00", "%Y-%m-%d %H:%M:%S%z", MORNING),
        ("2026-03-02 01:30:00 GMT", "%Y-%m-%d %H:%M:%S %Z", MORNING),
        ("2026-03-02 09:30:00 CST", "%Y-%m-%d %H:%M:%S %Z", MORNING),
        ("2026-03-02 10:30:00 Asia/Tokyo", "%Y-%m-%d %H:%M:%S %Z", MORNING),
        ("2026 061", "%Y %j", DAY),
        # by name
        ("2026-03-02T09:30:00", "iso", MORNING),
        ("2026-03-02 09:30:00,000", "iso", MORNING),
        ("1772415000", "epoch_s", MORNING),
        ("1772415000.0", "epoch_s", MORNING),
        ("1772415000000", "epoch_ms", MORNING),
        ("46083.3958333333", "excel_serial", MORNING),
        ("46083", "excel_serial", DAY),
        ("20260302", "compact", DAY),
        ("202603020930", "compact", MORNING),
        ("20260302093000123", "compact", "2026-03-02T09:30:00.123000+08:00"),
        ("2026年3月2日上午9点30分", "chinese", MORNING),
        ("2026年3月2日 下午9:30:00", "chinese", "2026-03-02T21:30:00+08:00"),
        ("115/03/02", "roc", DAY),
        ("99.3.2", "roc", "2010-03-02T00:00:00+08:00"),
        ("1150302", "roc", DAY),
        ("1150302 093000", "roc", MORNING),
        ("民國115年3月2日 9時30分".replace("時", "时"), "roc", MORNING),
        ("02-MAR-26", "oracle", DAY),
        ("02-MAR-26 09.30.00.000000 AM", "oracle", MORNING),
        ("02-MAR-26 01.30.00.000000 AM +00:00", "oracle", MORNING),
        ("Mar  2 2026  9:30:00:000AM", "sqlserver", MORNING),
        ("Mon Mar 02 09:30:00 GMT+08:00 2026", "java", MORNING),
        ("3/2/2026 9:30 AM", "us", MORNING),
    ],
)
def test_a_time_of_a_known_form_is_read(text: str, form: str, expected: str) -> None:
    assert read(text, form) == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026.3.2 9:30", MORNING),
        ("2026-03-02 01:30:00+00", MORNING),
        ("2026-03-02 09:30:00.1234567 +08:00", "2026-03-02T09:30:00.123456+08:00"),
        ("2026年3月2日 9时30分", MORNING),
        ("20260302093000", MORNING),
        ("115/03/02", DAY),
        ("民国115年3月2日", DAY),
        ("Mon Mar 02 01:30:00 UTC 2026", MORNING),
        ("46083.3958333333", MORNING),
    ],
)
def test_a_form_that_reads_one_way_only_is_read_unasked(text: str, expected: str) -> None:
    assert read(text, "%d.%m.%Y") == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    "text",
    ["03/02/2026", "02-03-26", "1772415000", "1150302", "20260302", "9:30", "2026-02-30", "2026-13-01", "soon", "0"],
)
def test_a_form_that_reads_two_ways_is_a_bad_row(text: str) -> None:
    with pytest.raises(BadEvent) as caught:
        read(text, "%Y-%m-%d %H:%M:%S")
    assert caught.value.reason == "mapping_failed"


def test_a_bad_time_names_the_forms_that_would_read_it() -> None:
    with pytest.raises(BadEvent, match=r"not a time of format iso; us would read it"):
        read("03/20/2026 9:30", "iso")
    assert names_that_read("1150302", ZONE) == ["roc"]
    with pytest.raises(BadEvent, match="no_time"):
        read("0000-00-00 00:00:00", "iso")


@pytest.mark.parametrize("text", ["2026-03-02 09:30:00 PST", "2026-03-02 09:30:00 Mars/Olympus", "2026-03-02 09:30:00 XX"])
def test_a_zone_that_is_not_known_makes_the_row_bad(text: str) -> None:
    with pytest.raises(BadEvent):
        read(text, "%Y-%m-%d %H:%M:%S %Z", "iso")


@pytest.mark.parametrize(
    ("text", "is_empty"),
    [
        ("0000-00-00 00:00:00", True),
        ("0000-00-00", True),
        ("1900-01-01T00:00:00.000", True),
        ("1900-01-01 09:30:00", True),
        ("2026-03-02 00:00:00", False),
    ],
)
def test_a_day_that_stands_for_no_time_is_empty(text: str, is_empty: bool) -> None:
    assert (read(text, "%Y-%m-%d %H:%M:%S", no_time=frozenset({"0000-00-00", "1900-01-01"})) is None) is is_empty


@pytest.mark.parametrize("form", ["yyyy-mm-dd", "%Y %Y", "epoch", ""])
def test_a_pattern_that_is_no_form_is_refused(form: str) -> None:
    with pytest.raises(ValueError, match="pattern"):
        reader_of(form)


@given(st.text(max_size=40), st.sampled_from([*NAMED, "%Y-%m-%d %H:%M:%S", "%d.%m.%y %I%p %Z"]))
def test_any_text_is_a_time_or_a_bad_row(text: str, form: str) -> None:
    try:
        when = read(text, form)
    except BadEvent as error:
        assert error.field == "at"
    else:
        assert when is None or when.tzinfo is not None


@pytest.mark.parametrize(
    ("text", "form", "precision"),
    [
        ("2026-03-02", "iso", "day"),
        ("2026-03-02 09:30", "iso", "minute"),
        ("2026-03-02T09", "iso", "hour"),
        ("2026-03-02 09:30:00", "iso", "second"),
        ("2026-03-02T09:30+08:00", "iso", "minute"),
        ("20260302", "compact", "day"),
        ("202603020930", "compact", "minute"),
        ("2026年3月2日 9时", "chinese", "hour"),
        ("115/03/02", "roc", "day"),
        ("46083", "excel_serial", "day"),
        ("46083.3958333333", "excel_serial", "second"),
        ("1772415000", "epoch_s", "second"),
        ("2026-03-02 09:30", "%Y-%m-%d %H:%M:%S", "minute"),
        ("2026/3/2", "%Y-%m-%d", "day"),
        ("2026 061", "%Y %j", "day"),
    ],
)
def test_a_part_that_is_not_written_was_not_told(text: str, form: str, precision: str) -> None:
    found = Time("at", ("at",), (form,), ZONE).read({"at": text})
    assert found is not None and found.precision == precision


def test_the_mapping_says_how_exact_a_column_is() -> None:
    def told(text: str, **options: Any) -> tuple[str, str]:
        found = Time("at", ("at",), ("iso",), ZONE, **options).read({"at": text})
        assert found is not None
        return found.when.isoformat(), found.precision

    assert told("2026-03-02 09:30:00", precision="day") == (DAY, "day")
    assert told("2026-03-01T20:00:00Z", precision="day") == (DAY, "day")
    assert told("2026-03-02", precision="second") == (DAY, "second")
    assert told("2026-03-02 00:00:00", midnight_is_a_date=True) == (DAY, "day")
    assert told("2026-03-02 09:30:00", midnight_is_a_date=True) == (MORNING, "second")
    assert told("2026-03-02 00:00:00") == (DAY, "second")


def test_the_cell_of_a_date_is_a_day() -> None:
    found = Time("at", ("at",), ("iso",), ZONE).read({"at": CellTime.of(date(2026, 3, 2))})
    assert found == (datetime.fromisoformat(DAY), "day")
