"""What a case, a window and an alert are called: the one place where such names are put together and taken apart.

The key of a case is ``SPACE/NUMBER``: its number within whoever numbers it (编号单位). Two districts, or two departments, may
give the same number to two cases. The space is the ``numbered_by`` of a record. Without one it is ``REGION-DEPARTMENT``, or
``REGION`` where no department is given. A slash in a space is written ``%2F``, a per cent sign ``%25``: the first slash of a key
ends its space.

An alert is called ``KEY/RULE/LEVEL/CYCLE``. Of a case that came back, the number carries the cycle of the case:
``SPACE/NUMBER~2/…``.
"""

import re
from functools import lru_cache
from typing import NamedTuple

TALLY_KEY = "tally:"
"""What the key of a tally begins with."""
WINDOW_KEY = "window:"
"""What the key of a window begins with."""
DUTY_KEY = "duty:"
"""The same for its attendance, which is kept for itself: there is much of it, and it is forgotten sooner."""
RESERVED = (TALLY_KEY, WINDOW_KEY, DUTY_KEY)
"""Beginnings of keys that are no case's; no space begins so."""
_MARK = re.compile(r"~([0-9]+)\Z")
_TALLY = re.compile(r"/(?:department|window|item)/([^/]*)/")
_ESCAPES = str.maketrans({"%": "%25", "/": "%2F"})


class AlertName(NamedTuple):
    """The parts of an alert's id: the key of its case, which cycle of the case, the rule, the level, the cycle of the rule."""

    key: str
    case_cycle: int
    rule: str
    level: str
    cycle: int


@lru_cache(maxsize=4096)
def space_named(numbered_by: str, region: str, department: str) -> str:
    """The space a record's case is numbered in, as its key has it."""
    name = numbered_by or (f"{region}-{department}" if department else region)
    space = name.translate(_ESCAPES)
    return space.replace(":", "%3A", 1) if space.startswith(RESERVED) else space


def case_key(numbered_by: str, number: str) -> str:
    """The key of the case that ``numbered_by`` has given that number."""
    return f"{space_named(numbered_by, '', '')}/{number}"


def is_case(key: str) -> bool:
    """Whether it is the key of a case: not of a window, its attendance or a tally."""
    return not key.startswith(RESERVED)


def space_of(key: str) -> str:
    """Who numbers the case of ``key``, as ``numbered_by`` says it; empty for what is no case."""
    if not is_case(key):
        return ""
    space, slash, _ = key.partition("/")
    return space.replace("%2F", "/").replace("%3A", ":").replace("%25", "%") if slash else ""


def region_of(key: str) -> str:
    """The division code in a key; empty where it has none, as in a number space of its own name."""
    if key.startswith(TALLY_KEY):
        found = _TALLY.search(key)
        return found[1] if found is not None else ""
    if key.startswith((WINDOW_KEY, DUTY_KEY)):
        return key.partition(":")[2].partition("/")[0]
    region, _, _ = space_of(key).partition("-")
    return region if re.fullmatch("[0-9A-Za-z]{6}", region) else ""


def number_of_case(key: str) -> str:
    """The bare number of the case of ``key``; of what is no case its whole key."""
    space, slash, number = key.partition("/")
    return number if slash and not space.startswith(RESERVED) else key


def name_alert(key: str, rule: str, level: str, cycle: int, case_cycle: int = 1) -> str:
    """The id of an alert; the inverse of :func:`parse_alert_id`.

    The first cycle of a case goes unmarked, unless its number looks as if it were marked.
    """
    marked = case_cycle > 1 or ("~" in key and is_case(key) and _MARK.search(key) is not None)
    return f"{key}~{case_cycle}/{rule}/{level}/{cycle}" if marked else f"{key}/{rule}/{level}/{cycle}"


def key_of_alert(alert: str) -> str:
    """The key of the case, window or tally that an alert's id names; the id itself where it names none."""
    name = parse_alert_id(alert)
    return name.key if name is not None else alert


def parse_alert_id(alert: str) -> AlertName | None:
    """The parts of an alert's id; None where it is none."""
    key, *rest = alert.rsplit("/", 3)
    if len(rest) != 3 or not rest[2].isdecimal() or not key:
        return None
    rule, level, cycle = rest
    mark = _MARK.search(key) if is_case(key) else None
    if mark is None:
        return AlertName(key, 1, rule, level, int(cycle))
    return AlertName(key[: mark.start()], int(mark[1]), rule, level, int(cycle))
