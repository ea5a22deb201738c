"""Rows with names of their own: JSON, XML, event logs, Parquet, SQLite."""

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pyarrow
import pyarrow.parquet
import pytest

from monitor.mapping import BadMapping, Mapping, map_file, parse_mapping
from tests.monitor.mapping.files import mapping, read, told

ONE = {"no": "A-1", "at": "2026-03-02 09:30:00", "dept": "公安局"}
TWO = {"no": "A-2", "at": "2026-03-03 10:00:00", "dept": "民政局"}
BOTH = [(1, "A-1"), (2, "A-2")]


def of_json(folder: Path, data: object, made: Mapping | None = None) -> list[tuple[int, str]]:
    (folder / "in.json").write_bytes(data if isinstance(data, bytes) else msgspec.json.encode(data))
    return read(folder / "in.json", made or mapping({"format": "json"}))


def test_json_is_read_at_a_path_and_its_columns_inside_objects(tmp_path: Path) -> None:
    deep = [{"no": "A-1", "unit": {"name": "公安局"}, "steps": [{"t": "2026-03-02 09:30:00"}], "a.b": 1}]
    made = mapping(
        {"format": "json", "rows": "data.rows"}, times={"steps.0.t": "iso"}, at="steps.0.t", department="{unit.name}{a.b}"
    )
    (tmp_path / "in.json").write_bytes(msgspec.json.encode({"code": 0, "data": {"rows": deep}}))
    (row,) = map_file(made, tmp_path / "in.json")
    assert (row.arrivals[0].event.department, row.arrivals[0].event.at.minute) == ("公安局1", 30)


def test_rows_at_another_path_are_named(tmp_path: Path) -> None:
    wrapped = {"code": 0, "data": {"rows": [ONE], "total": 1}}
    with pytest.raises(BadMapping, match=r'rows = "data\.rows" in \[source\]'):
        of_json(tmp_path, wrapped)
    with pytest.raises(BadMapping, match=r"no list at rows = 'data\.list'; lists of rows are at: data\.rows"):
        of_json(tmp_path, wrapped, mapping({"format": "json", "rows": "data.list"}))
    assert of_json(tmp_path, ONE) == BOTH[:1]


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_a_column_that_no_row_has_is_an_error_as_in_csv(form: str, tmp_path: Path) -> None:
    lines = msgspec.json.encode([ONE, TWO]) if form == "json" else b"\n".join(map(msgspec.json.encode, (ONE, TWO)))
    with pytest.raises(BadMapping, match=r"has no column 'depth'.*columns found: no, at, dept"):
        of_json(tmp_path, lines, mapping({"format": form}, department="{depth}"))
    assert of_json(tmp_path, lines, mapping({"format": form, "optional": ["depth"]}, department="{depth}")) == BOTH
    some = [ONE, {key: value for key, value in TWO.items() if key != "dept"}, TWO | {"dept": None}]
    assert len(of_json(tmp_path, some)) == 3
    assert of_json(tmp_path, []) == []


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_a_file_with_a_few_of_the_kinds_may_lack_the_columns_of_the_others(form: str, tmp_path: Path) -> None:
    rows = [{"t": "applied", "no": "A-1", "at": "2026-03-02 09:30:00"}, {"t": "accepted", "no": "", "at": "2026-03-02 09:30:00"}]
    lines = msgspec.json.encode(rows) if form == "json" else b"\n".join(map(msgspec.json.encode, rows))
    kinds = {"applied": {"type": "applied"}, "accepted": {"type": "accepted"}, "rated": {"type": "rated", "score": "{score}"}}
    many = {
        "source": {"format": form, "zone": "Asia/Shanghai"},
        "times": {"at": "iso"},
        "common": {"case": "{no}", "region": "430100"},
        "event": [{"by": "t", "id": "{no}-{t}", "at": "at", "kinds": kinds}],
    }
    file = tmp_path / "in"
    file.write_bytes(lines)
    good, bad = map_file(parse_mapping("kinds", many), file)
    assert [arrival.event.case for arrival in good.arrivals] == ["A-1"]
    assert bad.error is not None
    assert (bad.error.reason, bad.error.field) == ("missing_field", "case"), "an acceptance without a case is a bad row"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b'[{"no":"A-1"},]', "leave out the comma"),
        (b'{"no":"A-1"}\n{"no":"A-2"}\n', 'format = "jsonl"'),
        (b"no,at,dept\nA-1,x,y\n", 'format = "csv"'),
        (b'[{"no":', "is not JSON"),
    ],
)
def test_a_file_that_is_no_json_names_its_mend(text: bytes, said: str, tmp_path: Path) -> None:
    with pytest.raises(BadMapping, match=said):
        of_json(tmp_path, text)


