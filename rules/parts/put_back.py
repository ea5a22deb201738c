"""A judged part of a window, put back among the clocks and cards that were left as they were."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

from rules.book import RuleBook
from rules.case import Card, Case, Clock, number_of
from rules.parts.index import end_of_own, hand_on, index_of, minute_of
from rules.parts.part import WindowPart

_ORDER = attrgetter("rule", "cycle")


def put_back(
    case: Case, part: WindowPart, clocks: Sequence[Clock], cards: Sequence[Card], book: RuleBook
) -> tuple[tuple[Clock, ...], tuple[Card, ...]]:
    """The clocks and cards of ``case`` with those of the ``part`` as they were judged."""
    changed = [(place, card) for place, card, was in zip(part.places, cards, part.cards, strict=False) if card is not was]
    fresh = cards[len(part.cards) :]
    all_cards = case.cards
    if changed or fresh:
        kept = list(case.cards)
        for place, card in changed:
            kept[place] = card
        all_cards = (*kept, *fresh)
    watching = book.life_rules
    after = tuple([clock for clock in clocks if clock.rule in watching])
    new = tuple([clock for clock in clocks if clock.rule not in watching])
    if part.clocks == new and part.watches == after:
        hand_on(case, (), (), case.clocks, all_cards)
        return case.clocks, all_cards
    end = end_of_own(case.clocks, book)
    watches: Sequence[Clock] = case.clocks[end:]
    if part.watches != after:
        watches = _replaced(watches, part.watches, after, _order_of_watches(case, all_cards, book))
    all_clocks = (*_replaced(case.clocks[:end], part.clocks, new, _ORDER), *watches)
    hand_on(case, part.clocks + part.watches, clocks, all_clocks, all_cards)
    return all_clocks, all_cards


def _replaced(
    clocks: Sequence[Clock], before: Sequence[Clock], after: Sequence[Clock], order: Callable[[Clock], Any]
) -> Sequence[Clock]:
    """``clocks``, which lie in ``order``, with ``after`` in the place of ``before``."""
    if before == after:
        return clocks
    kept = list(clocks)
    for clock in before:
        del kept[bisect_left(kept, order(clock), key=order)]
    for clock in after:
        kept.insert(bisect_left(kept, order(clock), key=order), clock)
    return kept


def _order_of_watches(case: Case, cards: Sequence[Card], book: RuleBook) -> Callable[[Clock], tuple[int, int]]:
    """How clocks that watch ``cards`` lie (:func:`~rules.cards.watches.life_clocks`): rule by rule, as the cards do.

    Of ``cards`` the first are those of ``case``, maybe in another state.
    """
    index, rank = index_of(case), {rule: place for place, rule in enumerate(book.life_rules)}
    fresh = range(len(case.cards), len(cards))
    known: dict[int, dict[int, int]] = {}

    def places_of(minute: int) -> dict[int, int]:
        places = (*index.places_in({minute}), *fresh)
        own = [place for place in places if cards[place].rule in book.index_of and not book.is_life_rule(cards[place].rule)]
        return {number_of(cards[place], book): place for place in own}

    def order(clock: Clock) -> tuple[int, int]:
        minute = minute_of(clock.cycle)
        if minute not in known:
            known[minute] = places_of(minute)
        return rank[clock.rule], known[minute][clock.cycle]

    return order
