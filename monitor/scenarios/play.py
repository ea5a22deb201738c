"""Plays a scenario on the engine that runs live, and compares what stands with what it expects."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import msgspec

from monitor.scenarios.expectations import Expected, judge, rate_rule
from monitor.scenarios.many import Crowd
from monitor.scenarios.script import Scenario, Step
from rules.book import RuleBook, RuleBooks
from rules.drive import OneCase
from rules.errors import BadEvent
from rules.events import TICK
from rules.instant import isoformat


class Failure(msgspec.Struct, frozen=True):
    """An expectation that did not come true. ``at`` is when it was looked at."""

    scenario: Scenario
    step: Step
    at: str
    expected: str
    stood: tuple[str, ...]

    def __str__(self) -> str:
        """Where, what was expected, what stood; several lines."""
        lines = [
            f"  FAILED: {self.scenario.name} ({self.scenario.file}:{self.scenario.line})",
            f"    step {self.step.number}, line {self.step.line}: {self.step.text}",
            f"      at        {self.at}",
            f"      expected  {self.expected}",
        ]
        lines += [f"      {'stood' if not number else '':8}  {text}" for number, text in enumerate(self.stood or ("nothing",))]
        return "\n".join(lines)


def play(scenario: Scenario, change: Mapping[str, Any] | None = None) -> list[Failure]:
    """Every expectation that failed. ``change`` is laid over its book last. Raises ``BadScenario`` for what cannot be played."""
    book = scenario.rule_book(change)
    one = OneCase(RuleBooks([book]), stored=True)
    crowd = Crowd(one)
    failures = []
    for step in scenario.script():
        if step.verb != "expect":
            failures += _apply(scenario, step, book, one, crowd)
            continue
        at = scenario.instant(step, step.when, book.worktime)
        one.apply(TICK, at)
        case, alerts = one.case, one.alerts
        about = next((rule for word in step.words if (rule := rate_rule(word, book)) is not None), None)
        if about is not None:
            crowd.count(at)
            case, alerts = crowd.tally_for(about)
        try:
            expected = judge(step.words, case, alerts, book, partial(scenario.instant, step, worktime=book.worktime))
        except ValueError as error:
            raise scenario.bad(step, str(error)) from None
        if isinstance(expected, Expected):
            failures.append(Failure(scenario, step, isoformat(at, book.zone), expected.text, expected.stood))
    return failures


def _apply(scenario: Scenario, step: Step, book: RuleBook, one: OneCase, crowd: Crowd) -> list[Failure]:
    """The record of a step, taken or refused as it says."""
    record: Any
    record, arrived = scenario.record(step, book)
    try:
        if step.times:
            crowd.apply(step.times, step.verb, record, arrived)
        else:
            one.apply(record, arrived)
    except ValueError as error:
        raise scenario.bad(step, str(error)) from None
    except BadEvent as error:
        if step.refused:
            return []
        raise scenario.bad(step, f"the engine refuses the record: {error}") from None
    if not step.refused:
        return []
    return [Failure(scenario, step, isoformat(arrived, book.zone), "the record is refused", ("it was taken",))]
