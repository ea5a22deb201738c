"""Oddities that one record shows by itself: handled outside the hall, at an odd hour, typed in long after.

They are looked for when the record joins its case, by the book in force when it happened, and kept as marks: of each finding
the earliest, so that a case handled outside from end to end gets one card and not one per record, and the order of records
plays no part. Only back-entry depends on when a record arrived; that is what it is about.
"""

from collections.abc import Callable
from typing import get_args

from rules import events as ev
from rules.book.book import FINDINGS, RuleBook, RuleBooks
from rules.case.case import Case, Mark
from rules.errors import BadEvent, UncoveredDate
from rules.events import OFFICE_TYPES, Channel, Header
from rules.instant import DAY

Look = Callable[[Header, int, int, RuleBook], str | None]
"""The detail of what is odd about a record that happened at the first instant and arrived at the second (epoch ms)."""

BACK_ENTRY = FINDINGS.index("back-entry")
_EACH = frozenset({FINDINGS.index("yellow-by-hand"), FINDINGS.index("red-by-hand")})
"""Findings of which every one is kept: each is a card somebody meant to issue."""


def _off_hall_channel(event: Header, at: int, arrived: int, book: RuleBook) -> str | None:
    return None if event.channel in book.hall.channels else f"channel={event.channel}"


def _off_hall_place(event: Header, at: int, arrived: int, book: RuleBook) -> str | None:
    """A record that names no hall says nothing about it."""
    return None if not event.hall or event.hall in book.hall.places else f"hall={event.hall}"


def _off_hall_terminal(event: Header, at: int, arrived: int, book: RuleBook) -> str | None:
    terminal = event.terminal
    if not terminal or event.channel != "hall" or terminal.startswith(book.hall.terminals):
        return None
    return f"terminal={terminal}"


def _fee_outside(event: Header, at: int, arrived: int, book: RuleBook) -> str | None:
    assert isinstance(event, ev.FeeCharged)
    return None if event.cashier in book.hall.cashiers else f"cashier={event.cashier}"


def _outside_hours(event: Header, at: int, arrived: int, book: RuleBook) -> str | None:
    """Only what is done in person at a window; an online application may be accepted by a machine at night.

    A system that notes days only writes midnight, and nothing can be said of the hour.
    """
    if event.channel != "hall" or book.worktime.in_office(at) or not book.worktime.clock.to_local(at) % DAY:
        return None
    return f"event={event.__struct_config__.tag}"


def _back_entry(event: Header, at: int, arrived: int, book: RuleBook) -> str | None:
    if arrived - at < DAY or arrived <= book.worktime.due(at, book.marked_within["back-entry"]):
        return None
    return f"event={event.__struct_config__.tag} days={(arrived - at) // DAY}"


def _item_unknown(event: Header, at: int, arrived: int, book: RuleBook) -> str | None:
    return None if event.item in book.items else f"item={event.item}"


def _item_suspended(event: Header, at: int, arrived: int, book: RuleBook) -> str | None:
    return f"item={event.item}" if book.item(event.item).suspended else None


def _by_hand(level: str) -> Look:
    def look(event: Header, at: int, arrived: int, book: RuleBook) -> str | None:
        assert isinstance(event, ev.CardIssuedByHand)
        return f"{event.operator}\n{event.reason}" if event.level == level else None

    return look


_EVERY: tuple[type[Header], ...] = (Header,)
_LOOKS: dict[str, tuple[Look, tuple[type[Header], ...]]] = {
    "back-entry": (_back_entry, _EVERY),
    "fee-outside": (_fee_outside, (ev.FeeCharged,)),
    "item-suspended": (_item_suspended, (ev.Accepted,)),
    "item-unknown": (_item_unknown, (ev.Accepted,)),
    "off-hall-channel": (_off_hall_channel, _EVERY),
    "off-hall-place": (_off_hall_place, _EVERY),
    "off-hall-terminal": (_off_hall_terminal, _EVERY),
    "outside-hours": (_outside_hours, (ev.Accepted, ev.Decided)),
    "red-by-hand": (_by_hand("red"), (ev.CardIssuedByHand,)),
    "yellow-by-hand": (_by_hand("yellow"), (ev.CardIssuedByHand,)),
}


def _says_nothing(finding: str, book: RuleBook) -> bool:
    """Whether the book does not say what there is, so that nothing can be told from it."""
    known = {
        "off-hall-channel": book.hall.channels and set(get_args(Channel)) - set(book.hall.channels),
        "off-hall-place": book.hall.places,
        "off-hall-terminal": book.hall.terminals,
        "fee-outside": book.hall.cashiers,
        "item-unknown": book.items,
        "item-suspended": any(item.suspended for item in book.items.values()),
    }
    return not known.get(finding, True)


def _looks_at(kind: type[Header], book: RuleBook) -> tuple[tuple[int, Look], ...]:
    """What ``book`` looks for in records of that type; the inspection office's own are looked at for cards only."""
    return tuple(
        (FINDINGS.index(finding), look)
        for finding, (look, kinds) in _LOOKS.items()
        if finding in book.watched
        and issubclass(kind, kinds)
        and not _says_nothing(finding, book)
        and (kinds is not _EVERY or kind.__struct_config__.tag not in OFFICE_TYPES)
    )


def marks_of(event: Header, at: int, arrived: int, book: RuleBook) -> tuple[Mark, ...]:
    """What is odd about ``event``, of all that the book looks for."""
    kind = type(event)
    looks = book.looks.get(kind)
    if looks is None:
        looks = book.looks[kind] = _looks_at(kind, book)
    found: tuple[Mark, ...] = ()
    for index, look in looks:
        try:
            detail = look(event, at, arrived, book)
        except UncoveredDate:
            continue  # nobody can say; the case's own limits report the missing year
        if detail is not None:
            found = (*found, (at, index, detail))
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


def check_by_hand(case: Case, card: ev.CardIssuedByHand, at: int, books: RuleBooks) -> None:
    """:class:`BadEvent` for a card of a level that no rule of the book issues by hand: it would be lost in silence.

    Both the book of the case and the one in force at ``at`` must have such a rule.
    """
    finding = f"{card.level}-by-hand"
    then = books.at(at)
    book = books.get(case.book) if case.book else then
    if finding not in book.watched or finding not in then.watched:
        raise BadEvent("forbidden_type", f"book {book.version} issues no cards by hand: give it a [[process]] {finding}", "level")
