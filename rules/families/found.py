"""One thing that a process rule found."""

from typing import NamedTuple

from rules.case import NEVER


class Found(NamedTuple):
    """One finding: when it happened (epoch ms), what to show, and when it was over where it can be (``NEVER``: it stays). ``by``
    is who says so, where a person does. ``number`` is given where findings are not numbered as they come."""

    at: int
    detail: str
    end: int = NEVER
    by: str = ""
    number: int = 0
