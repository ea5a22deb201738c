"""Every time limit of a case as it stands: its instants, and each counted and skipped span with the reason."""

from collections.abc import Iterator
from typing import Literal

from monitor.explain.story import LimitTold
from rules.arithmetic import Span, arithmetic
from rules.case import Case, Clock
from rules.errors import UncoveredDate
from rules.instant import to_datetime
from rules.life import standstill
from rules.pauses import pauses_of
from rules.rulebook import LIFE_KINDS, ProcessRule, RuleBook, TimeLimit
from rules.timelimits import clip, extended, spans_of
from rules.worktime import Limit

State = Literal["running", "overdue", "in_time", "late", "uncovered"]


def limits_of(case: Case, book: RuleBook, now: int) -> Iterator[LimitTold]:
    """One per clock, in the order of the book's rules."""
    for clock in case.clocks:
        rule = book.rules[clock.rule]
        if isinstance(rule, ProcessRule) or rule.clock == "expiry":
            continue  # what a process rule found, and a warning's age, are told with their alerts
        limit, spans = _arithmetic(case, clock, rule, book)
        yield LimitTold(
            rule=rule.id,
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


def _state(clock: Clock, now: int) -> State:
    if not clock.deadline:
        return "uncovered"
    if clock.end:
        return "in_time" if clock.end <= clock.deadline else "late"
    return "running" if now <= clock.deadline else "overdue"


def _arithmetic(case: Case, clock: Clock, rule: TimeLimit, book: RuleBook) -> tuple[str, tuple[Span, ...]]:
    """The limit with its extensions, and the spans from the clock's start to its deadline."""
    if rule.clock in LIFE_KINDS:
        limit = Limit.parse(rule.limit)
        if not clock.deadline:
            return str(limit), ()
        return str(limit), arithmetic(book.worktime, clock.start, limit, standstill(case, clock, book), clock.deadline)
    span = next((span for span in spans_of(case, rule, book) if span.cycle == clock.cycle), None)
    if span is None:
        return rule.limit, ()
    if not clock.deadline:
        return str(span.limit), ()
    try:
        pauses = clip(pauses_of(case, book), clock.start) if span.paused else ()
    except UncoveredDate:
        pauses = ()
    limit = extended(case, rule, book, span, pauses)
    return str(limit), arithmetic(book.worktime, clock.start, limit, pauses, clock.deadline)
