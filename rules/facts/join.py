"""How one event joins the facts of a case.

Each function returns the fields that change, or nothing. Joins are order-free: ``at`` of the earliest record wins, sets grow
sorted, ties are broken by content. Late and repeated records are therefore harmless (see :mod:`rules.step`).
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping
from typing import Any

from rules import events as ev
from rules.book import RuleBooks
from rules.case import Case, Origin, Terms, is_window, span_of
from rules.events import STAGES, Header
from rules.facts.marks import BACK_ENTRY, check_by_hand, marked, marks_of
from rules.facts.refusals import limit_text
from rules.facts.retention import with_horizon
from rules.families import (
    ATTENDANCE_EVENTS,
    COMPLAINT_EVENTS,
    HEARING_EVENTS,
    REVIEW_EVENTS,
    attendance,
    complaints,
    hearings,
    reviews,
)
from rules.instant import Instant
from rules.numbers import StageNumber

Facts = dict[str, Any]
"""Fields of a case that a record changes, with what they are then."""
_STAGE_INDEX = {stage: index for index, stage in enumerate(STAGES)}
_APPROVAL = StageNumber.APPROVAL.value
_NOTHING: Facts = {}


def _added(members: tuple[Any, ...], new: Any) -> tuple[Any, ...] | None:
    """``members`` (instants, or tuples that begin with one) with ``new`` in its sorted place; None where it is there already."""
    if not members or members[-1] < new:
        return (*members, new)
    place = bisect_left(members, new)
    if members[place] == new:
        return None
    return (*members[:place], new, *members[place:])


def _grown(case: Case, field: str, new: Any) -> Facts:
    grown = _added(getattr(case, field), new)
    return _NOTHING if grown is None else {field: grown}


def _earliest(case: Case, field: str, at: int) -> Facts:
    known = getattr(case, field)
    return _NOTHING if known and known <= at else {field: at}


def _applied(case: Case, event: ev.Applied, at: int, books: RuleBooks) -> Facts:
    online = event.channel == "online"
    if case.applied and (case.applied, case.online) <= (at, online):
        return _NOTHING
    return {"applied": at, "online": online}


def _accepted(case: Case, event: ev.Accepted, at: int, books: RuleBooks) -> Facts:
    known = case.terms
    if known is not None and known.at < at:
        return _NOTHING
    book = books.at(at)
    item, watch = book.item(event.item), book.watch_list(event.applicant)
    given = f"@{event.due_at.isoformat()}" if event.due_at is not None else ""
    terms = Terms(
        at,
        event.region,
        event.hall,
        event.department,
        event.window,
        event.item,
        (event.due_as == "promised" and given) or limit_text(event.promised, "promised") or watch.promised or item.promised,
        (event.due_as == "statutory" and given) or limit_text(event.statutory, "statutory") or watch.statutory or item.statutory,
        watch.name,
    )
    if known is not None and known.at == at and _order(known) <= _order(terms):
        return _NOTHING
    return {"terms": terms}


def _order(terms: Terms) -> tuple[str, ...]:
    return (terms.department, terms.window, terms.item, terms.promised, terms.statutory, terms.hall, terms.region, terms.watch)


def _not_accepted(case: Case, event: ev.NotAccepted, at: int, books: RuleBooks) -> Facts:
    return _earliest(case, "not_accepted", at)


def _supplement_requested(case: Case, event: ev.SupplementRequested, at: int, books: RuleBooks) -> Facts:
    return _grown(case, "requests", at)


def _supplemented(case: Case, event: ev.Supplemented, at: int, books: RuleBooks) -> Facts:
    return _grown(case, "supplements", at)


def _stage_entered(case: Case, event: ev.StageEntered, at: int, books: RuleBooks) -> Facts:
    stage = _STAGE_INDEX[event.stage]
    changes = _grown(case, "entered", (at, stage))
    return {**changes, **_handled(case, stage, event.handler, at, books)} if event.handler else changes


def _stage_left(case: Case, event: ev.StageLeft, at: int, books: RuleBooks) -> Facts:
    stage = _STAGE_INDEX[event.stage]
    changes = _grown(case, "left", (at, stage))
    if event.action == "return":
        changes = {**changes, **_grown(case, "returns", (at, stage))}
    return {**changes, **_handled(case, stage, event.handler, at, books)} if event.handler else changes


def _handled(case: Case, stage: int, handler: str, at: int, books: RuleBooks) -> Facts:
    return _grown(case, "handlers", (stage, handler)) if books.at(at).keeps_handlers else _NOTHING


def _suspended(case: Case, event: ev.Suspended, at: int, books: RuleBooks) -> Facts:
    days = -1 if event.approved_days is None else event.approved_days
    return _grown(case, "suspensions", (at, event.procedure, days))


def _resumed(case: Case, event: ev.Resumed, at: int, books: RuleBooks) -> Facts:
    return _grown(case, "resumptions", at)


def _extended(case: Case, event: ev.Extended, at: int, books: RuleBooks) -> Facts:
    return _grown(case, "extensions", (at, event.days))


def _hearing(case: Case, event: Header, at: int, books: RuleBooks) -> Facts:
    return _grown(case, "hearings", hearings.note_of(event, at))


def _decided(case: Case, event: ev.Decided, at: int, books: RuleBooks) -> Facts:
    granted = event.result == "granted"
    handled = _handled(case, _APPROVAL, event.handler, at, books) if event.handler else _NOTHING
    if case.decided and (case.decided, case.granted) <= (at, granted):
        return handled
    return {"decided": at, "granted": granted, **handled}


def _concluded(case: Case, event: ev.Concluded, at: int, books: RuleBooks) -> Facts:
    if case.concluded and (case.concluded, case.how) <= (at, event.how):
        return _NOTHING
    return {"concluded": at, "how": event.how}


def _issued(case: Case, event: ev.Issued, at: int, books: RuleBooks) -> Facts:
    return _earliest(case, "issued", at)


def _delivered(case: Case, event: ev.Delivered, at: int, books: RuleBooks) -> Facts:
    return _earliest(case, "delivered", at)


def _transferred(case: Case, event: ev.Transferred, at: int, books: RuleBooks) -> Facts:
    return {"holder": (at, event.to)} if event.to and (at, event.to) > case.holder else _NOTHING


def _branch_opened(case: Case, event: ev.BranchOpened, at: int, books: RuleBooks) -> Facts:
    return _grown(case, "branches", (at, event.department, limit_text(event.limit, "limit")))


def _branch_concluded(case: Case, event: ev.BranchConcluded, at: int, books: RuleBooks) -> Facts:
    return _grown(case, "branch_ends", (at, event.department))


def _only_marks(case: Case, event: Header, at: int, books: RuleBooks) -> Facts:
    """Nothing a clock depends on; it counts only where there is something odd about it."""
    return _NOTHING


def _by_hand(case: Case, event: ev.CardIssuedByHand, at: int, books: RuleBooks) -> Facts:
    """A card that no rule sees: it is a mark, if the book has a rule for it."""
    check_by_hand(case, event, at, books)
    return _NOTHING


_JOINS: Mapping[type[Header], Callable[[Case, Any, int, RuleBooks], Facts]] = {
    ev.Applied: _applied,
    ev.Accepted: _accepted,
    ev.NotAccepted: _not_accepted,
    ev.SupplementRequested: _supplement_requested,
    ev.Supplemented: _supplemented,
    ev.StageEntered: _stage_entered,
    ev.StageLeft: _stage_left,
    ev.Suspended: _suspended,
    ev.Resumed: _resumed,
    ev.Extended: _extended,
    ev.Decided: _decided,
    ev.Concluded: _concluded,
    ev.Issued: _issued,
    ev.Delivered: _delivered,
    ev.Transferred: _transferred,
    ev.BranchOpened: _branch_opened,
    ev.BranchConcluded: _branch_concluded,
    **dict.fromkeys(HEARING_EVENTS, _hearing),
    ev.FeeCharged: _only_marks,
    ev.CardIssuedByHand: _by_hand,
}


_SILENT = frozenset({ev.Transferred, ev.FeeCharged, ev.CardIssuedByHand})
"""Records that open no case by themselves where they say nothing."""


def _place(origin: Origin) -> tuple[str, ...]:
    return (origin.department, origin.window, origin.item, origin.hall, origin.region)


def supervised(event: Header) -> bool:
    """Whether the event says something a clock of its case depends on."""
    kind = type(event)
    if kind in _JOINS or kind in COMPLAINT_EVENTS or kind in ATTENDANCE_EVENTS or kind is ev.Tallied:
        return True
    return kind in REVIEW_EVENTS and (not isinstance(event, ev.Rated) or event.score >= reviews.BAD)


def _reported(case: Case, event: Header, at: int, books: RuleBooks) -> Facts:
    """A complaint, review or attendance: no step of the case, so neither its place nor its oddities are the case's."""
    if type(event) in COMPLAINT_EVENTS:
        changes = _grown(case, "complaints", complaints.note_of(event, at, books))
    elif type(event) in ATTENDANCE_EVENTS:
        if not books.at(at).keeps_attendance:
            return _NOTHING
        changes = _grown(case, "attendance", attendance.note_of(event, at))
    else:
        changes = _grown(case, "reviews", reviews.note_of(event, at))
    if case.terms is None:
        desk = Origin(at, event.region, event.hall, event.department, event.window, event.item)
        if _precedes(desk, case.desk):
            changes = {**changes, "desk": desk}
    changes = _with_span(changes, case, event, at)
    return with_horizon(case, changes, at, books.at(at)) if changes and is_window(case) else changes


