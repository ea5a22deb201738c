"""Numbers that stand for names in what is stored, and what may follow what in the life of a card."""

from enum import IntEnum

from docs.generate.markdown import prose, table
from monitor.words.terms import STATES
from rules import numbers as declared
from rules.cards.acts import ACTS, TRANSITIONS


def numbers() -> str:
    """One row per enumeration of :mod:`rules.numbers`, each with its numbers."""
    kinds = [
        kind for kind in vars(declared).values() if isinstance(kind, type) and issubclass(kind, IntEnum) and kind is not IntEnum
    ]
    rows = [
        (f"`{kind.__name__}`", prose(kind.__doc__), " ".join(f"{each.value} `{each.name.lower()}`" for each in kind))
        for kind in kinds
    ]
    return table(("numbers of", "what", "number and name"), rows)


def transitions() -> str:
    """Which act leads from which state to which; ``reject`` leads back to where the appeal began."""
    states = list(STATES)
    rows = []
    for state in states:
        steps = {act: TRANSITIONS[state, act] for act in ACTS if (state, act) in TRANSITIONS}
        if steps:
            rows.append((f"`{state}`", ", ".join(f"`{act}` → `{after}`" for act, after in steps.items())))
    return table(("from", "act → to"), rows)
