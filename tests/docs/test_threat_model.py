"""Each line of the threat model leads to a test that is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
PAGE = (ROOT / "docs/explanation/threat-model.md").read_text("utf-8")
STRIDE = PAGE.partition("## STRIDE")[2].partition("## ASVS")[0]
LINES = [row.strip("|").split(" | ") for row in STRIDE.splitlines() if row.startswith("| ") and not row.startswith("| threat")]
NAMED = sorted(set(re.findall(r"`([\w/.]+\.py)(?:::(\w+))?`", PAGE)))


def found(file: str) -> list[Path]:
    return [path for path in TESTS.rglob("*.py") if str(path).endswith(f"/{file}")]


def test_every_line_of_stride_names_what_shows_it() -> None:
    assert len(LINES) > 30
    assert [row for row in LINES if len(row) != 3 or not ("`" in row[2] or row[2].strip() == "the same")] == []


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_test_that_is_named_is_there(file: str, name: str) -> None:
    if file.startswith("monitor/gateway/openapi"):
        assert (ROOT / file).exists()
        return
    files = found(file)
    assert files, file
    assert any(f"def {name}" in path.read_text("utf-8") for path in files), f"{file}::{name}"
