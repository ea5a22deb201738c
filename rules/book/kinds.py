"""What the rows say that define a kind of clock and a finding. The tables stand in :mod:`rules.families.kinds` and
:mod:`rules.families.findings`; a rule of a book carries its row.

Holders of a rule know from its row which facts it reads, which it needs, what is kept for it and how long. A row holds functions
of a case, which lies above a book: hence ``Any`` for the case in their signatures.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, TypeAlias

import msgspec

from rules.events import Header

Report: TypeAlias = tuple[str, Mapping[str, Any]]
"""The type of a record and the fields that it needs beside those of every record."""

Look: TypeAlias = Callable[[Any, Any, Any], Iterable[Any]]
"""What a rule is asked with: case, rule, book → its runs, or what it found."""

RecordLook: TypeAlias = Callable[[Any, int, int, Any], str | None]
"""Record, when it happened, when it arrived (epoch ms), book → the detail of what is odd about it."""

Memory: TypeAlias = Literal["", "complaints", "attendance"]
"""The entry of ``[retention]`` that says how long a window remembers something; empty: for good."""

Parted: TypeAlias = Literal["", "day", "subject", "count"]
"""What of a window is judged anew by a record (:mod:`rules.parts`). ``day``: all from the day before it on. ``subject``: what its
complaint or review waits for. ``count``: what is counted from it on. Empty: a window has none of it."""


class ClockKind(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of clock (``clock`` of a ``[[time_limits]]``)."""

    name: str
    source: str
    """Where the clock comes from; empty where only a book wants it."""
    runs: Look | None
    """The runs of the clock in a case. None: it watches cards, not the case (:mod:`rules.cards.watches`)."""
    reads: frozenset[str] = frozenset()
    """The facts that its runs, their deadlines and their ends are a function of."""
    needs: tuple[str, ...] = ()
    """The facts without any of which it has no run."""
    needs_by_decision: tuple[str, ...] = ()
    """The same of a rule with ``ends_with = "decision"``, where that is more."""
    limits: tuple[str, ...] = ()
    """Names that its ``limit`` may have beside a length of time; the first is what an empty one means."""
    fixed: bool = False
    """Its limit is the book's alone, and nothing pauses or extends it: one start always has the same deadline."""
    extended_by: Literal["", "extension", "complaints"] = ""
    """The table of the book that caps by how many days it is extended; empty: it is not."""
    forgotten: Memory = ""
    """By what a window forgets its runs, which are then numbered by when they began."""
    parted: Parted = ""
    of_office: bool = False
    """It watches the inspection office, so its alerts are not the department's."""
    tried_by: tuple[Report, ...] = ()
    """The shortest course of records that starts it."""

    @property
    def watches_cards(self) -> bool:
        """Whether it follows from what people did with cards, not from the facts of the case."""
        return self.runs is None


class FindingKind(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a process rule can look for (``finding`` of a ``[[process]]``)."""

    name: str
    code: int
    """What stands for it in a stored case. Never changed, never used again."""
    source: str
    look: Look
    """What a rule finds in a case, in order of time."""
    reads: frozenset[str]
    """The facts that what it finds is a function of."""
    needs: tuple[str, ...]
    """The facts without any of which nothing is found."""
    sees: RecordLook | None = None
    """What is odd about a single record, kept as a mark of the case; None where only a case can show it."""
    seen_in: tuple[type[Header], ...] = ()
    """The types of records that are looked at."""
    asks: str = ""
    """The key of the book without which nothing can be found (:meth:`rules.book.book.RuleBook.says`)."""
    needs_within: bool = False
    """It needs ``within``; others know none."""
    counts_from: int = 0
    """The least ``count`` that it takes; 0: nothing is counted."""
    parted: Parted = ""
    forgotten: Memory = ""
    """By what a window forgets it. Only complaints and bad reviews start such findings, so no flow is irregular by them."""
    by_hand: bool = False
    """A card that somebody meant to issue: each is kept, and none is an irregular flow."""
    keeps: Literal["", "handlers", "persons"] = ""
    """Personal data that cases keep only where a book looks for this."""

    @property
    def is_irregular(self) -> bool:
        """Whether its alerts are irregular flows (异常流转)."""
        return not self.forgotten and not self.by_hand
