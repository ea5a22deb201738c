"""``supervise explain``: its output and its exit status."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor.cli.main import main
from tests.monitor.explain.cases import CASES, KEY, told, write
from tests.rules.story import PLACE, day


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


@pytest.fixture
def twice(tmp_path: Path) -> Path:
    """Two districts have given one number, and a province has given it, too."""
    places = ({"numbered_by": ""}, {"numbered_by": "", "region": "430104"}, {"numbered_by": "湖南省"})
    return write(tmp_path, [told("accepted", day(0), **place) for place in places])


NUMBER = PLACE["case"]
SPACES = ("430100-市场监管局", "430104-市场监管局", "湖南省")


def test_a_number_that_several_have_given_lists_them_and_asks_whose(twice: Path) -> None:
    result = run(NUMBER, "--from-file", str(twice), "--book", "hunan")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines()[1:] == [f"  --numbered-by {space}" for space in SPACES]
    assert "3 cases are called" in result.stderr


@pytest.mark.parametrize("space", SPACES)
def test_a_numberer_or_a_whole_key_names_the_one_case_it_is_of(twice: Path, space: str) -> None:
    named = run(NUMBER, "--numbered-by", space, "--from-file", str(twice), "--book", "hunan", "--json")
    keyed = run(f"{space}/{NUMBER}", "--from-file", str(twice), "--book", "hunan", "--json")
    story = json.loads(named.stdout)
    assert story == json.loads(keyed.stdout)
    assert (story["case"], story["numbered_by"], len(story["records"])) == (NUMBER, space, 1)


def test_a_number_space_of_its_own_name_is_told_and_the_usual_one_is_not(twice: Path) -> None:
    usual, own = (run(f"{space}/{NUMBER}", "--from-file", str(twice), "--book", "hunan").stdout for space in SPACES[1:])
    assert "编号单位" not in usual
    assert "编号单位 湖南省" in own


def test_a_numberer_of_no_such_case_is_told(twice: Path) -> None:
    result = run(NUMBER, "--numbered-by", "北京市", "--from-file", str(twice), "--book", "hunan")
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"no case {NUMBER!r}" in result.stderr
