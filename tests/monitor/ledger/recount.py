"""The figures counted anew from raw records, in plain Python that shares nothing with the views.

What the rules alone can say, a case's deadline and settled limits, is taken from the worker's state.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from typing import Any, NamedTuple

from rules import events as ev
from rules.events import STAGES, Event, key_of
from tests.monitor.ledger.hall import Recorded

SHANGHAI = timezone(timedelta(hours=8))
OVER = ("withdrawn", "revoked", "removed", "closed")


class Figure(NamedTuple):
    """Whose figure it is."""

    day: date
    region: str
    hall: str
    department: str
    window: str
    item: str
    stage: str
    measure: str


def day_of(time: datetime) -> date:
    return time.astimezone(SHANGHAI).date()


def from_ms(instant: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=instant)


def recount(recorded: Recorded) -> Counter[Figure]:
    """Every figure of every day."""
    found: Counter[Figure] = Counter()
    for part in (_cases(recorded), _alerts(recorded), _complaints(recorded), _ratings(recorded), _attendance(recorded)):
        for figure, amount in part:
            found[figure] += amount
    return Counter({figure: amount for figure, amount in found.items() if amount})


Counted = Iterator[tuple[Figure, float]]


def _cases(recorded: Recorded) -> Counted:
    happened: dict[str, dict[type, list[datetime]]] = defaultdict(lambda: defaultdict(list))
    visits: dict[str, list[Any]] = defaultdict(list)
    for arrived, event in recorded.told:
        at = min(event.at, from_ms(arrived))
        happened[key_of(event)][type(event)].append(at)
        if isinstance(event, ev.StageEntered | ev.StageLeft):
            visits[key_of(event)].append((event.stage, at, isinstance(event, ev.StageLeft)))
    for key, case in recorded.cases.items():
        first = {kind: min(times) for kind, times in happened[key].items()}
        where = case.terms or case.origin or case.desk
        place = (where.region, where.hall, where.department, where.window, where.item)
        if ev.Concluded not in first and ev.NotAccepted in first:
            yield Figure(day_of(first[ev.NotAccepted]), *place, "", "not_accepted"), 1
        if case.terms is not None:
            yield from _of_case(case, first, place)
        for stage in STAGES:
            entries = sorted({at for name, at, left in visits[key] if name == stage and not left})
            exits = sorted({at for name, at, left in visits[key] if name == stage and left})
            for entered in entries:
                if left := [at for at in exits if at >= entered]:
                    yield Figure(day_of(left[0]), *place, stage, "stages_left"), 1
                    yield Figure(day_of(left[0]), *place, stage, "stage_seconds"), (left[0] - entered).total_seconds()


def _of_case(case: Any, first: dict[type, datetime], place: tuple[str, ...]) -> Counted:
    accepted = day_of(first[ev.Accepted])
    yield Figure(accepted, *place, "", "accepted"), 1
    limits = [case.terms.promised, case.terms.statutory]
    if all(limit.endswith(("wd", "d")) for limit in limits):
        numbers = [int(limit.rstrip("wd")) for limit in limits]
        if limits[0].lstrip("0123456789") == limits[1].lstrip("0123456789") or numbers[0] == 0:
            yield Figure(accepted, *place, "", "compared"), 1
            yield Figure(accepted, *place, "", "promised_days"), numbers[0]
            yield Figure(accepted, *place, "", "statutory_days"), numbers[1]
    if ev.Concluded not in first:
        return
    over = first[ev.Concluded]
    due = from_ms(case.due) if case.due else None
    same_day = day_of(over) == accepted
    at_the_counter = not case.online and ev.BranchOpened not in first and ev.Transferred not in first
    yield from (
        (Figure(day_of(over), *place, "", measure), 1)
        for measure, holds in {
            "concluded": True,
            "on_time": due is None or over <= due,
            "early": due is not None and day_of(over) < day_of(due),
            "same_day": same_day,
            "on_site": same_day and at_the_counter,
            case.how: case.how != "normal",
        }.items()
        if holds
    )


def _alerts(recorded: Recorded) -> Counted:
    trails: dict[str, list[Any]] = defaultdict(list)
    for _, alert in recorded.changes:
        trails[alert.id].append(alert)
    for trail in trails.values():
        last = max(trail, key=lambda alert: alert.change)
        place = (last.region, last.hall, last.department, last.window, last.item, last.stage)
        issued = [alert.changed_at for alert in trail if alert.state == "issued"]
        if issued:
            yield Figure(day_of(min(issued)), *place, f"{last.level}_issued"), 1
            if last.level in ("yellow", "red") and last.state in OVER:
                yield Figure(day_of(last.changed_at), *place, f"{last.level}_{last.state}"), 1


def _complaints(recorded: Recorded) -> Counted:
    known: dict[tuple[str, str], list[Event]] = defaultdict(list)
    for _, event in recorded.told:
        if hasattr(event, "complaint"):
            known[key_of(event), event.complaint].append(event)
    for steps in known.values():
        steps = sorted(steps, key=lambda step: step.at)
        filed = [step for step in steps if isinstance(step, ev.ComplaintFiled)]
        closed = [step for step in steps if isinstance(step, ev.ComplaintClosed)]
        place = _place((filed or steps)[0])
        if filed:
            yield Figure(day_of(filed[0].at), *place, "", "complaints_received"), 1
            yield Figure(day_of(filed[0].at), *place, "", "complaints_closed_of_received"), bool(closed)
        if closed:
            yield Figure(day_of(closed[0].at), *place, "", "complaints_closed"), 1


def _ratings(recorded: Recorded) -> Counted:
    by_key: dict[str, list[Event]] = defaultdict(list)
    for _, event in recorded.told:
        by_key[key_of(event)].append(event)
    for events in by_key.values():
        rated = {(event.rating, event.at, event.score): event for event in events if isinstance(event, ev.Rated)}.values()
        upheld = [event for event in events if isinstance(event, ev.RatingAppealDecided) and event.upheld]
        taken_back = {id(about) for event in upheld if (about := _about(event, rated)) is not None}
        for rating in rated:
            if id(rating) not in taken_back:
                figures = ("ratings", f"rating_{rating.score}", "satisfied" if rating.score <= 3 else "")
                yield from ((Figure(day_of(rating.at), *_place(rating), "", measure), 1) for measure in figures if measure)


def _about(event: Any, rated: Iterable[Any]) -> Any:
    meant = [rating for rating in rated if rating.rating == event.rating] if event.rating else []
    bad = [rating for rating in rated if rating.score >= 4 and rating.at <= event.at]
    return max(meant if event.rating else bad, key=lambda rating: rating.at, default=None)


def _attendance(recorded: Recorded) -> Counted:
    days: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    order = (ev.WindowOpened, ev.WindowClosed, ev.AttendantLeft, ev.AttendantArrived)
    for _, event in recorded.told:
        if isinstance(event, order):
            days[day_of(event.at), event.region, event.hall, event.department, event.window].append(event)
    for (day, *place), events in days.items():
        is_open, present = False, set()
        for event, following in pairwise(sorted(events, key=lambda event: (event.at, order.index(type(event))))):
            match event:
                case ev.WindowOpened() | ev.WindowClosed():
                    is_open = isinstance(event, ev.WindowOpened)
                case ev.AttendantArrived():
                    present.add(event.operator)
                case ev.AttendantLeft():
                    present.discard(event.operator)
            seconds = (following.at - event.at).total_seconds()
            if is_open:
                yield Figure(day, *place, "", "", "open_seconds"), seconds
                if present:
                    yield Figure(day, *place, "", "", "attended_seconds"), seconds


def _place(event: Event) -> tuple[str, ...]:
    return (event.region, event.hall, event.department, event.window, event.item)
