"""Collecting what is wrong with a table of a rule book, so that every defect shows at once, each with its key."""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from rules.errors import BadRuleBook
from rules.worktime import Limit

_T = TypeVar("_T")


def switches_nothing(where: str, data: Mapping[str, Any], needed: str, defects: list[str]) -> bool:
    """Whether an entry only switches something off that is not there. What it does switch off it was laid over, whole."""
    if data.get("off") is not True or needed in data:
        return False
    defects.append(f"{where}.off: the book it extends has no {data.get('id')!r}, so there is nothing to switch off")
    return True


def check_limits(where: str, limits: Mapping[str, str], defects: list[str], also: tuple[str, ...] = ()) -> None:
    """A defect for each limit nobody can read; ``also`` names what else may be written there."""
    for key, text in limits.items():
        if text:
            try:
                Limit.parse(text)
            except ValueError as error:
                names = f" or {', '.join(also)}" if also else ""
                defects.append(f"{where}.{key}: {error}{names}")


def convert(where: str, data: Any, kind: type[_T], defects: list[str]) -> _T | None:
    """``data`` as a ``kind``, or None and a defect that names the key."""
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        path = path.rstrip("`").lstrip(".")
        defects.append(f"{'.'.join(part for part in (where, path) if part) or 'book'}: {message}")
        return None


def named(where: str, name: str, rows: Mapping[str, _T], defects: list[str]) -> _T | None:
    """The row of that name, or None and a defect that lists the names there are."""
    row = rows.get(name)
    if row is None:
        defects.append(f"{where}: {name!r} is not known, known are {', '.join(rows)}")
    return row


def guarded(where: str, read: Any, defects: list[str]) -> Any:
    """What ``read()`` gives, or None and its defects under the key ``where``."""
    try:
        return read()
    except BadRuleBook as error:
        defects += [f"{where}.{defect}" if defect[0].isalpha() else f"{where}: {defect}" for defect in error.defects]
    except ValueError as error:
        defects.append(f"{where}: {error}")
    return None
