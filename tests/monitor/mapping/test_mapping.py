"""Rows into events: values, conditions, times, codes, and what becomes of a bad row."""

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.mapping import Mapping, parse_mapping
from rules.errors import BadEvent
from rules.events import Accepted, Applied, Concluded, Extended, StageLeft

BASE: dict[str, Any] = {
    "source": {"zone": "America/New_York", "empty": ["-"]},
    "times": {"t": {"formats": ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"]}, "end": "iso", "got": "iso"},
    "codes": {"channel": {"1": "hall", "2": "online"}},
    "common": {"case": "{no}", "region": "250250", "channel": {"column": "ch", "codes": "channel"}},
    "event": [{"type": "applied", "id": "{no}-applied", "at": "t"}],
}
ROW: dict[str, object] = {"no": "7", "t": "2015-01-02 09:30:00", "ch": "2", "end": "", "got": ""}


def mapping(**changes: Any) -> Mapping:
    return parse_mapping("m", copy.deepcopy(BASE) | changes)


def event(type: str, **fields: Any) -> dict[str, Any]:
    return {"type": type, "id": f"{{no}}-{type}", "at": "t"} | fields


def failure(made: Mapping, row: dict[str, object]) -> tuple[str, str]:
    with pytest.raises(BadEvent) as caught:
        made.events(row)
    return caught.value.reason, caught.value.field


def test_one_row_makes_one_event() -> None:
    (arrival,) = mapping().events(ROW)
    at = datetime(2015, 1, 2, 14, 30, tzinfo=UTC)
    assert arrival.event == Applied(id="7-applied", at=at, region="250250", case="7", channel="online")
    assert arrival.arrived == at.timestamp() * 1000


def test_a_row_makes_each_event_whose_columns_say_so() -> None:
    made = mapping(
        arrived="got",
        skip=[{"column": "state", "in": ["0", "20", "21"]}],
        event=[
            event("applied"),
            event("accepted", when={"column": "state", "not_in": ["9"]}, promised="{days}wd"),
            event("concluded", at="end", arrived="end", when=[{"column": "end", "empty": False}], how="withdrawn"),
        ],
    )
    row = ROW | {"state": "6", "days": "10", "got": "2015-01-05T08:00:00-05:00"}
    kinds = [type(arrival.event) for arrival in made.events(row)]
    assert kinds == [Applied, Accepted]
    applied, accepted, concluded = made.events(row | {"end": "2015-01-03 10:00:00"})
    assert accepted.event.promised == "10wd"  # type: ignore[union-attr]
    assert isinstance(concluded.event, Concluded)
    assert concluded.event.how == "withdrawn"
    assert applied.arrived == accepted.arrived == datetime(2015, 1, 5, 13, tzinfo=UTC).timestamp() * 1000
    assert concluded.arrived == datetime(2015, 1, 3, 15, tzinfo=UTC).timestamp() * 1000
    assert [type(arrival.event) for arrival in made.events(row | {"state": "9"})] == [Applied]
    assert made.events(row | {"state": "20"}) == []


def test_the_activity_of_a_row_chooses_the_type_of_its_event() -> None:
    chosen = {
        "by": "act",
        "id": "{no}-{seq}",
        "at": "t",
        "kinds": {"A": {"type": "applied"}, "R": {"type": "stage_left", "stage": "review", "action": "return"}},
    }
    row = ROW | {"seq": "3"}
    (arrival,) = mapping(event=[chosen]).events(row | {"act": "R"})
    assert arrival.event == StageLeft(
        id="7-3", at=arrival.event.at, region="250250", case="7", channel="online", stage="review", action="return"
    )
    assert failure(mapping(event=[chosen]), row | {"act": "X"}) == ("mapping_failed", "act")
    assert mapping(event=[chosen | {"others": "skip"}]).events(row | {"act": "X"}) == []


def test_days_between_two_times_are_local_days() -> None:
    made = mapping(
        event=[
            event("accepted", statutory={"days": ["t", "end"], "minus": 42, "unit": "d"}),
            event("extended", days={"days": ["t", "end"], "minus": 56}, when={"days": ["t", "end"], "equals": 98}),
        ]
    )
    start = datetime(2015, 1, 2, 23, 30)  # noqa: DTZ001  # a wall-clock time, as the file has it
    row = ROW | {"t": f"{start:%F %T}", "end": f"{start + timedelta(98):%F} 00:10"}
    accepted, extended = (arrival.event for arrival in made.events(row))
    assert isinstance(accepted, Accepted)
    assert accepted.statutory == "56d"
    assert isinstance(extended, Extended)
    assert extended.days == 42
    (only,) = made.events(row | {"end": f"{start + timedelta(97):%F} 00:10"})
    assert isinstance(only.event, Accepted)
    assert failure(made, row | {"end": "2015-01-03"}) == ("mapping_failed", "end")


@pytest.mark.parametrize(
    ("change", "reason", "field"),
    [
        ({"t": "02.01.2015"}, "mapping_failed", "t"),
        ({"t": "-"}, "mapping_failed", "t"),
        ({"t": None}, "mapping_failed", "t"),
        ({"t": "1900-01-01 00:00"}, "impossible_time", "at"),
        ({"t": "9999-12-31 23:59:59"}, "impossible_time", "at"),
        ({"ch": "3"}, "mapping_failed", "ch"),
        ({"no": {"a": 1}}, "mapping_failed", "no"),
        ({"no": "x" * 300}, "invalid_field", "id"),
        ({"no": "\udc81"}, "invalid_utf8", "no"),
    ],
)
def test_a_bad_row_names_its_column(change: dict[str, object], reason: str, field: str) -> None:
    assert failure(mapping(), ROW | change) == (reason, field)


def test_a_row_is_taken_whole_or_not_at_all() -> None:
    made = mapping(event=[event("applied"), event("concluded", at="end", when={"column": "end", "empty": False})])
    assert failure(made, ROW | {"end": "soon"}) == ("mapping_failed", "end")


def test_a_field_takes_its_value_from_columns_templates_and_codes() -> None:
    made = mapping(
        codes={"n": {"a": 5}},
        common={"case": "A-{y}-{no}", "region": "250250"},
        event=[
            event("rated", score={"column": "s", "codes": "n", "other": 1}, window="{w}", terminal="x{missing}"),
            event("not_accepted", reason={"column": "opinion", "cut": 3}, operator={"column": "w"}),
            event("fee_charged", amount_fen="{fen}"),
        ],
    )
    row = ROW | {"y": 2015, "s": "a", "w": "  3 ", "opinion": "abcdef", "fen": 120}
    rated, refused, fee = (arrival.event for arrival in made.events(row))
    assert (rated.case, rated.score, rated.window, rated.terminal) == ("A-2015-7", 5, "3", "")  # type: ignore[union-attr]
    assert (refused.reason, refused.operator) == ("abc", "3")  # type: ignore[union-attr]
    assert fee.amount_fen == 120  # type: ignore[union-attr]
    assert made.events(row | {"s": "zz"})[0].event.score == 1  # type: ignore[union-attr]


def test_an_empty_code_leaves_the_field_to_its_default() -> None:
    assert mapping().events(ROW | {"ch": ""})[0].event.channel == "hall"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2015-03-08 02:30:00", "2015-03-08T07:30:00+00:00"),  # the missing hour: with the offset before the change
        ("2015-11-01 01:30:00", "2015-11-01T05:30:00+00:00"),  # the repeated hour: the first one
        ("2015-07-01 12:00", "2015-07-01T16:00:00+00:00"),
    ],
)
def test_a_time_in_the_hours_of_the_clock_change_is_read(text: str, expected: str) -> None:
    assert mapping().events(ROW | {"t": text})[0].event.at == datetime.fromisoformat(expected)


