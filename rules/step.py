"""One record, one case, one verdict: the state machine of the monitor.

Theory of operation
-------------------
A case is a set of facts (:mod:`rules.case`). A record *joins* a fact to it (:mod:`rules.facts`); joining does not care
about order or repetition. From the facts and the rule book follow the case's *clocks*, each with its deadline and the
thresholds of its levels (:mod:`rules.timelimits`). From the clocks and the time follows which alerts ought to stand
(:mod:`rules.cards`); comparing that with those that do gives the changes, which are what leaves this package. So the
standing alerts are a function of (facts, book, now) however the records came in.

Time enters only as ``now``, the running maximum of the record times of the partition. Before a record is joined the case
is *advanced* to ``now``: limits that had passed before the record arrived are raised first, and if the record then proves
that they were kept (it happened earlier than it arrived), they are withdrawn, with both changes on record. Ticks only
advance. Hence replay, tests and a worker that was down for an hour agree with live operation on every alert; ticks decide
when an alert is seen, never whether.

A record cannot have happened after it arrived, whatever the clock of its window says: its time is the earlier of the two.

A redelivered record (its offset is not beyond that of the case) changes nothing. A record that says nothing new leaves the
very same ``Case`` object, so the caller knows by identity that there is nothing to store.

Only this module makes a changed ``Case``.
"""

from itertools import islice
from typing import Any, NamedTuple

import msgspec

from rules.alerts import LEVELS, STATES, Alert, Reason
from rules.arithmetic import Span, arithmetic
from rules.cards import Act, Change, judge, next_threshold
from rules.case import NEVER, UNREACHED, Case, Clock, is_over, is_standing, place_of
from rules.clocks import affected, clocks_of, moves_deadlines
from rules.errors import BadEvent, UncoveredDate
from rules.events import STAGES, Action, CardIssuedByHand, Record, Tick, key_of
from rules.facts import join, supervised
from rules.instant import MINUTE, to_datetime, to_instant
from rules.life import REASONS, act_of, acted, alert_id, appeals_of, department_of, watched
from rules.pauses import pauses_of
from rules.process import findings_of
from rules.rulebook import BY_HAND, LIFE_KINDS, ProcessRule, RuleBook, RuleBooks, TimeLimit
from rules.timelimits import clip, extended, limit_of, spans_of

CLOCK_TOLERANCE = 1 * MINUTE
"""How far a window's clock may run ahead before the case is flagged for it."""

_OFFICE = (Action, CardIssuedByHand)
_replace = msgspec.structs.replace


class Outcome(NamedTuple):
    """What one record did: the case to keep, the alert changes in order, and when to wake the case (None: no need)."""

    case: Case | None
    alerts: tuple[Alert, ...]
    wake_at: int | None


def step(case: Case | None, record: Record, books: RuleBooks, now: int, arrived: int, offset: int) -> Outcome:
    """Apply ``record``, which arrived at ``arrived`` and lies at ``offset`` of its partition, to ``case`` at time ``now``.

    Raises :class:`~rules.errors.BadEvent` where the record cannot be what it says; the case is then as before.
    """
    silent = isinstance(record, Tick) or not supervised(record)
    if isinstance(record, _OFFICE):
        if isinstance(record, Action):
            return _acted(case, record, books, now, arrived, offset)
        return _by_hand(case, record, books, now, arrived, offset)
    return _told(case, record, silent, books, now, arrived, offset)


def _told(case: Case | None, record: Record, silent: bool, books: RuleBooks, now: int, arrived: int, offset: int) -> Outcome:
    """What a window reports, or time alone, does to a case."""
    if case is None:
        if isinstance(record, Tick) or silent:
            return Outcome(None, (), None)
        fresh = Case(key_of(record))
        changes = _joined(fresh, record, arrived, books)
        return Outcome(*_settled(fresh, changes, books, now, offset)) if changes else Outcome(None, (), None)
    if offset <= case.offset:
        return Outcome(case, (), wake_at(case, books, now))
    before, alerts = _advanced(case, books, now)
    changes = {} if silent else _joined(before, record, arrived, books)
    if not changes:
        if before is case:
            return Outcome(case, (), wake_at(case, books, now))
        return Outcome(_replace(before, offset=offset), alerts, wake_at(before, books, now))
    after, more, wake = _settled(before, changes, books, now, offset)
    return Outcome(after, alerts + more if alerts else more, wake)


