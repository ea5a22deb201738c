"""The glossary names what the code names: each name in it exists, and each public class of the core has its word."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "glossary.md").read_text("utf-8")
OWN_PAGES = {
    "rules/errors.py": "docs/reference/errors.md",
    "rules/events.py": "docs/reference/events.md",
}
"""What has a page of its own besides: its classes need no word here."""


def words() -> Iterator[tuple[str, ...]]:
    """The rows of every table: 中文, word, in code, meaning."""
    for line in TEXT.splitlines():
        if line.startswith("|") and not line.startswith(("|---", "| 中文")):
            yield tuple(cell.strip() for cell in line.strip("|").split("|"))


def named(cells: tuple[str, ...]) -> list[str]:
    """The names in code of a row."""
    return re.findall(r"`([^`]+)`", cells[2])


def sources(*packages: str) -> Iterator[tuple[str, ast.Module]]:
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8"))


def names_in_code() -> set[str]:
    """Every name defined, every field, and every text that stands in the code as a code of something."""
    found: set[str] = set()
    for _, tree in sources("rules", "monitor"):
        for node in ast.walk(tree):
            match node:
                case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.Name(id=name, ctx=ast.Store()):
                    found.add(name)
                    found.add(name.lower())
                case ast.Constant(value=str(text)) if re.fullmatch(r"[a-z][a-z_-]+", text):
                    found.add(text)
    return found


def public_classes() -> set[str]:
    """Classes and named shapes of the core, those left out that have a page of their own."""
    found = set()
    for path, tree in sources("rules"):
        for node in tree.body if path not in OWN_PAGES else ():
            if isinstance(node, ast.ClassDef):
                found.add(node.name)
            elif (
                isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and "TypeAlias" in ast.dump(node.annotation)
            ):
                found.add(node.target.id)
    return {name for name in found if not name.startswith("_")}


def test_every_name_in_the_glossary_is_in_the_code() -> None:
    known = names_in_code()
    assert [name for cells in words() for name in named(cells) if name not in known] == []


def test_every_public_class_of_the_core_has_its_word_in_the_glossary() -> None:
    told = {name for cells in words() for name in named(cells)}
    assert sorted(public_classes() - told) == []


def test_every_word_stands_once_and_says_what_it_means() -> None:
    known = [cells[1] for cells in words()]
    assert sorted(word for word in set(known) if known.count(word) > 1) == []
    assert all(len(cells) == 4 and all(cells) for cells in words())


@pytest.mark.parametrize("page", OWN_PAGES.values())
def test_a_page_that_stands_in_for_the_glossary_is_there(page: str) -> None:
    assert (ROOT / page).is_file()
