"""The rule book: what a place calls a warning, a yellow and a red card, and within which limits.

These are the parts of a book that is fit to judge by. How it is written down and checked is :mod:`rules.bookfile`'s business;
``docs/reference/rule-book.md`` describes the format.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, Literal, get_args

import msgspec

from rules.errors import BadRuleBook
from rules.events import STAGES, Channel, Header, Stage
from rules.worktime.worktime import Limit, Worktime

ClockKind = Literal["case", "branch", "stage", "special", "acceptance", "pre-review", "hearing", "issuance", "delivery", "stale",
                    "reply", "followup-opening", "followup", "expiry", "complaint-acceptance", "complaint-answer",
                    "complaint-misroute", "complaint-closing", "review-verification", "review-rectification",
                    "review-callback", "review-appeal", "attendance", "window-opening"]  # fmt: skip
CLOCK_KINDS: tuple[str, ...] = get_args(ClockKind)
EndsWith = Literal["conclusion", "decision"]
Finding = Literal["off-hall-channel", "off-hall-terminal", "fee-outside", "outside-hours", "back-entry", "item-unknown",
                  "item-suspended", "off-hall-place", "yellow-by-hand", "red-by-hand", "conclusion-without-acceptance",
                  "conclusion-without-decision", "result-without-decision", "acceptance-after-decision", "stage-missing",
                  "stage-out-of-order", "returned", "reversed", "suspended", "suspended-last-minute", "supplement-requested",
                  "terminated", "same-second", "four-eyes", "decided-before-hearing", "hearing-notice-short",
                  "complaint-repeated-case", "complaint-repeated-window", "complaint-repeated-person", "complaint-on-overdue",
                  "bad-review"]  # fmt: skip
FINDINGS: tuple[str, ...] = get_args(Finding)
ATTENDANCE_KINDS = frozenset({"attendance", "window-opening"})
"""Clocks of windows (:mod:`rules.families.attendance`)."""
Rate = Literal["refusal", "overdue", "irregular", "warned", "volume-month", "volume-year", "stage-pace"]
RATES: tuple[str, ...] = get_args(Rate)
LIFE_KINDS = frozenset({"reply", "followup-opening", "followup", "expiry"})
"""Clocks that watch what people do with cards (:mod:`rules.cards.acts`), not the case itself."""
SINGLE_RECORD = frozenset(FINDINGS[:10])
"""Findings that one record shows by itself (:mod:`rules.facts.marks`)."""
ON_COMPLAINTS = frozenset(FINDINGS[-5:])
"""Findings that nothing but a complaint or a bad review can start."""
REPEATED = frozenset({"complaint-repeated-case", "complaint-repeated-window", "complaint-repeated-person"})
BY_HAND = frozenset({"yellow-by-hand", "red-by-hand"})
NEED_WITHIN = frozenset({"back-entry", "suspended-last-minute", "decided-before-hearing", "hearing-notice-short"}) | REPEATED
COUNTED = frozenset({"returned", "suspended", "supplement-requested", "same-second"}) | REPEATED
"""Findings for which ``count`` means something."""


class Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A service item (事项) with its limits; ``stages`` are limits of single stages.

    ``max_extension`` caps its extensions where the law gives it other days than the book (art. 42: 15 for joint handling);
    0 means the book's cap. ``flow`` are the stages a case must pass, in order. A ``suspended`` item must not be accepted.
    """

    code: str
    name: str = ""
    promised: str = ""
    statutory: str = ""
    stages: dict[str, str] = {}
    flow: tuple[Stage, ...] = ()
    suspended: bool = False
    max_extension: Annotated[int, msgspec.Meta(ge=0)] = 0


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
    clock: ClockKind
    limit: str
    stage: int
    ends_with: EndsWith
    levels: tuple[int, ...]
    thresholds: tuple[Threshold, ...]
    held: frozenset[int]
    source: str

    @property
    def family(self) -> str:
        """Rules of one family warn about the same thing: the promise and the statutory limit of the case, say."""
        return f"{self.clock}/{self.stage}"


class ProcessRule(msgspec.Struct, frozen=True):
    """One process rule (流程规则), ready to use: ``finding`` names what is looked for (:mod:`rules.families.process`).

    ``count``: from the how-manieth on (returns, suspensions, supplements) or how many at once. ``within``: how near or far.
    ``thresholds`` are ``deadline`` (at once) or a grace after it. It shares with :class:`TimeLimit` what judging needs.
    """

    id: str
    name: str
    finding: str
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


