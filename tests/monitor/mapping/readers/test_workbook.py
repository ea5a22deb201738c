"""Workbooks: XLSX, the old XLS, and HTML or XML saved under their name."""

from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
import xlwt

from monitor.mapping import BadMapping, map_file
from tests.monitor.mapping.files import GOOD, mapping, read, told

AT = datetime(2026, 3, 2, 9, 30)  # noqa: DTZ001  # a cell has no zone
ROWS: list[list[Any]] = [["no", "at", "dept"], ["A-1", AT, "公安局"], ["A-2", "2026-03-03 10:00:00", "民政局"]]


def xlsx(path: Path, **sheets: list[list[Any]]) -> Path:
    """A workbook; a name that begins with ``_`` is a hidden sheet's."""
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd hh:mm:ss"}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            if name.startswith("_"):
                sheet.hide()
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def xls(path: Path, rows: list[list[Any]]) -> Path:
    book = xlwt.Workbook()
    sheet = book.add_sheet("明细")
    style = xlwt.easyxf(num_format_str="YYYY-MM-DD HH:MM:SS")
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write(number, column, cell, style if isinstance(cell, datetime) else xlwt.Style.default_style)
    book.save(str(path))
    return path


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_workbook_is_read_whatever_the_mapping_calls_it(form: str, tmp_path: Path) -> None:
    assert read(xlsx(tmp_path / "in.xlsx", 明细=ROWS), mapping({"format": form})) == GOOD
    assert read(xls(tmp_path / "in.xls", ROWS), mapping({"format": form})) == GOOD


def test_cells_come_as_what_they_are(tmp_path: Path) -> None:
    rows = [
        ["no", "at", "time", "dept"],
        [20260017, date(2026, 3, 2), time(9, 30), 7],
        [430102202603020001, "2026-03-02", "09:30", "x"],
        [True, AT, "", 1.5],
        [None, None, None, None],
        ["合计", 3],
    ]
    made = mapping(times={"at": {"columns": ["at", "time"], "formats": ["%Y/%m/%d %H:%M"]}})
    found = list(map_file(made, xlsx(tmp_path / "in.xlsx", a=rows)))
    assert told(found) == [(2, "20260017"), (3, "mapping_failed"), (4, "true"), (5, "blank"), (6, "total")]
    assert found[0].arrivals[0].event.at == datetime.fromisoformat("2026-03-02T09:30:00+08:00")
    assert (found[0].arrivals[0].event.department, found[2].arrivals[0].event.department) == ("7", "1.5")
    assert "lost digits" in str(found[1].error)
    assert found[1].dead_letter("in.xlsx").source == "in.xlsx/a, row 3"
    assert found[1].raw.decode().split(",")[0].startswith("4.30102202603")


def test_the_sheet_with_the_heading_is_read_under_its_titles(tmp_path: Path) -> None:
    titled = [["办件明细表"], [], *ROWS]
    path = xlsx(tmp_path / "in.xlsx", 说明=[["see the other sheet"]], _old=ROWS, 明细=titled, 副本=ROWS)
    assert [what for _, what in read(path)] == ["title", "title", "A-1", "A-2"]
    assert read(path, mapping({"table": "副本"})) == GOOD
    with pytest.raises(BadMapping, match="has no sheet '台账'; it has 说明, _old, 明细, 副本"):
        read(path, mapping({"table": "台账"}))
    with pytest.raises(BadMapping, match=r"has no column 'unit'.*tables found: 说明, 明细, 副本"):
        read(path, mapping(department="{unit}"))


def test_merged_cells_of_a_workbook_are_filled_down(tmp_path: Path) -> None:
    path = tmp_path / "in.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(
            [["dept", "no", "at"], ["", "A-1", "2026-03-02 09:30:00"], ["", "A-2", "2026-03-02 09:30:00"]]
        ):
            sheet.write_row(number, 0, row)
        sheet.merge_range(1, 0, 2, 0, "公安局")
    found = list(map_file(mapping({"fill_down": ["dept"]}), path))
    assert [row.arrivals[0].event.department for row in found] == ["公安局", "公安局"]


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_a_page_of_html_saved_as_a_workbook_is_read(encoding: str, tmp_path: Path) -> None:
    page = f"""<html><head><meta http-equiv="Content-Type" content="text/html; charset={encoding}"></head><body>
    <table><tr><td>logo</td></tr></table>
    <TABLE border=1><tr><th colspan="3">办件明细表</th></tr>
    <tr><th>no<th>at<th>dept
    <tr><td>A-1</td><td>2026-03-02 09:30:00</td><td>公安局&nbsp;</td></tr>
    <tr><td>A-2</td><td>2026-03-03<br>10:00:00</td><td>R&amp;D</td></tr><tr><td>合计</td><td>2</td></tr></TABLE></body></html>"""
    (tmp_path / "in.xls").write_bytes(page.encode(encoding))
    found = list(map_file(mapping(), tmp_path / "in.xls"))
    assert told(found) == [(1, "title"), (3, "A-1"), (4, "A-2"), (5, "total")]
    assert [row.arrivals[0].event.department for row in found[1:3]] == ["公安局", "R&D"]


def test_a_workbook_saved_as_xml_is_read(tmp_path: Path) -> None:
    def row(*cells: str) -> str:
        return "<Row>" + "".join(f'<Cell><Data ss:Type="String">{cell}</Data></Cell>' for cell in cells) + "</Row>"

    text = f"""<?xml version="1.0" encoding="UTF-8"?><?mso-application progid="Excel.Sheet"?>
    <Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
    <Worksheet ss:Name="明细"><Table>{row("no", "x", "at", "dept")}
    <Row ss:Index="3"><Cell><Data>A-1</Data></Cell><Cell ss:Index="3"><Data>2026-03-02T09:30:00.000</Data></Cell>
    <Cell><Data>公安局</Data></Cell></Row>{row("A-2", "", "2026-03-03 10:00:00", "民政局")}</Table></Worksheet></Workbook>"""
    (tmp_path / "in.xls").write_text(text, "utf-8")
    assert read(tmp_path / "in.xls") == [(2, "blank"), (3, "A-1"), (4, "A-2")]


def test_a_damaged_workbook_is_named_with_its_mend(tmp_path: Path) -> None:
    whole = xls(tmp_path / "in.xls", ROWS).read_bytes()
    (tmp_path / "in.xls").write_bytes(whole[:1000])
    with pytest.raises(BadMapping, match="once more"):
        read(tmp_path / "in.xls")
    (tmp_path / "in.xlsx").write_text("no,at,dept\n")
    with pytest.raises(BadMapping, match='is text, no workbook: format = "csv"'):
        read(tmp_path / "in.xlsx", mapping({"format": "xlsx"}))


def test_a_reader_that_is_not_installed_is_named_with_its_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = xlsx(tmp_path / "in.xlsx", a=ROWS)

    def missing(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr("monitor.mapping.readers.extras.import_module", missing)
    with pytest.raises(BadMapping, match=r"pip install 'supervise\[xlsx\]'"):
        read(path)
