"""Follows one case through its records with the rule core itself, and notes what each of them changed."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter

import msgspec

from monitor.explain.defence import limits_of
from monitor.explain.effects import effects_of
from monitor.explain.order import notes_of
from monitor.explain.people import details_of, mask_detail
from monitor.explain.story import CardEntry, CaseStory, ChangeLine, RecordEntry
from rules.alerts import Alert
from rules.book import RuleBook, RuleBooks
from rules.cards import AlertChange, alert_of
from rules.case import Case, case_flags, case_state, cycles_of, last_instant, place_of
from rules.drive import OneCase
from rules.errors import BadEvent
from rules.events import TICK, Event, Record, Retracted, Tallied, Tick
from rules.facts import supervised
from rules.instant import MINUTE, to_datetime, to_instant
from rules.keys import number_of_case, space_of
from rules.step import CLOCK_TOLERANCE


class Follower:
    """The case of ``key``. Give it every record of the case and every tick in order; then ask for the story.

    ``unmasked`` shows the names of operators and handlers in full.
    """

    def __init__(self, key: str, books: RuleBooks, *, unmasked: bool = False) -> None:
        self.key, self.books, self.unmasked = key, books, unmasked
        self._one = OneCase(books)
        self._records: list[RecordEntry] = []
        self._alerts: dict[str, Alert] = {}
        self._changes: list[ChangeLine] = []
        self._number = 0
        self._known_kinds: set[str] = set()
        self._numbers: dict[str, int] = {}

    @property
    def case(self) -> Case | None:
        """The case as it is now; None if no record is of one."""
        return self._one.case

    @property
    def now(self) -> int:
        """Epoch ms."""
        return self._one.now

    def advance(self, until: int) -> None:
        """Time passes up to ``until`` (epoch ms): every wake-up fires at its own instant, as by a clock that never stops."""
        for now, changes in groupby(self._one.advance(until), key=attrgetter("now")):
            self._time_made(tuple(changes), now)

    def apply(self, record: Record, arrived: int, now: int | None = None) -> None:
        """A record that arrived at ``arrived``, or a tick; ``now`` is the time of its partition, where it has one of its own."""
        one = self._one
        now = max(one.now, arrived if now is None else now)
        if one.wake_at is not None and one.wake_at <= now:  # what time alone had changed by then is not this record's doing
            self._time_made(one.apply(TICK, now), now)
        self.reach(now)
        if not isinstance(record, Tick):
            self._record(record, arrived)

    def reach(self, now: int) -> None:
        """The partition's time has come to ``now``. No tick said so, so nobody was woken for it."""
        self._one.now = max(self._one.now, now)

    def refuse(self, arrived: int, why: str, now: int | None = None) -> None:
        """A record of this case that nobody could read."""
        self.apply(TICK, arrived, now)
        self._number += 1
        self._records.append(RecordEntry(self._number, "", self._wall(arrived), refused=why))

    def _time_made(self, changes: Sequence[AlertChange], now: int) -> None:
        if changes:
            self._records.append(RecordEntry(0, "", self._wall(now), changes=self._noted(changes, 0)))

    def _record(self, event: Event | Tallied, arrived: int) -> None:
        self._number += 1
        before, refused = self.case, ""
        changes: tuple[AlertChange, ...] = ()
        try:
            changes = self._one.apply(event, arrived, now=self._one.now)
        except BadEvent as error:
            refused = str(error)
        kind = str(type(event).__struct_config__.tag)
        at = to_instant(event.at)
        late = arrived - last_instant(event, at)
        silent = not refused and _says_the_same(before, self.case)
        watched = supervised(event) and not (silent and kind not in self._known_kinds)
        self._known_kinds.add(kind)
        self._records.append(
            RecordEntry(
                number=self._number,
                type=kind,
                arrived=self._wall(arrived),
                at=self._wall(at),
                precision=event.precision,
                details=details_of(event, unmasked=self.unmasked),
                late_ms=late if late >= MINUTE else 0,
                repeated=watched and silent,
                ahead=at - arrived > CLOCK_TOLERANCE,
                unwatched=not watched,
                corrects=0 if silent or refused else self._numbers.get(event.id, 0),
                takes_back=self._numbers.get(event.record, 0) if isinstance(event, Retracted) else 0,
                refused=refused,
                effects=() if refused else effects_of(before, self.case, self.books),
                changes=self._noted(changes, self._number),
            )
        )
        self._numbers[event.id] = self._number

    def story(self) -> CaseStory | None:
        """What is known so far; None if no record is of a case."""
        case = self.case
        place = place_of(case) if case is not None else None
        if case is None or place is None:
            return None
        book = self.books.get(case.book)
        return CaseStory(
            case=number_of_case(self.key),
            numbered_by=space_of(self.key),
            as_of=to_datetime(self.now, book.zone),
            state=case_state(case),
            flags=case_flags(case),
            book=book.version,
            book_title=book.title,
            calendar=f"{book.calendar.name} {book.calendar.years[0]}–{book.calendar.years[-1]}",
            zone=book.worktime.clock.zone,
            region=place.region,
            hall=place.hall,
            department=place.department,
            window=place.window,
            item=place.item,
            item_name=book.item(place.item).name,
            records=tuple(self._records),
            limits=tuple(each for cycle in cycles_of(case) for each in limits_of(cycle, self.books.get(cycle.book), self.now)),
            cards=tuple(self._cards(book)),
            reordered=tuple(notes_of(case, book)),
        )

    def _noted(self, changes: Sequence[AlertChange], record: int) -> tuple[ChangeLine, ...]:
        lines = []
        for alert in map(alert_of, changes):
            self._alerts[alert.id] = alert if alert.spans or alert.id not in self._alerts else _with_spans(alert, self._alerts)
            lines.append(
                ChangeLine(
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
        self._changes += lines
        return tuple(lines)

    def _cards(self, book: RuleBook) -> Iterator[CardEntry]:
        for alert in self._alerts.values():
            name, source = _rule_name(book, alert.rule)
            short = alert.id.removeprefix(f"{self.key}/")
            yield CardEntry(
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


def _says_the_same(before: Case | None, after: Case | None) -> bool:
    """Whether nothing follows from a record. It is kept all the same, for it may be corrected."""
    if before is after or before is None or after is None:
        return before is after
    return msgspec.structs.replace(after, offset=before.offset, journal=before.journal) == before


def _with_spans(alert: Alert, known: dict[str, Alert]) -> Alert:
    """A change that carries no arithmetic (its clock is gone) leaves that of the change before."""
    before = known[alert.id]
    return msgspec.structs.replace(alert, spans=before.spans, limit=alert.limit or before.limit)


def _rule_name(book: RuleBook, rule: str) -> tuple[str, str]:
    for known in book.rules:
        if known.id == rule:
            return known.name, known.source
    return rule, ""
