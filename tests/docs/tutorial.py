"""What a tutorial tells its reader to type, and what it says the screen then shows, out of the Markdown itself."""

import re
from typing import NamedTuple

_BLOCK = re.compile(r"^```(sh|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ANYTHING = "…"
"""In a line shown: whatever stands there."""


class Step(NamedTuple):
    """A block of commands, and the lines shown after it: some of those printed, in order."""

    typed: str
    shown: tuple[str, ...]


def steps_of(text: str) -> list[Step]:
    """Every ``sh`` block of a page, each with the ``text`` block that follows it, if one does."""
    steps: list[Step] = []
    for kind, body in _BLOCK.findall(text):
        if kind == "sh":
            steps.append(Step(body, ()))
        else:
            steps[-1] = steps[-1]._replace(shown=tuple(body.splitlines()))
    return steps


def missing(shown: tuple[str, ...], printed: str) -> str:
    """The first line shown that was not printed, or not after the one before it; empty if all were."""
    lines = iter(printed.splitlines())
    for wanted in shown:
        pattern = ".*".join(re.escape(part) for part in wanted.split(ANYTHING))
        if not any(re.fullmatch(pattern, line.rstrip()) for line in lines):
            return wanted
    return ""
