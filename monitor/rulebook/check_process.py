"""Whether process rules (流程规则) have what they need to find anything, and whether each of their levels can be told apart."""

from collections.abc import Iterator, Mapping
from typing import Any

from monitor.lint import Remark, error, mornings, warning
from rules.alerts import LEVELS
from rules.book import ProcessRule, RuleBook
from rules.instant import to_instant

_LACKING = {
    "hall.terminals": "[hall] names no terminals",
    "hall.cashiers": "[hall] names no cashiers",
    "hall.channels": "[hall] takes every channel for its own",
    "items": "the book lists no items",
    "items.flow": "no item has a flow",
}
"""By the key of the book that says nothing. Naming no halls and suspending no item is common, so that raises no doubt."""


def check_process(book: RuleBook, table: Mapping[str, Any]) -> Iterator[Remark]:
    """All remarks about ``[[process]]``, in the order of the file."""
    for index, rule in enumerate(book.process):
        key = f"process[{index}]"
        lacking = _lacking(book, rule)
        if lacking:
            yield warning(key, f"{rule.id!r} watches nothing: {lacking}")
        yield from _hidden(book, rule, key, table["process"][index])


def _lacking(book: RuleBook, rule: ProcessRule) -> str:
    """What the book would have to say for the rule to find anything; empty if it says it."""
    key = rule.finding.asks
    return "" if book.says(key) else _LACKING.get(key, "")


def _hidden(book: RuleBook, rule: ProcessRule, key: str, raw: Mapping[str, Any]) -> Iterator[Remark]:
    """Levels that a more severe one reaches no later, whenever the thing was found."""
    worktime = book.worktime
    reached = [
        [worktime.after(to_instant(found), threshold.limit) if threshold.limit else to_instant(found) for found in mornings(book)]
        for threshold in rule.thresholds
    ]
    for mild, level in enumerate(rule.levels):
        for severe in range(mild + 1, len(rule.levels)):
            if all(later <= earlier for earlier, later in zip(reached[mild], reached[severe], strict=True)):
                other = LEVELS[rule.levels[severe]]
                text = f'"{raw[LEVELS[level]]}" comes no earlier than {other} at "{raw[other]}": {other} hides it'
                yield error(f"{key}.{LEVELS[level]}", text)
                break
