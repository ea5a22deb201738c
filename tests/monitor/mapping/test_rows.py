"""Files of old systems: formats, encodings, and the rows that cost only themselves."""

import gzip
import io
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.mapping import BadMapping, MappedRow, Mapping, map_file, map_objects, map_stream, parse_mapping


def mapping(once: bool = False, **source: object) -> Mapping:
    return parse_mapping(
        "m",
        {
            "source": {"zone": "Asia/Shanghai"} | source,
            "times": {"时间": "iso"},
            "event": [
                {
                    "type": "applied",
                    "id": "{编号}-a",
                    "at": "时间",
                    "case": "{编号}",
                    "region": "430100",
                    "department": "{部门}",
                    "once": once,
                }
            ],
        },
    )


def told(rows: list[MappedRow]) -> list[tuple[int, str]]:
    """(row number, event id, reason or why it was passed over) of each row."""
    return [(row.number, row.error.reason if row.error else row.passed or row.arrivals[0].event.id) for row in rows]


HEADER = "编号,时间,部门,备注\n"
ONE = "1,2026-01-05 09:00:00,公安局,\n"
TWO = "2,2026-01-05 09:05:00,民政局,\n"


@pytest.mark.parametrize(
    ("encoding", "written"), [("utf-8", "utf-8"), ("utf-8", "utf-8-sig"), ("gb18030", "gbk"), ("gb18030", "gb18030")]
)
def test_a_file_is_read_in_its_encoding(encoding: str, written: str) -> None:
    rows = list(map_stream(mapping(encoding=encoding), io.BytesIO((HEADER + ONE).encode(written))))
    assert told(rows) == [(2, "1-a")]
    assert rows[0].arrivals[0].event.department == "公安局"


@pytest.mark.parametrize("name", ["cases.csv", "cases.csv.gz"])
def test_a_gzipped_file_is_read_like_a_plain_one(name: str, tmp_path: Path) -> None:
    data = (HEADER + ONE + TWO).encode()
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    assert told(list(map_file(mapping(), tmp_path / name))) == [(2, "1-a"), (3, "2-a")]


def test_a_bad_row_costs_only_itself() -> None:
    lines = [
        HEADER,
        ONE,
        "3,2026-01-05 09:00:00\n",
        "4,then,公安局,\n",
        "\n",
        '5,2026-01-05 09:00:00,"公安局\n二楼",\n',
        f"6,2026-01-05 09:00:00,{'x' * 200_000},\n",
        "7,2026-01-05 09:00:00,\x00,\n",
        TWO,
    ]
    rows = list(map_stream(mapping(), io.BytesIO("".join(lines).encode())))
    assert told(rows) == [
        (2, "1-a"), (3, "mapping_failed"), (4, "mapping_failed"),
        (5, "blank"), (6, "5-a"), (7, "mapping_failed"), (8, "7-a"), (9, "2-a"),
    ]  # fmt: skip
    letter = rows[2].dead_letter("cases.csv")
    assert (letter.source, letter.field, letter.reason) == ("cases.csv, row 4", "时间", "mapping_failed")
    assert letter.value.decode() == "4,then,公安局,\n"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_bytes_of_another_encoding_cost_their_row_and_are_kept(encoding: str) -> None:
    broken = b"3,2026-01-05 09:00:00," + b"\xff\x80" + b",\n"
    rows = list(
        map_stream(mapping(encoding=encoding), io.BytesIO((HEADER + ONE).encode(encoding) + broken + TWO.encode(encoding)))
    )
    assert told(rows) == [(2, "1-a"), (3, "invalid_utf8"), (4, "2-a")]
    assert rows[1].raw.rstrip() == broken.rstrip()


def test_a_file_of_another_kind_is_refused_with_the_columns_it_has() -> None:
    with pytest.raises(BadMapping) as caught:
        list(map_stream(mapping(), io.BytesIO("编号,日期,部门\n".encode()), "cases.csv"))
    assert "cases.csv: has no column '时间'" in str(caught.value)
    assert "日期" in str(caught.value)
    with pytest.raises(BadMapping, match="twice"):
        list(map_stream(mapping(), io.BytesIO("编号,时间,部门,部门\n".encode())))
    with pytest.raises(BadMapping, match="no column"):
        list(map_stream(mapping(), io.BytesIO(b"")))


def test_a_file_without_a_header_is_read_by_position() -> None:
    made = mapping(columns=["编号", "时间", "部门", "备注"])
    assert told(list(map_stream(made, io.BytesIO((ONE + TWO).encode())))) == [(1, "1-a"), (2, "2-a")]


def test_a_file_of_json_or_json_lines_is_read_object_by_object() -> None:
    one = {"编号": 1, "时间": "2026-01-05 09:00:00", "部门": None}
    array = msgspec.json.encode([one, 5, one | {"编号": 2}])
    expected = [(1, "1-a"), (2, "mapping_failed"), (3, "2-a")]
    assert told(list(map_stream(mapping(format="json"), io.BytesIO(array)))) == expected
    assert told(list(map_objects(mapping(), [one, 5, one | {"编号": 2}]))) == expected
    lines = msgspec.json.encode(one) + b"\n\n{\n" + b"[" * 50_000 + b"\n" + msgspec.json.encode(one).replace(b"1", b"2", 1)
    read = told(list(map_stream(mapping(format="jsonl"), io.BytesIO(lines))))
    assert read == [(1, "1-a"), (3, "invalid_json"), (4, "invalid_json"), (5, "2-a")]
    with pytest.raises(BadMapping, match="not JSON"):
        list(map_stream(mapping(format="json"), io.BytesIO(b"{")))


def test_a_mapping_with_once_keeps_the_first_of_each_id_in_a_file() -> None:
    data = (HEADER + ONE + ONE + TWO).encode()
    rows = list(map_stream(mapping(once=True), io.BytesIO(data)))
    assert [len(row.arrivals) for row in rows] == [1, 0, 1]


@pytest.mark.parametrize("damage", [b"no gzip at all", gzip.compress(b"x" * 9000)[:40]])
def test_a_damaged_gzip_file_is_refused(damage: bytes, tmp_path: Path) -> None:
    (tmp_path / "cases.csv.gz").write_bytes(damage)
    with pytest.raises(BadMapping, match=r"cases\.csv\.gz"):
        list(map_file(mapping(), tmp_path / "cases.csv.gz"))
    with pytest.raises(BadMapping, match=r"absent\.csv"):
        list(map_file(mapping(), tmp_path / "absent.csv"))


@given(st.binary(max_size=300), st.sampled_from(["csv", "json", "jsonl"]), st.sampled_from(["utf-8", "gb18030"]))
def test_any_bytes_are_read_row_by_row_or_refused(data: bytes, kind: str, encoding: str) -> None:
    head = HEADER.encode(encoding) if kind == "csv" else b""
    try:
        rows = list(map_stream(mapping(format=kind, encoding=encoding), io.BytesIO(head + data)))
    except BadMapping:
        assert kind == "json"
        return
    for row in rows:
        assert row.arrivals or row.error or row.passed
        if row.error:
            assert row.dead_letter("x").reason