def _acted(case: Case | None, action: Action, books: RuleBooks, now: int, arrived: int, offset: int) -> Outcome:
    """What a person does with an alert, after time has been told."""
    if case is None:
        raise BadEvent("unknown_alert", f"{action.alert!r} is no alert of a case that is known here", "alert")
    if offset <= case.offset:
        return Outcome(case, (), wake_at(case, books, now))
    before, alerts = _advanced(case, books, now)
    book = _book_of(before, books)
    cards = acted(before, action, min(to_instant(action.at), arrived), book)
    if cards is None:
        after = _replace(before, offset=offset) if before is not case else case
        return Outcome(after, alerts, wake_at(after, books, now))
    joined = _replace(before, offset=offset, cards=cards)
    card = next(card for card, known in zip(cards, before.cards, strict=True) if card is not known)
    reason = REASONS[act_of(action)]
    after, more = _judged(joined, book, now, ((card.rule, card.level, card.cycle), reason))
    said = [
        _replace(alert, by=action.operator, note=action.reason)
        if alert.id == action.alert and alert.reason == reason.code
        else alert
        for alert in more
    ]
    return Outcome(after, (*alerts, *said), wake_at(after, books, now))


def _by_hand(case: Case | None, record: CardIssuedByHand, books: RuleBooks, now: int, arrived: int, offset: int) -> Outcome:
    """A card no rule sees. A book without a rule for it would lose it in silence; that is refused."""
    finding = f"{record.level}-by-hand"
    at = min(to_instant(record.at), arrived)
    book = _book_of(case, books) if case is not None and case.book else books.at(at)
    if finding not in book.watched or finding not in books.at(at).watched:
        raise BadEvent("forbidden_type", f"book {book.version} issues no cards by hand: give it a [[process]] {finding}", "level")
    return _told(case, record, False, books, now, arrived, offset)


def wake_at(case: Case, books: RuleBooks, now: int = NEVER) -> int | None:
    """The first instant at which time alone can change the case. At once if its book has changed since it was judged."""
    if _is_outdated(case, _book_of(case, books)):
        return now
    soonest = next_threshold(case.clocks, now)
    return soonest + 1 if soonest != UNREACHED else None


def _advanced(case: Case, books: RuleBooks, now: int) -> tuple[Case, tuple[Alert, ...]]:
    """The case as time alone has made it by ``now``; the same object if time has changed nothing."""
    if _is_outdated(case, _book_of(case, books)):
        after, alerts, _ = _settled(case, {}, books, now, case.offset)
        return after, alerts
    for clock in case.clocks:
        if not clock.end:
            for threshold in clock.thresholds:
                if threshold < now:
                    return _judged(case, _book_of(case, books), now)
    return case, ()


def _judged(case: Case, book: RuleBook, now: int, act: Act | None = None) -> tuple[Case, tuple[Alert, ...]]:
    clocks = case.clocks
    if book.life_rules:
        clocks = tuple([clock for clock in clocks if clock.rule not in book.life_rules])
    verdict = judge(clocks, case.cards, book, now, told=act is not None, act=act, known=case.clocks)
    if not verdict.changes:
        return case, ()
    after = _replace(case, cards=verdict.cards, clocks=verdict.clocks)
    return after, tuple([_alert(after, change, book, now) for change in verdict.changes])


def _joined(case: Case, record: Any, arrived: int, books: RuleBooks) -> dict[str, Any]:
    at = to_instant(record.at)
    if at <= arrived:
        return join(case, record, at, arrived, books)
    changes = join(case, record, arrived, arrived, books)
    if changes and at > arrived + CLOCK_TOLERANCE and not case.ahead:
        changes = {**changes, "ahead": True}
    return changes


def _settled(
    case: Case, changes: dict[str, Any], books: RuleBooks, now: int, offset: int
) -> tuple[Case, tuple[Alert, ...], int | None]:
    """The case with ``changes``, the clocks they touch derived anew, and judged at ``now``."""
    joined = _replace(case, offset=offset, **changes)
    settled = case.book and "terms" not in changes and "origin" not in changes and "desk" not in changes
    book = books.get(case.book) if settled else _book_for(joined, books)
    if case.digest != book.digest or moves_deadlines(changes):
        clocks = clocks_of(joined, book)
    else:
        plan = affected(changes, book)
        clocks = clocks_of(joined, book, case.clocks, plan) if plan.touched else case.clocks
        if clocks == case.clocks:  # nothing a clock of this book depends on; time was judged a moment ago
            soonest = next_threshold(clocks, now)
            return joined, (), soonest + 1 if soonest != UNREACHED else None
    known = case.clocks if case.digest == book.digest else ()
    verdict = judge(clocks, case.cards, book, now, told=bool(changes), known=known)
    due = _promise(clocks, book)
    after = _replace(joined, book=book.version, digest=book.digest, clocks=verdict.clocks, cards=verdict.cards, due=due)
    if not verdict.changes:
        return after, (), verdict.wake_at
    return after, tuple([_alert(after, change, book, now) for change in verdict.changes]), verdict.wake_at


def _is_outdated(case: Case, book: RuleBook) -> bool:
    """Whether the book or its calendar has changed since the case was judged. What is over with no clock left is history."""
    return case.digest != book.digest and not (is_over(case) and all(clock.end for clock in case.clocks))


def _book_of(case: Case, books: RuleBooks) -> RuleBook:
    return books.get(case.book)


def _book_for(case: Case, books: RuleBooks) -> RuleBook:
    """The book in force at acceptance; until then, the one in force at the first record."""
    begun = place_of(case)
    return books.at(begun.at if begun is not None else NEVER)


