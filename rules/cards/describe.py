"""An alert that changed, as people see it: whole, with its place, its limit and the arithmetic that defends it.

Building a whole alert is dear, its arithmetic most of all. Most callers need only what changed: a back-test counts millions of
cards and shows a handful. A decision therefore gives an :class:`AlertChange`; :func:`alert_of` makes the alert when it is asked
for.
"""

from typing import NamedTuple

from rules.alerts import LEVELS, STATES, Alert, Level, Reason, State
from rules.book import ProcessRule, RateRule, RuleBook, TimeLimit
from rules.cards.judge import CardChange
from rules.cards.watches import standstill
from rules.case import Card, Case, Clock, alert_id, department_of, is_standing, place_of, watched
from rules.events import STAGES
from rules.families import Run, clip, counted_out, extended, found_by, limit_of, narrowed, pauses_of, told
from rules.instant import Instant, to_datetime
from rules.keys import number_of_case, space_of
from rules.worktime import CountedDays, arithmetic


class AlertChange(NamedTuple):
    """One alert change, and all it takes to describe the alert.

    ``case`` is the case as it was from then on, ``book`` the one that judged it, ``now`` when (epoch ms). ``by`` and ``note`` say
    who did it with which words, where a person did.
    """

    case: Case
    card_change: CardChange
    book: RuleBook
    now: Instant
    by: str = ""
    note: str = ""

    @property
    def id(self) -> str:
        """The alert's id."""
        card = self.card_change.card
        return alert_id(self.case, card.rule, card.level, card.cycle)

    @property
    def level(self) -> Level:
        """The alert's level."""
        return LEVELS[self.card_change.card.level]

    @property
    def state(self) -> State:
        """The state the alert is in since."""
        return STATES[self.card_change.card.state]

    @property
    def department(self) -> str:
        """The department that answers for it."""
        card = self.card_change.card
        return department_of(self.case, card.rule, card.cycle, self.book)


class Defence(NamedTuple):
    """What a card rests on: the limit, or the detail of what was found, and each counted and skipped span to the deadline."""

    limit: str = ""
    detail: str = ""
    spans: tuple[CountedDays, ...] = ()


def alert_of(change: AlertChange) -> Alert:
    """The whole alert for people."""
    case, moved, book, now, by, note = change
    card, clock = moved.card, moved.clock
    place = place_of(case)
    assert place is not None
    rule = next((rule for rule in book.rules if rule.id == card.rule), None)
    zone = book.zone
    limit, detail, spans = Defence(detail=_figures(case, card)) if isinstance(rule, RateRule) else defence_of(case, clock, book)
    highest = is_standing(card) and all(other.level <= card.level for other in case.cards if is_standing(other))
    return Alert(
        id=change.id,
        case=number_of_case(case.key),
        rule=card.rule,
        level=change.level,
        cycle=card.cycle,
        state=change.state,
        reason=moved.reason.code,
        change=card.change,
        due_at=to_datetime(card.due, zone),
        known_at=to_datetime(max(card.due, card.known), zone),
        raised_at=to_datetime(card.raised, zone),
        changed_at=to_datetime(now, zone),
        deadline=to_datetime(clock.deadline if clock and clock.deadline else card.due, zone),
        counted_from=to_datetime(clock.start if clock else card.due, zone),
        limit=limit,
        book=book.version,
        numbered_by=space_of(case.key),
        region=place.region,
        hall=place.hall,
        department=change.department,
        window=place.window,
        item=place.item,
        item_name=book.item(place.item).name,
        stage=STAGES[rule.stage] if rule is not None and rule.stage >= 0 else "",
        held_by=case.holder[1],
        watch=case.terms.watch if case.terms is not None else "",
        highest=highest,
        by=_issued_by(case, clock, book) if moved.reason is Reason.FOUND else by,
        note=note,
        detail=detail,
        spans=spans,
    )


def defence_of(case: Case, clock: Clock | None, book: RuleBook) -> Defence:
    """What a card about ``clock`` rests on; nothing where the clock is gone or has no deadline."""
    if clock is None or not clock.deadline:
        return Defence()
    rule = book.rules[clock.rule]
    if isinstance(rule, RateRule):
        return Defence()  # its counts may be forgotten: the card itself says them
    if isinstance(rule, ProcessRule):
        found = found_by(narrowed(case, rule, clock, book), rule, clock.cycle, book)
        detail = found.detail if found is not None else ""
        return Defence(detail=detail if rule.finding.by_hand else f"{rule.finding.name} {detail}".rstrip())
    if rule.kind.watches_cards:
        return _defence_of_watch(case, clock, rule, book)
    run = run_of(case, clock, rule, book)
    if run is None:
        return Defence()
    pauses = counted_out(clip(pauses_of(case, book), clock.start)) if run.paused else ()
    limit = extended(case, rule, book, run, pauses)
    slowest = slowest_branch(case, book) if rule.clock == "case" and case.branches else None
    return Defence(
        limit.text(book.zone),
        f"slowest={slowest[0]}" if slowest is not None else run.detail,
        arithmetic(book.worktime, clock.start, limit, pauses, clock.deadline),
    )


def _figures(case: Case, card: Card) -> str:
    """What the card of a tally says of its figures; a card as it was before it changed may not say it yet."""
    own = (card.rule, card.level, card.cycle)
    return next((kept.detail for kept in case.cards if (kept.rule, kept.level, kept.cycle) == own), card.detail)


def run_of(case: Case, clock: Clock, rule: TimeLimit, book: RuleBook) -> Run | None:
    """The run of the clock of ``rule`` that ``clock`` was made from; None for one that watches a card."""
    runs = rule.kind.runs
    if runs is None:
        return None
    near = narrowed(case, rule, clock, book)
    return next((told(case, run) for run in runs(near, rule, book) if run.cycle == clock.cycle), None)


def _defence_of_watch(case: Case, clock: Clock, own: TimeLimit, book: RuleBook) -> Defence:
    """The same for a clock that watches a card; the detail names the card."""
    limit = limit_of(own.limit)
    spans = arithmetic(book.worktime, clock.start, limit, standstill(case, clock, book), clock.deadline)
    return Defence(str(limit), f"alert={alert_id(case, *watched(clock.cycle, book))}", spans)


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
    if clock is None or not isinstance(rule, ProcessRule) or not rule.finding.by_hand:
        return ""
    found = found_by(case, rule, clock.cycle, book)
    return found.by if found is not None else ""
