"""The cards of a tally: what they say of the figures behind them, and how long they are remembered."""

from collections.abc import Sequence

from msgspec.structs import replace

from rules.book import RateRule, RuleBook
from rules.case import Card, Case, first_judged, is_standing, watched
from rules.rates.clocks import cycle_of, detail_at


def detailed(case: Case, known: Sequence[Card], book: RuleBook) -> Case:
    """The case with the figures in its cards. A card of ``known`` keeps those it was issued with; one that falls due at another
    time, or anew, has those of then."""
    tally = case.tally
    if tally is None:
        return case
    dues = {_identity(card): card.due for card in known if is_standing(card)}
    cards = []
    for card in case.cards:
        rule = book.rules[book.index_of[card.rule]] if card.rule in book.index_of else None
        if isinstance(rule, RateRule) and dues.get(_identity(card)) != card.due:
            card = replace(card, detail=detail_at(tally, rule, card.due, book) or card.detail)  # noqa: PLW2901
        cards.append(card)
    return replace(case, cards=tuple(cards))


def without_old_cards(case: Case, book: RuleBook) -> Case:
    """The case without the cards that are over and whose month is judged no more, nor what was said about those."""
    tally = case.tally
    if tally is None or not case.cards:
        return case
    first = cycle_of(first_judged(tally))
    about = {_identity(card): watched(card.cycle, book) for card in case.cards if book.is_life_rule(card.rule)}
    needed = {about[_identity(card)] for card in case.cards if _identity(card) in about and is_standing(card)}
    gone = {
        _identity(card)
        for card in case.cards
        if _identity(card) not in about and card.cycle < first and not is_standing(card) and _identity(card) not in needed
    }
    kept = [card for card in case.cards if about.get(_identity(card), _identity(card)) not in gone]
    return replace(case, cards=tuple(kept)) if len(kept) < len(case.cards) else case


def _identity(card: Card) -> tuple[str, int, int]:
    return card.rule, card.level, card.cycle
