"""The core imports nothing that could read a clock, a file or the network: what it may import is listed, all else is refused.

Zones and calendars are files and packages of others, so they are refused, too: whoever reads a book hands them in.
"""

import ast
from pathlib import Path

import pytest

CORE = Path(__file__).parents[2] / "rules"
ALLOWED = {
    "bisect", "collections", "datetime", "enum", "functools", "hashlib", "heapq", "itertools", "json", "math", "struct",
    "operator", "re", "types", "typing", "weakref", "zlib",
    "msgspec",  # Structs and their codecs
    "rules",
}  # fmt: skip
NOW = {"now", "utcnow", "today"}


def _imported(tree: ast.Module) -> set[str]:
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return {name.partition(".")[0] for name in names}


def _calls(tree: ast.Module) -> set[str]:
    """Names of everything that is called: functions, and methods whatever they are called on."""
    functions = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {
        each.id if isinstance(each, ast.Name) else each.attr for each in functions if isinstance(each, ast.Name | ast.Attribute)
    }


@pytest.mark.parametrize("path", sorted(CORE.rglob("*.py")), ids=lambda path: str(path.relative_to(CORE)))
def test_a_file_of_the_core_imports_only_what_is_pure_and_asks_no_clock(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert _imported(tree) <= ALLOWED
    assert not _calls(tree) & (NOW | {"open", "print", "input", "getenv", "read_text", "read_bytes"})
