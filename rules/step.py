"""One record, one case, one decision: the state machine of the monitor.

Theory of operation
-------------------
The way of one record through :func:`decide`::

    case, Delivery(record, arrived, offset), books, now
      │
      ├─ delivered before: its offset is not beyond the case's ─────► the very same case
      ▼
    time first: limits that passed before now ──────────────────────► changes
      │
      ├─ Tick, or a report that no clock depends on ────────────────► that is all
      │
      ├─ report, card by hand, tally          └─ Action
      ▼                                       ▼
    join: the facts it states               acts: the card it names
      ├─ nothing new ──► that is all          │
      ▼                                       │
    clocks: anew where the facts touch them   │
      ▼                                       ▼
    judge: cards that ought to stand now, against those that do ────► changes
      ▼
    Decision(case, changes, wake_at)

Facts. A case is a set of facts (:mod:`rules.case`). A record *joins* facts to it (:mod:`rules.facts`). Neither order nor
repetition matters to a join. Facts and book give the *clocks* (:mod:`rules.clocks`): each has a deadline, and a threshold
for each level. Clocks and time give the *cards* that ought to stand (:mod:`rules.cards`). Their difference to those that do
stand is what leaves this package. The standing cards are therefore a function of facts, book and ``now``.

Time. It enters as ``now`` only: the running maximum of the record times of the partition. A case is *advanced* to ``now``
before its record joins, so a limit that had passed by then is raised first. The record may prove that the limit was kept:
it happened earlier than it arrived. Then the card is withdrawn, and both changes go out. A tick only advances. It decides
when an alert is seen, never whether. Hence replay, tests and a worker that was down for an hour agree on every alert.

Arrival. No record happened after it arrived, whatever the clock of its window says. Its time is the earlier of the two.

Identity. A record that says nothing new leaves the very same ``Case`` object. The caller then knows that there is nothing to
store. Only this module makes a changed ``Case``.

The maker of a case stands in one file, however long. Whoever asks how a case came to be reads it from top to bottom.
"""

from typing import Any, NamedTuple, TypeAlias

import msgspec

from rules.alerts import STATES, Alert, Reason
from rules.book import RuleBook, RuleBooks
from rules.cards import REASONS, WITHDRAWN, Act, AlertChange, act_of, acted, alert_of, judge, undisturbed
from rules.case import (
    NEVER,
    UNREACHED,
    Case,
    Clock,
    alert_id,
    cycles_of,
    is_card,
    is_over,
    is_window,
    place_of,
    tallied,
    with_cycles,
)
from rules.clocks import affected, clocks_of, moves_deadlines, unmoved
from rules.errors import BadEvent
from rules.events import Action, Header, Record, Retracted, Tallied, Tick, key_of
from rules.facts import (
    CLOCK_TOLERANCE,
    OF_THE_WHOLE,
    Facts,
    JournalEntry,
    appended,
    began_at,
    check,
    digest_of,
    emptied,
    entry_of,
    forgotten,
    has_room,
    has_room_for_counts,
    home_of,
    is_forgotten,
    join,
    noted,
    read,
    remembered,
    retold,
    supervised,
    told_by,
    touches,
    turns,
    written,
)
from rules.instant import Instant, to_instant
from rules.parts import (
    FEW_CLOCKS,
    NOTHING,
    WindowPart,
    clocks_in,
    index_of,
    part_in_time,
    part_of,
    part_of_card,
    put_back,
    soonest_in,
)
from rules.rates import detailed, without_old_cards

__all__ = ["CLOCK_TOLERANCE", "Decision", "Delivery", "Outcome", "decide", "is_outdated", "step", "wake_at"]

_PLACES = frozenset({"terms", "origin", "desk", "horizon"})
"""What decides by which book a case is judged."""
_TELL_ANEW = -1
_Note: TypeAlias = tuple[Any, bytes, tuple[Instant, Instant, Instant], tuple[Any, ...], tuple[tuple[int, str], ...]]
"""A record, the digest of its id, when it happened (to us, by its window) and arrived, what it says, what is odd about it."""
_GONE_OR_UNSEEN = frozenset(map(STATES.index, ("withdrawn", "pending")))
_TAKEN_BACK = frozenset({Reason.LATE_RECORD, Reason.LIMIT_MOVED})
_replace = msgspec.structs.replace


