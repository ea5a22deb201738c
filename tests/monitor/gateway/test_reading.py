"""Bodies into events: every defect answered with its place, nothing taken by halves."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.door.limits import MOST_EVENTS
from monitor.gateway.defects import read_event
from monitor.gateway.reading import BodyRefused, read_events, read_rows
from monitor.gateway.tokens import Source, new_token, parse_tokens
from monitor.mapping import parse_mapping
from monitor.wire import encode_json
from tests.monitor.gateway.records import accepted, act, applied

(SOURCE,) = parse_tokens(new_token("w", ("4301",)).table, "t")
MAPPING = parse_mapping(
    "old",
    {
        "source": {"zone": "Asia/Shanghai", "encoding": "gb18030", "delimiter": ";"},
        "times": {"t": "iso"},
        "event": [{"type": "applied", "id": "{no}-a", "at": "t", "case": "{no}", "region": "{region}", "department": "{dept}"}],
    },
)


def refusal(body: bytes, source: Source = SOURCE) -> tuple[int, list[tuple[int | None, str, str]]]:
    with pytest.raises(BodyRefused) as caught:
        read_events(body, source)
    return caught.value.status, [(fault.index, fault.field, fault.reason) for fault in caught.value.faults]


def test_a_body_may_be_one_event_or_an_array_of_them() -> None:
    one, two = applied("A-1"), accepted("A-1")
    assert read_events(encode_json(one), SOURCE) == [one]
    assert read_events(b" \n" + encode_json([one, two]), SOURCE) == [one, two]


GOOD = encode_json(applied("A-1")).decode()
ACT = encode_json(act("alert_revoked")).decode()


@pytest.mark.parametrize(
    ("body", "status", "fault"),
    [
        ("", 400, (0, "", "invalid_json")),
        ("{", 400, (0, "", "invalid_json")),
        ("[{", 400, (None, "", "invalid_json")),
        ("[" * 100_000, 400, (None, "", "invalid_json")),
        ('{"a":' * 100_000, 400, (0, "", "invalid_json")),
        ("[]", 422, (None, "", "invalid_field")),
        ("1", 422, (0, "type", "unknown_type")),
        (f"[{GOOD},1]", 422, (1, "type", "unknown_type")),
        (f'[{GOOD},{{"type":"tick"}}]', 422, (1, "type", "forbidden_type")),
        (f"[{GOOD},{ACT}]", 403, (1, "type", "forbidden_type")),
        (f'[{GOOD},{{"type":"applied"}}]', 422, (1, "id", "missing_field")),
        (GOOD.replace('"region"', '"regoin"'), 422, (0, "regoin", "unknown_field")),
        (GOOD.replace("2026-", "9999-"), 422, (0, "at", "impossible_time")),
        (GOOD.replace("2026-", "1900-"), 422, (0, "at", "impossible_time")),
        (GOOD.replace("01:30:00Z", "01:30:00"), 422, (0, "at", "invalid_field")),
        (GOOD.replace("430100", "440100"), 403, (0, "region", "out_of_scope")),
        (f"[{','.join([GOOD] * (MOST_EVENTS + 1))}]", 413, (None, "", "too_large")),
    ],
)
def test_a_defect_of_a_body_is_refused_with_its_place(body: str, status: int, fault: tuple[int | None, str, str]) -> None:
    found, faults = refusal(body.encode())
    assert (found, faults[0]) == (status, fault)


def _without(key: str, **more: object) -> dict[str, object]:
    whole = msgspec.json.decode(GOOD) | more
    return {name: value for name, value in whole.items() if name != key}


ACCEPTED = msgspec.json.decode(encode_json(accepted("A-1")))


@pytest.mark.parametrize(
    ("event", "faults"),
    [
        (
            {"type": "applied"},
            [("id", "missing_field"), ("at", "missing_field"), ("region", "missing_field"), ("case", "missing_field")],
        ),
        (_without("region", regoin="430100"), [("regoin", "unknown_field"), ("region", "missing_field")]),
        (ACCEPTED | {"promised": "10 days"}, [("promised", "invalid_field")]),
        (ACCEPTED | {"promised": "-5wd", "statutory": "9999y"}, [("promised", "invalid_field"), ("statutory", "invalid_field")]),
        (ACCEPTED | {"case": "tally:x"}, [("case", "forbidden_type")]),
        (ACCEPTED | {"case": ""}, [("case", "missing_field")]),
        (
            ACCEPTED | {"case": "", "promised": "soon", "at": "1999-01-01T00:00:00Z", "channel": "fax", "extra": None},
            [
                ("extra", "unknown_field"),
                ("at", "impossible_time"),
                ("channel", "invalid_field"),
                ("case", "missing_field"),
                ("promised", "invalid_field"),
            ],
        ),
        (ACCEPTED | {"case": 5, "id": None}, [("id", "invalid_field"), ("case", "invalid_field")]),
    ],
)
def test_everything_that_is_wrong_with_an_event_is_answered_at_once(
    event: dict[str, object], faults: list[tuple[str, str]]
) -> None:
    assert refusal(msgspec.json.encode(event)) == (422, [(0, *fault) for fault in faults])


def test_the_defects_of_all_events_of_an_array_are_answered_with_what_is_not_the_sources() -> None:
    foreign, bad = encode_json(applied("A-2", region="440100")).decode(), '{"type":"tick"}'
    status, faults = refusal(f"[{bad},{foreign},{GOOD},{bad}]".encode())
    assert status == 422
    assert faults == [(0, "type", "forbidden_type"), (1, "region", "out_of_scope"), (3, "type", "forbidden_type")]
    many = refusal(f"[{','.join([bad] * 500)}]".encode())[1]
    assert [index for index, *_ in many] == list(range(500)), "no error is left off"


@pytest.mark.parametrize(
    ("twice", "field"),
    [('"case":"A-2"', "case"), ('"region":"110101"', "region"), ('"type":"consulted"', "type"), ('"id":"x"', "id")],
)
def test_a_key_that_is_there_twice_is_refused_since_nobody_knows_which_counts(twice: str, field: str) -> None:
    assert refusal(f"{GOOD[:-1]},{twice}}}".encode()) == (422, [(0, field, "invalid_field")])


def test_a_mark_before_utf_8_is_passed_over() -> None:
    assert read_events(b"\xef\xbb\xbf" + GOOD.encode(), SOURCE) == [applied("A-1")]
    assert read_events(b"\xef\xbb\xbf[" + GOOD.encode() + b"]", SOURCE) == [applied("A-1")]


def test_a_body_in_gbk_is_refused_as_such() -> None:
    status, faults = refusal(GOOD.encode("gb18030"))
    assert (status, faults[0][2]) == (400, "invalid_utf8")


@given(
    st.binary(max_size=200)
    | st.recursive(st.none() | st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)).map(
        encode_json
    )
)
def test_any_body_is_read_or_refused(body: bytes) -> None:
    try:
        read_events(body, SOURCE)
    except BodyRefused as refused:
        assert 400 <= refused.status < 500
        assert refused.faults


ROW = {"no": "7", "t": "2026-03-02 09:30:00", "region": "430100", "dept": "公安局"}


def test_rows_as_json_lines_and_csv_tell_the_same() -> None:
    csv = "no;t;region;dept\n7;2026-03-02 09:30:00;430100;公安局\n".encode("gb18030")
    bodies = [
        (msgspec.json.encode(ROW), "application/json"),
        (msgspec.json.encode([ROW]), "application/json"),
        (msgspec.json.encode(ROW) + b"\n", "application/x-ndjson"),
        (csv, "text/csv"),
    ]
    read = [read_rows(body, kind, MAPPING, keep_bad=False) for body, kind in bodies]
    assert all(found == read[0] for found in read)
    ((index, event),) = read[0][0]
    assert (index, event.id, event.department) == (0, "7-a", "公安局")


def test_bad_rows_are_refused_or_set_aside() -> None:
    body = msgspec.json.encode([ROW, ROW | {"t": "yesterday"}, 5])
    with pytest.raises(BodyRefused) as caught:
        read_rows(body, "application/json", MAPPING, keep_bad=False)
    assert [(fault.index, fault.field) for fault in caught.value.faults] == [(1, "t"), (2, "")]
    events, bad = read_rows(body, "application/json", MAPPING, keep_bad=True)
    assert len(events) == 1
    assert [row.number for row in bad] == [1, 2]
    assert msgspec.json.decode(bad[0].raw)["t"] == "yesterday"


def test_a_csv_without_the_columns_is_refused_whole() -> None:
    with pytest.raises(BodyRefused) as caught:
        read_rows(b"no;t\n7;x\n", "text/csv", MAPPING, keep_bad=True)
    assert caught.value.status == 422
    assert "region" in caught.value.faults[0].message


(PROVINCE,) = parse_tokens(new_token("p", ("43",), numbered_by=("湖南省", "国家平台")).table, "t")


def test_events_and_rows_that_name_nobody_are_numbered_by_the_first_the_token_lists() -> None:
    branch = {"type": "branch_opened", "id": "b", "case": "A-1", "at": "2026-03-02T09:30:00+08:00", "region": "430100"}
    bodies = [GOOD, GOOD[:-1] + ',"numbered_by":"国家平台"}', msgspec.json.encode(branch | {"department": "消防支队"}).decode()]
    read = read_events(f"[{','.join(bodies)}]".encode(), PROVINCE)
    assert [event.numbered_by for event in read] == ["湖南省", "国家平台", "湖南省"]
    ((_, row),) = read_rows(msgspec.json.encode(ROW), "application/json", MAPPING, keep_bad=False, source=PROVINCE)[0]
    assert row.numbered_by == "湖南省"


def test_an_act_and_attendance_are_left_as_they_came() -> None:
    (office,) = parse_tokens(new_token("o", ("43",), office=True, numbered_by=("湖南省",)).table, "t")
    opened = '{"type":"window_opened","id":"w","at":"2026-03-02T09:00:00+08:00","region":"430100","window":"A01"}'
    read = read_events(f"[{ACT},{opened}]".encode(), office)
    assert [event.numbered_by for event in read] == ["", ""]


def test_a_case_that_somebody_else_numbers_is_refused_beside_all_else_that_is_wrong() -> None:
    foreign = GOOD[:-1] + ',"numbered_by":"430104-公安局"}'
    assert refusal(foreign.encode(), PROVINCE) == (403, [(0, "numbered_by", "out_of_scope")])
    (district,) = parse_tokens(new_token("d", ("430100",)).table, "t")
    assert refusal(foreign.encode(), district) == (403, [(0, "numbered_by", "out_of_scope")])
    both = f"[{foreign},{GOOD.replace('A-1', '')}]"
    assert [each for each in refusal(both.encode(), district)[1] if each[0] == 0] == [(0, "numbered_by", "out_of_scope")]


@pytest.mark.parametrize("at", ["", "2651-04-13T00:00:00+08:00", None])
def test_an_inexact_time_that_is_none_is_refused_with_what_else_is_wrong(at: str | None) -> None:
    told = {"type": "accepted", "id": "1", "region": "430102", "case": "A-1", "precision": "day", "promised": "soon"}
    found = read_event(json.dumps(told if at is None else {**told, "at": at}).encode())
    assert isinstance(found, list)
    assert sorted({error.field for error in found}) == ["at", "promised"]
