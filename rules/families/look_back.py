"""A window as far as one clock of it goes back to: enough to tell again which run, or which finding, the clock came from."""

from collections.abc import Sequence

import msgspec

from rules.book import ProcessRule, RuleBook, TimeLimit
from rules.case import Case, Clock, is_window
from rules.families.repeats import since_finding
from rules.families.subjects import around
from rules.instant import MINUTE


def narrowed(case: Case, rule: TimeLimit | ProcessRule, clock: Clock, book: RuleBook) -> Case:
    """``case``, or of a window no more than what decides about ``clock`` of ``rule``."""
    row = rule.finding if isinstance(rule, ProcessRule) else rule.kind
    if not row.parted or not is_window(case) or case.spans:  # with a span, a clock does not begin in the minute of its number
        return case
    since = clock.start // MINUTE * MINUTE
    if row.parted == "day":
        return msgspec.structs.replace(case, horizon=max(case.horizon, since))
    if row.parted == "subject":
        return around("complaints" if "complaints" in row.reads else "reviews", case, clock.start)
    assert isinstance(rule, ProcessRule)
    return since_finding(case, rule, book, _found(case, clock, since), since) or case


def _found(case: Case, clock: Clock, since: int) -> Sequence[Clock]:
    """The findings of the same rule before."""
    return [each for each in case.clocks if each.rule == clock.rule and each.start < since]
