"""Follows one case through its records with ``rules.step`` itself, and notes what each of them changed."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from monitor.explain.defence import limits_of
from monitor.explain.effects import effects_of
from monitor.explain.people import details_of, mask_detail
from monitor.explain.story import AlertChange, CardTold, CaseStory, Told
from rules.alerts import Alert
from rules.book import RuleBook, RuleBooks
from rules.case import Case, case_flags, case_state, place_of
from rules.errors import BadEvent
from rules.events import TICK, Event, Tallied
from rules.facts import supervised
from rules.instant import MINUTE, to_datetime, to_instant
from rules.step import CLOCK_TOLERANCE, step


class Follower:
    """One case. Give it every record of the case and every tick in order; then ask for the story.

    ``unmasked`` shows the names of operators and handlers in full.
    """

    def __init__(self, key: str, books: RuleBooks, *, unmasked: bool = False) -> None:
        self.key, self.books, self.unmasked = key, books, unmasked
        self.case: Case | None = None
        self.now = 0
        self.wake_at: int | None = None
        self._told: list[Told] = []
        self._alerts: dict[str, Alert] = {}
        self._changes: list[AlertChange] = []
        self._numbers = self._steps = 0
        self._heard: set[str] = set()

    def tick(self, now: int) -> None:
        """Time has come to ``now`` (epoch ms)."""
        self.now = max(self.now, now)
        if self.case is None or self.wake_at is None or self.wake_at > self.now:
            return
        self._steps += 1
        outcome = step(self.case, TICK, self.books, self.now, self.now, self._steps)
        self.case, self.wake_at = outcome.case, outcome.wake_at
        if outcome.alerts:
            changes = self._noted(outcome.alerts, 0)
            self._told.append(Told(0, "", self._wall(self.now), changes=changes))

    def hear(self, event: Event | Tallied, arrived: int, now: int | None = None) -> None:
        """A record that arrived at ``arrived``; ``now`` is the time of its partition, if that is later."""
        self.tick(max(arrived, now or 0))  # what time alone had changed by then is not this record's doing
        self._numbers += 1
        self._steps += 1
        alerts: tuple[Alert, ...] = ()
        before, refused = self.case, ""
        try:
            outcome = step(before, event, self.books, self.now, arrived, self._steps)
        except BadEvent as error:
            refused = str(error)
        else:
            self.case, self.wake_at, alerts = outcome.case, outcome.wake_at, outcome.alerts
        kind = str(type(event).__struct_config__.tag)
        at = to_instant(event.at)
        late = arrived - at
        silent = not refused and self.case is before
        watched = supervised(event) and not (silent and kind not in self._heard)
        self._heard.add(kind)
        self._told.append(
            Told(
                number=self._numbers,
                type=kind,
                arrived=self._wall(arrived),
                at=self._wall(at),
                details=details_of(event, unmasked=self.unmasked),
                late_ms=late if late >= MINUTE else 0,
                repeated=watched and silent,
                ahead=-late > CLOCK_TOLERANCE,
                unwatched=not watched,
                refused=refused,
                effects=() if refused else effects_of(before, self.case, self.books),
                changes=self._noted(alerts, self._numbers),
            )
        )

    def refuse(self, arrived: int, why: str) -> None:
        """A record of this case that nobody could read."""
        self.tick(arrived)
        self._numbers += 1
        self._told.append(Told(self._numbers, "", self._wall(arrived), refused=why))

    def story(self) -> CaseStory | None:
        """What has been told so far; None if no record told of a case."""
        case = self.case
        place = place_of(case) if case is not None else None
        if case is None or place is None:
            return None
        book = self.books.get(case.book)
        return CaseStory(
            case=self.key,
            as_of=to_datetime(self.now, book.zone),
            state=case_state(case),
            flags=case_flags(case),
            book=book.version,
            book_title=book.title,
            calendar=f"{book.calendar.name} {book.calendar.years[0]}–{book.calendar.years[-1]}",
            zone=book.worktime.zone,
            region=place.region,
            hall=place.hall,
            department=place.department,
            window=place.window,
            item=place.item,
            item_name=book.item(place.item).name,
            records=tuple(self._told),
            limits=tuple(limits_of(case, book, self.now)),
            cards=tuple(self._cards(book)),
        )

    def _noted(self, alerts: Sequence[Alert], record: int) -> tuple[AlertChange, ...]:
        changes = []
        for alert in alerts:
            self._alerts[alert.id] = alert if alert.spans or alert.id not in self._alerts else _with_spans(alert, self._alerts)
            changes.append(
                AlertChange(
                    alert=alert.id.removeprefix(f"{self.key}/"),
                    name=_rule_name(self.books.get(alert.book), alert.rule)[0],
                    level=alert.level,
                    state=alert.state,
                    reason=alert.reason,
                    at=alert.changed_at,
                    due_at=alert.due_at,
                    record=record,
                )
            )
        self._changes += changes
        return tuple(changes)

    def _cards(self, book: RuleBook) -> Iterator[CardTold]:
        for alert in self._alerts.values():
            name, source = _rule_name(book, alert.rule)
            short = alert.id.removeprefix(f"{self.key}/")
            yield CardTold(
                id=short,
                rule=alert.rule,
                name=name,
                level=alert.level,
                state=alert.state,
                limit=alert.limit,
                counted_from=alert.counted_from,
                deadline=alert.deadline,
                due_at=alert.due_at,
                changes=tuple(change for change in self._changes if change.alert == short),
                detail=alert.detail if self.unmasked else mask_detail(alert.detail),
                source=source,
                spans=alert.spans,
            )

    def _wall(self, instant: int) -> datetime:
        case = self.case
        book = self.books.get(case.book) if case is not None and case.book else self.books.at(instant)
        return to_datetime(instant, book.zone)


def _with_spans(alert: Alert, known: dict[str, Alert]) -> Alert:
    """A change that carries no arithmetic (its clock is gone) leaves that of the change before."""
    before = known[alert.id]
    return msgspec.structs.replace(alert, spans=before.spans, limit=alert.limit or before.limit)


def _rule_name(book: RuleBook, rule: str) -> tuple[str, str]:
    for known in book.rules:
        if known.id == rule:
            return known.name, known.source
    return rule, ""
