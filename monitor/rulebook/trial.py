"""Asks the rule core itself what a rule would do: the shortest case that starts its clock, run through the core's own driver.

A check or an explanation therefore cannot disagree with what the worker will do.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from rules.alerts import Alert
from rules.book import RuleBook, RuleBooks, TimeLimit
from rules.case import UNREACHED, Clock
from rules.drive import OneCase
from rules.events import EVENT_TYPES, STAGES, TICK, Duty
from rules.instant import SECOND, to_datetime, to_instant

LONGEST = 3660
"""Days of the longest suspension a record can carry."""


class Sample(msgspec.Struct, frozen=True):
    """A case to try a rule on: of an item, or with limits of its own."""

    item: str = ""
    promised: str = ""
    statutory: str = ""
    approved_days: int = 10


class Tried(NamedTuple):
    """The clock a sample started, and with :func:`play_out` all that came of letting it run on."""

    clock: Clock
    alerts: tuple[Alert, ...] = ()


def start_clock(book: RuleBook, rule: TimeLimit, sample: Sample, at: datetime) -> Clock | None:
    """The first clock of ``rule`` in such a case begun at ``at``; None if none starts or the calendar does not reach."""
    return _clock(book, rule, _run(book, rule, sample, at))


def play_out(book: RuleBook, rule: TimeLimit, sample: Sample, at: datetime) -> Tried | None:
    """The clock, and every alert of ``rule`` if nobody ever acts."""
    one = _run(book, rule, sample, at)
    clock = _clock(book, rule, one)
    if clock is None:
        return None
    begun = len(one.alerts)
    for threshold in sorted(set(clock.thresholds)):
        if threshold < UNREACHED:
            one.apply(TICK, threshold + SECOND)
    return Tried(clock, tuple(alert for alert in one.alerts[begun:] if alert.rule == rule.id))


def _run(book: RuleBook, rule: TimeLimit, sample: Sample, at: datetime) -> OneCase:
    one, now = OneCase(RuleBooks([book])), to_instant(at)
    for number, (kind, fields) in enumerate(_records(rule, sample)):
        about: dict[str, Any] = {} if issubclass(EVENT_TYPES[kind], Duty) else {"case": "sample"}
        event: Any = EVENT_TYPES[kind](id=str(number), at=to_datetime(now, book.zone), region="000000", **about, **fields)
        one.apply(event, now)
    return one


def _records(rule: TimeLimit, sample: Sample) -> Iterator[tuple[str, dict[str, Any]]]:
    """What starts the clock of ``rule``, for a case such as ``sample``: types of records and their own fields."""
    item = {"item": sample.item}
    of_sample: dict[str, dict[str, Any]] = {
        "applied": item,
        "accepted": {**item, "promised": sample.promised, "statutory": sample.statutory},
        "stage_entered": {"stage": STAGES[rule.stage]},
        "suspended": {"approved_days": sample.approved_days},
    }
    for kind, fields in rule.kind.tried_by:
        yield kind, {**of_sample.get(kind, {}), **fields}


def _clock(book: RuleBook, rule: TimeLimit, one: OneCase) -> Clock | None:
    for clock in one.case.clocks if one.case is not None else ():
        if book.rules[clock.rule].id == rule.id and clock.deadline:
            return clock
    return None
