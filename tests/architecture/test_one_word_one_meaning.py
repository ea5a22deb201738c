"""One word, one meaning: the name of a class or of a type stands once in the core and the monitor together."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parents[2]
_TYPE = re.compile(r"[A-Z]\w*[a-z]\w*")
"""A public name in capitals and small letters. What begins with an underscore is its file's own business."""


def types_of(source: str) -> Iterator[str]:
    """Public classes, wherever they stand, and the type aliases of the module."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield node.name
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        for target in targets:
            if isinstance(target, ast.Name) and _TYPE.fullmatch(target.id):
                yield target.id


@pytest.fixture(scope="module")
def places() -> dict[str, list[str]]:
    found = defaultdict(list)
    for package in ("rules", "monitor"):
        for file in sorted((HERE / package).rglob("*.py")):
            for name in types_of(file.read_text("utf-8")):
                found[name].append(str(file.relative_to(HERE)))
    return found


def test_a_name_of_a_type_stands_once(places: dict[str, list[str]]) -> None:
    assert {name: files for name, files in places.items() if len(files) > 1} == {}


def test_classes_and_aliases_are_types_and_constants_and_functions_are_none() -> None:
    source = (
        "class A:\n    class B: ...\nScope = tuple[str, str]\nKind: TypeAlias = str\nLONGEST = 3\n_Line = int\ndef Odd(): ...\n"
    )

    assert sorted(types_of(source)) == ["A", "B", "Kind", "Scope"]
