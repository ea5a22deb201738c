"""Encodings: byte order marks, units that are no characters, and a wrong encoding named with the likely right one."""

from pathlib import Path

import pytest

from monitor.mapping import BadMapping, map_file
from tests.monitor.mapping.files import CSV, GOOD, mapping, read, told


@pytest.mark.parametrize(
    ("declared", "written"),
    [
        ("utf-8", "utf-8-sig"),
        ("gb18030", "utf-8-sig"),
        ("utf-8", "utf-16"),
        ("gb18030", "utf-16"),
        ("utf-16-le", "utf-16"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("big5", "big5"),
        ("gb18030", "gbk"),
    ],
)
def test_a_file_is_read_by_its_byte_order_mark_or_the_mapping(declared: str, written: str, tmp_path: Path) -> None:
    text = CSV.replace("公安局", "警局").replace("民政局", "民政局")
    (tmp_path / "in.csv").write_bytes(text.encode(written))
    assert read(tmp_path / "in.csv", mapping({"encoding": declared})) == GOOD


def test_utf8_that_the_mapping_calls_gbk_is_refused_with_the_mend(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(CSV, "utf-8")
    with pytest.raises(BadMapping, match='is UTF-8, not gb18030: encoding = "utf-8"'):
        read(tmp_path / "in.csv", mapping({"encoding": "gb18030"}))


@pytest.mark.parametrize("encoding", ["gb18030", "big5"])
def test_rows_of_another_encoding_are_bad_and_name_the_likely_one(encoding: str, tmp_path: Path) -> None:
    text = CSV.replace("公安局", "經濟發展局") if encoding == "big5" else CSV
    (tmp_path / "in.csv").write_bytes(text.encode(encoding))
    found = list(map_file(mapping(), tmp_path / "in.csv"))
    assert told(found) == [(2, "invalid_utf8"), (3, "invalid_utf8")]
    assert f'encoding = "{encoding}"' in str(found[0].error)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16-le", "utf-16-be"])
def test_a_heading_of_another_encoding_names_the_one_that_reads_it(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(CSV.replace("no", "编号").replace("dept", "部门").encode(encoding))
    made = mapping(id="{编号}-a", case="{编号}", department="{部门}")
    with pytest.raises(BadMapping, match=f'encoding = "{encoding}"'):
        read(tmp_path / "in.csv", made)


def test_a_heading_that_is_simply_wrong_blames_no_encoding(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(CSV.replace("dept", "unit"), "utf-8")
    with pytest.raises(BadMapping) as caught:
        read(tmp_path / "in.csv")
    assert "encoding" not in str(caught.value)


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_character_cut_in_two_costs_its_row(quote: str, tmp_path: Path) -> None:
    cut = f"A-1,2026-03-02 09:30:00,{quote}公安局".encode("gbk")[:-1] + quote.encode() + b"\n"
    (tmp_path / "in.csv").write_bytes(b"no,at,dept\n" + cut + "A-2,2026-03-03 10:00:00,民政局\n".encode("gbk"))
    found = list(map_file(mapping({"encoding": "gb18030"}), tmp_path / "in.csv"))
    assert told(found) == [(2, "invalid_utf8"), (3, "A-2")]
    assert found[0].raw == cut
    assert read(tmp_path / "in.csv", mapping({"encoding": "gb18030"}, department="x")) == GOOD, "the cell is not used"


@pytest.mark.parametrize("unit", [b"\x00\xd8", b"\x00\xdc"])
def test_a_broken_unit_of_utf16_costs_its_row(unit: bytes, tmp_path: Path) -> None:
    head, first, second = CSV.splitlines(keepends=True)
    broken = first.encode("utf-16-le").replace("公".encode("utf-16-le"), unit)
    (tmp_path / "in.csv").write_bytes(b"\xff\xfe" + head.encode("utf-16-le") + broken + second.encode("utf-16-le"))
    assert read(tmp_path / "in.csv", mapping({"encoding": "utf-16"})) == [(2, "invalid_utf8"), (3, "A-2")]
    elsewhere = mapping({"encoding": "utf-16"}, department="x")
    assert read(tmp_path / "in.csv", elsewhere) == [(2, "invalid_utf8"), (3, "A-2")], "cells after it may be shifted"


def test_utf16_that_ends_within_a_unit_costs_its_last_row(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(CSV.rstrip().encode("utf-16")[:-1])
    assert read(tmp_path / "in.csv", mapping({"encoding": "utf-16"})) == [(2, "A-1"), (3, "invalid_utf8")]
