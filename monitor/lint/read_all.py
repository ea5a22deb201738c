"""Every defect of a book that cannot be read, not only the first of each table.

The parser stops at the first key of a table that has the wrong type. Whatever it named is taken out and the rest read again,
until nothing new is found.
"""

import copy
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from monitor.lint.diagnosis import Remark, error
from monitor.lint.positions import KeyPath, key_path
from rules.errors import BadRuleBook

_T = TypeVar("_T")
_KEYED = re.compile(r"([^\s:]+): (.*)", re.DOTALL)
_FIELD = re.compile(r"Object (?:contains unknown|missing required) field `([^`]+)`")


def read_all(
    source: str, table: Mapping[str, Any], parse: Callable[[str, Mapping[str, Any]], _T]
) -> tuple[_T | None, list[Remark]]:
    """The book (or catalog, or what else ``parse`` gives), or every defect of it."""
    rest = copy.deepcopy(dict(table))
    found: dict[Remark, None] = {}
    taken: set[KeyPath] = set()
    while True:
        try:
            book = parse(source, rest)
        except BadRuleBook as bad:
            new = [remark for remark in map(split, bad.defects) if remark not in found and not _follows(remark, taken)]
            if not new:
                return None, list(found)
            found |= dict.fromkeys(new)
            for path in [key_path(remark.key) for remark in new]:
                taken.add(path)
                _take_out(rest, path)
        else:
            return (None, list(found)) if found else (book, [])


def split(defect: str) -> Remark:
    """``items[3].promised: …`` as key and text; the key of an unknown or missing field is added."""
    keyed = _KEYED.fullmatch(defect)
    key, text = (keyed[1], keyed[2]) if keyed else ("", defect)
    key = "" if key == "book" else key
    if field := _FIELD.match(text):
        key = f"{key}.{field[1]}" if key else field[1]
    return error(key, text)


def _follows(remark: Remark, taken: set[KeyPath]) -> bool:
    """Whether this says only that something is missing that we have taken out ourselves."""
    path = key_path(remark.key)
    return any(gone[: len(path)] == path for gone in taken)


def _take_out(table: Any, path: KeyPath) -> None:
    *outer, last = path or ("",)
    for name in outer:
        try:
            table = table[name]
        except (KeyError, IndexError, TypeError):
            return
    if isinstance(table, dict):
        table.pop(last, None)
