"""Tokens: what a file may say, who is found, and that a new one works."""

import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor.cli.main import main
from monitor.door import BadTokens, Tokens
from monitor.gateway.tokens import Source, new_token, parse_tokens
from rules.events import DEPARTMENT_TYPES, OFFICE_TYPES, Applied
from tests.monitor.gateway.records import act, applied


def tokens_of(file: Path | None) -> Tokens[Source]:
    return Tokens(file, parse_tokens, "test")


def test_a_new_token_opens_its_own_table(tmp_path: Path) -> None:
    made = new_token("changsha window", ("430100",), ("公安局",))
    file = tmp_path / "tokens.toml"
    file.write_text(made.table, "utf-8")
    assert made.token not in made.table, "only the hash is kept"
    assert tomllib.loads(made.table)["changsha window"]["regions"] == ["430100"]
    found = tokens_of(file).bearer(f"Bearer {made.token}")
    assert found is not None
    assert found.name == "changsha window"


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer wrong", "Basic {token}", "{token}", "Bearer {token}x", "Bearer \udcff"]
)
def test_a_wrong_token_opens_nothing(header: str, tmp_path: Path) -> None:
    made = new_token("w", ("43",))
    file = tmp_path / "tokens.toml"
    file.write_text(made.table, "utf-8")
    assert tokens_of(file).bearer(header.format(token=made.token)) is None


def test_a_gateway_without_a_tokens_file_lets_nobody_write() -> None:
    assert tokens_of(None).bearer(f"Bearer {new_token('w', ('43',)).token}") is None


def test_each_new_token_is_different() -> None:
    assert new_token("w", ("43",)).token != new_token("w", ("43",)).token


HASH = "0" * 64


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "supervise token new"),
        ("[a]\nregions = ['43']", "sha256"),
        (f"[a]\nsha256 = '{HASH}'", "regions"),
        (f"[a]\nsha256 = '{HASH}'\nregions = []", "regions"),
        (f"[a]\nsha256 = '{HASH}'\nregions = ['']", "regions"),
        ("[a]\nsha256 = 'short'\nregions = ['43']", "sha256"),
        (f"[a]\nsha256 = '{HASH}'\nregions = ['43']\nregion = '43'", "region"),
        (f"[a]\nsha256 = '{HASH}'\nregions = ['43']\n[b]\nsha256 = '{HASH}'\nregions = ['44']", "same"),
        ("[a", "TOML"),
        ("a = 1", "[a]"),
        (f"[a]\nsha256 = '{HASH}'\nregions = ['43']\nexpires = 2026-12-01T00:00:00", "expires"),
        (f"[a]\nsha256 = '{HASH}'\nregions = ['43']\nprevious = {{ sha256 = '{HASH}', until = 2026-12-01T00:00:00Z }}", "same"),
    ],
)
def test_a_defect_of_a_tokens_file_is_named(text: str, key: str) -> None:
    with pytest.raises(BadTokens) as caught:
        parse_tokens(text, "tokens.toml")
    assert key in str(caught.value)
    assert "tokens.toml" in str(caught.value)


@pytest.mark.parametrize(("regions", "department", "field"), [
    (("43",), "公安局", None), (("430100",), "公安局", None), (("44", "4301"), "公安局", None),
    (("44",), "公安局", "region"), (("430101",), "公安局", "region"),
    (("43",), "民政局", "department"), (("43",), "", "department"),
])  # fmt: skip
def test_a_token_takes_events_of_its_regions_and_departments_only(
    regions: tuple[str, ...], department: str, field: str | None
) -> None:
    (source,) = parse_tokens(new_token("w", regions, ("公安局",)).table, "t")
    event = applied("A-1", region="430100", department=department)
    assert isinstance(event, Applied)
    assert [objection[0] for objection in source.objections(event)] == ([field] if field else [])


OFFICE = new_token("office", ("43",), office=True)
CLERK = new_token("clerk", ("43",), ("公安局",), office=True)


@pytest.mark.parametrize("tag", sorted(OFFICE_TYPES))
def test_an_act_on_a_card_needs_the_token_of_an_office(tag: str) -> None:
    event = act(tag)
    (window,), (office,) = (parse_tokens(made.table, "t") for made in (new_token("w", ("43",)), OFFICE))
    (refused,) = window.objections(event)
    assert refused[:2] == ("type", "forbidden_type")
    assert "office = true" in refused[2]
    assert office.objections(event) == []
    assert office.objections(act(tag, department="")) == []
    assert [field for field, *_ in office.objections(act(tag, region="440100"))] == ["region"]
    assert [field for field, *_ in window.objections(act(tag, region="440100"))] == ["type", "region"], "all of them"


@pytest.mark.parametrize("tag", sorted(OFFICE_TYPES))
def test_a_department_acts_for_itself_and_only_as_a_department(tag: str) -> None:
    (clerk,) = parse_tokens(CLERK.table, "t")
    objections = [clerk.objections(act(tag, department=name)) for name in ("公安局", "民政局", "")]
    fields = [[field for field, *_ in each] for each in objections]
    own, other = ([], ["department"]) if tag in DEPARTMENT_TYPES else (["type"], ["type", "department"])
    assert fields == [own, other, other]


def test_the_command_line_makes_an_office_only_when_asked() -> None:
    made = [CliRunner().invoke(main, ["token", "new", "w", "--region", "43", *flags]) for flags in ([], ["--office"])]
    assert [parse_tokens(result.stdout, "t")[0].office for result in made] == [False, True]


def test_an_office_reports_what_windows_do_too() -> None:
    (office,) = parse_tokens(OFFICE.table, "t")
    assert office.objections(applied("A-1")) == []
