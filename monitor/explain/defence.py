"""Every time limit of a case as it stands: its instants, and each counted and skipped span with the reason."""

from collections.abc import Iterator
from typing import Literal

from monitor.explain.story import LimitEntry
from rules.book import ProcessRule, RateRule, RuleBook, TimeLimit
from rules.cards import defence_of, run_of
from rules.case import Case, Clock
from rules.instant import to_datetime
from rules.worktime import CountedDays

LimitState = Literal["running", "overdue", "in_time", "late", "uncovered"]


def limits_of(case: Case, book: RuleBook, now: int) -> Iterator[LimitEntry]:
    """One per clock, in the order of the book's rules."""
    for clock in case.clocks:
        rule = book.rules[clock.rule]
        if isinstance(rule, ProcessRule | RateRule) or rule.clock == "expiry":
            continue  # what was found or counted, and a warning's age, stand with their alerts
        limit, spans = _arithmetic(case, clock, rule, book)
        yield LimitEntry(
            rule=rule.id if case.nth == 1 else f"{rule.id}~{case.nth}",
            name=rule.name,
            cycle=clock.cycle,
            limit=limit,
            counted_from=to_datetime(clock.start, book.zone),
            state=_state(clock, now),
            deadline=to_datetime(clock.deadline, book.zone) if clock.deadline else None,
            ended=to_datetime(clock.end, book.zone) if clock.end else None,
            source=rule.source,
            spans=spans,
        )


def _state(clock: Clock, now: int) -> LimitState:
    if not clock.deadline:
        return "uncovered"
    if clock.end:
        return "in_time" if clock.end <= clock.deadline else "late"
    return "running" if now <= clock.deadline else "overdue"


def _arithmetic(case: Case, clock: Clock, rule: TimeLimit, book: RuleBook) -> tuple[str, tuple[CountedDays, ...]]:
    """The limit with its extensions, and the spans from the clock's start to its deadline."""
    if clock.deadline:
        defence = defence_of(case, clock, book)
        return defence.limit or rule.limit, defence.spans
    run = run_of(case, clock, rule, book)
    return str(run.limit) if run is not None else rule.limit, ()
