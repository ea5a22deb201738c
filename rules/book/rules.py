"""The rules of a book, ready to use: a time limit, a process rule, a rate rule. What judging needs of them is alike."""

from typing import Literal, get_args

import msgspec

from rules.book.kinds import ClockKind, FindingKind
from rules.worktime import Limit

EndsWith = Literal["conclusion", "decision"]
Rate = Literal["refusal", "overdue", "irregular", "warned", "volume-month", "volume-year", "stage-pace"]
RATES: tuple[str, ...] = get_args(Rate)


class Threshold(msgspec.Struct, frozen=True):
    """When a level is reached: at the deadline, a limit before or after it, or when a fraction of the limit is used up."""

    kind: Literal["deadline", "before", "after", "fraction"]
    limit: Limit | None = None
    numerator: int = 1
    denominator: int = 1

    @classmethod
    def parse(cls, text: str) -> "Threshold":
        """``deadline``, ``2wd before``, ``1d after``, ``4/5``; otherwise a ``ValueError`` that names these forms."""
        words = text.split()
        if words[:1] == ["instant"]:
            raise ValueError(f"{text!r}: an instant item is no length of time, write such as 0wd or 30wm")
        if words in (["deadline"], ["at", "once"]):
            return cls("deadline")
        if len(words) == 2 and words[1] == "before":
            return cls("before", Limit.parse(words[0]))
        if len(words) == 2 and words[1] == "after":
            return cls("after", Limit.parse(words[0]))
        top, slash, bottom = text.partition("/")
        if slash and top.strip().isdigit() and bottom.strip().isdigit() and 0 < int(top) <= int(bottom):
            return cls("fraction", None, int(top), int(bottom))
        raise ValueError(f'{text!r}: write "deadline", "2wd before", "1d after" or a fraction such as "4/5"')


class TimeLimit(msgspec.Struct, frozen=True):
    """One time-limit rule, ready to use. ``levels`` go from mild to severe with their thresholds beside them."""

    id: str
    name: str
    kind: ClockKind
    limit: str
    stage: int
    ends_with: EndsWith
    levels: tuple[int, ...]
    thresholds: tuple[Threshold, ...]
    held: frozenset[int]
    source: str

    @property
    def clock(self) -> str:
        """The name of its kind."""
        return self.kind.name

    @property
    def family(self) -> str:
        """Rules of one family warn about the same thing: the promise and the statutory limit of the case, say."""
        return f"{self.clock}/{self.stage}"


class ProcessRule(msgspec.Struct, frozen=True):
    """One process rule (流程规则), ready to use: ``finding`` is what is looked for (:mod:`rules.families.findings`).

    ``count``: from the how-manieth on (returns, suspensions, supplements) or how many at once. ``within``: how near or far.
    ``thresholds`` are ``deadline`` (at once) or a grace after it. It shares with :class:`TimeLimit` what judging needs.
    """

    id: str
    name: str
    finding: FindingKind
    count: int
    within: Limit | None
    levels: tuple[int, ...]
    thresholds: tuple[Threshold, ...]
    held: frozenset[int]
    source: str

    clock = "process"
    stage = -1

    @property
    def family(self) -> str:
        """Every process rule warns about its own thing."""
        return self.id


class RateRule(msgspec.Struct, frozen=True):
    """One rule about many cases (比率、数量规则), ready to use: ``rate`` names what is looked at (:mod:`rules.rates`).

    ``of``: whose figures. ``over``: days of the rolling period. ``shares``: what reaches each level, in 1/10 000 of a whole, or
    of a standard deviation. ``grace``: how long after the close of the day a card falls due.
    """

    id: str
    name: str
    rate: str
    of: frozenset[str]
    over: int
    at_least: int
    per_workday: bool
    stage: int
    levels: tuple[int, ...]
    shares: tuple[int, ...]
    grace: Limit
    held: frozenset[int]
    source: str

    clock = "rate"

    @property
    def family(self) -> str:
        """Every one warns about its own thing."""
        return self.id


Rule = TimeLimit | ProcessRule | RateRule


class BookRules(msgspec.Struct, frozen=True):
    """All rules of a book, each family in the order it is written in."""

    time_limits: tuple[TimeLimit, ...] = ()
    process: tuple[ProcessRule, ...] = ()
    rates: tuple[RateRule, ...] = ()