class Delivery(NamedTuple):
    """A record as it lies in its partition: when it arrived (epoch ms), and its offset there."""

    record: Record
    arrived: Instant
    offset: int


class Decision(NamedTuple):
    """What one record did: the case to keep, the alert changes in order, and when to wake the case (None: no need)."""

    case: Case | None
    changes: tuple[AlertChange, ...]
    wake_at: Instant | None


class Outcome(NamedTuple):
    """The same with the whole alerts, as people hear of them."""

    case: Case | None
    alerts: tuple[Alert, ...]
    wake_at: Instant | None


class TooManyRecords(BadEvent):
    """A record for which its case has no room (:mod:`rules.facts.room`). ``decision``: it is counted, and nothing else.

    Whose: the sender's.
    Mend: see who fills the case up, have the records taken back (``retracted``), and the others sent again.
    """

    def __init__(self, decision: Decision, message: str) -> None:
        super().__init__("too_many_records", message, "case")
        self.decision = decision


def step(case: Case | None, delivery: Delivery, books: RuleBooks, now: Instant) -> Outcome:
    """Apply a record to its case at ``now``, epoch ms.

    Raises :class:`~rules.errors.BadEvent` where the record cannot be what it says; the case is then as before. The exception
    is :class:`TooManyRecords`: the case has counted it.
    """
    return described(decide(case, delivery, books, now))


def described(decision: Decision) -> Outcome:
    """What was decided, with the whole alerts."""
    after, changes, wake = decision
    return Outcome(after, tuple([alert_of(change) for change in changes]) if changes else (), wake)


def decide(case: Case | None, delivery: Delivery, books: RuleBooks, now: Instant, *, in_time: bool = False) -> Decision:
    """:func:`step` without the whole alerts, which are dear: :func:`~rules.cards.describe.alert_of` makes one of a change.

    ``in_time`` promises that the case was woken, by these very books, at every instant it asked for up to ``now``. Time then
    has nothing left to tell it before the record.
    """
    if isinstance(delivery.record, Tick):
        return _ticked(case, delivery, books, now)
    check(delivery.record)
    match delivery.record:
        case Action() as action:
            return _acted(case, action, delivery, books, now)
        case Tallied():
            return _counted(case, delivery, books, now, in_time)
        case record if supervised(record) or _corrects(case, record):  # by a window or an inspector: it joins facts
            return _reported(case, delivery, books, now, in_time)
        case _:  # nothing a clock depends on: it tells no more than a tick
            return _ticked(case, delivery, books, now)


def _ticked(case: Case | None, delivery: Delivery, books: RuleBooks, now: int) -> Decision:
    """What time alone does to a case."""
    if case is None:
        return Decision(None, (), None)
    if delivery.offset <= case.offset:
        return Decision(case, (), wake_at(case, books, now))
    after, changes = _advanced(case, books, now)
    if after is not case:
        after = _replace(after, offset=delivery.offset)
    return Decision(after, changes, wake_at(after, books, now))


def _acted(case: Case | None, action: Action, delivery: Delivery, books: RuleBooks, now: int) -> Decision:
    """What a person does with one card of a case, after time has passed."""
    if case is None:
        raise BadEvent("unknown_alert", f"{action.alert!r} is no alert of a case that is known here", "alert")
    if delivery.offset <= case.offset:
        return Decision(case, (), wake_at(case, books, now))
    before, changes = _advanced(case, books, now)
    place, cycle = _cycle_of(before, action.alert)
    book = books.get(cycle.book)
    cards = acted(cycle, action, min(to_instant(action.at), delivery.arrived), book)
    if cards is None:  # it was done already
        after = _replace(before, offset=delivery.offset) if before is not case else case
        return Decision(after, changes, wake_at(after, books, now))
    joined = _replace(cycle, offset=delivery.offset, cards=cards)
    card = next(card for card, known in zip(cards, cycle.cards, strict=True) if card is not known)
    reason = REASONS[act_of(action)]
    acted_on, more = _judged(joined, book, now, ((card.rule, card.level, card.cycle), reason))
    signed = [
        change._replace(by=action.operator, note=action.reason)
        if change.id == action.alert and change.card_change.reason is reason
        else change
        for change in more
    ]
    after = _replace(with_cycles(before, place, acted_on), offset=delivery.offset)
    return Decision(after, (*changes, *signed), wake_at(after, books, now))


