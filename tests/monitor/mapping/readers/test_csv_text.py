"""CSV as it comes: quotes without a pair, titles, blank rows, sums, cells too many, cells merged."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.mapping import BadMapping, MappedRow, map_file
from tests.monitor.mapping.files import CSV, GOOD, mapping, read, told

HEAD = "no,at,dept\n"


def rows(folder: Path, text: str, source: dict[str, Any] | None = None) -> list[MappedRow]:
    (folder / "in.csv").write_text(text, "utf-8", newline="")
    return list(map_file(mapping(source), folder / "in.csv"))


def lines(*numbers: int, dept: str = "公安局") -> str:
    return "".join(f"A-{number},2026-03-02 09:30:00,{dept}\n" for number in numbers)


@pytest.mark.parametrize(
    "swallowed",
    [
        lines(2, 3, 4),  # to the end of the file
        lines(2, 3) + 'A-4,2026-03-02 09:30:00,"人社局"\n',  # to the next cell that is quoted
        lines(2, 3) + 'A-4,2026-03-02 09:30:00,人社局"\n',  # to a quote that closes it: still whole rows inside
        lines(2, 3) + 'A-4,2026-03-02 09:30:00,"人社""局"\n',
    ],
)
def test_an_open_quote_costs_its_own_row_and_the_rows_after_it_are_taken(swallowed: str, tmp_path: Path) -> None:
    found = rows(tmp_path, HEAD + 'A-1,2026-03-02 09:30:00,"公安局\n' + swallowed)
    assert told(found) == [(2, "mapping_failed"), (3, "A-2"), (4, "A-3"), (5, "A-4")]
    assert found[0].raw.decode() == 'A-1,2026-03-02 09:30:00,"公安局\n'
    assert "quote" in str(found[0].error)


def test_every_open_quote_costs_one_row(tmp_path: Path) -> None:
    odd = lines(1, 3, 5, dept='"公安局')
    even = lines(2, 4, 6)
    text = HEAD + "".join(a + b for a, b in zip(odd.splitlines(keepends=True), even.splitlines(keepends=True), strict=True))
    assert [what for _, what in told(rows(tmp_path, text))] == [
        "mapping_failed",
        "A-2",
        "mapping_failed",
        "A-4",
        "mapping_failed",
        "A-6",
    ]


def test_a_cell_of_several_lines_is_one_row(tmp_path: Path) -> None:
    text = HEAD + 'A-1,2026-03-02 09:30:00,"公安局\n二楼, 东\n"\n' + lines(2)
    assert told(rows(tmp_path, text)) == [(2, "A-1"), (3, "A-2")]


def test_a_quote_inside_a_cell_is_kept_and_one_that_ends_a_cell_too_soon_costs_its_row(tmp_path: Path) -> None:
    found = rows(tmp_path, HEAD + 'A-1,2026-03-02 09:30:00,公安"局\nA-2,2026-03-02 09:30:00,"民政"局"\n' + lines(3))
    assert told(found) == [(2, "A-1"), (3, "mapping_failed"), (4, "A-3")]
    assert found[0].arrivals[0].event.department == '公安"局'


def test_a_file_with_another_quote_is_read_by_it_and_else_told(tmp_path: Path) -> None:
    text = HEAD + "'A-1','2026-03-02 09:30:00','公安局,分局'\n"
    assert told(rows(tmp_path, text, {"quote": "'"})) == [(2, "A-1")]
    assert 'quote = "\'"' in str(rows(tmp_path, text)[0].error)
    unquoted = HEAD + 'A-1,2026-03-02 09:30:00,"公安局\n'
    assert rows(tmp_path, unquoted, {"quote": ""})[0].arrivals[0].event.department == '"公安局'


def test_cells_without_a_heading_cost_their_row_unless_they_are_empty_or_dropped(tmp_path: Path) -> None:
    text = HEAD + "A-1,2026-03-02 09:30:00,公安局,分局\nA-2,2026-03-02 09:30:00,公安局,,\nA-3,2026-03-02 09:30:00\n"
    assert told(rows(tmp_path, text)) == [(2, "mapping_failed"), (3, "A-2"), (4, "mapping_failed")]
    assert told(rows(tmp_path, text, {"extra_cells": "drop"}))[0] == (2, "A-1")


def test_titles_blank_rows_and_sums_are_passed_over_and_counted(tmp_path: Path) -> None:
    text = "办件明细表（2026年3月）,,\n,,\n" + HEAD + lines(1) + ",,\n \u3000 ,,\n\n合　计：,2,\n" + lines(2)
    assert told(rows(tmp_path, text)) == [
        (1, "title"), (2, "title"), (4, "A-1"), (5, "blank"), (6, "blank"), (7, "blank"), (8, "total"), (9, "A-2"),
    ]  # fmt: skip
    assert told(rows(tmp_path, text, {"totals": []}))[-2] == (8, "mapping_failed")


def test_the_heading_stands_where_the_mapping_says(tmp_path: Path) -> None:
    twice = "no,at,dept\nnumber,time,department\n" + lines(1)
    assert told(rows(tmp_path, twice)) == [(2, "mapping_failed"), (3, "A-1")]
    with pytest.raises(BadMapping, match="columns found: number, time, department"):
        rows(tmp_path, twice, {"first_row": 2})
    positions = {"columns": ["no", "at", "dept"], "first_row": 3}
    assert told(rows(tmp_path, twice, positions)) == [(1, "title"), (2, "title"), (3, "A-1")]


def test_a_heading_may_have_line_breaks_and_invisible_marks(tmp_path: Path) -> None:
    assert told(rows(tmp_path, '\u200bno ,"a\nt",dept\n' + lines(1))) == [(2, "A-1")]


def test_merged_cells_are_filled_down_where_the_mapping_says(tmp_path: Path) -> None:
    text = HEAD + lines(1) + "A-2,2026-03-02 09:30:00,\n" + lines(3, dept="民政局") + "A-4,2026-03-02 09:30:00, \n"
    found = rows(tmp_path, text, {"fill_down": ["dept"]})
    assert [row.arrivals[0].event.department for row in found] == ["公安局", "公安局", "民政局", "民政局"]


def test_a_column_may_be_missing_if_the_mapping_says_so(tmp_path: Path) -> None:
    text = "no,at\nA-1,2026-03-02 09:30:00\n"
    with pytest.raises(BadMapping, match="has no column 'dept'"):
        rows(tmp_path, text)
    assert told(rows(tmp_path, text, {"optional": ["dept"]})) == [(2, "A-1")]


def test_a_file_of_lone_carriage_returns_is_read(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(CSV.replace("\n", "\r"), "utf-8", newline="")
    assert read(tmp_path / "in.csv") == GOOD


@given(st.lists(st.sampled_from(['"', "A", ",", "\n", "2026-03-02 09:30:00", "公"]), max_size=40).map("".join))
def test_any_text_costs_no_row_but_its_own(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """A good row after any mess is taken: at most the mess's last, unended line is lost with it."""
    found = rows(tmp_path_factory.mktemp("mess"), HEAD + text + "\n" + lines(8, 9))
    assert told(found)[-1][1] == "A-9"
