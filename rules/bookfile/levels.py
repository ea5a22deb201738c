"""What every rule says alike of its levels, whatever reaches them: which it has, and which are held for confirmation."""

from collections.abc import Collection, Iterator

from rules.alerts import LEVELS, Level
from rules.bookfile.written import WrittenRule


def written_levels(read: WrittenRule) -> Iterator[tuple[int, Level, str]]:
    """The levels that a rule has, from mild to severe: their places, their names, and what reaches them."""
    for position, level in enumerate(LEVELS):
        text = getattr(read, level)
        if text:
            yield position, level, text


def check_fires(where: str, read: WrittenRule, defects: list[str]) -> None:
    """A defect of a rule that has no level."""
    if not any(written_levels(read)):
        defects.append(f"{where}: {read.id!r} can never fire: give it reminder, warning, yellow or red")


def held_levels(where: str, read: WrittenRule, levels: Collection[int], defects: list[str]) -> frozenset[int]:
    """The places of the levels that are held; a defect for each that is not among ``levels``."""
    held = frozenset(LEVELS.index(level) for level in read.hold)
    defects += [f"{where}.hold: {LEVELS[idle]} has no threshold in this rule" for idle in sorted(held - set(levels))]
    return held