def test_json_that_the_mapping_calls_csv_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(msgspec.json.encode([ONE]))
    with pytest.raises(BadMapping, match='format = "json"'):
        read(tmp_path / "in.csv")


def test_a_number_that_json_does_not_have_costs_its_row_or_is_empty(tmp_path: Path) -> None:
    text = b'[{"no":"A-1","at":"2026-03-02 09:30:00","dept":NaN},{"no":"A-2","at":"2026-03-02 09:30:00","dept":"x"}]'
    assert of_json(tmp_path, text) == [(1, "invalid_json"), (2, "A-2")]
    assert of_json(tmp_path, text, mapping({"format": "json", "empty": ["NaN"]})) == BOTH
    assert of_json(tmp_path, text[1:].replace(b"},{", b"}\n{")[:-1], mapping({"format": "jsonl"})) == [
        (1, "invalid_json"),
        (2, "A-2"),
    ]


XML = """<?xml version="1.0" encoding="{encoding}"?>
<rows><row><no>A-1</no><at>2026-03-02 09:30:00</at><dept>公安局</dept></row>
<row><no>A-2</no><at>2026-03-03 10:00:00</at><dept>民政局</dept></row></rows>"""


@pytest.mark.parametrize(
    ("declared", "written"), [("GBK", "gbk"), ("UTF-8", "utf-8"), ("UTF-8", "utf-8-sig"), ("UTF-16", "utf-16")]
)
def test_xml_is_read_in_the_encoding_it_declares(declared: str, written: str, tmp_path: Path) -> None:
    (tmp_path / "in.xml").write_bytes(XML.format(encoding=declared).encode(written))
    found = list(map_file(mapping(), tmp_path / "in.xml"))
    assert told(found) == BOTH
    assert found[1].arrivals[0].event.department == "民政局"


def test_xml_is_read_at_a_path_with_attributes_and_what_lies_inside(tmp_path: Path) -> None:
    text = """<n:response xmlns:n="urn:x"><code>0</code><n:data><n:case no="A-1"><unit><name>公安局</name></unit>
    <step><t>2026-03-02 09:30:00</t></step><step><t>2026-03-03 09:30:00</t></step></n:case></n:data></n:response>"""
    (tmp_path / "in.xml").write_text(text, "utf-8")
    made = {"times": {"step.0.t": "iso"}, "at": "step.0.t", "department": "{unit.name}"}
    for path in ("data/case", "response.data.case"):
        assert read(tmp_path / "in.xml", mapping({"format": "xml", "rows": path}, **made)) == BOTH[:1]
    with pytest.raises(BadMapping, match='rows = "response/data/case"'):
        read(tmp_path / "in.xml", mapping({"format": "xml"}, **made))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<rows><row><no>A-1</no>", "is not whole XML"),
        ('<!DOCTYPE r [<!ENTITY a "aaaa">]><rows><row><no>&a;</no></row></rows>', "entities of its own"),
        ("<rows><row><no>A-1</no></row></rows>", "has no column 'at'"),
    ],
)
def test_xml_that_cannot_be_used_is_told_why(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "in.xml").write_text(text, "utf-8")
    with pytest.raises(BadMapping, match=said):
        read(tmp_path / "in.xml")


def xes_event(name: str, day: int) -> str:
    when = f"2026-03-{day:02}T09:30:00.000+08:00"
    return f'<event><string key="concept:name" value="{name}"/><date key="time:timestamp" value="{when}"/></event>'


def xes_trace(name: str, *events: str) -> str:
    return f'<trace><string key="concept:name" value="{name}"/>{"".join(events)}</trace>'