def _with_span(changes: Facts, case: Case, event: Header, at: int) -> Facts:
    """``changes`` and from when to when ``event`` can have happened, where it was not told to the second.

    A fact that is known already gets its span, too: which of the two records came first plays no part.
    """
    span = span_of(event, at) if event.precision != "second" else None
    return changes if span is None else {**changes, **_grown(case, "spans", span)}


def _precedes(origin: Origin, known: Origin | None) -> bool:
    return known is None or origin.at < known.at or (origin.at == known.at and _place(origin) < _place(known))


def join(case: Case, event: Header, at: Instant, arrived: Instant, books: RuleBooks) -> Facts:
    """The fields of ``case`` that ``event`` changes; empty where it says nothing new.

    ``at`` is when it happened, already no later than ``arrived``. Raises :class:`~rules.errors.BadEvent` for a limit
    nobody can read, and for a card that no rule issues by hand.
    """
    look = _JOINS.get(type(event))
    if look is None:
        return _reported(case, event, at, books)
    changes = look(case, event, at, books)
    book = books.at(at)
    odd = marks_of(event, at, arrived, book) if book.looks else ()
    if odd:
        if not changes:  # a mere repetition is no back-entry
            odd = tuple([mark for mark in odd if mark[1] != BACK_ENTRY])
        marks = marked(case.marks, odd)
        if marks is not case.marks:
            changes = {**changes, "marks": marks}
    if not changes and not odd and type(event) in _SILENT and not (isinstance(event, ev.Transferred) and event.to):
        return _NOTHING
    changes = _with_span(changes, case, event, at)
    if case.terms is None and "terms" not in changes:
        origin = Origin(at, event.region, event.hall, event.department, event.window, event.item)
        if _precedes(origin, case.origin):
            changes = {**changes, "origin": origin}
    elif case.origin is not None or case.desk is not None:
        changes = {**changes, "origin": None, "desk": None}
    return changes
