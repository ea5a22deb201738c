"""``supervise explain``: its output and its exit status."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor.cli.main import main
from tests.monitor.explain.cases import CASES, KEY, write
from tests.rules.story import PLACE


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write(tmp_path, CASES["on_time_with_supplement"][0])


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["explain", *words])


def test_explain_prints_text_in_both_languages(file: Path) -> None:
    chinese = run(KEY, "--from-file", str(file), "--book", "hunan")
    assert chinese.exit_code == 0
    assert chinese.stdout.startswith(f"办件 {PLACE['case']} 时限情况说明\n")
    assert "张三丰" not in chinese.stdout
    english = run(KEY, "--from-file", str(file), "--book", "hunan", "--lang", "en", "--unmasked")
    assert english.stdout.startswith(f"Case {PLACE['case']}: ")
    assert "handler 张三丰" in english.stdout


def test_explain_prints_json_when_asked(file: Path) -> None:
    result = run(KEY, "--from-file", str(file), "--book", "hunan", "--json", "--until", "2026-03-31T00:00:00+0800")
    story = json.loads(result.stdout)
    assert story["as_of"] == "2026-03-31T00:00:00+08:00"
    assert [record["type"] for record in story["records"] if record["number"]][:3] == [
        "applied",
        "supplement_requested",
        "supplemented",
    ]
    assert "张三丰" not in result.stdout


def test_explain_of_an_unknown_case_ends_with_status_1(file: Path) -> None:
    result = run("430100-2026-999999", "--from-file", str(file))
    assert result.exit_code == 1
    assert "no case '430100-2026-999999'" in result.stderr
    assert not result.stdout


def test_explain_refuses_a_flag_that_needs_a_file() -> None:
    assert run(KEY, "--until", "2026-03-31T00:00:00+0800").exit_code == 2