def _cycle_of(case: Case, alert: str) -> tuple[int, Case]:
    """The cycle whose alert that is, and its place; the first where there is no such alert."""
    for place, cycle in enumerate(case.later, 1):
        if any(alert == alert_id(cycle, card.rule, card.level, card.cycle) for card in cycle.cards):
            return place, cycle
    return 0, case


def _counted(case: Case | None, delivery: Delivery, books: RuleBooks, now: int, in_time: bool) -> Decision:
    """What a worker's counts do to their tally. When they arrived does not matter, so they move nobody's time."""
    record: Any = delivery.record
    changes: tuple[AlertChange, ...] = ()
    if case is None:
        before = Case(key_of(record), book=record.book)
    elif delivery.offset <= case.offset:
        return Decision(case, (), wake_at(case, books, now))
    elif in_time:
        before = case
    else:
        before, changes = _advanced(case, books, now)
    tally = tallied(before.tally, record)
    if tally is before.tally:
        return _unchanged(case, before, changes, delivery, books, now)
    if tally is not None and not has_room_for_counts(tally):
        raise _overfull(before, changes, delivery, books, now)
    after, more, wake = _settled(before, {"tally": tally}, books, now, delivery.offset)
    return Decision(after, changes + more, wake)


def _reported(case: Case | None, delivery: Delivery, books: RuleBooks, now: int, in_time: bool) -> Decision:
    """What a report does to a case: a window's, or an inspector's card."""
    changes: tuple[AlertChange, ...] = ()
    record: Any = delivery.record
    if case is None:
        before = Case(key_of(record))
    elif delivery.offset <= case.offset:
        return Decision(case, (), wake_at(case, books, now))
    elif in_time:
        before = case
    else:
        before, changes = _advanced(case, books, now)
    claimed, arrived, digest = to_instant(record.at), delivery.arrived, digest_of(record)
    at = min(claimed, arrived)
    place = _place_for(before, record, at)
    if place == _TELL_ANEW or digest in before.journal:
        return _told_anew(case, before, changes, delivery, books, now)
    cycle = before.later[place - 1] if place else before
    facts, (own, marks, says) = join(cycle, record, at, arrived, books)
    if facts and claimed > arrived + CLOCK_TOLERANCE and not cycle.ahead:
        facts = {**facts, "ahead": True}
    if not facts and ((not record.revision and not says) or is_forgotten(before, at)):
        return _unchanged(case, before, changes, delivery, books, now)
    if not has_room(before, record, books):
        raise _overfull(before, changes, delivery, books, now)
    told: _Note = (record, digest, (at, claimed, arrived), own, marks)
    if place:
        journal = _with_note(before.journal, told, before)
        moved, more, _ = _settled(cycle, facts, books, now, delivery.offset) if facts else (cycle, (), None)
        after = _replace(with_cycles(before, place, moved), offset=delivery.offset, journal=journal)
        return Decision(after, changes + more, wake_at(after, books, now))
    if not facts and before.book:  # it says nothing new, but may be corrected
        after = _replace(before, offset=delivery.offset, journal=_with_note(before.journal, told, before))
        return Decision(after, changes, wake_at(after, books, now))
    after, more, wake = _settled(before, {**facts, "journal": _noted(before, facts, told)}, books, now, delivery.offset)
    if after.later:
        wake = wake_at(after, books, now)
    return Decision(after, changes + more if changes else more, wake)


def _noted(before: Case, facts: Facts, told: _Note) -> bytes:
    """The journal of a case with one entry more, as the case will be with ``facts``."""
    if _PLACES.isdisjoint(facts):
        return _with_note(before.journal, told, before)
    joined = _replace(before, **facts)
    known, home = home_of(before), home_of(joined)
    journal = before.journal if known == home else written(read(before.journal, known), home)
    return remembered(joined, _with_note(journal, told, joined))


def _with_note(journal: bytes, told: _Note, case: Case) -> bytes:
    """``journal`` of ``case``, with what a record says."""
    record, digest, when, own, marks = told
    home = place_of(case)
    if home is not None and not marks and not record.revision and record.precision == "second":
        return noted(journal, record, digest, when, own, home)
    return appended(journal, entry_of(record, digest, *when, own, marks), home_of(case))


