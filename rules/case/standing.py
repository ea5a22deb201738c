"""Which of a case's alerts stand, and which of them are cards."""

from rules.alerts import CARDS, LEVELS, STANDING, STATES
from rules.case.case import Card
from rules.numbers import LevelNumber

_STANDING = frozenset(i for i, s in enumerate(STATES) if s in STANDING)
_YELLOW, _RED = LevelNumber.YELLOW.value, LevelNumber.RED.value
_CARDS = frozenset(i for i, level in enumerate(LEVELS) if level in CARDS)


def is_standing(card: Card) -> bool:
    """Pending, issued, or somebody is at work on it; not over."""
    return card.state in _STANDING


def standing(cards: tuple[Card, ...]) -> tuple[int, int]:
    """How many yellow and red cards stand against the department."""
    yellow = red = 0
    for card in cards:
        if card.state in _STANDING and not card.office:
            if card.level == _YELLOW:
                yellow += 1
            elif card.level == _RED:
                red += 1
    return yellow, red


def is_card(level: int) -> bool:
    """Yellow or red, by index."""
    return level in _CARDS
