"""Rooms of the monitor enter each other by their faces: what a package's ``__init__`` hands on, and nothing behind it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

MONITOR = Path(__file__).parents[2] / "monitor"
WITHOUT_A_FACE = {
    "embedded": "python -m monitor.embedded.guard starts in milliseconds, so its __init__ imports nothing",
    "stream": "a partition is worked on without Faust in tests and benchmarks; a face would import Faust for them",
}
"""Rooms that are entered by their files, each with its reason."""


def past_a_face(source: str, room: str) -> Iterator[str]:
    """Modules behind the face of another room that a file of ``room`` imports from."""
    for node in ast.walk(ast.parse(source)):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        for name in names:
            top, *path = name.split(".")
            if top == "monitor" and len(path) > 1 and path[0] not in {room, *WITHOUT_A_FACE}:
                yield name


@pytest.mark.parametrize("file", sorted(MONITOR.rglob("*.py")), ids=lambda file: str(file.relative_to(MONITOR)))
def test_a_file_enters_other_rooms_by_their_faces(file: Path) -> None:
    assert list(past_a_face(file.read_text("utf-8"), file.relative_to(MONITOR).parts[0])) == []


@pytest.mark.parametrize(
    "package", sorted(file.parent for file in MONITOR.rglob("__init__.py") if file.parent != MONITOR), ids=str
)
def test_a_package_says_its_one_job(package: Path) -> None:
    assert ast.get_docstring(ast.parse((package / "__init__.py").read_text("utf-8")))


@pytest.mark.parametrize("line", ["from monitor.kafka.client import connected", "import monitor.lint.limits"])
def test_an_import_past_a_face_is_seen(line: str) -> None:
    assert list(past_a_face(line, "wall")) != []


@pytest.mark.parametrize(
    "line", ["from monitor.kafka import connected", "from monitor.wall.hub import Hub", "import monitor.metrics"]
)
def test_a_face_ones_own_room_and_a_single_file_are_free_to_all(line: str) -> None:
    assert list(past_a_face(line, "wall")) == []