def _unchanged(
    case: Case | None, before: Case, changes: tuple[AlertChange, ...], delivery: Delivery, books: RuleBooks, now: int
) -> Decision:
    """What a record does that says nothing new: what time alone had done ``before`` it."""
    if case is None:
        return Decision(None, (), None)
    after = _replace(before, offset=delivery.offset) if before is not case else case
    return Decision(after, changes, wake_at(after, books, now))


def _overfull(before: Case, changes: tuple[AlertChange, ...], delivery: Delivery, books: RuleBooks, now: int) -> TooManyRecords:
    """What a record does for which there is no room: it is counted, and the first of them may be a finding."""
    more: tuple[AlertChange, ...] = ()
    if before.overfull:
        after = _replace(before, offset=delivery.offset, refused=before.refused + 1)
    else:
        counted = {"overfull": delivery.arrived, "refused": 1}
        after, more, _ = _settled(before, counted, books, now, delivery.offset, whole=True)
    decision = Decision(after, changes + more, wake_at(after, books, now))
    message = f"{before.key} has no room for another {type(delivery.record).__name__}: it was refused, and counted"
    return TooManyRecords(decision, message)


def _corrects(case: Case | None, record: Header) -> bool:
    """Whether a record that no clock depends on is a version of one that some may."""
    return record.revision > 0 or (case is not None and digest_of(record) in case.journal)


def _place_for(case: Case, record: Header, at: Instant) -> int:
    """The place of the cycle that the record joins; or that the case must be told anew.

    So it must where the record may change who may touch the case, or where its cycles begin.
    """
    if type(record) is Retracted or touches(case, record):
        return _TELL_ANEW
    if not case.later or type(record) in OF_THE_WHOLE:
        return _TELL_ANEW if turns(case, record, at) else 0
    place = max([place for place, cycle in enumerate(cycles_of(case)) if not place or began_at(cycle)])
    cycle = case.later[place - 1] if place else case
    return _TELL_ANEW if (place and at < began_at(cycle)) or turns(cycle, record, at) else place


def _told_anew(
    case: Case | None, before: Case, changes: tuple[AlertChange, ...], delivery: Delivery, books: RuleBooks, now: int
) -> Decision:
    """What a record does whose id is known, that takes another back, or that may begin or end a cycle."""
    record: Any = delivery.record
    claimed, arrived = to_instant(record.at), delivery.arrived
    own, marks, says = told_by(before, record, min(claimed, arrived), arrived, books)
    entry = entry_of(record, digest_of(record), min(claimed, arrived), claimed, arrived, own, marks)
    entries = read(before.journal, home_of(before))
    versions = [known for known in entries if known.id == entry.id]
    if _is_old_news(entry, versions, says=says):
        return _unchanged(case, before, changes, delivery, books, now)
    if not has_room(before, record, books):
        raise _overfull(before, changes, delivery, books, now)
    corrects = bool(versions) or isinstance(record, Retracted)
    if corrects and _has_card(before):
        entry = entry._replace(after_card=True)
    entries.append(entry)
    after, more = _retold(before, entries, books, now, delivery.offset)
    after = _replace(after, offset=delivery.offset, journal=remembered(after, written(entries, home_of(after))))
    if corrects:
        more = tuple([_as_corrected(change, record) for change in more])
    return Decision(after, changes + more, wake_at(after, books, now))


def _is_old_news(entry: JournalEntry, versions: list[JournalEntry], *, says: bool) -> bool:
    """Whether a record says what one of its versions said already, or nothing where a later version counts."""
    if any(known.content == entry.content and known.revision == entry.revision for known in versions):
        return True
    return not says and not entry.revision and all(known.revision for known in versions)


def _has_card(case: Case) -> bool:
    """Whether a yellow or red card has fallen and stands, or was dealt with."""
    return any(is_card(card.level) and card.state not in _GONE_OR_UNSEEN for cycle in cycles_of(case) for card in cycle.cards)


def _as_corrected(change: AlertChange, record: Header) -> AlertChange:
    """The same change, if it withdraws a card: for that reason, and signed by whoever took the record back."""
    moved = change.card_change
    if moved.card.state != WITHDRAWN or moved.reason not in _TAKEN_BACK:
        return change
    change = change._replace(card_change=moved._replace(reason=Reason.RECORD_CORRECTED))
    return change._replace(by=record.operator, note=record.reason) if isinstance(record, Retracted) else change


