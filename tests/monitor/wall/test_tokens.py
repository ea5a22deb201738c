"""Tokens of screens: which scope each may show, and what a file of them may say."""

import pytest
from click.testing import CliRunner

from monitor.cli.main import main
from monitor.door import BadTokens
from monitor.wall.scope import BadScope, Scope
from monitor.wall.tokens import new_screen_token, parse_screens

COUNTY, HALL, ALL = "430104", "430104/yuelu", ""


@pytest.mark.parametrize(("bound", "wanted", "shown"), [
    (COUNTY, Scope(), Scope("430104")),
    (COUNTY, Scope("430104"), Scope("430104")),
    (COUNTY, Scope("430104", "yuelu"), Scope("430104", "yuelu")),
    (COUNTY, Scope("430105"), None),
    (COUNTY, Scope("4301"), None),
    (COUNTY, Scope("", "", "公安局"), Scope("430104", "", "公安局")),
    (HALL, Scope("430104"), Scope("430104", "yuelu")),
    (HALL, Scope("", "furong"), None),
    (HALL, Scope("430104", "yuelu", "公安局"), Scope("430104", "yuelu", "公安局")),
    ("4301", Scope("430105"), Scope("430105")),
    ("4301//公安局", Scope("", "", "民政局"), None),
    (ALL, Scope("11"), Scope("11")),
    (ALL, Scope(), Scope()),
])  # fmt: skip
def test_a_screen_may_narrow_its_scope_and_never_widen_it(bound: str, wanted: Scope, shown: Scope | None) -> None:
    (screen,) = parse_screens(new_screen_token("east", bound).table, "t")
    assert screen.narrowed(wanted) == shown


@pytest.mark.parametrize("scope", ["43x", "4301040", "a/b/c/d"])
def test_a_scope_that_cannot_be_makes_no_token(scope: str) -> None:
    with pytest.raises(BadScope):
        new_screen_token("east", scope)


def test_a_file_with_a_scope_that_cannot_be_is_refused() -> None:
    table = new_screen_token("east", "43").table.replace('"43"', '"43x"')
    with pytest.raises(BadTokens, match=r"\[east\]\.region"):
        parse_screens(table, "t")


def test_the_command_line_makes_a_screen_only_with_a_scope() -> None:
    made = CliRunner().invoke(main, ["token", "new", "east", "--wall", "--scope", "430104"])
    assert parse_screens(made.stdout, "t")[0].scope == Scope("430104")
    for flags in (["--wall"], ["--scope", "43"], ["--wall", "--scope", "43", "--region", "43"], []):
        assert CliRunner().invoke(main, ["token", "new", "east", *flags]).exit_code == 2
