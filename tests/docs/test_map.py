"""The maps for newcomers name every room, and only rooms there are."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text("utf-8")


def rooms(package: str) -> set[str]:
    """Names of the packages and modules at the top of a package."""
    inside = [path for path in (ROOT / package).iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()]
    return {path.stem for path in inside if not path.name.startswith("__")}


def floors(package: str) -> list[set[str]]:
    """The floors of a package, top first, as its contract has them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    (layers,) = [contract["layers"] for contract in contracts if contract.get("containers") == [package]]
    return [{room.strip() for room in layer.split("|")} for layer in layers if layer != "__main__"]


def drawn(package: str, last: set[str]) -> list[set[str]]:
    """The floors that architecture.md draws, without those of the other packages below."""
    text = re.search(rf"^{package}/ +(.*?)^\w+/ ", ARCHITECTURE, re.MULTILINE | re.DOTALL)
    assert text
    told = [{room.strip() for room in floor.split("|")} for floor in text[1].split("→") if floor.strip()]
    return [floor for floor in told if floor != last]


def test_the_floors_that_architecture_draws_are_those_of_the_contracts() -> None:
    assert drawn("rules", set()) == floors("rules")
    assert drawn("monitor", {"rules", "dashboards"}) == floors("monitor")


def test_the_map_for_contributors_has_a_line_for_every_room() -> None:
    core, around = CONTRIBUTING.split("`monitor/`, what stands around it", 1)
    assert [room for room in rooms("rules") if not re.search(rf"`(rules/)?{room}(/|\.py)`", core)] == []
    assert [room for room in rooms("monitor") if not re.search(rf"`{room}(/|\.py)`", around)] == []


def test_the_map_for_contributors_has_150_lines_at_most() -> None:
    assert len(CONTRIBUTING.splitlines()) <= 150
