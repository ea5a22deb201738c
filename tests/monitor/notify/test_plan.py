"""The plan: what is read, and what is refused with its key."""

from pathlib import Path

import pytest

from monitor.notify import BadPlan, load_plan
from monitor.notify.channels.wecom import WeComPlan
from monitor.notify.secret import Secret
from tests.monitor.notify.cards import card, plan

GOOD = """
quiet = ["22:00-07:30"]
[channels.group]
kind = "wecom"
url = { env = "GROUP_URL" }
instead = "mail"
[channels.mail]
kind = "mail"
host = "mail.example.org"
sender = "supervise@example.org"
[[route]]
name = "reds"
levels = ["red"]
to = ["group", "role:head"]
[[escalation]]
name = "head"
unacknowledged = "4wh"
to = ["role:head"]
[[silence]]
reason = "the hall moves"
since = 2026-03-02T08:00:00+08:00
until = 2026-03-03T08:00:00+08:00
halls = ["岳麓"]
[[person]]
name = "Zhang"
role = "head"
regions = ["4301"]
via = { mail = "zhang@example.org" }
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "notify.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_whole_plan_is_read(tmp_path: Path) -> None:
    loaded = load_plan(written(tmp_path, GOOD))
    group = loaded.channels["group"]
    assert isinstance(group, WeComPlan)
    assert group.url == Secret(env="GROUP_URL")
    assert [route.name for route in loaded.route] == ["reds"]
    assert loaded.silence[0].reason == "the hall moves"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('to = ["group", "role:head"]', 'to = ["grop"]', "reds: to: there is no channel 'grop'; there are group, mail"),
        ('role = "head"', 'role = "leader"', "reds: to: nobody has the role:head"),
        ('name = "head"', 'name = "reds"', "'reds' names two routes or escalations"),
        ('"4wh"', '"soon"', "head: unacknowledged: 'soon' is no limit"),
        ('quiet = ["22:00-07:30"]', 'quiet = ["nights"]', "quiet: 'nights' is neither hours"),
        ('instead = "mail"', 'instead = "group"', "channels.group: instead: a channel cannot stand in for itself"),
        ('instead = "mail"', 'instead = "fax"', "channels.group: instead: there is no channel 'fax'"),
        ("until = 2026-03-03", "until = 2026-03-01", "until lies before since"),
        ('via = { mail = "zhang@example.org" }', 'via = { fax = "1" }', "Zhang: via: there is no channel 'fax'"),
        ('kind = "wecom"', 'kind = "fax"', "Invalid value 'fax'"),
        ('levels = ["red"]', 'level = ["red"]', "unknown field `level`"),
        ('reason = "the hall moves"', 'reason = ""', "$.silence[0].reason"),
        ('url = { env = "GROUP_URL" }', 'url = { env = "A", file = "b" }', "give either env"),
        ("quiet =", "quiet = = ", "notify.toml:"),
    ],
)
def test_a_plan_that_cannot_be_used_names_its_key(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in GOOD
    with pytest.raises(BadPlan) as refused:
        load_plan(written(tmp_path, GOOD.replace(old, new, 1)))
    assert says in str(refused.value)


def test_a_plan_that_would_tell_nobody_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadPlan, match="nobody would ever be told"):
        load_plan(written(tmp_path, '[channels.mail]\nkind = "mail"\nhost = "a"\nsender = "a@b"\n'))


def test_a_plan_that_is_not_there_is_named() -> None:
    with pytest.raises(BadPlan, match="No such file"):
        load_plan(Path("/nowhere/notify.toml"))


def test_a_route_tells_everybody_it_names_once() -> None:
    people = [
        {"name": "a", "role": "head", "via": {"mail": "a@example.org"}},
        {"name": "b", "role": "head", "regions": ["43"], "via": {"mail": "b@example.org"}},
        {"name": "c", "role": "head", "regions": ["44"], "via": {"mail": "c@example.org"}},
        {"name": "a again", "role": "head", "via": {"mail": "a@example.org"}},
    ]
    targets = list(plan(person=people).targets(["group", "role:head", "group"], card()))
    assert targets == [("group", ""), ("mail", "a@example.org"), ("mail", "b@example.org")]


@pytest.mark.parametrize(
    ("scope", "holds"),
    [
        ({}, True),
        ({"levels": ["yellow"]}, False),
        ({"rules": ["case-*"]}, True),
        ({"rules": ["stage-*"]}, False),
        ({"regions": ["4301"], "departments": ["住建局"]}, True),
        ({"regions": ["4302"]}, False),
        ({"halls": ["岳麓"]}, False),
        ({"watched": True}, False),
        ({"watched": False}, True),
    ],
)
def test_a_scope_holds_a_card_that_fits_all_it_gives(scope: dict[str, object], holds: bool) -> None:
    route = plan(route=[{"name": "r", "to": ["group"], **scope}]).route[0]
    assert route.holds(card()) is holds


def test_a_secret_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOT_THERE", raising=False)
    with pytest.raises(BadPlan, match=r"channels\.group\.url: the environment has no NOT_THERE"):
        Secret(env="NOT_THERE").read("channels.group.url")
    with pytest.raises(BadPlan, match="No such file"):
        Secret(file=str(tmp_path / "none")).read("x")
    (tmp_path / "empty").write_text("\n")
    with pytest.raises(BadPlan, match="is empty"):
        Secret(file=str(tmp_path / "empty")).read("x")
