"""A case told anew from its journal: the facts of each of its cycles, of those records that count.

A case *begins* with its application or acceptance. It *ends* with a conclusion of whatever kind, with a refusal (不予许可), or
with 不予受理 after its acceptance. Applied for or accepted after that it has come back, and a new cycle begins. Each record
belongs to the cycle in whose time it happened. Where cycles begin follows from the set of records alone, so the order in which
they arrive plays no part.

| what follows what | then |
|---|---|
| an acceptance or application an end | a new cycle, if the one that ended had begun before |
| a first acceptance a stray conclusion | none: nothing had begun. The case is flagged |
| an acceptance 不予受理 of what was never accepted | none: the answer was mended |
| an application 不予受理 of what was never accepted | a new cycle: it was handed in again |
| the first application of all an ordinary conclusion | none: it was typed in late. The case is flagged |
| a second acceptance the first, with no end between them | none: the first counts |

What is no step of one cycle stays with the first: complaints, reviews, attendance, cards by hand.
"""

from collections.abc import Sequence

import msgspec

from rules import events as ev
from rules.book import RuleBooks
from rules.case import NEVER, Case, Origin, Tally, first, is_window, over_at, place_of
from rules.events import Header
from rules.facts.join import CLOCK_TOLERANCE, Facts, rejoin
from rules.facts.journal import KINDS, RETRACTED, JournalEntry, corrections_of
from rules.facts.retention import horizon_at
from rules.facts.strangers import without_strangers
from rules.families import ATTENDANCE_EVENTS, COMPLAINT_EVENTS, REVIEW_EVENTS
from rules.instant import Instant
from rules.numbers import RecordNumber

_APPLIED = RecordNumber.APPLIED.value
_ACCEPTED = RecordNumber.ACCEPTED.value
_NOT_ACCEPTED = RecordNumber.NOT_ACCEPTED.value
_CONCLUDED = RecordNumber.CONCLUDED.value
_DECIDED = RecordNumber.DECIDED.value
_ENDS = (_CONCLUDED, _NOT_ACCEPTED, _DECIDED)
_BEGINS = (_APPLIED, _ACCEPTED)
_TURNING = frozenset({ev.Accepted, ev.Applied, ev.Concluded, ev.NotAccepted, ev.Decided})
_TURNS = frozenset(_ENDS + _BEGINS)
OF_THE_WHOLE: frozenset[type[Header]] = COMPLAINT_EVENTS | REVIEW_EVENTS | ATTENDANCE_EVENTS | {ev.CardIssuedByHand}
"""What belongs to no single cycle."""
FACTS: tuple[str, ...] = tuple(
    name
    for name in Case.__struct_fields__
    if name not in ("key", "offset", "book", "digest", "later", "clocks", "cards", "due", "tally", "journal", "nth")
)
"""The fields of a case that follow from its records, and from nothing else."""
_NO_FACTS: Facts = {name: getattr(Case(""), name) for name in FACTS}
_GRANTED = "granted"
_NORMAL = ((), ("normal",))
"""An ordinary conclusion, as the journal has it: what is usual is left out there."""


def turns(case: Case, event: Header, at: Instant) -> bool:
    """Whether ``event`` may begin a cycle, or end one before a beginning that is known: then the case is told anew."""
    kind = type(event)
    if kind not in _TURNING:
        return False
    begins = kind is ev.Accepted or kind is ev.Applied
    ends = kind is ev.Concluded or kind is ev.NotAccepted or (isinstance(event, ev.Decided) and event.result != _GRANTED)
    if not begins and not ends:
        return False
    begun = max(case.rebegun, case.applied, case.terms.at if case.terms is not None else NEVER)
    ended = first(case.concluded, case.not_accepted, NEVER if case.granted else case.decided)
    if begins:
        begun = max(begun, at)
    else:
        ended = first(ended, at)
    return NEVER < ended < begun


def began_at(cycle: Case) -> Instant:
    """When a later cycle began; ``NEVER`` where nothing is left of it."""
    return first(cycle.applied, cycle.terms.at if cycle.terms is not None else NEVER)


