"""The core says nothing to people: Chinese stands in its docstrings and comments, never in a string it works with.

Words for people are :mod:`monitor.words`'s. Texts of errors are for whoever mends the record or the book, and are English.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

CORE = Path(__file__).parents[2] / "rules"
CHINESE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
"""Characters, their punctuation (，。、「」), and the wide forms (：（））."""


def _strings(tree: ast.Module) -> Iterator[ast.Constant]:
    """Every string literal but those that stand alone as a statement, which are docstrings."""
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone:
            yield node


@pytest.mark.parametrize("path", sorted(CORE.rglob("*.py")), ids=lambda path: str(path.relative_to(CORE)))
def test_a_file_of_the_core_holds_no_chinese_string(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert [f"line {node.lineno}: {node.value}" for node in _strings(tree) if CHINESE.search(str(node.value))] == []


@pytest.mark.parametrize("line", ['x = "红牌"', 'x = f"{y}：{z}"', 'def f(x="，"): ...'])
def test_a_chinese_string_is_seen_wherever_it_stands(line: str) -> None:
    assert any(CHINESE.search(str(node.value)) for node in _strings(ast.parse(line)))


@pytest.mark.parametrize("line", ['"""红牌"""', "x = 1  # 红牌", 'LEVEL = "red"\n"""红牌"""', 'x = "2.5σ – …"'])
def test_docstrings_comments_and_other_signs_are_let_be(line: str) -> None:
    assert not any(CHINESE.search(str(node.value)) for node in _strings(ast.parse(line)))
