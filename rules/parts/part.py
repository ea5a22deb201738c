"""The part of a window that a record, an instant or an act can touch; and how the judged part is put back.

A window goes on for years. Judging all it remembers at each record would cost more with every record. So it is judged in parts
(:data:`~rules.book.kinds.Parted`). A note of attendance touches its day and what follows. A record of a complaint touches what
begins in the minutes of that complaint. A part is a set of *ranges* of cycles for each rule, for a window numbers its clocks by
when they began. Its clocks and cards are judged as those of any case. All others are as they were: nothing they depend on has
changed, and time has told them what it had to tell.

Whoever gets no part judges the window whole. That is always right, and needed where the window forgets, or its book changes. It
is needed, too, where anything was not told to the second, for a span reaches over minutes and days.
Both ways lead to the same clocks, cards and changes (``tests/properties/test_parts.py``).
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec

from rules.book import ProcessRule, RuleBook
from rules.cards import WITHDRAWN, next_threshold
from rules.case import NEVER, Card, Case, Clock, is_standing, is_window, number_of
from rules.clocks import Plan, clocks_of, only, parted_of, unmoved
from rules.families import FIRST_NUMBER, day_before, filings_of, minutes_of, since_finding, subjects_of, touched
from rules.instant import MINUTE, Instant
from rules.parts.index import NUMBERS, OF_CARDS, end_of_own, index_of, minute_of

_FACTS = frozenset({"complaints", "reviews", "attendance"})
_BESIDE = frozenset({"desk", "horizon", "ahead", "journal"})
_ORDER = attrgetter("rule", "cycle")
_LAST = 1 << 62
FEW_CLOCKS = 48
"""So many are looked through sooner than an index of them is made."""
FEW_DAYS = 240
"""So many notes of attendance, those of some weeks, are judged sooner than it is found out which of them matter."""
_replace = msgspec.structs.replace
Ranges = Mapping[int, Sequence[tuple[int, int]]]
"""By place of a rule: cycles from (included) and to (excluded)."""


class WindowPart(NamedTuple):
    """Clocks and cards of a window that have to be judged, as they are; ``places`` are those of the cards among all.

    ``watches`` are the clocks that watch the cards. ``asked`` are the window as far as it matters, and the rules to ask of it.
    """

    ranges: Ranges
    clocks: tuple[Clock, ...]
    watches: tuple[Clock, ...]
    cards: tuple[Card, ...]
    places: tuple[int, ...]
    asked: tuple[tuple[Case, Plan], ...] = ()


NOTHING = WindowPart({}, (), (), (), ())
"""The part that time, or a record, has not touched at all."""


def part_of(case: Case, joined: Case, changed: Collection[str], book: RuleBook) -> WindowPart | None:
    """What ``changed`` facts, with which ``case`` became ``joined``, touch of a window; None: judge it whole."""
    if case.digest != book.digest or case.book != book.version or not is_window(case) or joined.spans:
        return None
    if len(joined.attendance) <= FEW_DAYS and "attendance" in changed:
        return None
    fields = _FACTS.intersection(changed)
    if len(fields) != 1 or not _BESIDE.issuperset(fields.symmetric_difference(changed)) or _forgets(case, joined, book):
        return None
    (field,) = fields
    notes = _changed(getattr(case, field), getattr(joined, field))
    if notes is None:
        return None
    added, dropped = notes
    if field == "attendance":
        return _by_day(case, joined, added, dropped, book)
    return _by_subject(field, case, joined, added, dropped, book)


def part_in_time(case: Case, book: RuleBook, now: Instant) -> WindowPart | None:
    """What of a window has come to a level by ``now`` that no card tells of; None: judge it whole."""
    if len(case.clocks) <= FEW_CLOCKS or not is_window(case):
        return None
    index = index_of(case)
    if not index.has_passed(now):
        return NOTHING

    def is_told(clock: Clock, threshold: Instant) -> bool:
        rule = book.rules[clock.rule]
        places = index.places_in({minute_of(clock.cycle)})
        cards = [card for place in places if (card := case.cards[place]).rule == rule.id and card.cycle == clock.cycle]
        levels = {card.level for card in cards if card.due == threshold and card.state != WITHDRAWN}
        return any(level in levels for level, at in zip(rule.levels, clock.thresholds, strict=False) if at == threshold)

    reached = index.reached(now, is_told)
    if not reached:
        return NOTHING
    minutes = {minute_of(clock.cycle) for clock in reached}
    if 0 in minutes:  # what is not numbered by its minute
        return None
    return _cut(case, _in_minutes(minutes, book.forgotten_rules), index.places_in(minutes), book)


def part_of_card(case: Case, card: Card, book: RuleBook) -> WindowPart | None:
    """What an act with ``card`` of a window touches; None: judge it whole."""
    if len(case.clocks) <= FEW_CLOCKS or card.rule not in book.index_of or not is_window(case):
        return None
    minutes = {minute_of(card.cycle)}
    if 0 in minutes:
        return None
    return _cut(case, _in_minutes(minutes, book.forgotten_rules), index_of(case).places_in(minutes), book)


def clocks_in(part: WindowPart, book: RuleBook, changed: Collection[str]) -> tuple[Clock, ...] | None:
    """The clocks of the part as the facts have them now.

    None where one that began in another minute has a number of these: more began in one minute than it has numbers.
    """
    if not all(map(_has_own_number, part.clocks)):
        return None
    # An extension moves the deadline of what began before.
    known = unmoved(part.clocks, book) if "complaints" in changed else part.clocks
    found: list[Clock] = []
    for case, plan in part.asked:
        for clock in clocks_of(case, book, tuple([clock for clock in known if clock.rule in plan.touched]), plan):
            if not _has_own_number(clock):
                return None
            for first, last in part.ranges[clock.rule]:
                if first <= clock.cycle < last:
                    found.append(clock)
    found.sort(key=_ORDER)
    return tuple(found)


def soonest_in(case: Case, now: Instant) -> Instant:
    """The earliest threshold of a running clock that ``now`` has not passed; ``UNREACHED`` if there is none."""
    if len(case.clocks) <= FEW_CLOCKS or not is_window(case):
        return next_threshold(case.clocks, now)
    return index_of(case).soonest(now)


def _forgets(case: Case, joined: Case, book: RuleBook) -> bool:
    """Whether ``joined`` has forgotten something that ``case`` remembers, or may do so now that people have ended it."""
    if not joined.horizon:
        return False
    horizon = joined.horizon // MINUTE * NUMBERS
    moved = joined.horizon != case.horizon
    old = [card for card in case.cards if FIRST_NUMBER <= card.cycle < horizon]
    if old and (moved or not all(map(is_standing, old))):
        return True
    if moved:
        clocks, end = case.clocks, end_of_own(case.clocks, book)
        for rule in book.forgotten_rules:
            place = bisect_left(clocks, (rule, 0), 0, end, key=_ORDER)
            if place < end and clocks[place].rule == rule and clocks[place].cycle < horizon:
                return True
    return False


def _changed(before: tuple[Any, ...], after: tuple[Any, ...]) -> tuple[list[Any], list[Any]] | None:
    """The notes that came, and those that went; None where nothing was known before."""
    if not before:
        return None
    if len(after) == len(before) + 1 and after[:-1] == before:
        return [after[-1]], []
    known, notes = set(before), set(after)
    return sorted(notes - known), sorted(known - notes)


def _by_day(case: Case, joined: Case, added: list[Any], dropped: list[Any], book: RuleBook) -> WindowPart | None:
    if not added or (dropped and dropped[-1][0] >= joined.horizon):
        return None
    since = day_before(joined.attendance, added[0][0], book.worktime)
    if since is None or since < joined.horizon:
        return None
    rules = parted_of(book, ("day", "attendance"))
    ranges = dict.fromkeys(rules, ((since // MINUTE * NUMBERS, _LAST),))
    places = index_of(case).places_since(since // MINUTE)
    return _cut(case, ranges, places, book, ((_replace(joined, horizon=since), only(book, rules)),))


def _by_subject(field: str, case: Case, joined: Case, added: list[Any], dropped: list[Any], book: RuleBook) -> WindowPart | None:
    before = subjects_of(field, getattr(case, field))
    left = before.about({subject for note in dropped if (subject := before.of(note)) is not None})
    if len(left) > len(dropped) or len(added) != 1:
        return None  # what is left of a complaint is another thing now
    old, new, after = touched(field, before, getattr(joined, field), added[0])
    minutes = {minute for minute in minutes_of((*old, *new)) if minute * MINUTE >= joined.horizon}
    rules = parted_of(book, ("subject", field))
    near = _replace(joined, **{field: tuple(after.about(after.begun_in(minutes)))})
    ranges = _in_minutes(minutes, rules)
    asked = [(near, only(book, rules))]
    index = index_of(case)
    places = index.places_in(minutes)
    if field == "complaints" and (since := _filed(joined, old, new)):
        for place in parted_of(book, ("count", field)):
            rule, number = book.rules[place], since // MINUTE * NUMBERS
            assert isinstance(rule, ProcessRule)
            found = _between(case.clocks, end_of_own(case.clocks, book), place, 0, number)
            counting = since_finding(joined, rule, book, found, since)
            if counting is None:
                return None
            ranges[place] = ((number, _LAST),)
            places += index.places_since(since // MINUTE)
            asked.append((counting, only(book, frozenset({place}))))
    return _cut(case, ranges, sorted(set(places)), book, tuple(asked))


def _filed(case: Case, old: Iterable[Any], new: Iterable[Any]) -> Instant:
    """The minute from which on the complaints to be counted differ, with these notes for those; ``NEVER`` where they do not."""
    before, after = (filings_of(_replace(case, complaints=tuple(notes))).items() for notes in (old, new))
    return min([filing[0] for _, filing in before ^ after], default=NEVER) // MINUTE * MINUTE


def _in_minutes(minutes: Iterable[int], rules: Iterable[int]) -> dict[int, Sequence[tuple[int, int]]]:
    ranges = tuple([(minute * NUMBERS, (minute + 1) * NUMBERS) for minute in minutes])
    return dict.fromkeys(rules, ranges)


def _cut(
    case: Case, ranges: Ranges, places: Iterable[int], book: RuleBook, asked: tuple[tuple[Case, Plan], ...] = ()
) -> WindowPart:
    """The part of ``case`` in ``ranges``, with the clocks that watch its cards; these are among those at ``places``."""
    clocks, end = case.clocks, end_of_own(case.clocks, book)
    own = [clock for rule in sorted(ranges) for first, last in ranges[rule] for clock in _between(clocks, end, rule, first, last)]
    places = [place for place in places if _is_in(case.cards[place], ranges, book)]
    cards = tuple([case.cards[place] for place in places])
    watches: list[Clock] = []
    if cards and end < len(clocks):
        numbers = {number_of(card, book) for card in cards if not book.is_life_rule(card.rule)}
        watches = [clock for clock in clocks[end:] if clock.cycle in numbers]
    return WindowPart(ranges, tuple(own), tuple(watches), cards, tuple(places), asked)


def _between(clocks: Sequence[Clock], end: int, rule: int, first: int, last: int) -> Sequence[Clock]:
    start = bisect_left(clocks, (rule, first), 0, end, key=_ORDER)
    return clocks[start : bisect_left(clocks, (rule, last), start, end, key=_ORDER)]


def _is_in(card: Card, ranges: Ranges, book: RuleBook) -> bool:
    """Whether the card, or the one it is about, is of a rule and a cycle in ``ranges``."""
    rule, cycle = book.index_of.get(card.rule, -1), card.cycle
    if rule in book.life_rules:
        rule, cycle = cycle // 10 % 1000, cycle // OF_CARDS
    return any(first <= cycle < last for first, last in ranges.get(rule, ()))


def _has_own_number(clock: Clock) -> bool:
    return clock.cycle // NUMBERS == clock.start // MINUTE