def test_an_event_log_is_read_event_by_event_with_its_case(tmp_path: Path) -> None:
    traces = xes_trace("A-1", xes_event("受理", 2), xes_event("办结", 4)) + xes_trace("A-2", xes_event("受理", 3))
    head = '<log xes.version="1.0" xmlns="http://www.xes-standard.org/"><string key="concept:name" value="log"/>'
    (tmp_path / "in.xes").write_text(f"{head}{traces}</log>", "utf-8")
    names = {"case": "{case:concept:name}", "id": "{case:concept:name}-{concept:name}", "department": "x"}
    found = list(map_file(mapping(times={"time:timestamp": "iso"}, at="time:timestamp", **names), tmp_path / "in.xes"))
    assert [row.arrivals[0].event.id for row in found] == ["A-1-受理", "A-1-办结", "A-2-受理"]


def test_parquet_is_read_with_the_types_it_has(tmp_path: Path) -> None:
    at = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
    table = pyarrow.table(
        {
            "no": [1, 2, 3],
            "at": [at, None, at],
            "dept": [{"n": "公安局"}] * 3,
            "day": [date(2026, 3, 2)] * 3,
            "x": [Decimal("1.50")] * 3,
        }
    )
    pyarrow.parquet.write_table(table, tmp_path / "in.parquet")
    made = mapping(department="{dept.n}{x}")
    found = list(map_file(made, tmp_path / "in.parquet"))
    assert told(found) == [(1, "1"), (2, "mapping_failed"), (3, "3")]
    event = found[0].arrivals[0].event
    assert (event.at, event.department) == (at, "公安局1.50")
    local = mapping(times={"day": "iso"}, at="day", department="x")
    assert next(iter(map_file(local, tmp_path / "in.parquet"))).arrivals[0].event.at.isoformat() == "2026-03-02T00:00:00+08:00"
    (tmp_path / "in.parquet").write_bytes((tmp_path / "in.parquet").read_bytes()[:-9])
    with pytest.raises(BadMapping, match="once more"):
        read(tmp_path / "in.parquet")


def database(path: Path, **tables: list[tuple[Any, ...]]) -> Path:
    with closing(sqlite3.connect(path)) as base:
        for name, rows in tables.items():
            quoted = '"' + name.replace('"', '""') + '"'
            base.execute(f"CREATE TABLE {quoted} (no, at, dept)")
            base.executemany(f"INSERT INTO {quoted} VALUES (?, ?, ?)", rows)
        base.commit()
    return path


def test_a_table_of_sqlite_is_read(tmp_path: Path) -> None:
    rows = [tuple(ONE.values()), tuple(TWO.values())]
    one = database(tmp_path / "one.db", cases=rows)
    with closing(sqlite3.connect(one)) as base:
        base.execute("CREATE TABLE other (a, b)")
        base.execute("CREATE VIEW empty AS SELECT 1 AS one")
        base.commit()
    assert read(one) == BOTH
    two = database(tmp_path / "two.db", cases=rows, **{'old "cases"': rows[:1]})
    assert read(two, mapping({"format": "sqlite", "table": 'old "cases"'})) == BOTH[:1]
    with pytest.raises(BadMapping, match="has 2 tables with these columns: name one"):
        read(two)
    with pytest.raises(BadMapping, match="has no table 'case'; it has cases"):
        read(two, mapping({"table": "case"}))
    (tmp_path / "cut.db").write_bytes(one.read_bytes()[:5000])
    with pytest.raises(BadMapping):
        read(tmp_path / "cut.db")


def test_rows_of_csv_and_objects_agree(tmp_path: Path) -> None:
    """The same rows in any kind of file are the same events."""
    (tmp_path / "in.csv").write_text("no,at,dept\n" + "".join(f"{','.join(row.values())}\n" for row in (ONE, TWO)), "utf-8")
    (tmp_path / "in.xml").write_text(XML.format(encoding="utf-8"), "utf-8")
    (tmp_path / "in.json").write_bytes(msgspec.json.encode([ONE, TWO]))
    database(tmp_path / "in.db", cases=[tuple(ONE.values()), tuple(TWO.values())])
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist([ONE, TWO]), tmp_path / "in.parquet")
    made = {"csv": mapping(), "json": mapping({"format": "json"})}
    told_by = {
        path.suffix: [row.arrivals for row in map_file(made.get(path.suffix[1:], made["csv"]), path)]
        for path in tmp_path.glob("in.*")
    }
    assert len(told_by) == 5
    assert all(arrivals == told_by[".csv"] for arrivals in told_by.values())
