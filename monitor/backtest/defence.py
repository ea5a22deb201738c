"""What a book says of one alert of a case: the card and its arithmetic, or why there is none."""

from datetime import datetime

import msgspec

from monitor.backtest.fates import Fate
from rules.alerts import Alert, State
from rules.book import RuleBook, RuleBooks, TimeLimit
from rules.cards import alert_of, defence_of
from rules.case import Case, Clock
from rules.instant import to_datetime
from rules.worktime import CountedDays


class CardView(msgspec.Struct, frozen=True, kw_only=True):
    """One book's view of a card.

    ``state`` is where the card ended, None where the book never issued it. Then ``deadline`` and ``spans`` are those of the
    limit that was kept. They are None and empty where the book has no such limit for the case. ``ended_at`` is when its clock
    stopped, None while it runs. ``detail`` is what a process rule found.
    """

    book: str
    state: State | None = None
    due_at: datetime | None = None
    counted_from: datetime | None = None
    deadline: datetime | None = None
    ended_at: datetime | None = None
    limit: str = ""
    detail: str = ""
    spans: tuple[CountedDays, ...] = ()


def defend(fate: Fate | None, alert: Alert, case: Case | None, books: RuleBooks) -> CardView:
    """The book's own card where it has one (``fate``); else the clock of the same rule and cycle as ``alert``."""
    if case is None or not case.book:
        return CardView(book="")
    book = books.get(case.book)
    clock = _clock(alert, case, book)
    ended = to_datetime(clock.end, book.zone) if clock is not None and clock.end else None
    if fate is not None:
        card = alert_of(fate.shown)
        return CardView(
            book=card.book,
            state=fate.state,
            due_at=card.due_at,
            counted_from=card.counted_from,
            deadline=card.deadline,
            ended_at=ended,
            limit=card.limit,
            detail=card.detail,
            spans=card.spans,
        )
    if clock is None or not clock.deadline:
        return CardView(book=book.version)
    limit, spans = _arithmetic(case, clock, book)
    return CardView(
        book=book.version,
        counted_from=to_datetime(clock.start, book.zone),
        deadline=to_datetime(clock.deadline, book.zone),
        ended_at=ended,
        limit=limit,
        spans=spans,
    )


def _clock(alert: Alert, case: Case, book: RuleBook) -> Clock | None:
    rules = book.rules
    return next((clock for clock in case.clocks if rules[clock.rule].id == alert.rule and clock.cycle == alert.cycle), None)


def _arithmetic(case: Case, clock: Clock, book: RuleBook) -> tuple[str, tuple[CountedDays, ...]]:
    rule = book.rules[clock.rule]
    if isinstance(rule, TimeLimit) and rule.kind.watches_cards:
        return rule.limit, ()  # what stops these is the card's own story, which this case may not have
    kept = defence_of(case, clock, book)
    return kept.limit, kept.spans
