"""What one record did to the time limits of its case: the difference between the clocks before and after."""

from collections.abc import Iterator
from datetime import datetime

from msgspec.structs import replace

from monitor.explain.story import Effect, What
from rules.book import ProcessRule, RuleBook, RuleBooks
from rules.case import Case, Clock, cycles_of
from rules.instant import to_datetime


def effects_of(before: Case | None, after: Case | None, books: RuleBooks) -> tuple[Effect, ...]:
    """One effect or two per limit that has changed, in the order of the book's rules; none for what a window forgets."""
    if after is None or before is after:
        return ()
    known = {cycle.nth: cycle for cycle in cycles_of(before)} if before is not None else {}
    return tuple(effect for cycle in cycles_of(after) for effect in _effects_of_cycle(known.get(cycle.nth), cycle, books))


def _effects_of_cycle(before: Case | None, after: Case, books: RuleBooks) -> tuple[Effect, ...]:
    book = books.get(after.book)
    old = _clocks(before, books.get(before.book)) if before is not None and before.book else {}
    new = _clocks(after, book)
    effects = [effect for identity, clock in new.items() for effect in _changed(old.get(identity), clock, book)]
    gone = [
        _effect("gone", clock, book) for identity, clock in old.items() if identity not in new and clock.start >= after.horizon
    ]
    found = (*effects, *gone)
    return tuple([replace(each, rule=f"{each.rule}~{after.nth}") for each in found]) if after.nth > 1 else found


def _clocks(case: Case, book: RuleBook) -> dict[tuple[str, int], Clock]:
    """What a process rule found, and a warning's age, stand with their alerts."""
    rules = book.rules
    own = (c for c in case.clocks if not isinstance(rules[c.rule], ProcessRule) and rules[c.rule].clock != "expiry")
    return {(rules[c.rule].id, c.cycle): c for c in own}


def _changed(old: Clock | None, new: Clock, book: RuleBook) -> Iterator[Effect]:
    if old is None:
        yield _effect("started", new, book)
    elif (old.start, old.deadline) != (new.start, new.deadline):
        yield _effect("moved", new, book)
    if new.end and (old is None or old.end != new.end):
        yield _effect("ended", new, book)
    elif old is not None and old.end and not new.end:
        yield _effect("reopened", new, book)


def _effect(what: What, clock: Clock, book: RuleBook) -> Effect:
    def wall(instant: int) -> datetime | None:
        return to_datetime(instant, book.zone) if instant else None

    rule = book.rules[clock.rule]
    in_time = clock.end <= clock.deadline if clock.end and clock.deadline else None
    return Effect(what, rule.id, rule.name, clock.cycle, wall(clock.start), wall(clock.deadline), wall(clock.end), in_time)
