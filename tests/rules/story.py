"""Tells the core the story of one case, record by record, as a partition of the events topic would."""

import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from monitor.almanac import ALMANAC
from monitor.wire import encode_event
from rules.alerts import LEVELS, STATES
from rules.book import RuleBook, RuleBooks
from rules.bookfile import merge, parse_book
from rules.case import Card, Case, is_standing
from rules.drive import OneCase
from rules.events import EVENT_TYPES, OFFICE_TYPES, TICK, Duty
from rules.instant import to_datetime, to_instant
from rules.step import Outcome

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=ZONE)
"""An ordinary Monday morning; no holiday before Qingming (4-6 April)."""

PLACE: dict[str, Any] = {
    "case": "430100-2026-000001",
    "region": "430100",
    "hall": "市政务服务中心",
    "department": "市场监管局",
    "window": "A01",
    "item": "licence",
    "numbered_by": "430100-市场监管局",
}
KEY = f"{PLACE['numbered_by']}/{PLACE['case']}"
"""Of that case, whichever department a record is of."""


def day(days: float, hours: float = 0, minutes: float = 0) -> datetime:
    """So long after :data:`MONDAY`."""
    return MONDAY + timedelta(days=days, hours=hours, minutes=minutes)


def written(profile: str) -> dict[str, Any]:
    """A shipped book as its own TOML says, and nothing of what it extends."""
    return tomllib.loads(files("rules.bookfile").joinpath("profiles", f"{profile}.toml").read_text("utf-8"))


def own_rules(profile: str, kind: str) -> list[dict[str, Any]]:
    """The ``time_limits``, ``process`` or ``rates`` rules that a shipped book writes itself; those it switches off left out."""
    return [rule for rule in written(profile).get(kind, []) if not rule.get("off")]


def table(profile: str) -> dict[str, Any]:
    """A shipped book as its TOML says, laid over what it extends."""
    data = written(profile)
    base = data.pop("extends", None)
    return merge(table(base), data) if base else data


def book(profile: str = "default", over: Mapping[str, Any] | None = None, **keys: Any) -> RuleBook:
    """A shipped book with some keys changed. Rules given are its only ones of their kind, not laid over those it has."""
    given = {**(over or {}), **keys}
    return parse_book(
        profile,
        merge(table(profile), {**given, "drop": [kind for kind in ("time_limits", "process", "rates") if kind in given]}),
        ALMANAC,
    )


def books(profile: str = "default", **keys: Any) -> RuleBooks:
    """That book alone."""
    return RuleBooks([book(profile, keys)])


def event(kind: str, at: datetime, **fields: Any) -> Any:
    """A record of that type from the same window about the same case, of a window on duty about none; what people do with a card
    is 张三's doing. Without an ``id`` it has one of its own content: told again it is the same record, told otherwise another."""
    who = {"operator": "张三"} if kind in OFFICE_TYPES else {}
    about = {"case": ""} if issubclass(EVENT_TYPES[kind], Duty) else {}
    told = EVENT_TYPES[kind](**{"id": "-", "at": at, **PLACE, **who, **about, **fields})
    return told if "id" in fields else named(told)


def named(told: Any) -> Any:
    """The record with an id made from its content: the same when it is repeated, another for another record."""
    return replace(told, id=f"{told.__struct_config__.tag}-{crc32(encode_event(told)):08x}")


class Story(OneCase):
    """One case in words: each record by its kind and fields, each instant a datetime."""

    def __init__(self, books: RuleBooks | None = None) -> None:
        super().__init__(books or RuleBooks([book()]), stored=True)

    def tell(self, kind: str, at: datetime, arrived: datetime | None = None, **fields: Any) -> Outcome:
        """A record that happened at ``at`` and arrived then, or at ``arrived``."""
        return self.record(event(kind, at, **fields), arrived or at)

    def tick(self, at: datetime) -> Outcome:
        """Nothing but time."""
        return self.record(TICK, at)

    def record(self, record: Any, arrived: datetime, offset: int | None = None) -> Outcome:
        """Any record; ``offset`` to deliver one again."""
        known = len(self.changes)
        self.apply(record, to_instant(arrived), offset)
        return Outcome(self.case, tuple(self.alerts[known:]), self.wake_at)

    @property
    def known(self) -> Case:
        """The case, which there must be."""
        assert self.case is not None
        return self.case

    @property
    def standing(self) -> set[str]:
        """``level rule`` of all that stands."""
        return {f"{LEVELS[card.level]} {card.rule}" for card in self.known.cards if is_standing(card)}

    def card(self, level: str, rule: str, cycle: int = 1) -> Card:
        """How the case remembers that alert."""
        for card in self.known.cards:
            if (LEVELS[card.level], card.rule, card.cycle) == (level, rule, cycle):
                return card
        raise AssertionError(f"no {level} {rule}/{cycle} among {self.states}")

    @property
    def states(self) -> dict[str, str]:
        """``level rule/cycle`` of every alert to its state."""
        return {f"{LEVELS[card.level]} {card.rule}/{card.cycle}": STATES[card.state] for card in self.known.cards}

    def deadline(self, rule: str, cycle: int = 1) -> datetime:
        """The deadline of a clock of the case."""
        judged = self.books.get(self.known.book)
        found = [c for c in self.known.clocks if (judged.rules[c.rule].id, c.cycle) == (rule, cycle)]
        assert found, f"no clock of {rule}/{cycle} among {self.clocks}"
        return to_datetime(found[0].deadline, ZONE)

    @property
    def clocks(self) -> dict[str, bool]:
        """``rule/cycle`` of every clock to whether it still runs."""
        judged = self.books.get(self.known.book)
        return {f"{judged.rules[clock.rule].id}/{clock.cycle}": not clock.end for clock in self.known.clocks}


def accepted(among: RuleBooks | None = None, promised: str = "5wd", statutory: str = "10wd", at: datetime | None = None) -> Story:
    """A case accepted on :data:`MONDAY`: 5 working days are promised, 10 are the law."""
    story = Story(among)
    story.tell("accepted", at or day(0), promised=promised, statutory=statutory)
    return story
