"""What an alert of a case is called, which card another alert is about, and who answers for it.

An alert's identity is its case, rule, level and cycle. An alert about what people did with a card has that card's
:func:`number_of` for its cycle. It is therefore the same alert, in whatever order the cards of the case came up.
"""

from rules.alerts import LEVELS
from rules.book import RuleBook
from rules.case.case import Card, Case, place_of
from rules.keys import name_alert


def alert_id(case: Case, rule: str, level: int, cycle: int) -> str:
    """How an alert is called: by its case, rule, level and cycle; of a case that came back, by which time that was, too."""
    return name_alert(case.key, rule, LEVELS[level], cycle, case.nth)


def number_of(card: Card, book: RuleBook) -> int:
    """The cycle of alerts about ``card``: which rule of the book, which level and which cycle it is, as one number."""
    return card.cycle * 10_000 + book.index_of[card.rule] * 10 + card.level


def watched(number: int, book: RuleBook) -> tuple[str, int, int]:
    """Rule, level and cycle of the card of that :func:`number_of`."""
    return book.rules[number // 10 % 1000].id, number % 10, number // 10_000


def department_of(case: Case, rule: str, cycle: int, book: RuleBook) -> str:
    """Who answers for an alert: the department of the case or of its branch; empty for the inspection office itself."""
    index = book.index_of.get(rule)
    if index in book.office_rules:
        return ""
    kind = book.kind_of[index] if index is not None else ""
    if kind == "reply":
        about, _, of = watched(cycle, book)
        return department_of(case, about, of, book)
    if kind == "branch" and cycle <= len(case.branches):
        return case.branches[cycle - 1][1]
    place = place_of(case)
    return place.department if place is not None else ""
