"""Whether each level of each rule can ever be reached, found by running the rules on the limits the book knows."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from monitor.lint import Remark, error, mornings, warning
from monitor.rulebook.trial import Sample, start_clock
from rules.alerts import LEVELS
from rules.book import RuleBook, TimeLimit
from rules.case import UNREACHED, Clock
from rules.events import STAGES

_STARTS = 12
_MOST_SAMPLES = 40
"""Different limits tried for one rule; the shortest and longest of a big catalog are among its first few dozen anyway."""


class _Written(NamedTuple):
    """One ``[[time_limits]]`` as written, and the rules it became."""

    key: str
    raw: Mapping[str, Any]
    rules: tuple[TimeLimit, ...]


def check_reach(book: RuleBook, table: Mapping[str, Any]) -> Iterator[Remark]:
    """Levels that are never reached or always hidden, and rules that watch nothing."""
    for written in _rules(book, table):
        if not written.rules:
            yield warning(written.key, f"{written.raw['id']!r} watches nothing: no stage has a limit, in [stages] or in an item")
            continue
        clocks = [clock for rule in written.rules for clock in _clocks(book, rule)]
        if clocks:
            yield from _check_levels(written, clocks)


def _rules(book: RuleBook, table: Mapping[str, Any]) -> Iterator[_Written]:
    for index, raw in enumerate(table.get("time_limits", ())):
        if raw.get("off"):
            continue  # it is meant to watch nothing
        ids = {raw["id"], *(f"{raw['id']}-{stage}" for stage in STAGES if raw["clock"] == "stage")}
        rules = tuple(rule for rule in book.time_limits if rule.id in ids and rule.clock == raw["clock"])
        yield _Written(f"time_limits[{index}]", raw, rules)


def _clocks(book: RuleBook, rule: TimeLimit) -> list[Clock]:
    """The clocks that start for every limit the book knows, begun on mornings of a whole year."""
    samples = list(dict.fromkeys(samples_of(book, rule)))[:_MOST_SAMPLES]
    starts = list(mornings(book, _STARTS))
    found = (start_clock(book, rule, sample, start) for sample in samples for start in starts)
    return [clock for clock in found if clock is not None]


def samples_of(book: RuleBook, rule: TimeLimit) -> Iterator[Sample]:
    """A case for every limit that the book itself gives this rule; none where only records bring it."""
    if rule.clock == "special":
        if book.special.max_days:
            yield Sample(approved_days=book.special.max_days)
        return
    if rule.clock == "case" and rule.limit in ("promised", "statutory"):
        known = [(book.defaults.promised, book.defaults.statutory)]
        known += [(item.promised, item.statutory) for item in book.items.values()]
        for promised, statutory in known:
            if (promised or statutory) if rule.limit == "promised" else statutory:
                yield Sample(promised=promised, statutory=statutory)
        return
    if rule.clock == "stage" and rule.limit == "stage":
        if rule.stage in book.stages:
            yield Sample()
        yield from (Sample(item=item.code) for item in book.items.values() if STAGES[rule.stage] in item.stages)
        return
    yield Sample()


def _check_levels(written: _Written, clocks: Sequence[Clock]) -> Iterator[Remark]:
    levels = written.rules[0].levels
    by_record = written.rules[0].clock == "case" and written.rules[0].limit in ("promised", "statutory")
    for mild, level in enumerate(levels):
        key = f"{written.key}.{LEVELS[level]}"
        text = written.raw[LEVELS[level]]
        if all(clock.thresholds[mild] == UNREACHED for clock in clocks):
            reason = f'"{text}" lies before the start of every limit this book knows: it can never fire'
            yield warning(key, f"{reason} unless a record brings a longer one") if by_record else error(key, reason)
            continue
        for severe in range(mild + 1, len(levels)):
            if all(clock.thresholds[severe] <= clock.thresholds[mild] for clock in clocks):
                other = LEVELS[levels[severe]]
                yield error(key, f'"{text}" comes no earlier than {other} at "{written.raw[other]}": {other} hides it')
                break
