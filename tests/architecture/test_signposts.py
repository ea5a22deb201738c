"""A reference in a docstring or comment leads somewhere: each ``:mod:``, ``:func:`` … names what exists, each path a file.

A name is looked up as a reader does: from where it stands (its class, then its module), else from the package on.
"""

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
ROLE = re.compile(r":(?:mod|func|class|meth|attr|data|exc):`~?([\w.]+)`")
PATH = re.compile(r"(?<![\w./-])(?:rules|monitor|dashboards|deploy|docs|tests|benchmarks)/[\w./-]*\.\w+")
FILES = sorted(path for package in ("rules", "monitor") for path in (ROOT / package).rglob("*.py") if path.name != "__main__.py")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


class Signpost(NamedTuple):
    """``name`` as it is written, the class it stands in ('' outside all classes), and its line."""

    name: str
    within: str
    line: int


def signposts(text: str) -> Iterator[Signpost]:
    """Every reference to a name in the docstrings and comments of a module."""
    classes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ClassDef)]
    for number, line in enumerate(text.splitlines(), 1):
        around = [node for node in classes if node.lineno <= number <= (node.end_lineno or 0)]
        for found in ROLE.finditer(line):
            yield Signpost(found[1], around[-1].name if around else "", number)


def _leads_somewhere(module: str, post: Signpost) -> bool:
    here = importlib.import_module(module)
    within = getattr(here, post.within, None)
    return any(_has(place, post.name.split(".")) for place in (within, here)) or _is_known(post.name)


def _has(place: object, names: list[str]) -> bool:
    for name in names:
        if not hasattr(place, name) and not _sets(place, name):
            return False
        place = getattr(place, name, None)
    return True


def _sets(place: object, name: str) -> bool:
    """Whether objects of a class get that attribute when they are made."""
    return isinstance(place, type) and re.search(rf"\bself\.{name}\b", inspect.getsource(place)) is not None


def _is_known(name: str) -> bool:
    """Whether a full name, ``rules.step.decide``, is that of a module or of what one holds."""
    names: list[str] = []
    module = name
    while module:
        try:
            return _has(importlib.import_module(module), names)
        except ModuleNotFoundError:
            module, _, last = module.rpartition(".")
            names.insert(0, last)
    return False


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_signpost_leads_to_what_exists(path: Path) -> None:
    text = path.read_text("utf-8")
    lost = [post for post in signposts(text) if not _leads_somewhere(_module(path), post)]
    assert [f"line {post.line}: {post.name}" for post in lost] == []
    assert [name for name in PATH.findall(text) if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_of_the_code_named_by_a_page_exists(page: Path) -> None:
    """Pages name each other by links, which ``make docs`` checks."""
    named = [name for name in PATH.findall(page.read_text("utf-8")) if not name.startswith("docs/")]
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("name", ["rules.step.decide", "rules.worktime", "Worktime", "Worktime.due", "due", "clock", "fraction"])
def test_a_name_is_found_from_its_class_its_module_or_its_package(name: str) -> None:
    assert _leads_somewhere("rules.worktime.worktime", Signpost(name, "Worktime", 1))


@pytest.mark.parametrize("name", ["rules.timelimits", "rules.step.told", "clocks_of", "Worktime.told", "due"])
def test_a_name_of_what_has_moved_is_not_found(name: str) -> None:
    assert not _leads_somewhere("rules.worktime.worktime", Signpost(name, "", 1))
