"""Stale cases (久拖不动): open cases of which nothing has been heard for so long, whatever their limits say (in practice 90 days)

Steps of a case touch it: its acceptance, a stage entered or left, a supplement, a suspension or its end. A hearing, a decision
and a handing-over do, too. Suspensions stop the clock as they stop the others. Most cases are over long before. Only what runs,
and gaps that were long enough, are therefore looked at.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import pairwise

from rules.book import RuleBook, TimeLimit
from rules.case import NEVER, Case, latest, over_at
from rules.families.run import Run, limit_of
from rules.instant import DAY
from rules.worktime import Unit

_DAYS = (Unit.working_days, Unit.calendar_days)


def stale_runs(case: Case, rule: TimeLimit, book: RuleBook) -> Iterator[Run]:
    """The gap that runs, and each that lasted at least as many days as the limit has, in order."""
    terms = case.terms
    if terms is None:
        return
    limit, over = limit_of(rule.limit), over_at(case)
    least = (limit.value - 2) * DAY if limit.unit in _DAYS else 0  # its first day may count, and its last end early
    touched = sorted(at for at in _touches(case) if latest(case, at) >= terms.at and not (over and at > over))
    cycle = 0
    # None where the case was over before it was accepted.
    for start, end in _gaps(case, touched, over) if case.spans else pairwise((*touched, over)):
        if not end or end - start >= least:
            cycle += 1
            yield Run(cycle, start, end, limit, True)


def _gaps(case: Case, touched: Sequence[int], over: int) -> Iterator[tuple[int, int]]:
    """From the last that can have been heard so far to what was heard next."""
    last = NEVER
    for at, following in pairwise((*touched, over)):
        last = max(last, at, key=partial(latest, case))
        yield last, following


def _touches(case: Case) -> Iterator[int]:
    if case.terms is not None:
        yield case.terms.at
    for at, _ in case.entered:
        yield at
    for at, _ in case.left:
        yield at
    yield from case.supplements
    yield from case.requests
    for at, _, _ in case.suspensions:
        yield at
    yield from case.resumptions
    for at, _ in case.hearings:
        yield at
    for at in (case.decided, case.holder[0]):
        if at:
            yield at
