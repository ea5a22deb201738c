"""The commands and their exit status."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor.cli.main import main

HERE = Path(__file__).parent


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["rulebook", *words])


def test_check_ends_with_status_0_where_there_are_only_warnings() -> None:
    result = run("check", "hunan", "--today", "2026-03-02")
    assert result.exit_code == 0
    assert "hunan:27: warning: time_limits[2]" in result.output
    assert "files 1, errors 0, warnings 1" in result.output


def test_check_ends_with_status_1_where_there_are_errors() -> None:
    result = run("check", str(HERE / "bad_books" / "promise_over_law.toml"), "--today", "2026-03-02")
    assert result.exit_code == 1
    assert "11wd is more than the statutory limit of 10wd" in result.output


def test_check_looks_as_far_ahead_as_it_is_told() -> None:
    book = str(HERE / "bad_books" / "calendar_ends_soon.toml")
    assert "ends with 2026" not in run("check", book, "--today", "2026-03-02", "--horizon", "100").output
    assert "ends with 2026" in run("check", book, "--today", "2026-03-02", "--horizon", "310").output


def test_explain_prints_a_rule_in_plain_words() -> None:
    result = run("explain", "case-promise", "--book", "hunan", "--from", "2026-03-02", "--lang", "en")
    assert result.exit_code == 0
    assert "yellow card: once the limit has passed" in result.output


def test_explain_of_an_unknown_rule_is_refused() -> None:
    assert run("explain", "nothing").exit_code == 2


@pytest.mark.parametrize(("book", "status"), [((), 1), (("--book", "chengdu"), 1)])
def test_rulebook_test_fails_with_the_scenarios_that_do_not_hold(book: tuple[str, ...], status: int) -> None:
    result = run("test", str(HERE.parent / "scenarios" / "files"), *book)
    assert result.exit_code == status
    assert "FAILED" in result.output


def test_rulebook_test_succeeds_where_all_scenarios_hold() -> None:
    result = run("test", str(HERE.parents[1] / "scenarios" / "zhanjiang"))
    assert result.exit_code == 0
    assert "SUCCESS" in result.output
