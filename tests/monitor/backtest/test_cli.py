"""``supervise backtest`` as it is typed: its report as text and JSON, and what it says when something is wrong."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from monitor.backtest import BacktestReport
from monitor.wire import encode_json
from tests.monitor.backtest.books_to_compare import accepted, backtest, book, concluded, line, lines
from tests.monitor.backtest.files import write

MAPPING = """
source = { zone = "Asia/Shanghai" }
times = { opened = "iso", closed = "iso", typed = "iso" }
common = { case = "{no}", region = "430100", department = "d" }

[[event]]
type = "accepted"
id = "{no}-a"
at = "opened"
"""


def supervise(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "monitor", "backtest", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def records(tmp_path: Path) -> Path:
    """One case that two days are too short for, and three are not; and a line nobody can read."""
    story = [accepted("A", "2026-01-05 09:00"), concluded("A", "2026-01-08 08:30"), accepted("B", "2026-01-09 09:00")]
    return lines(tmp_path, [*map(line, story), b"{"])


@pytest.fixture
def books(tmp_path: Path) -> tuple[object, ...]:
    (new,), (old,) = book(tmp_path, "three", "3d"), book(tmp_path, "two", "2d")
    return ("--book", new, "--against", old)


def test_the_report_speaks_chinese_and_shows_its_arithmetic(records: Path, books: tuple[object, ...]) -> None:
    done = supervise(*books, records, "--detail")
    assert done.returncode == 0, done.stderr
    for part in (
        "3 条记录，2 件办件", "不可用记录 1 条：invalid_json 1", "现行 two ↔ 拟行 three", "承诺时限 case", "2026-W02",
        "示例：不再发", "现行 two：2026-01-07 09:00:00 发牌，结局：已发", "拟行 three：不发牌",
        "时限 3d，自 2026-01-05 09:00:00 起算，2026-01-08 09:00:00 到期",
        "2026-01-06 至 2026-01-08：计入，3 天（第 1–3 天）", "规则 × 部门 × 周", "证[1]",
    ):  # fmt: skip
        assert part in done.stdout
    assert "3 records, both books" in done.stderr


def test_the_report_speaks_english_when_asked(records: Path, books: tuple[object, ...]) -> None:
    done = supervise(*books, records, "--lang", "en", "--examples", 1)
    assert "1 records could not be used: invalid_json 1" in done.stdout
    assert "candidate three: no card" in done.stdout
    assert "2026-01-06 to 2026-01-08: counted, 3 d (day 1–3)" in done.stdout
    assert "Where they differ" not in done.stdout


def test_json_is_the_whole_report_and_nothing_else(records: Path, books: tuple[object, ...], tmp_path: Path) -> None:
    done = supervise(*books, records, "--json")
    report = msgspec.json.decode(done.stdout, type=BacktestReport)
    same = backtest(tmp_path, records, book(tmp_path, "three", "3d"), book(tmp_path, "two", "2d")).report
    assert done.stdout == encode_json(same).decode() + "\n"
    assert [(example.case, example.rule) for example in report.examples["removed"]] == [("A", "case")]
    assert set(msgspec.json.decode(done.stdout)) == {
        "records", "current", "candidate", "agreed", "totals", "cells", "examples",
    }  # fmt: skip


def test_rows_of_an_old_system_need_their_mapping(tmp_path: Path, books: tuple[object, ...]) -> None:
    file = write(tmp_path, "1,2026-01-05 09:00:00,,", "2,2026-01-09 09:00:00,,")
    without = supervise(*books, file)
    assert (without.returncode, without.stdout) == (2, "")
    assert "needs --mapping" in without.stderr
    mapping = tmp_path / "small-mapping.toml"
    mapping.write_text(MAPPING, "utf-8")
    done = supervise(*books, file, "--mapping", mapping, "--json")
    assert done.returncode == 0, done.stderr
    assert msgspec.json.decode(done.stdout, type=BacktestReport).records.events == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "name a file of RECORDS or --topic"),
        (("--topic", "records"), "name a file of RECORDS or --topic"),
        (("records", "--from", "2026-01-01T00:00:00+0800"), "--from belongs to --topic"),
        (("records", "--to", "2026-01-01"), "does not match the format"),
    ],
)
def test_flags_that_do_not_go_together_are_refused(
    records: Path, books: tuple[object, ...], words: tuple[str, ...], said: str
) -> None:
    done = supervise(*books, *(records if word == "records" else word for word in words))
    assert done.returncode == 2
    assert said in done.stderr


def test_a_bad_book_is_refused_before_any_record_is_read(records: Path, tmp_path: Path) -> None:
    done = supervise("--book", *book(tmp_path, "bad", "soon", 'yellow = "late"'), records)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "soon" in done.stderr
    assert "late" in done.stderr
    assert "records," not in done.stderr


def test_the_help_of_backtest_has_an_example() -> None:
    done = supervise("--help")
    assert "supervise backtest --book candidate.toml --against hunan year.jsonl" in done.stdout