def _promise(clocks: tuple[Clock, ...], book: RuleBook) -> int:
    """The deadline of the first clock of the case itself, as the book orders them."""
    for clock in clocks:
        if book.kind_of[clock.rule] == "case":
            return clock.deadline
    return NEVER


def _alert(case: Case, change: Change, book: RuleBook, now: int) -> Alert:
    """The whole alert for people: with its place, its limit and the arithmetic that defends it."""
    card, clock = change.card, change.clock
    place = place_of(case)
    assert place is not None
    rule = next((rule for rule in book.rules if rule.id == card.rule), None)
    zone = book.zone
    limit, detail, spans = _defence(case, clock, book)
    highest = is_standing(card) and all(other.level <= card.level for other in case.cards if is_standing(other))
    return Alert(
        id=alert_id(case, card.rule, card.level, card.cycle),
        case=case.key,
        rule=card.rule,
        level=LEVELS[card.level],
        cycle=card.cycle,
        state=STATES[card.state],
        reason=change.reason.code,
        change=card.change,
        due_at=to_datetime(card.due, zone),
        known_at=to_datetime(max(card.due, card.known), zone),
        raised_at=to_datetime(card.raised, zone),
        changed_at=to_datetime(now, zone),
        deadline=to_datetime(clock.deadline if clock and clock.deadline else card.due, zone),
        counted_from=to_datetime(clock.start if clock else card.due, zone),
        limit=limit,
        book=book.version,
        region=place.region,
        hall=place.hall,
        department=department_of(case, card.rule, card.cycle, book),
        window=place.window,
        item=place.item,
        item_name=book.item(place.item).name,
        stage=STAGES[rule.stage] if rule is not None and rule.stage >= 0 else "",
        held_by=case.holder[1],
        watch=case.terms.watch if case.terms is not None else "",
        highest=highest,
        by=_issued_by(case, clock, book) if change.reason is Reason.FOUND else "",
        detail=detail,
        spans=spans,
    )


def slowest_branch(case: Case, book: RuleBook) -> tuple[str, int] | None:
    """The department of a parallel case whose own limit ran, or will run, out first of those not done; with that instant."""
    running = [clock for clock in case.clocks if book.kind_of[clock.rule] == "branch" and not clock.end and clock.deadline]
    if not running:
        return None
    first = min(running, key=lambda clock: clock.deadline)
    return case.branches[first.cycle - 1][1], first.deadline


def _issued_by(case: Case, clock: Clock | None, book: RuleBook) -> str:
    """Who issued a card by hand; empty for what a rule found."""
    rule = book.rules[clock.rule] if clock is not None else None
    if clock is None or not isinstance(rule, ProcessRule) or rule.finding not in BY_HAND:
        return ""
    found = next(islice(findings_of(case, rule, book), clock.cycle - 1, None), None)
    return found.by if found is not None else ""


def _defence(case: Case, clock: Clock | None, book: RuleBook) -> tuple[str, str, tuple[Span, ...]]:
    """What the card rests on: the limit and each counted and skipped span up to its deadline, or the detail of what was found."""
    if clock is None or not clock.deadline:
        return "", "", ()
    rule = book.rules[clock.rule]
    if isinstance(rule, ProcessRule):
        found = next(islice(findings_of(case, rule, book), clock.cycle - 1, None), None)
        detail = found.detail if found is not None else ""
        return "", detail if rule.finding in BY_HAND else f"{rule.finding} {detail}".rstrip(), ()
    if rule.clock in LIFE_KINDS:
        return _defence_of_watch(case, clock, rule, book)
    span = next((span for span in spans_of(case, rule, book) if span.cycle == clock.cycle), None)
    if span is None:
        return "", "", ()
    try:
        pauses = clip(pauses_of(case, book), clock.start) if span.paused else ()
    except UncoveredDate:
        pauses = ()
    limit = extended(case, rule, book, span, pauses)
    slowest = slowest_branch(case, book) if rule.clock == "case" and case.branches else None
    return (
        str(limit),
        f"slowest={slowest[0]}" if slowest is not None else span.detail,
        arithmetic(book.worktime, clock.start, limit, pauses, clock.deadline),
    )


def _defence_of_watch(case: Case, clock: Clock, own: TimeLimit, book: RuleBook) -> tuple[str, str, tuple[Span, ...]]:
    """The same for a clock that watches a card; the detail names the card."""
    rule, level, cycle = watched(clock.cycle, book)
    card = next(card for card in case.cards if (card.rule, card.level, card.cycle) == (rule, level, cycle))
    limit = limit_of(own.limit)
    pauses = appeals_of(card, clock.start, clock.end)[0]
    labelled = [(since, until, "appeal") for since, until in pauses]
    detail = f"alert={alert_id(case, rule, level, cycle)}"
    return str(limit), detail, arithmetic(book.worktime, clock.start, limit, labelled, clock.deadline)