def _retold(
    case: Case, entries: list[JournalEntry], books: RuleBooks, now: int, offset: int
) -> tuple[Case, tuple[AlertChange, ...]]:
    """The case with the facts that its journal gives each cycle, all of them settled."""
    told = retold(case, entries, books)
    known = list(cycles_of(case))
    changes: tuple[AlertChange, ...] = ()
    cycles: list[Case] = []
    for place in range(max(len(told), len(known))):
        cycle = known[place] if place < len(known) else Case(case.key, nth=place + 1)
        facts = told[place] if place < len(told) else emptied(cycle)
        moved = {name: fact for name, fact in facts.items() if getattr(cycle, name) != fact}
        if moved or not cycle.book:
            cycle, more, _ = _settled(cycle, moved, books, now, offset, whole=True)
            changes += more
        cycles.append(cycle)
    while len(cycles) > len(told) and not cycles[-1].cards:
        cycles.pop()
    return _replace(cycles[0], later=tuple(cycles[1:])), changes


def wake_at(case: Case, books: RuleBooks, now: Instant = NEVER) -> Instant | None:
    """The first instant at which time alone can change the case. At once if its book has changed since it was judged."""
    if _is_outdated(case, books.get(case.book)):
        return now
    soonest = _wake_at(case, now)
    for cycle in case.later:
        wake = wake_at(cycle, books, now)
        if wake is not None and (soonest is None or wake < soonest):
            soonest = wake
    return soonest


def _wake_at(case: Case, now: int) -> int | None:
    soonest = soonest_in(case, now)
    return soonest + 1 if soonest != UNREACHED else None


def is_outdated(case: Case, books: RuleBooks) -> bool:
    """Whether time alone would judge the case anew: its book, or that book's calendar, has changed since it was judged."""
    return any(_is_outdated(cycle, books.get(cycle.book)) for cycle in cycles_of(case))


def _is_outdated(case: Case, book: RuleBook) -> bool:
    """:func:`is_outdated` with the book at hand. What is over with no clock left is history."""
    return case.digest != book.digest and not (is_over(case) and all(clock.end for clock in case.clocks))


def _advanced(case: Case, books: RuleBooks, now: int) -> tuple[Case, tuple[AlertChange, ...]]:
    """The case as time alone has made it by ``now``; the same object if time has changed nothing."""
    after, changes = _advanced_cycle(case, books, now)
    for place, cycle in enumerate(case.later, 1):
        moved, more = _advanced_cycle(cycle, books, now)
        if moved is not cycle:
            after, changes = with_cycles(after, place, moved), changes + more
    return after, changes


def _advanced_cycle(case: Case, books: RuleBooks, now: int) -> tuple[Case, tuple[AlertChange, ...]]:
    """The same of one cycle."""
    if _is_outdated(case, books.get(case.book)):
        after, changes, _ = _settled(case, {}, books, now, case.offset)
        assert after is not None
        return after, changes
    if len(case.clocks) > FEW_CLOCKS and is_window(case):
        return _judged(case, books.get(case.book), now)
    seen: frozenset[int] | None = None
    for clock in case.clocks:
        if not clock.end:
            for threshold in clock.thresholds:
                if threshold < now:
                    if seen is None:
                        seen = frozenset([card.due for card in case.cards if card.state != WITHDRAWN])
                    if threshold not in seen:  # else it had passed when the case was last judged
                        return _judged(case, books.get(case.book), now)
    return case, ()


def _judged(case: Case, book: RuleBook, now: int, act: Act | None = None) -> tuple[Case, tuple[AlertChange, ...]]:
    """The case with its clocks as they are, judged at ``now``; ``act`` is what a person has just done."""
    if (part := _part_to_judge(case, book, now, act)) is not None:
        if part is NOTHING:
            return case, ()
        return _judged_part(case, part, part.clocks, book, now, by_record=act is not None, act=act)
    clocks = case.clocks
    if book.life_rules:
        clocks = tuple([clock for clock in clocks if clock.rule not in book.life_rules])
    verdict = judge(clocks, case.cards, book, now, by_record=act is not None, act=act, known=case.clocks)
    if not verdict.changes:
        return case, ()
    after = _replace(case, cards=verdict.cards, clocks=verdict.clocks)
    if after.tally is not None:
        after = detailed(after, case.cards, book)
    return after, tuple([AlertChange(after, change, book, now) for change in verdict.changes])


