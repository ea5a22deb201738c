"""How clocks are numbered where old ones are forgotten (:mod:`rules.facts.retention`): by when they began, not by how many
came before.

A number is the minute a clock began in, and a remainder made from the name of what it is about. Neither what is forgotten nor a
late report about something else gives it another. Of several of one minute and one remainder, the later takes the next number
that is free. They are forgotten together, so their numbers stay, too.
"""

from collections.abc import Iterable
from zlib import crc32

from rules.instant import MINUTE, Instant

_SPREAD = 1000
FIRST_NUMBER = 1_000_000
"""Smaller ones (nothing is from 1970) count instead: the how-manieth of a case, which forgets nothing."""


def number_at(start: Instant, name: str = "") -> int:
    """The number of what began at ``start`` (epoch ms) and is about ``name``."""
    return start // MINUTE * _SPREAD + crc32(name.encode()) % _SPREAD


def begun_at(number: int) -> int:
    """The minute (epoch ms) that a :func:`number_at` was made from."""
    return number // _SPREAD * MINUTE


def numbers_of(begun: Iterable[tuple[int, str]]) -> list[int]:
    """A number for each (start, name), all different; they must be sorted."""
    taken: set[int] = set()
    numbers = []
    for start, name in begun:
        number = number_at(start, name)
        while number in taken:
            number += 1
        taken.add(number)
        numbers.append(number)
    return numbers
