"""What is odd about a single record: handled outside the hall, at an odd hour, typed in long after.

| finding | what | source |
|---|---|---|
| off-hall-channel, -place, -terminal | through a channel, in a hall or at a terminal that is not ours | inference; 场外流转 |
| fee-outside | a fee taken elsewhere than at the hall's cashiers | inference |
| outside-hours | accepted or decided at a window while the office was closed | inference |
| back-entry | typed in more than so many working days after it happened | Jiangsu: 10 working days |
| item-unknown, item-suspended | accepted for an item that is not offered | Jiangsu |
| yellow-by-hand, red-by-hand | a card that an inspector issues | Hunan |
| extension-unapproved | extended, and nobody named who approved it | art. 42: the agency's head approves |

Each function gives the detail of what it sees, or None. The table of findings (:mod:`rules.families.findings`) says in which
records it looks; :mod:`rules.facts.marks` keeps what it sees. Instants are epoch ms: when it happened, when it arrived.
"""

from collections.abc import Sequence

from rules import events as ev
from rules.book import ProcessRule, RecordLook, RuleBook
from rules.case import Case, last_instant, latest
from rules.events import Header
from rules.families.found import Found
from rules.instant import DAY, Instant


def off_hall_channel(event: Header, at: Instant, arrived: Instant, book: RuleBook) -> str | None:
    """Through a channel that is not the hall's."""
    return None if event.channel in book.hall.channels else f"channel={event.channel}"


def off_hall_place(event: Header, at: Instant, arrived: Instant, book: RuleBook) -> str | None:
    """In a hall that is not ours. A record that names no hall says nothing about it."""
    return None if not event.hall or event.hall in book.hall.places else f"hall={event.hall}"


def off_hall_terminal(event: Header, at: Instant, arrived: Instant, book: RuleBook) -> str | None:
    """In the hall, at a terminal that is not ours. A record that names no terminal says nothing about it."""
    terminal = event.terminal
    if not terminal or event.channel != "hall" or terminal.startswith(book.hall.terminals):
        return None
    return f"terminal={terminal}"


def fee_outside(event: ev.FeeCharged, at: Instant, arrived: Instant, book: RuleBook) -> str | None:
    """A fee taken elsewhere than at the hall's cashiers."""
    return None if event.cashier in book.hall.cashiers else f"cashier={event.cashier}"


def outside_hours(event: Header, at: Instant, arrived: Instant, book: RuleBook) -> str | None:
    """Done at a window while the office was closed; an online application may be accepted by a machine at night.

    A system that notes days only, and does not say so, writes midnight: nothing can be said of the hour. Told to the day only,
    it was a day on which the office did not open at all.
    """
    worktime = book.worktime
    if event.channel != "hall":
        return None
    if event.precision != "second":
        if worktime.opens_within(at, last_instant(event, at)):
            return None
    elif worktime.in_office(at) or not worktime.clock.to_local(at) % DAY:
        return None
    return f"event={event.__struct_config__.tag}"


def back_entry(event: Header, at: Instant, arrived: Instant, book: RuleBook) -> str | None:
    """Typed in longer after it happened than the book allows, and a day after it at least."""
    at = last_instant(event, at)
    if arrived - at < DAY or arrived <= book.worktime.due(at, book.marked_within["back-entry"]):
        return None
    return f"event={event.__struct_config__.tag} days={(arrived - at) // DAY}"


def item_unknown(event: Header, at: Instant, arrived: Instant, book: RuleBook) -> str | None:
    """For an item that the book does not list."""
    return None if event.item in book.items else f"item={event.item}"


def item_suspended(event: Header, at: Instant, arrived: Instant, book: RuleBook) -> str | None:
    """For an item that is not offered at present."""
    return f"item={event.item}" if book.item(event.item).suspended else None


def extension_unapproved(event: ev.Extended, at: Instant, arrived: Instant, book: RuleBook) -> str | None:
    """An extension that names nobody who approved it."""
    return None if event.approver else ""


def by_hand(level: str) -> RecordLook:
    """A card of that level that an inspector issues: who on the first line, then why."""

    def look(event: ev.CardIssuedByHand, at: Instant, arrived: Instant, book: RuleBook) -> str | None:
        return f"{event.operator}\n{event.reason}" if event.level == level else None

    return look


def marked(case: Case, rule: ProcessRule, book: RuleBook) -> Sequence[Found]:
    """What a case has kept of such a finding."""
    code = rule.finding.code
    return [Found(latest(case, at), detail) for at, mark, detail in case.marks if mark == code]


def marked_by_hand(case: Case, rule: ProcessRule, book: RuleBook) -> Sequence[Found]:
    """The same of a card issued by hand, whose mark names who issued it."""
    found = []
    for each in marked(case, rule, book):
        who, _, why = each.detail.partition("\n")
        found.append(each._replace(detail=why, by=who))
    return found
