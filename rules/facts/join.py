"""How one event joins the facts of a case.

Each function returns the fields that change, or nothing. Joins are order-free: ``at`` of the earliest record wins, sets grow
sorted, ties are broken by content. Late and repeated records are therefore harmless (see :mod:`rules.step`).

The joins of all types stand in one file, however long: a new type or fact is looked for among its like.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping
from typing import Any

from rules import events as ev
from rules.book import RuleBooks
from rules.case import Case, Mark, Origin, Span, Terms, is_window, span_of
from rules.events import STAGES, Header
from rules.facts.journal import KINDS, JournalEntry, Whereabouts
from rules.facts.kept import event_in, own_of, own_of_terms, terms_in
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
from rules.instant import MINUTE, Instant
from rules.numbers import StageNumber

Facts = dict[str, Any]
"""Fields of a case that a record changes, with what they are then."""
Statement = tuple[tuple[Any, ...], tuple[tuple[int, str], ...], bool]
"""For the entry of a record in the journal: what only its type says, and the oddities it shows. Last, whether it states anything
at all, whatever its case. A fee at the hall's own cashier does not."""
CLOCK_TOLERANCE = 1 * MINUTE
"""How far a window's clock may run ahead before the case is flagged for it."""
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


def _begun_again(case: Case, known: int, at: int) -> Facts:
    """What a second application or acceptance says, whichever of the two is the later."""
    again = max(known, at)
    return {"rebegun": again} if known != at and again > case.rebegun else _NOTHING


def _applied(case: Case, event: ev.Applied, at: int, books: RuleBooks) -> Facts:
    online, known = event.channel == "online", case.applied
    again = _begun_again(case, known, at) if known else _NOTHING
    if known and (known, case.online) <= (at, online):
        return again
    return {"applied": at, "online": online, **again}


def _accepted(case: Case, event: ev.Accepted, at: int, books: RuleBooks) -> Facts:
    return _agreed(case, _terms_of(event, at, books))


