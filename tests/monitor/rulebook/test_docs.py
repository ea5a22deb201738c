"""The how-tos of rule books show what the commands really take and print."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from monitor.books.files import load_book
from monitor.cli.main import main
from monitor.rulebook import check_books, explain_rule
from monitor.scenarios import run_suite

HOWTO = Path(__file__).parents[3] / "docs" / "howto"
TEXT = "\n".join((HOWTO / f"{page}.md").read_text("utf-8") for page in ("write-a-book", "try-a-book", "publish-a-book"))
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


def test_the_book_of_the_page_has_no_finding_until_its_calendar_runs_out(city: Path) -> None:
    assert check_books([Path("yuelu.toml")], date(2026, 3, 2)).diagnoses == []


def test_the_explanation_of_the_page_is_what_the_command_prints(city: Path) -> None:
    shown = CONSOLE["$ supervise rulebook explain stage-approval --book yuelu.toml --from 2026-04-30"]
    assert explain_rule(load_book(Path("yuelu.toml")), "stage-approval", date(2026, 4, 30)) + "\n" == shown


def test_the_scenarios_of_the_page_hold(city: Path) -> None:
    assert f"{run_suite(Path('scenarios'))}\n" == CONSOLE["$ supervise rulebook test scenarios/"]


def test_the_failure_shown_is_what_a_shorter_promise_gives(city: Path) -> None:
    book = Path("yuelu.toml")
    book.write_text(book.read_text("utf-8").replace('promised = "8wd"', 'promised = "7wd"', 1), "utf-8")
    (shown,) = [body for kind, body in BLOCKS if kind == "text"]
    assert str(run_suite(Path("scenarios")).failures[0]) + "\n" == shown


def test_the_python_tests_of_the_page_pass(city: Path) -> None:
    (source,) = [body for kind, body in BLOCKS if kind == "python"]
    names: dict[str, Any] = {}
    exec(compile(source, "test_yuelu.py", "exec"), names)  # what the reader runs by pytest
    tests = [run for name, run in names.items() if name.startswith("test_")]
    assert len(tests) == 2
    for run in tests:
        run()


def _shape(text: str) -> str:
    """What a command printed, without what is different each time: digests, when, how many rules the profile has."""
    text = re.sub(r"\b(?:[0-9a-f]{16}|[0-9a-f]{8})\b", "DIGEST", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00(?=  王监察)", "WHEN", text)
    return re.sub(r"\d+ rules", "N rules", text)


@pytest.mark.kafka
def test_publishing_as_the_page_shows_prints_what_it_shows(city: Path, kafka: str, topic_prefix: str) -> None:
    Path("changed.toml").write_text(
        Path("yuelu.toml").read_text("utf-8").replace('promised = "8wd"', 'promised = "7wd"'), "utf-8"
    )
    (calendar,) = re.findall(r"^`cn\.toml`: (.*)$", TEXT, re.MULTILINE)
    Path("cn.toml").write_text("\n".join(re.findall(r"`([^`]+)`", calendar)), "utf-8")
    played = [words for words in CONSOLE if re.match(r"\$ supervise (rulebook (publish|published|withdraw)|calendar)\b", words)]
    assert len(played) == 5
    for words in played:
        more = ["--today", "2026-03-02"] if "rulebook publish " in words else []
        typed = [*words.split()[2:], *more, "--bootstrap", kafka, "--prefix", topic_prefix]
        done = CliRunner().invoke(main, typed, prog_name="supervise")
        shown = CONSOLE[words].replace("supervision.catalog", f"{topic_prefix}.catalog")
        assert _shape(done.output) == _shape(shown), words
