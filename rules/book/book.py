"""The rule book: what a place calls a warning, a yellow and a red card, and within which limits.

These are the parts of a book that is fit to judge by. How it is written down and checked is :mod:`rules.bookfile`'s business;
``docs/reference/rule-book.md`` describes the format.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal, get_args

import msgspec

from rules.book.kinds import ClockKind, FindingKind, RecordLook
from rules.errors import BadRuleBook
from rules.events import EVENT_TYPES, OFFICE_TYPES, STAGES, Channel, Header, Stage
from rules.instant import Instant
from rules.worktime.worktime import Limit, Worktime

EndsWith = Literal["conclusion", "decision"]
Rate = Literal["refusal", "overdue", "irregular", "warned", "volume-month", "volume-year", "stage-pace"]
RATES: tuple[str, ...] = get_args(Rate)


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


class Hall(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[hall]``: what is in-hall. Outside is what came through other ``channels``, in halls not in ``places``, or at terminals
    whose name begins with none of ``terminals``. Fees at a cashier not in ``cashiers`` are, too. An empty list looks at
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
    """``[supplement]``: 补正. ``stops_clock``: a supplement asked for after acceptance pauses the case clock until it comes. The
    pause lasts ``max_days`` at most (in the unit of ``[special]``): nobody stops a clock for good by asking.
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
        self.stages = {STAGES.index(stage): limit for stage, limit in stages.items()}
        self._unlisted = Item("", "", defaults.promised, defaults.statutory)
        self._read_rows()

    def _read_rows(self) -> None:
        """What follows from the rows of the rules' kinds, worked out once."""
        findings = [rule.finding for rule in self.process]
        self.watched = frozenset(finding.name for finding in findings)
        self.irregular = frozenset(rule.id for rule in self.process if rule.finding.is_irregular)
        """Rules whose alerts are irregular flows (异常流转)."""
        self.keeps_handlers = any(finding.keeps == "handlers" for finding in findings)
        self.keeps_persons = any(finding.keeps == "persons" for finding in findings)
        self.marked_within = {rule.finding.name: rule.within for rule in self.process if rule.within is not None}
        self.kind_of: tuple[str, ...] = tuple(rule.clock for rule in self.rules)
        self.kinds = frozenset(self.kind_of)
        self.keeps_attendance = any(rule.kind.forgotten == "attendance" for rule in self.time_limits)
        self.life_rules = tuple(index for index, rule in enumerate(self.time_limits) if rule.kind.watches_cards)
        """Places of rules that watch what people do with cards; time limits come first."""
        self.office_rules = frozenset(index for index, rule in enumerate(self.time_limits) if rule.kind.of_office)
        """Places of those that watch the inspection office itself."""
        self.fixed_rules = frozenset(index for index, rule in enumerate(self.time_limits) if rule.kind.fixed)
        """Places of rules of which one start always has the same deadline."""
        self.forgotten_rules = frozenset(index for index, rule in enumerate(self.rules) if _is_forgotten(rule))
        """Places of rules whose clocks a window forgets, and numbers by when they began."""
        self._life_ids = frozenset(self.rules[index].id for index in self.life_rules)
        self.looks = {kind: looks for kind in EVENT_TYPES.values() if (looks := self._looks_at(kind))}
        """What is looked for in records of a type, with its code; types in which nothing is are left out."""

    def _looks_at(self, kind: type[Header]) -> tuple[tuple[int, RecordLook], ...]:
        """The inspection office's own records are no records of a case: only their type itself is looked for."""
        of_office = kind.__struct_config__.tag in OFFICE_TYPES
        rows = {rule.finding.code: rule.finding for rule in self.process}.values()
        return tuple(
            [
                (row.code, row.sees)
                for row in rows
                if row.sees is not None
                and (kind in row.seen_in if of_office else issubclass(kind, row.seen_in))
                and self.says(row.asks)
            ]
        )

    def says(self, key: str) -> bool:
        """Whether the book says anything under ``key`` that one could tell by; it does under no key."""
        match key:
            case "hall.channels":
                return bool(self.hall.channels and set(get_args(Channel)) - set(self.hall.channels))
            case "hall.places":
                return bool(self.hall.places)
            case "hall.terminals":
                return bool(self.hall.terminals)
            case "hall.cashiers":
                return bool(self.hall.cashiers)
            case "items":
                return bool(self.items)
            case "items.suspended":
                return any(item.suspended for item in self.items.values())
            case "items.flow":
                return any(item.flow for item in self.items.values())
        return True

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

    def at(self, instant: Instant) -> RuleBook:
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


def _is_forgotten(rule: Rule) -> bool:
    if isinstance(rule, TimeLimit):
        return bool(rule.kind.forgotten)
    return isinstance(rule, ProcessRule) and bool(rule.finding.forgotten)


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