def later_begins(entries: Sequence[JournalEntry], books: RuleBooks) -> list[Instant]:
    """When each cycle but the first began.

    A case has come back only if no reading of its records puts the beginning before the end. What was told to the day ended with
    that day. A first acceptance may lie after an end by the book's tolerance, too, for it is another system's. A
    second one may not: else whoever accepts again at once would have no clock.
    """
    turning = sorted([(each.at, each.kind in _ENDS, each.kind, _last(each), each.own) for each in entries if each.kind in _TURNS])
    begins: list[Instant] = []
    begun = applied = accepted = decided = ordinary = False
    over = door = stray = NEVER
    for at, _, kind, last, own in turning:
        if kind in _BEGINS:
            tolerance = 0 if (applied if kind == _APPLIED else accepted) else books.at(at).tolerance
            if not begun and stray and at <= stray + tolerance:
                over = stray  # it had begun by then, by a clock that runs ahead, or that day
            ended = over or (door if kind == _APPLIED else NEVER)
            typed_in_late = kind == _APPLIED and ordinary and not applied
            if begun and ended and at > ended + tolerance and not typed_in_late:
                begins.append(at)
                applied = accepted = decided = ordinary = False
                over = door = NEVER
            begun, stray = True, NEVER
            if kind == _ACCEPTED:
                accepted, door = True, NEVER
            else:
                applied = True
        elif kind == _DECIDED and (decided or own[0] == _GRANTED):
            decided = True
        elif kind == _NOT_ACCEPTED and not accepted:
            door = first(door, last) if begun else NEVER
        elif not begun:
            stray = last
        else:
            ordinary = ordinary or (not over and kind == _CONCLUDED and own[:1] in _NORMAL)
            over = first(over, last)
            decided = decided or kind == _DECIDED
    return begins


def _last(entry: JournalEntry) -> Instant:
    """The last instant at which it can have happened."""
    return entry.span[1] if entry.span is not None else entry.at


def retold(case: Case, entries: Sequence[JournalEntry], books: RuleBooks) -> list[Facts]:
    """The facts of each cycle by what ``entries`` say, all of them; those of the first cycle first."""
    heard, counting, strangers = without_strangers(entries, books)
    begins = later_begins(counting, books)
    cycles = [Case(case.key, nth=number) for number in range(1, len(begins) + 2)]
    if is_window(case):  # what it has forgotten it has forgotten, also by a record that counts no more
        horizons = [horizon_at(case, each.at, books.at(each.at)) for each in entries if each.kind != RETRACTED]
        cycles = [Case(case.key, horizon=max(horizons, default=case.horizon))]
    for entry in counting:
        place = 0
        if KINDS[entry.kind] not in OF_THE_WHOLE:
            place = sum(begin <= entry.at for begin in begins)
        changes = rejoin(cycles[place], entry, books)
        if changes and entry.claimed > entry.arrived + CLOCK_TOLERANCE:
            changes = {**changes, "ahead": True}
        if changes:
            cycles[place] = msgspec.structs.replace(cycles[place], **changes)
    told = [{name: getattr(cycle, name) for name in FACTS} for cycle in cycles]
    for facts, begin in zip(told, begins, strict=False):
        facts["superseded"] = begin
    if place_of(cycles[0]) is None:
        told[0] |= _place_left(case)
    told[0]["reaccepted"] = _reaccepted(cycles)
    told[0]["corrections"] = () if is_window(case) else corrections_of(heard)
    told[0]["strangers"] = strangers
    return told


def _reaccepted(cycles: Sequence[Case]) -> tuple[tuple[Instant, Instant], ...]:
    """The acceptances of what had been accepted and then sent back: returned, voided, withdrawn or not accepted after all."""
    found = []
    before: Case | None = None
    for cycle in cycles:
        if before is not None and before.terms is not None and cycle.terms is not None and _sent_back(before):
            found.append((before.terms.at, cycle.terms.at))
        before = cycle
    return tuple(found)


def _sent_back(cycle: Case) -> bool:
    """Whether the cycle ended without a result: by what was concluded first, or by 不予受理 after all."""
    over = over_at(cycle)
    return over != NEVER and (over != cycle.concluded or cycle.how != "normal")


def emptied(case: Case) -> Facts:
    """The facts of a cycle none of whose records counts any more: where it was, for the alerts that go with it."""
    return {**_NO_FACTS, **_place_left(case)}


def _place_left(case: Case) -> Facts:
    place = place_of(case)
    if place is None or isinstance(place, Tally):
        return {}
    return {"desk": Origin(place.at, place.region, place.hall, place.department, place.window, place.item)}