def _terms_of(event: ev.Accepted, at: int, books: RuleBooks) -> Terms:
    book = books.at(at)
    item, watch = book.item(event.item), book.watch_list(event.applicant)
    given = f"@{event.due_at.isoformat()}" if event.due_at is not None else ""
    return Terms(
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


def _agreed(case: Case, terms: Terms) -> Facts:
    """The terms of the earliest acceptance hold."""
    known = case.terms
    if known is None:
        return {"terms": terms}
    if known.at != terms.at:
        again = _begun_again(case, known.at, terms.at)
        return again if known.at < terms.at else {"terms": terms, **again}
    return {"terms": terms} if _order(terms) < _order(known) else _NOTHING


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


_ONLY_MARKED = frozenset({ev.FeeCharged, ev.CardIssuedByHand})
"""Records of which nothing counts but what is odd about them."""
_SILENT = frozenset({ev.Transferred, ev.FeeCharged, ev.CardIssuedByHand})
"""Records that open no case by themselves where they say nothing."""


def _place_of(event: Header) -> Whereabouts:
    return event.region, event.hall, event.department, event.window, event.item


def _place(origin: Origin) -> tuple[str, ...]:
    return (origin.department, origin.window, origin.item, origin.hall, origin.region)


def supervised(event: Header) -> bool:
    """Whether the event says something a clock of its case depends on."""
    kind = type(event)
    if kind in _JOINS or kind in COMPLAINT_EVENTS or kind in ATTENDANCE_EVENTS or kind is ev.Tallied or kind is ev.Retracted:
        return True
    return kind in REVIEW_EVENTS and (not isinstance(event, ev.Rated) or event.score >= reviews.BAD)


def _reported(case: Case, event: Header, at: int, books: RuleBooks, span: Span | None) -> Facts:
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
        desk = Origin(at, *_place_of(event))
        if _precedes(desk, case.desk):
            changes = {**changes, "desk": desk}
    changes = _with_span(changes, case, span)
    return with_horizon(case, changes, at, books.at(at)) if changes and is_window(case) else changes


def _with_span(changes: Facts, case: Case, span: Span | None) -> Facts:
    """``changes`` and from when to when a record can have happened, where it was not told to the second.

    A fact that is known already gets its span, too: which of the two records came first plays no part.
    """
    return changes if span is None else {**changes, **_grown(case, "spans", span)}


def _precedes(origin: Origin, known: Origin | None) -> bool:
    return known is None or origin.at < known.at or (origin.at == known.at and _place(origin) < _place(known))


def join(case: Case, event: Header, at: Instant, arrived: Instant, books: RuleBooks) -> tuple[Facts, Statement]:
    """The fields of ``case`` that ``event`` changes, empty where it says nothing new; and what it says, for the journal.

    ``at`` is when it happened, already no later than ``arrived``. Raises :class:`~rules.errors.BadEvent` for a limit
    nobody can read, and for a card that no rule issues by hand.
    """
    book = books.at(at)
    span = span_of(event, at) if event.precision != "second" else None
    if isinstance(event, ev.Accepted):
        terms = _terms_of(event, at, books)
        changes, own = _agreed(case, terms), own_of_terms(terms)
    else:
        own, look = own_of(event, book), _JOINS.get(type(event))
        if look is None:
            if not supervised(event):
                return _NOTHING, (own, (), False)
            says = type(event) not in ATTENDANCE_EVENTS or book.keeps_attendance
            return _reported(case, event, at, books, span), (own, (), says)
        changes = look(case, event, at, books)
    odd = marks_of(event, at, arrived, book) if book.looks else ()
    says = type(event) not in _SILENT or (isinstance(event, ev.Transferred) and event.to != "")
    marks = tuple([(code, detail) for _, code, detail in odd]) if odd else ()
    return _completed(case, changes, at, _place_of(event), odd, span, says=says), (own, marks, says or marks != ())


def rejoin(case: Case, entry: JournalEntry, books: RuleBooks) -> Facts:
    """The same of what the journal has of a record."""
    kind, at = KINDS[entry.kind], entry.at
    if kind is ev.Accepted:
        changes = _agreed(case, terms_in(entry))
    elif kind in _ONLY_MARKED:
        changes = _NOTHING
    else:
        event = event_in(entry)
        if not supervised(event):
            return _NOTHING
        look = _JOINS.get(kind)
        if look is None:
            return _reported(case, event, at, books, entry.span)
        changes = look(case, event, at, books)
    odd = tuple([(at, code, detail) for code, detail in entry.marks])
    says = kind not in _SILENT or (kind is ev.Transferred and bool(entry.own))
    return _completed(case, changes, at, entry.place, odd, entry.span, says=says)


def told_by(case: Case, event: Header, at: Instant, arrived: Instant, books: RuleBooks) -> Statement:
    """What ``event`` says, for the journal. Raises as :func:`join` does."""
    if isinstance(event, ev.Retracted):
        return own_of(event, books.at(at)), (), True
    return join(case, event, at, arrived, books)[1]


def _completed(
    case: Case, changes: Facts, at: int, place: Whereabouts, odd: tuple[Mark, ...], span: Span | None, *, says: bool
) -> Facts:
    """``changes`` with the oddities of the record and, until an acceptance settles it, with where it came from."""
    if odd:
        if not changes:  # a mere repetition is no back-entry
            odd = tuple([mark for mark in odd if mark[1] != BACK_ENTRY])
        marks = marked(case.marks, odd)
        if marks is not case.marks:
            changes = {**changes, "marks": marks}
    if not changes and not odd and not says:
        return _NOTHING
    changes = _with_span(changes, case, span)
    if case.terms is None and "terms" not in changes:
        origin = Origin(at, *place)
        if _precedes(origin, case.origin):
            changes = {**changes, "origin": origin}
    elif case.origin is not None or case.desk is not None:
        changes = {**changes, "origin": None, "desk": None}
    return changes