class Hall(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[hall]``: what is in-hall. Records through other ``channels``, of halls not in ``places``, at terminals whose name
    begins with none of ``terminals``, or fees at a cashier not in ``cashiers`` were handled outside; an empty list looks at
    nothing."""

    channels: tuple[Channel, ...] = ("hall", "online", "self-service", "post")
    places: tuple[str, ...] = ()
    terminals: tuple[str, ...] = ()
    cashiers: tuple[str, ...] = ()


class WatchList(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[[watch_lists]]``: applicants (unified social credit codes) that are watched more closely, with limits of their own."""

    name: Annotated[str, msgspec.Meta(min_length=1)]
    codes: tuple[str, ...]
    promised: str = ""
    statutory: str = ""


NOT_WATCHED = msgspec.structs.replace(WatchList(".", ()), name="")


class Defaults(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[defaults]``: limits of an item nobody listed; empty means that no case clock runs for it."""

    promised: str = ""
    statutory: str = ""


class Special(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[special]``: how special procedures (许可法 art. 45) stop the clock, at most for the approved days.

    ``unapproved`` are the days granted where a record names none, per procedure or ``other``; without an entry such a
    suspension stops nothing. ``max_days`` caps one suspension whatever was approved (0: no cap).
    """

    unit: Literal["d", "wd"] = "wd"
    unapproved: dict[str, Annotated[int, msgspec.Meta(ge=0)]] = {}
    max_days: Annotated[int, msgspec.Meta(ge=0)] = 0


class Supplement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[supplement]``: 补正. ``stops_clock``: a supplement asked for after acceptance pauses the case clock until it comes, for
    ``max_days`` at most (in the unit of ``[special]``), so that nobody stops a clock for good by asking.
    ``silence_accepts``: an acceptance later than the ``notice`` limit counts from receipt (许可法 art. 32)."""

    stops_clock: bool = True
    silence_accepts: bool = True
    notice: str = "5wd"
    max_days: Annotated[int, msgspec.Meta(ge=1)] = 60


class Extension(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[extension]``: 延长. At most ``max_days`` in all count (art. 42: 10), and only if granted before the deadline."""

    max_days: Annotated[int, msgspec.Meta(ge=0)] = 10


class Complaints(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[complaints]``: an answer may be put off by ``max_extension`` days in all (12345: 10), if granted in time."""

    max_extension: Annotated[int, msgspec.Meta(ge=0)] = 10


class Retention(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[retention]``: how many days before its newest record a window still judges complaints and reviews that name no case, and
    its attendance (:mod:`rules.facts.retention`)."""

    complaints: Annotated[int, msgspec.Meta(ge=1)] = 400
    attendance: Annotated[int, msgspec.Meta(ge=2)] = 7


class RuleBook:
    """A book ready to judge by; immutable. ``digest`` changes with anything that can change a due instant.

    It is in force for cases accepted from ``effective_from`` on and before ``effective_until`` (epoch ms; None: no end).
    """

    def __init__(
        self,
        *,
        name: str,
        version: str,
        title: str,
        worktime: Worktime,
        effective_from: int,
        defaults: Defaults,
        special: Special,
        supplement: Supplement,
        extension: Extension,
        stages: Mapping[str, str],
        items: Mapping[str, Item],
        time_limits: tuple[TimeLimit, ...],
        digest: str,
        hall: Hall | None = None,
        process: tuple[ProcessRule, ...] = (),
        watch_lists: Sequence[WatchList] = (),
        complaints: Complaints | None = None,
        effective_until: int | None = None,
        retention: Retention | None = None,
        rates: tuple[RateRule, ...] = (),
    ) -> None:
        self.name, self.version, self.title, self.digest = name, version, title, digest
        self.worktime, self.calendar, self.zone = worktime, worktime.calendar, worktime.clock.tzinfo
        self.effective_from, self.effective_until = effective_from, effective_until
        self.defaults, self.special, self.supplement, self.extension = defaults, special, supplement, extension
        self.notice = Limit.parse(supplement.notice)
        self.items, self.time_limits, self.process, self.rates = items, time_limits, process, rates
        self.rules: tuple[Rule, ...] = (*time_limits, *process, *rates)
        self.index_of = {rule.id: index for index, rule in enumerate(self.rules)}
        self.hall = hall or Hall()
        self._watched = {code: watch for watch in watch_lists for code in watch.codes}
        self.complaints = complaints or Complaints()
        self.retention = retention or Retention()
        self.watched = frozenset(rule.finding for rule in process)
        self.irregular = frozenset(rule.id for rule in process if rule.finding not in ON_COMPLAINTS | BY_HAND)
        """Rules whose alerts are irregular flows (异常流转)."""
        self.watches_records = not self.watched.isdisjoint(SINGLE_RECORD)
        self.looks: dict[type[Header], tuple[tuple[int, Callable[..., str | None]], ...]] = {}
        """What to look for in records of a type, worked out once per type (:func:`rules.facts.marks.marks_of`)."""
        self.keeps_handlers = "four-eyes" in self.watched
        self.keeps_persons = "complaint-repeated-person" in self.watched
        self.marked_within = {rule.finding: rule.within for rule in process if rule.within is not None}
        self.stages = {STAGES.index(stage): limit for stage, limit in stages.items()}
        self._unlisted = Item("", "", defaults.promised, defaults.statutory)
        self.kind_of: tuple[str, ...] = tuple(rule.clock for rule in self.rules)
        self.kinds = frozenset(self.kind_of)
        self.keeps_attendance = not self.kinds.isdisjoint(ATTENDANCE_KINDS)
        self.life_rules = tuple(index for index, rule in enumerate(self.rules) if rule.clock in LIFE_KINDS)
        self._life_ids = frozenset(self.rules[index].id for index in self.life_rules)
        self.plans: dict[frozenset[str] | None, object] = {}
        """Which rules a change of facts touches, worked out once per kind of change (:mod:`rules.clocks` alone uses it)."""

    def item(self, code: str) -> Item:
        """The item of that code, or one with the default limits."""
        return self.items.get(code, self._unlisted)

    def is_life_rule(self, rule: str) -> bool:
        """Whether alerts of that rule are about what people did with other alerts."""
        return rule in self._life_ids

    def watch_list(self, applicant: str) -> WatchList:
        """The watch list an applicant is on; one without name and limits for all others."""
        return self._watched.get(applicant, NOT_WATCHED)

    def max_extension(self, code: str) -> int:
        """Days by which a case of that item may be extended in all: the item's own cap, else the book's."""
        return self.item(code).max_extension or self.extension.max_days

    def stage_limit(self, code: str, stage: int) -> str:
        """The limit of one stage: the item's own, else the book's; empty if neither has one."""
        item = self.items.get(code)
        own = item.stages.get(STAGES[stage], "") if item is not None and item.stages else ""
        return own or self.stages.get(stage, "")

    def __repr__(self) -> str:
        return f"RuleBook({self.version!r}, {len(self.time_limits)} time limits, {len(self.items)} items)"


class RuleBooks:
    """All books, each in force from its ``effective_from`` until its ``effective_until`` or a later one's ``effective_from``.

    Where one ends early, the one before it is in force again. Before the first one, the first applies.
    """

    def __init__(self, books: Sequence[RuleBook]) -> None:
        ordered = sorted(books, key=lambda book: book.effective_from)
        if not ordered:
            raise BadRuleBook("rule books", ["none given"])
        self._books = tuple(ordered)
        self._starts, self._in_force = _timeline(ordered)
        self._by_version = {book.version: book for book in ordered}
        if len(self._by_version) != len(ordered):
            raise BadRuleBook(
                "rule books", ["version: two books carry the same version, so a card could not say which judged it"]
            )
        starts = [book.effective_from for book in ordered if not _is_void(book)]
        if len(set(starts)) != len(starts):
            raise BadRuleBook("rule books", ["effective_from: two books take effect at the same instant"])

    def at(self, instant: int) -> RuleBook:
        """The book in force at ``instant``."""
        if len(self._books) == 1:
            return self._books[0]
        return self._in_force[max(bisect_right(self._starts, instant) - 1, 0)]

    def get(self, version: str) -> RuleBook:
        """The book a case was judged by. Missing is the operator's error: old versions must stay as long as their cases."""
        book = self._by_version.get(version)
        if book is None:
            raise BadRuleBook(
                "rule books",
                [f"version {version!r}: cases were accepted under it, keep its file among worker.books, or publish it"],
            )
        return book

    @property
    def counts_cases(self) -> bool:
        """Whether any rule looks at many cases."""
        return any(book.rates for book in self._books)

    def until(self, version: str) -> int:
        """When another book comes into force after this one; 0 for the last. One that was never in force ends as it begins."""
        book = self.get(version)
        places = [place for place, current in enumerate(self._in_force, 1) if current is book]
        if not places:
            return max(book.effective_from, 1)
        return self._starts[places[-1]] if places[-1] < len(self._starts) else 0

    def __iter__(self) -> Iterator[RuleBook]:
        return iter(self._books)


def _is_void(book: RuleBook) -> bool:
    """Whether it was withdrawn before it took effect."""
    return book.effective_until is not None and book.effective_until <= book.effective_from


def _timeline(ordered: Sequence[RuleBook]) -> tuple[list[int], list[RuleBook]]:
    """The instants at which another book comes into force, and that book; ``ordered`` by ``effective_from``."""
    valid = [book for book in ordered if not _is_void(book)] or list(ordered)
    ends = [book.effective_until for book in valid if book.effective_until is not None]
    instants = sorted({*(book.effective_from for book in valid), *ends})
    books: list[RuleBook] = []
    for instant in instants:
        begun = [book for book in valid if book.effective_from <= instant]
        running = [book for book in begun if book.effective_until is None or instant < book.effective_until]
        books.append(running[-1] if running else books[-1] if books else valid[0])
    return instants, books
