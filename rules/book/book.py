"""The rule book: what a place calls a warning, a yellow and a red card, and within which limits.

It is a book that is fit to judge by. How it is written down and checked is :mod:`rules.bookfile`'s business;
``docs/reference/rule-book.md`` describes the format.
"""

from typing import get_args

from rules.book.kinds import RecordLook
from rules.book.rules import BookRules, ProcessRule, Rule, TimeLimit
from rules.book.tables import NOT_WATCHED, BookTables, Item, WatchList
from rules.events import EVENT_TYPES, OFFICE_TYPES, STAGES, Channel, Header
from rules.instant import MINUTE
from rules.worktime import Limit, Worktime


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
        digest: str,
        worktime: Worktime,
        effective_from: int,
        effective_until: int | None = None,
        tables: BookTables,
        rules: BookRules,
    ) -> None:
        self.name, self.version, self.title, self.digest = name, version, title, digest
        self.worktime, self.calendar, self.zone = worktime, worktime.calendar, worktime.clock.tzinfo
        self.effective_from, self.effective_until = effective_from, effective_until
        self.defaults, self.special, self.supplement = tables.defaults, tables.special, tables.supplement
        self.extension, self.complaints, self.retention = tables.extension, tables.complaints, tables.retention
        self.items, self.hall = tables.items, tables.hall
        self.tolerance = tables.times.tolerance_minutes * MINUTE
        """Milliseconds by which two reported instants may be out of order and still count as in order."""
        self.notice = Limit.parse(self.supplement.notice) if self.supplement.notice else None
        self.stages = {STAGES.index(stage): limit for stage, limit in tables.stages.items()}
        self.time_limits, self.process, self.rates = rules.time_limits, rules.process, rules.rates
        self.rules: tuple[Rule, ...] = (*rules.time_limits, *rules.process, *rules.rates)
        self.index_of = {rule.id: index for index, rule in enumerate(self.rules)}
        self._watched = {code: watch for watch in tables.watch_lists for code in watch.codes}
        self._unlisted = Item("", "", self.defaults.promised, self.defaults.statutory)
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

    def max_extension(self, code: str) -> int | None:
        """Days by which a case of that item may be extended in all: the item's own cap, else the book's; None for no cap."""
        return self.item(code).max_extension or self.extension.max_days

    def stage_limit(self, code: str, stage: int) -> str:
        """The limit of one stage: the item's own, else the book's; empty if neither has one."""
        item = self.items.get(code)
        own = item.stages.get(STAGES[stage], "") if item is not None and item.stages else ""
        return own or self.stages.get(stage, "")

    def __repr__(self) -> str:
        return f"RuleBook({self.version!r}, {len(self.time_limits)} time limits, {len(self.items)} items)"


def _is_forgotten(rule: Rule) -> bool:
    if isinstance(rule, TimeLimit):
        return bool(rule.kind.forgotten)
    return isinstance(rule, ProcessRule) and bool(rule.finding.forgotten)
