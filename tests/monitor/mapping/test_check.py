"""A mapping tried on a sample, as the person who writes it sees it."""

from pathlib import Path

from click.testing import CliRunner

from monitor.cli.main import main
from monitor.mapping import SampleReport, check_sample
from tests.monitor.mapping.files import mapping

CSV = """办件明细表,,,,
no,at,dept,note,phone
A-1,2026-03-02 09:30:00,公安局,,
A-2,2026-03-03 10:00:00,民政局,x,
A-3,soon,民政局,,
A-4,2026-03-03 10:00:00,草稿,,
,,,,
A-5,2026-03-03 10:00:00,人社局,,
合计,5,,,
"""


def checked(folder: Path, text: str, first: int = 5) -> SampleReport:
    (folder / "in.csv").write_text(text, "utf-8")
    made = mapping(when={"column": "dept", "not_in": ["草稿"]}, window="{phone}")
    return check_sample(made, folder / "in.csv", first)


def test_a_sample_shows_events_bad_rows_and_what_was_passed_over(tmp_path: Path) -> None:
    report = checked(tmp_path, CSV)
    assert report.events == {"accepted": 3}
    assert report.bad == {"mapping_failed": 1}
    assert report.passed == {"title": 1, "blank": 1, "total": 1, "no event": 1}
    assert (report.unused, report.unfilled, report.is_all_bad) == (["note"], ["phone"], False)
    shown = str(report)
    assert 'in.csv, row 3: {"type":"accepted","id":"A-1-a","at":"2026-03-02T09:30:00+08:00"' in shown
    assert "in.csv, row 5: bad: mapping_failed: column 'at': 'soon' is not a time" in shown
    assert "in.csv, row 6: passed over: no event" in shown
    assert "rows 8 · events 3 (accepted 3) · bad rows 1 (mapping_failed 1) · passed over 4" in shown


def test_a_sample_shows_no_more_rows_than_were_asked_for(tmp_path: Path) -> None:
    assert sum("accepted" in line for line in checked(tmp_path, CSV, 1).lines) == 1
    many = CSV + "".join(f"B-{number},never,x,,\n" for number in range(50))
    assert sum("bad:" in line for line in checked(tmp_path, many, 0).lines) == 3


def test_a_sample_of_nothing_but_bad_rows_ends_with_1(tmp_path: Path) -> None:
    toml, sample = tmp_path / "m.toml", tmp_path / "in.csv"
    toml.write_text(
        'source = { zone = "UTC" }\ntimes = { at = "iso" }\n'
        'event = [{ type = "applied", id = "{no}", at = "at", case = "{no}", region = "430100" }]\n'
    )

    def run(text: str) -> tuple[int, str]:
        sample.write_text(text)
        done = CliRunner().invoke(main, ["mapping", "check", str(toml), str(sample)])
        return done.exit_code, done.output

    assert run("no,at\n1,never\n2,soon\n,\n")[0] == 1
    assert run("no,at\n1,never\n2,2026-03-02\n")[0] == 0
    assert run("no,at\n")[0] == 0
    status, output = run("number,at\n1,2026-03-02\n")
    assert (status, "has no column 'no'" in output) == (2, True)


def test_a_bad_row_names_the_field_at_fault(tmp_path: Path) -> None:
    file = tmp_path / "in.csv"
    file.write_text(f"no,at,dept\nA-{'1' * 300},2026-03-02 09:30:00,x\n", "utf-8")
    shown = "\n".join(check_sample(mapping(), file, 5).lines)
    assert "in.csv, row 2: bad: invalid_field: id: Expected `str` of length <= 256" in shown
