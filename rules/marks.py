"""Oddities that one record shows by itself: handled outside the hall, at an odd hour, typed in long after.

They are looked for when the record joins its case, by the book in force when it happened, and kept as marks: a set, so the
order of records plays no part. Only back-entry depends on when a record arrived; that is what it is about.
"""

from collections.abc import Callable, Mapping

from rules import events as ev
from rules.errors import UncoveredDate
from rules.events import Header
from rules.instant import DAY
from rules.rulebook import FINDINGS, RuleBook

Mark = tuple[int, int, str]
"""(when it happened, index in :data:`~rules.rulebook.FINDINGS`, detail)."""

_INDEX = {finding: index for index, finding in enumerate(FINDINGS)}


def _off_hall_channel(event: Header, at: int, arrived: int, book: RuleBook) -> str | None:
    return None if event.channel in book.hall.channels else f"channel={event.channel}"


def _off_hall_terminal(event: Header, at: int, arrived: int, book: RuleBook) -> str | None:
    known = book.hall.terminals
    if not known or not event.terminal or event.channel != "hall" or event.terminal.startswith(known):
        return None
    return f"terminal={event.terminal}"


def _fee_outside(event: Header, at: int, arrived: int, book: RuleBook) -> str | None:
    if not isinstance(event, ev.FeeCharged) or not book.hall.cashiers or event.cashier in book.hall.cashiers:
        return None
    return f"cashier={event.cashier or '?'}"


def _outside_hours(event: Header, at: int, arrived: int, book: RuleBook) -> str | None:
    """Only what a window or an approver does in person; an online application may come at night."""
    if not isinstance(event, ev.Accepted | ev.Decided) or event.channel != "hall" or book.worktime.in_office(at):
        return None
    return f"event={event.__struct_config__.tag}"


def _back_entry(event: Header, at: int, arrived: int, book: RuleBook) -> str | None:
    if arrived - at < DAY:  # no hall means less than a day
        return None
    within = book.marked_within["back-entry"]
    if arrived <= book.worktime.due(at, within):
        return None
    return f"event={event.__struct_config__.tag} days={(arrived - at) // DAY}"


def _item_unknown(event: Header, at: int, arrived: int, book: RuleBook) -> str | None:
    """A book that lists no items cannot tell; then nothing is unknown."""
    if not isinstance(event, ev.Accepted) or not book.items or event.item in book.items:
        return None
    return f"item={event.item or '?'}"


def _item_suspended(event: Header, at: int, arrived: int, book: RuleBook) -> str | None:
    if not isinstance(event, ev.Accepted) or not book.item(event.item).suspended:
        return None
    return f"item={event.item}"


def _by_hand(level: str) -> Callable[[Header, int, int, RuleBook], str | None]:
    def look(event: Header, at: int, arrived: int, book: RuleBook) -> str | None:
        return f"{event.operator}\n{event.reason}" if isinstance(event, ev.CardIssuedByHand) and event.level == level else None

    return look


_LOOKS: Mapping[str, Callable[[Header, int, int, RuleBook], str | None]] = {
    "off-hall-channel": _off_hall_channel,
    "off-hall-terminal": _off_hall_terminal,
    "fee-outside": _fee_outside,
    "outside-hours": _outside_hours,
    "back-entry": _back_entry,
    "item-unknown": _item_unknown,
    "item-suspended": _item_suspended,
    "yellow-by-hand": _by_hand("yellow"),
    "red-by-hand": _by_hand("red"),
}


def marks_of(event: Header, at: int, arrived: int, book: RuleBook) -> tuple[Mark, ...]:
    """What is odd about ``event``, of all that the book looks for."""
    found: list[Mark] = []
    for finding in book.marked:
        try:
            detail = _LOOKS[finding](event, at, arrived, book)
        except UncoveredDate:
            continue  # nobody can say; the case's own limits report the missing year
        if detail is not None:
            found.append((at, _INDEX[finding], detail))
    return tuple(found)
