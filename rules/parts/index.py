"""Where in a window's clocks and cards something stands: found without looking at all of them.

An index follows from clocks and cards alone. It is kept while these very tuples are in use, and handed on to those that take
their place. A window that was just read from its table has none yet: then it is made, which looks at everything once.
"""

import heapq
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence

from rules.book import RuleBook
from rules.cards import opened_at
from rules.case import UNREACHED, Card, Case, Clock
from rules.families import FIRST_NUMBER
from rules.instant import Instant

NUMBERS = 1000
"""Numbers that a minute has for what begins in it (:mod:`rules.families.numbering`)."""
OF_CARDS = 10_000
"""What the number of a card is multiplied by where an alert is about that card (:func:`rules.case.number_of`)."""
_BEYOND = FIRST_NUMBER * NUMBERS * OF_CARDS
"""No clock that a window numbers by its minute has so great a number; each that watches a card has."""
_KEPT = 64
_known: OrderedDict[tuple[int, int], "WindowIndex"] = OrderedDict()


def minute_of(cycle: int) -> int:
    """The minute (since 1970) that a cycle was numbered by; of one about a card, that of the card."""
    return (cycle if cycle < _BEYOND else cycle // OF_CARDS) // NUMBERS


def end_of_own(clocks: Sequence[Clock], book: RuleBook) -> int:
    """Where the clocks begin that watch cards: they come last."""
    watching = book.life_rules
    if not clocks or clocks[-1].rule not in watching:
        return len(clocks)
    return bisect_left(clocks, True, key=lambda clock: clock.rule in watching)  # false comes before true


class WindowIndex:
    """Places of ``cards`` by minute, and the thresholds of running ``clocks`` in order of time."""

    __slots__ = ("_heap", "_late", "_passed", "_places", "_running", "cards", "clocks", "opened")

    def __init__(self, clocks: tuple[Clock, ...], cards: tuple[Card, ...]) -> None:
        self.clocks, self.cards = clocks, cards
        self.opened = opened_at(cards)
        """When a follow-up of any card was last opened."""
        self._places: dict[int, list[int]] = {}
        self._file(cards, 0)
        self._running: dict[tuple[int, int], Clock] = {}
        self._heap: list[tuple[int, int, int]] = []
        """Threshold, rule and cycle of those that time has not passed yet; some may have ended since."""
        self._late: list[tuple[int, int, int]] = []
        """The same of those that it has, until :meth:`reached` finds them told."""
        self._passed = 0
        self._run([clock for clock in clocks if not clock.end])

    def places_in(self, minutes: Iterable[int]) -> list[int]:
        """Where the cards of ``minutes`` stand, and those about them."""
        return sorted([place for minute in minutes for place in self._places.get(minute, ())])

    def places_since(self, minute: int) -> list[int]:
        """Where the cards from ``minute`` on stand, and those about them."""
        return self.places_in([known for known in self._places if known >= minute])

    def soonest(self, now: Instant) -> Instant:
        """As :func:`rules.cards.next_threshold`."""
        if now < self._passed:
            self._heap, self._late = [], []
            self._run(list(self._running.values()))
        self._pass(now)
        heap = self._heap
        while heap and not self._is_current(heap[0]):
            heapq.heappop(heap)
        return heap[0][0] if heap else UNREACHED

    def has_passed(self, now: Instant) -> bool:
        """Whether there can be any that :meth:`reached` finds."""
        return bool(self._late) or (bool(self._heap) and self._heap[0][0] < now)

    def reached(self, now: Instant, is_told: Callable[[Clock, Instant], bool]) -> list[Clock]:
        """Running clocks with a threshold before ``now`` that nobody has been told of."""
        self._pass(now)
        self._late = [
            entry for entry in self._late if self._is_current(entry) and not is_told(self._running[entry[1:]], entry[0])
        ]
        return [self._running[entry[1:]] for entry in self._late if entry[0] < now]

    def _pass(self, now: Instant) -> None:
        self._passed = max(self._passed, now)
        while self._heap and self._heap[0][0] < now:
            self._late.append(heapq.heappop(self._heap))

    def replaced(self, gone: Iterable[Clock], come: Iterable[Clock], clocks: tuple[Clock, ...], cards: tuple[Card, ...]) -> None:
        """Follow a window to ``clocks``, which have ``come`` for ``gone``, and ``cards``, of which only the last are new."""
        for clock in gone:
            self._running.pop((clock.rule, clock.cycle), None)
        self._run([clock for clock in come if not clock.end])
        self._file(cards[len(self.cards) :], len(self.cards))
        self.clocks, self.cards = clocks, cards

    def _file(self, cards: Sequence[Card], first: int) -> None:
        for place, card in enumerate(cards, first):
            self._places.setdefault(minute_of(card.cycle), []).append(place)

    def _run(self, clocks: Sequence[Clock]) -> None:
        for clock in clocks:
            self._running[clock.rule, clock.cycle] = clock
            for threshold in clock.thresholds:
                if threshold < UNREACHED:
                    heapq.heappush(self._heap, (threshold, clock.rule, clock.cycle))

    def _is_current(self, entry: tuple[int, int, int]) -> bool:
        threshold, rule, cycle = entry
        clock = self._running.get((rule, cycle))
        return clock is not None and threshold in clock.thresholds


def index_of(case: Case) -> WindowIndex:
    """The index of a window as it is."""
    key = id(case.clocks), id(case.cards)
    found = _known.get(key)
    if found is None:
        found = _known[key] = WindowIndex(case.clocks, case.cards)
        if len(_known) > _KEPT:
            _known.popitem(last=False)
    return found


def hand_on(case: Case, gone: Iterable[Clock], come: Iterable[Clock], clocks: tuple[Clock, ...], cards: tuple[Card, ...]) -> None:
    """Let the index of ``case`` be that of ``clocks`` and ``cards``, which are to take the place of its own."""
    index = _known.pop((id(case.clocks), id(case.cards)), None)
    if index is not None:
        index.replaced(gone, come, clocks, cards)
        _known[id(clocks), id(cards)] = index