@given(st.datetimes(datetime(2000, 1, 2), datetime(2099, 12, 30), timezones=st.just(UTC)))  # noqa: DTZ001
def test_every_format_reads_the_same_instant(when: datetime) -> None:
    when = when.replace(microsecond=0)
    seconds = int(when.timestamp())
    times = {
        "a": "iso",
        "b": "epoch_s",
        "c": "epoch_ms",
        "d": "%d.%m.%Y %H:%M:%S %z",
        "e": {"columns": ["day", "time"], "formats": ["%Y%m%d %H%M%S"]},
    }
    made = mapping(
        source={"zone": "UTC"},
        times=times,
        common={"region": "250250"},
        event=[event("applied", id=f"{name}", at=name, case="A-1") for name in times],
    )
    row = {
        "a": when.isoformat(), "b": str(seconds), "c": seconds * 1000, "d": f"{when:%d.%m.%Y %H:%M:%S} +0000",
        "day": f"{when:%Y%m%d}", "time": f"{when:%H%M%S}",
    }  # fmt: skip
    arrivals = made.events(row)
    assert len(arrivals) == 5
    assert {arrival.event.at for arrival in arrivals} == {when}


@given(
    st.dictionaries(
        st.sampled_from(["no", "t", "ch", "end"]),
        st.text() | st.integers() | st.none() | st.floats() | st.booleans() | st.lists(st.text()),
    )
)
def test_any_row_gives_events_or_a_bad_event(change: dict[str, object]) -> None:
    try:
        arrivals = mapping().events(ROW | change)
    except BadEvent as error:
        assert error.reason
    else:
        assert len(arrivals) == 1
