"""Oddities that one record shows by itself: handled outside the hall, at an odd hour, typed in long after.

They are looked for when the record joins its case, by the book in force when it happened, and kept as marks. Of each finding the
earliest is kept: a case handled outside from end to end gets one card, not one per record. The order of records therefore plays
no part. Only back-entry depends on when a record arrived; that is what it is about.
"""

from rules import events as ev
from rules.book import RuleBook, RuleBooks
from rules.case import Case, Mark
from rules.errors import BadEvent, UncoveredDate
from rules.events import Header
from rules.families import FINDING, FINDINGS
from rules.instant import Instant

BACK_ENTRY = FINDING["back-entry"].code
_EACH = frozenset(finding.code for finding in FINDINGS if finding.by_hand)
"""Findings of which every one is kept: each is a card somebody meant to issue."""


def marks_of(event: Header, at: Instant, arrived: Instant, book: RuleBook) -> tuple[Mark, ...]:
    """What is odd about ``event``, of all that the book looks for."""
    found: tuple[Mark, ...] = ()
    for code, look in book.looks.get(type(event), ()):
        try:
            detail = look(event, at, arrived, book)
        except UncoveredDate:
            continue  # nobody can say; the case's own limits report the missing year
        if detail is not None:
            found = (*found, (at, code, detail))
    return found


def marked(marks: tuple[Mark, ...], found: tuple[Mark, ...]) -> tuple[Mark, ...]:
    """``marks`` with those ``found``: of each finding the earliest, but every card issued by hand.

    The very same object if that changes nothing.
    """
    for mark in found:
        if mark in marks:
            continue
        known = None if mark[1] in _EACH else next((other for other in marks if other[1] == mark[1]), None)
        if known is None or mark < known:
            marks = tuple(sorted([other for other in marks if other is not known] + [mark]))
    return marks


def check_by_hand(case: Case, card: ev.CardIssuedByHand, at: Instant, books: RuleBooks) -> None:
    """:class:`BadEvent` for a card of a level that no rule of the book issues by hand: it would be lost in silence.

    Both the book of the case and the one in force at ``at`` must have such a rule.
    """
    finding = f"{card.level}-by-hand"
    then = books.at(at)
    book = books.get(case.book) if case.book else then
    if finding not in book.watched or finding not in then.watched:
        raise BadEvent("forbidden_type", f"book {book.version} issues no cards by hand: give it a [[process]] {finding}", "level")
