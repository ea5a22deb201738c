"""What a scenario can expect of its case, and how it stands instead.

- ``expect yellow case-promise``: this alert stands. ``/2`` after the rule means its second cycle; of a window, the second by
  time. ``~2`` behind that means the second time the case was accepted. Without a cycle, a rule that watches cards (``reply``)
  and any rule of a window may mean any of them;
- ``expect none``, ``expect none red``, ``expect none red case-statutory``: no such alert stands;
- ``expect withdrawn yellow case-promise late_record``: the alert is in that state, by that reason;
- ``expect due 8wd``: the promised deadline of the case; ``expect due none``;
- ``expect case suspended``: the state of the case.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, get_args

from rules.alerts import LEVELS, Alert, State
from rules.book import RateRule, RuleBook
from rules.case import Card, Case, case_due, case_state, cycles_of, is_standing, is_window
from rules.instant import isoformat
from rules.keys import parse_alert_id

STATES: tuple[str, ...] = get_args(State)
ANY = "any"


class Expected(NamedTuple):
    """What was expected and did not come true, and what there was instead, a line each."""

    text: str
    stood: tuple[str, ...]


def judge(
    words: Sequence[str], case: Case | None, alerts: Sequence[Alert], book: RuleBook, instant: Callable[[str], int]
) -> Expected | None:
    """None if it is as expected. ``instant`` reads times after the start. A ``ValueError`` says what nobody can expect."""
    what, *rest = words or ("",)
    if what == "none":
        return _none(rest, case, book)
    if what in LEVELS:
        return _stands(what, _one(rest, "the id of a rule"), case, book)
    if what in STATES:
        return _in_state(what, rest, case, alerts, book)
    if what == "due":
        return _due(_one(rest, "a time after the start, or none"), case, book, instant)
    if what == "case":
        wanted = _one(rest, "a state such as open")
        state = case_state(case) if case is not None else "unknown"
        return None if state == wanted else Expected(f"the case is {wanted}", (f"it is {state}",))
    known = ", ".join(("none", "due", "case", *LEVELS, *STATES))
    raise ValueError(f"{what!r} is nothing to expect, known are {known}")


def _one(rest: Sequence[str], what: str) -> str:
    if len(rest) != 1:
        raise ValueError(f"expected {what} and nothing else, not {' '.join(rest)!r}")
    return rest[0]


def _none(rest: Sequence[str], case: Case | None, book: RuleBook) -> Expected | None:
    level, rule = (*rest, "", "")[:2]
    if level and level not in LEVELS:
        raise ValueError(f"{level!r} is no level, known are {', '.join(LEVELS)}")
    if rule:
        _rule(rule, book, case)
    rule, nth = _nth(rule)
    found = [card for card in _standing(case, nth) if level in ("", LEVELS[card.level]) and rule in ("", *_names(card))]
    wanted = " ".join(word for word in (level or "alert", rule) if word)
    return Expected(f"no {wanted} stands", _as_lines(found, book)) if found else None


def _stands(level: str, rule: str, case: Case | None, book: RuleBook) -> Expected | None:
    wanted, nth = _rule(rule, book, case), _nth(rule)[1]
    if any(LEVELS[card.level] == level and wanted in _names(card) for card in _standing(case, nth or 1)):
        return None
    again = f"~{nth}" if nth else ""
    return Expected(f"{level} {wanted}{again} stands", _as_lines(_cards(case), book))


def _in_state(state: str, rest: Sequence[str], case: Case | None, alerts: Sequence[Alert], book: RuleBook) -> Expected | None:
    if not 2 <= len(rest) <= 3 or rest[0] not in LEVELS:
        raise ValueError(f"write {state}, a level, a rule and, if it matters, a reason")
    level, wanted, reason = rest[0], _rule(rest[1], book, case), rest[2] if len(rest) > 2 else ""
    nth = _nth(rest[1])[1] or 1
    last = next((a for a in reversed(alerts) if a.level == level and wanted in _names(a) and _is_of(a, nth)), None)
    if last is not None and last.state == state and reason in ("", last.reason):
        return None
    text = f"{level} {wanted} is {state}" + (f" by {reason}" if reason else "")
    if last is not None and last.state == state:
        return Expected(text, (f"its reason is {last.reason}",))
    return Expected(text, _as_lines(_cards(case), book))


def _due(wanted: str, case: Case | None, book: RuleBook, instant: Callable[[str], int]) -> Expected | None:
    due = case_due(case) if case is not None else None
    expected = None if wanted == "none" else instant(wanted)
    if due == expected:
        return None
    both = [isoformat(at, book.zone) if at is not None else "without a limit" for at in (expected, due)]
    return Expected(f"the case is due {wanted}, {both[0]}", (f"it is due {both[1]}",))


def _rule(text: str, book: RuleBook, case: Case | None) -> str:
    """``case-promise`` as ``case-promise/1``; a rule the book does not have could never stand, so it is an error."""
    rule, _, cycle = _nth(text)[0].partition("/")
    known = sorted(known.id for known in book.rules)
    if rule not in known or (cycle and not cycle.isdigit()):
        raise ValueError(f"{text!r} is no rule of the book, so it could never stand; known are {', '.join(known)}")
    if case is not None and is_window(case) and cycle:  # numbered by when, not by how many came before
        numbers = sorted({card.cycle for card in case.cards if card.rule == rule})
        cycle = str(numbers[int(cycle) - 1]) if 0 < int(cycle) <= len(numbers) else cycle
    numbered = book.is_life_rule(rule) or rate_rule(rule, book) is not None or (case is not None and is_window(case))
    return f"{rule}/{cycle or (ANY if numbered else 1)}"


def rate_rule(name: str, book: RuleBook) -> RateRule | None:
    """The rule of that id, if it looks at many cases."""
    return next((rule for rule in book.rates if rule.id == name.partition("/")[0]), None)


def _nth(text: str) -> tuple[str, int]:
    """``case-promise~2`` as ``case-promise`` and 2; 0 where nothing is said of how often the case was accepted."""
    rule, _, nth = text.partition("~")
    return rule, int(nth) if nth.isdigit() else 0


def _is_of(alert: Alert, nth: int) -> bool:
    name = parse_alert_id(alert.id)
    return name is not None and name.case_cycle == nth


def _cards(case: Case | None, nth: int = 0) -> list[Card]:
    """The cards of the cycle of that number; 0: of all."""
    return [card for cycle in cycles_of(case) if nth in (0, cycle.nth) for card in cycle.cards] if case is not None else []


def _standing(case: Case | None, nth: int = 0) -> list[Card]:
    return [card for card in _cards(case, nth) if is_standing(card)]


def _names(card: Card | Alert) -> tuple[str, ...]:
    return card.rule, f"{card.rule}/{card.cycle}", f"{card.rule}/{ANY}"


def _as_lines(cards: Sequence[Card], book: RuleBook) -> tuple[str, ...]:
    return tuple(
        f"{LEVELS[card.level]} {card.rule}/{card.cycle} {STATES[card.state]}, due {isoformat(card.due, book.zone)}, "
        f"raised {isoformat(card.raised, book.zone)}"
        for card in cards
    )
