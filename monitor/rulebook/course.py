"""Plays a scenario on the engine that runs live, and compares what stands with what it expects."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import msgspec

from monitor.rulebook.expectations import Expected, judge
from monitor.rulebook.scenarios import Scenario, Step
from rules.alerts import Alert
from rules.case import Case, decode_case, encode_case
from rules.errors import BadEvent
from rules.events import TICK, Record
from rules.instant import isoformat
from rules.rulebook import RuleBook, RuleBooks
from rules.step import step as apply


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


class Course:
    """One case, told in order of arrival. After each record it goes through the codec, as between two batches."""

    def __init__(self, book: RuleBook) -> None:
        self.book, self.books = book, RuleBooks([book])
        self.case: Case | None = None
        self.alerts: list[Alert] = []
        self._now, self._offset = 0, -1

    def tell(self, record: Record, arrived: int) -> None:
        """A record, or a tick, that arrives at ``arrived`` (epoch ms)."""
        self._now, self._offset = max(self._now, arrived), self._offset + 1
        outcome = apply(self.case, record, self.books, self._now, arrived, self._offset)
        self.case = outcome.case and decode_case(encode_case(outcome.case))
        self.alerts += outcome.alerts


def play(scenario: Scenario, change: Mapping[str, Any] | None = None) -> list[Failure]:
    """Every expectation that failed. ``change`` is laid over its book last. Raises ``BadScenario`` for what cannot be played."""
    book = scenario.rule_book(change)
    course = Course(book)
    failures = []
    for step in scenario.script():
        if step.verb != "expect":
            failures += _tell(scenario, step, course)
            continue
        at = scenario.instant(step, step.when, book.worktime)
        course.tell(TICK, at)
        try:
            expected = judge(
                step.words, course.case, course.alerts, book, partial(scenario.instant, step, worktime=book.worktime)
            )
        except ValueError as error:
            raise scenario.bad(step, str(error)) from None
        if isinstance(expected, Expected):
            failures.append(Failure(scenario, step, isoformat(at, book.zone), expected.text, expected.stood))
    return failures


def _tell(scenario: Scenario, step: Step, course: Course) -> list[Failure]:
    """The record of a step, taken or refused as it says."""
    record: Any
    record, arrived = scenario.record(step, course.book)
    try:
        course.tell(record, arrived)
    except BadEvent as error:
        if step.refused:
            return []
        raise scenario.bad(step, f"the engine refuses the record: {error}") from None
    if not step.refused:
        return []
    return [Failure(scenario, step, isoformat(arrived, course.book.zone), "the record is refused", ("it was taken",))]
