"""Tokens: what a file may say, who is found, and that a new one works."""

import tomllib
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from monitor.cli.main import main
from monitor.door import BadTokens, Tokens
from monitor.gateway.tokens import Source, new_token, parse_tokens
from rules.events import DEPARTMENT_TYPES, EVENT_TYPES, OFFICE_TYPES, Applied
from tests.monitor.gateway.mutations import good
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


def source(
    *numbered_by: str, regions: tuple[str, ...] = ("430102",), departments: tuple[str, ...] = (), office: bool = False
) -> Source:
    (made,) = parse_tokens(new_token("w", regions, departments, office=office, numbered_by=numbered_by).table, "t")
    return made


TOUCHING = ["accepted", "concluded", "suspended", "extended", "decided", "not_accepted", "transferred", "stage_left"]


@pytest.mark.parametrize("tag", TOUCHING)
def test_a_token_of_one_district_touches_no_case_that_another_one_numbers(tag: str) -> None:
    mine = msgspec.convert(good(tag, region="430102", department="民政局"), EVENT_TYPES[tag])
    others = {"430104-民政局", "430104", "湖南省", "43010", "-民政局"}
    for window in (source(), source(departments=("民政局",))):
        for numbered_by in others:
            objections = window.objections(msgspec.structs.replace(mine, numbered_by=numbered_by))
            assert [each[:2] for each in objections] == [("numbered_by", "out_of_scope")]
        for numbered_by in ("", "430102-民政局"):
            assert window.objections(msgspec.structs.replace(mine, numbered_by=numbered_by)) == []
    fire = msgspec.structs.replace(mine, numbered_by="430102-消防支队")
    assert [each[0] for each in source(departments=("民政局",)).objections(fire)] == ["numbered_by"]
    assert source("430102-民政局", "430102-消防支队", departments=("民政局",)).objections(fire) == [], (
        "a branch's system lists both"
    )


def test_a_token_with_numberers_takes_those_and_no_others() -> None:
    province = source("湖南省", "国家平台")
    assert province.stamp == "湖南省"
    event = applied("A-1", region="430102", department="民政局")
    for numbered_by, taken in {"湖南省": True, "国家平台": True, "": True, "430102-民政局": False}.items():
        assert (province.objections(msgspec.structs.replace(event, numbered_by=numbered_by)) == []) is taken


@pytest.mark.parametrize("tag", sorted(OFFICE_TYPES - {"card_issued_by_hand"}))
@pytest.mark.parametrize(
    ("alert", "numbered_by", "taken"),
    [
        ("430102-民政局/A-1/case-promise/yellow/1", (), True),
        ("430102/A-1/case-promise/yellow/1", (), True),
        ("430104-民政局/A-1/case-promise/yellow/1", (), False),
        ("湖南省/A-1/case-promise/yellow/1", (), False),
        ("湖南省/A-1/case-promise/yellow/1", ("湖南省",), True),
        ("430104-民政局/A-1/case-promise/yellow/1", ("湖南省",), False),
        ("430102-民政局/A-1/case-promise/yellow/1", ("湖南省",), True),
        ("window:430102//A01/complaint-accept/yellow/1", (), True),
        ("window:430104//A01/complaint-accept/yellow/1", (), False),
        ("tally:b/department/430104/h/d///overdue/red/1", (), False),
        ("tally:b/department/430102/h/d///overdue/red/1", (), True),
    ],
)
def test_an_office_acts_on_the_alerts_of_its_regions_and_numberers_only(
    tag: str, alert: str, numbered_by: tuple[str, ...], taken: bool
) -> None:
    office = source(*numbered_by, office=True)
    made = msgspec.structs.replace(act(tag, region="430102"), case="", alert=alert)
    assert [each[:2] for each in office.objections(made)] == ([] if taken else [("alert", "out_of_scope")])


def test_a_card_by_hand_is_issued_in_a_case_of_the_office_only() -> None:
    card = act("card_issued_by_hand", region="430102")
    assert source(office=True).objections(card) == []
    objections = source(office=True).objections(msgspec.structs.replace(card, numbered_by="430104-公安局"))
    assert [each[0] for each in objections] == ["numbered_by"]


def test_the_command_line_lists_who_numbers_the_cases() -> None:
    words = ["token", "new", "w", "--region", "43", "--numbered-by", "湖南省", "--numbered-by", '国家"平台']
    (made,) = parse_tokens(CliRunner().invoke(main, words).stdout, "t")
    assert made.numbered_by == ("湖南省", '国家"平台')


def test_the_command_line_makes_an_office_only_when_asked() -> None:
    made = [CliRunner().invoke(main, ["token", "new", "w", "--region", "43", *flags]) for flags in ([], ["--office"])]
    assert [parse_tokens(result.stdout, "t")[0].office for result in made] == [False, True]


def test_an_office_reports_what_windows_do_too() -> None:
    (office,) = parse_tokens(OFFICE.table, "t")
    assert office.objections(applied("A-1")) == []
