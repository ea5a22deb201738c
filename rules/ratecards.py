"""The cards of a tally: what they say of the figures behind them, and how long they are remembered."""

from msgspec.structs import replace

from rules.case import Card, Case, is_standing
from rules.life import watched
from rules.rates import cycle_of, told
from rules.rulebook import RateRule, RuleBook
from rules.tally import first_judged


def detailed(case: Case, book: RuleBook) -> Case:
    """The case with the figures in its cards, as far as they are not forgotten yet. A card keeps what it was issued with."""
    tally = case.tally
    if tally is None:
        return case
    first = cycle_of(first_judged(tally))
    cards = []
    for card in case.cards:
        rule = book.rules[book.index_of[card.rule]] if card.rule in book.index_of else None
        if isinstance(rule, RateRule) and card.cycle >= first:
            figures = told(tally, rule, card.due, book)
            cards.append(replace(card, detail=figures) if figures not in ("", card.detail) else card)
        else:
            cards.append(card)
    return replace(case, cards=tuple(cards))


def remembered(case: Case, book: RuleBook) -> Case:
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
