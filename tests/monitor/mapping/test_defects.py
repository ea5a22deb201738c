"""A mapping file with a defect is refused, and the defect named with its key; with all others beside it."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from monitor.mapping import BadMapping, load_mapping, load_mappings, parse_mapping

EVENT: dict[str, Any] = {"type": "applied", "id": "{no}", "at": "t", "region": "430100"}
GOOD: dict[str, Any] = {"source": {"zone": "Asia/Shanghai"}, "times": {"t": "iso"}, "event": [EVENT]}


def event(**changes: Any) -> dict[str, Any]:
    return {"event": [{key: value for key, value in (EVENT | changes).items() if value is not None}]}


def defects(data: dict[str, Any]) -> list[str]:
    with pytest.raises(BadMapping) as caught:
        parse_mapping("m", GOOD | data)
    return caught.value.defects


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"sorce": {}}, "sorce"),
        ({"source": {}}, "source.zone"),
        ({"source": {"zone": "Mars/Olympus"}}, "source.zone"),
        ({"source": {"zone": "UTC", "format": "xls"}}, "source.format"),
        ({"source": {"zone": "UTC", "encoding": "gbkk"}}, "source.encoding"),
        ({"source": {"zone": "UTC", "delimiter": ";;"}}, "source.delimiter"),
        ({"source": {"zone": "UTC", "colums": []}}, "source.colums"),
        ({"source": {"zone": "UTC", "columns": ["no"]}}, "source.columns"),
        ({"source": {"zone": "UTC", "empty": "x"}}, "source.empty"),
        ({"times": {"t": "yyyy-mm-dd"}}, "times.t"),
        ({"times": {"t": {"formats": ["iso"], "zone": "UTC"}}}, "times.t.zone"),
        ({"times": {"t": 5}}, "times.t"),
        ({"codes": {"c": {"a": [1]}}}, "codes.c.a"),
        ({"common": {"at": "t"}}, "common.at"),
        ({"common": {"promised": "10wd"}}, "common.promised"),
        ({"common": {"channel": "hal"}}, "event[0].channel"),
        ({"arrived": "nowhen"}, "arrived"),
        ({"skip": [{"column": "a"}]}, "skip[0]"),
        ({"skip": [{"column": "a", "equals": "1", "in": ["2"]}]}, "skip[0]"),
        ({"skip": [{"colum": "a", "equals": "1"}]}, "skip[0].column"),
        ({"event": []}, "event"),
        ({"event": [5]}, "event[0]"),
        (event(type=None), "event[0].type"),
        (event(type="tick"), "event[0].type"),
        (event(type="aplied"), "event[0].type"),
        (event(id=None), "event[0].id"),
        (event(at=None), "event[0].at"),
        (event(at="u"), "event[0].at"),
        (event(region=None), "event[0].region"),
        (event(region=430100), "event[0].region"),
        (event(promised="10wd"), "event[0].promised"),
        (event(chanel="hall"), "event[0].chanel"),
        (event(channel={"column": "c", "codes": "none"}), "event[0].channel.codes"),
        (event(channel={"column": "c", "othr": "x"}), "event[0].channel.othr"),
        (event(channel={"codes": "none"}), "event[0].channel.column"),
        (event(when=[{"column": "c", "in": "x"}]), "event[0].when[0].in"),
        (event(when={"days": ["t", "u"], "equals": 3}), "event[0].when.days"),
        (event(when={"days": ["t", "t"], "equals": "3"}), "event[0].when.equals"),
        (event(once="yes"), "event[0].once"),
        (event(by="act", type=None), "event[0].kinds"),
        (event(by="act", type=None, kinds={"A": {"type": "x"}}), "event[0].kinds.A.type"),
        (event(by="act", type=None, kinds={"A": {"type": "stage_left"}}), "event[0].kinds.A.stage"),
        (event(by="act", type=None, kinds={"A": {"type": "applied"}}, others="drop"), "event[0].others"),
        (event(type="stage_left", stage="reviw"), "event[0].stage"),
    ],
)
def test_a_defect_of_a_mapping_is_named_by_its_key(change: dict[str, Any], key: str) -> None:
    found = defects(change)
    assert any(defect.startswith(f"{key}") for defect in found), found


def test_all_defects_of_a_mapping_are_named_at_once() -> None:
    found = defects({"source": {"zone": "x"}, "times": {"t": "x"}, "event": [EVENT | {"id": 5, "nonsense": 1}]})
    assert {defect.split(":")[0] for defect in found} == {"source.zone", "times.t", "event[0].id", "event[0].nonsense"}


@pytest.mark.parametrize("text", [b"a = ", b"\xff", None])
def test_an_unreadable_file_is_named(text: bytes | None, tmp_path: Path) -> None:
    file = tmp_path / "old.toml"
    if text is not None:
        file.write_bytes(text)
    with pytest.raises(BadMapping, match=r"old\.toml"):
        load_mapping(file)


def test_the_mappings_that_come_with_the_project_load() -> None:
    folder = Path(__file__).parents[3] / "deploy" / "mappings"
    assert set(load_mappings(folder)) == {"hunan_window", "legacy_gbk"}
    assert load_mappings(None) == {}
    with pytest.raises(BadMapping, match="nowhere"):
        load_mappings(Path("nowhere"))


def test_the_example_in_the_documentation_is_a_mapping() -> None:
    text = (Path(__file__).parents[3] / "docs" / "reference" / "mapping.md").read_text("utf-8")
    example = text.partition("```toml\n")[2].partition("```")[0]
    data = tomllib.loads(example)
    del data["source"]["columns"]
    assert len(parse_mapping("example", data).rules) == 2
