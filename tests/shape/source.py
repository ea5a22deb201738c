"""A tree's Python files, read and parsed once."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One file. ``name`` is dotted, ``path`` relative to the root; a package's ``__init__`` bears the package's name."""

    name: str
    path: str
    text: str
    tree: ast.Module
    is_package: bool

    @property
    def lines(self) -> int:
        return len(self.text.splitlines())

    def functions(self) -> Iterator[Function]:
        """Every function and method, nested ones too."""
        return (node for node in ast.walk(self.tree) if isinstance(node, FUNCTIONS))


Modules = dict[str, Module]
"""By dotted name."""


def read(root: Path, package: str) -> Modules:
    """All modules under ``root/package``; none where there is no such folder."""
    modules = [_read(root, path) for path in sorted((root / package).rglob("*.py"))]
    return {module.name: module for module in modules}


def imports(module: Module, known: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each module that is imported, with the name taken from it; ``""`` where the module itself is taken.

    ``from a import b`` takes the module ``a.b`` where ``known`` has one.
    """
    names = frozenset(known)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = _source(module, node)
            for alias in node.names:
                inner = f"{source}.{alias.name}"
                yield (inner, "") if inner in names else (source, alias.name)


def _read(root: Path, path: Path) -> Module:
    text = path.read_text("utf-8")
    parts = path.relative_to(root).with_suffix("").parts
    is_package = parts[-1] == "__init__"
    name = ".".join(parts[:-1] if is_package else parts)
    return Module(name, path.relative_to(root).as_posix(), text, ast.parse(text, str(path)), is_package)


def _source(module: Module, node: ast.ImportFrom) -> str:
    """The module that is imported from, dots resolved."""
    if not node.level:
        return node.module or ""
    package = module.name.split(".")
    package = package[: len(package) - node.level + module.is_package]
    return ".".join([*package, node.module] if node.module else package)
