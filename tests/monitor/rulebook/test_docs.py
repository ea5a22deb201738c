"""``docs/rulebooks.md`` shows what the commands really take and print."""

import re
from datetime import date
from pathlib import Path

import pytest

from monitor.books import load_book
from monitor.rulebook import check_books, explain_rule, run_suite

TEXT = (Path(__file__).parents[3] / "docs" / "rulebooks.md").read_text("utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", TEXT, re.DOTALL)
TOML = [body for kind, body in BLOCKS if kind == "toml"]
CONSOLE = {words: rest for kind, body in BLOCKS if kind == "console" for words, _, rest in [body.partition("\n")]}


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder the reader has made by following the text, and is in."""
    monkeypatch.chdir(tmp_path)
    Path("yuelu.toml").write_text(TOML[0], "utf-8")
    Path("scenarios").mkdir()
    Path("scenarios/licence.toml").write_text(TOML[1], "utf-8")
    return tmp_path


def test_the_book_has_no_finding_until_its_calendar_runs_out(city: Path) -> None:
    assert check_books([Path("yuelu.toml")], date(2026, 3, 2)) == []


def test_the_explanation(city: Path) -> None:
    shown = CONSOLE["$ supervise rulebook explain stage-approval --book yuelu.toml --from 2026-04-30"]
    assert explain_rule(load_book(Path("yuelu.toml")), "stage-approval", date(2026, 4, 30)) + "\n" == shown


def test_the_scenarios_hold(city: Path) -> None:
    assert f"{run_suite(Path('scenarios'))}\n" == CONSOLE["$ supervise rulebook test scenarios/"]


def test_the_failure_shown_is_what_a_shorter_promise_gives(city: Path) -> None:
    book = Path("yuelu.toml")
    book.write_text(book.read_text("utf-8").replace('promised = "8wd"', 'promised = "7wd"', 1), "utf-8")
    (shown,) = [body for kind, body in BLOCKS if kind == "text"]
    assert str(run_suite(Path("scenarios")).failures[0]) + "\n" == shown