def _part_to_judge(case: Case, book: RuleBook, now: int, act: Act | None) -> WindowPart | None:
    """What of a window time or an act has touched; None: judge the case whole."""
    if act is None:
        return part_in_time(case, book, now)
    identity, reason = act
    if reason is Reason.FOLLOWUP_OPENED:  # it ends the milder alerts of the whole window
        return None
    card = next(card for card in case.cards if (card.rule, card.level, card.cycle) == identity)
    return part_of_card(case, card, book)


def _judged_part(
    case: Case, part: WindowPart, clocks: tuple[Clock, ...], book: RuleBook, now: int, *, by_record: bool, act: Act | None = None
) -> tuple[Case, tuple[AlertChange, ...]]:
    """The window with its ``part`` judged at ``now``, by the part's ``clocks`` as they are now; the rest is as it was."""
    opened = index_of(case).opened
    verdict = judge(clocks, part.cards, book, now, by_record=by_record, act=act, known=part.watches, opened=opened)
    all_clocks, all_cards = put_back(case, part, verdict.clocks, verdict.cards, book)
    after = _replace(case, clocks=all_clocks, cards=all_cards) if case.clocks is not all_clocks or verdict.changes else case
    return after, tuple([AlertChange(after, change, book, now) for change in verdict.changes])


def _settled(
    case: Case, facts: Facts, books: RuleBooks, now: int, offset: int, *, whole: bool = False
) -> tuple[Case, tuple[AlertChange, ...], int | None]:
    """The case with ``facts``, the clocks they touch derived anew, and judged at ``now``; the changes; when to wake it.

    ``whole``: what changed is more than a record adds, so a window is judged whole.
    """
    joined = _replace(case, offset=offset, **facts)
    moved = not case.book or not _PLACES.isdisjoint(facts)
    book = _book_for(joined, books) if moved else books.get(case.book)
    if joined.tally is not None:
        joined = without_old_cards(joined, book)
    part = None if whole else part_of(case, joined, facts.keys(), book)
    if part is not None and (found := clocks_in(part, book, facts)) is not None:
        if found == part.clocks:  # nothing a clock depends on; time was judged a moment ago
            return joined, (), _wake_at(joined, now)
        after, changes = _judged_part(joined, part, found, book, now, by_record=True)
        return after, changes, _wake_at(after, now)
    anew = case.digest != book.digest or moves_deadlines(facts)
    if case.digest != book.digest:  # another book, or another calendar
        clocks = clocks_of(joined, book)
    elif anew:
        clocks = clocks_of(joined, book, unmoved(case.clocks, book))
    else:
        plan = affected(facts, book)
        clocks = clocks_of(joined, book, case.clocks, plan) if plan.touched else case.clocks
    cards = joined.cards
    if joined.horizon:
        clocks, cards = forgotten(joined, clocks, book)
    same = cards is case.cards
    if not anew and same and clocks == case.clocks:  # nothing a clock of this book depends on; time was judged a moment ago
        return joined, (), _wake_at(joined, now)
    due = _promise(clocks, book)
    known = case.clocks if case.digest == book.digest else ()
    if known and cards and same and case.tally is None and undisturbed(clocks, known, book, now):
        clocks += tuple([clock for clock in known if clock.rule in book.life_rules])  # the same cards, so the same watches
        joined = _replace(joined, book=book.version, clocks=clocks, due=due)
        return joined, (), _wake_at(joined, now)
    verdict = judge(clocks, cards, book, now, by_record=bool(facts), known=known)
    after = _replace(joined, book=book.version, digest=book.digest, clocks=verdict.clocks, cards=verdict.cards, due=due)
    if after.tally is not None:
        after = detailed(after, case.cards, book)
    if not verdict.changes:
        return after, (), verdict.wake_at
    return after, tuple([AlertChange(after, change, book, now) for change in verdict.changes]), verdict.wake_at


def _book_for(case: Case, books: RuleBooks) -> RuleBook:
    """The book in force at acceptance; until then, the one in force at the first record; of a window, at the first it remembers.

    So a window follows a new book without being judged by it for what began before.
    """
    if case.tally is not None:
        return books.get(case.book)
    begun = place_of(case)
    return books.at(max(begun.at, case.horizon) if begun is not None else NEVER)


def _promise(clocks: tuple[Clock, ...], book: RuleBook) -> int:
    """The deadline of the first clock of the case itself, as the book orders them."""
    for clock in clocks:
        if book.kind_of[clock.rule] == "case":
            return clock.deadline
    return NEVER
