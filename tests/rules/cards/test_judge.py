"""Which alerts stand, and how each gets from one state to the next."""

import pytest

from rules.alerts import LEVELS, STATES
from rules.book import RuleBook
from rules.cards import judge, next_threshold
from rules.cards.judge import CardChange
from rules.case import NEVER, UNREACHED, Card, Clock, is_standing
from rules.case.standing import standing
from tests.rules.story import book

RULES = [
    {"id": "promise", "clock": "case", "limit": "promised", "warning": "2wd before", "yellow": "deadline"},
    {"id": "law", "clock": "case", "limit": "statutory", "red": "deadline"},
]
BOOK = book(time_limits=RULES)
HELD = book(time_limits=[{**RULES[0], "hold": ["warning", "yellow"]}, RULES[1]])
WARN, DUE, LAW = 800, 1000, 2000


def promise(end: int = NEVER, warn: int = WARN, due: int = DUE, cycle: int = 1) -> Clock:
    return Clock(0, cycle, 1, end, due, (warn, due))


def law(end: int = NEVER) -> Clock:
    return Clock(1, 1, 1, end, LAW, (LAW,))


class Desk:
    """Judges again and again, as the case remembers it."""

    def __init__(self, judged: RuleBook = BOOK) -> None:
        self.book = judged
        self.cards: tuple[Card, ...] = ()
        self.wake_at: int | None = None

    def judge(self, now: int, *clocks: Clock) -> list[tuple[str, str, str]]:
        """(level, state, reason) of each change."""
        verdict = judge(clocks, self.cards, self.book, now)
        self.cards, self.wake_at = verdict.cards, verdict.wake_at
        return [told(change) for change in verdict.changes]


def told(change: CardChange) -> tuple[str, str, str]:
    return LEVELS[change.card.level], STATES[change.card.state], change.reason.code


def test_no_alert_is_raised_before_its_threshold_nor_on_it() -> None:
    # instant  800      1000               2000
    # promise  warning  yellow
    # law                                  red
    desk = Desk()
    assert desk.judge(WARN - 1, promise(), law()) == [] and desk.wake_at == WARN + 1
    assert desk.judge(WARN, promise(), law()) == [] and desk.wake_at == WARN + 1
    assert desk.judge(WARN + 1, promise(), law()) == [("warning", "issued", "limit_near")]
    assert desk.wake_at == DUE + 1


def test_a_warning_is_superseded_by_yellow_and_red_is_issued_when_the_law_is_passed() -> None:
    desk = Desk()
    desk.judge(WARN + 1, promise(), law())
    yellow = [("warning", "superseded", "higher_level_reached"), ("yellow", "issued", "limit_passed")]
    assert desk.judge(DUE + 1, promise(), law()) == yellow
    assert desk.judge(DUE + 2, promise(), law()) == []
    assert desk.judge(LAW + 1, promise(), law()) == [("red", "issued", "limit_passed")]
    assert desk.wake_at is None and standing(desk.cards) == (1, 1)


def test_a_case_seen_late_gets_all_levels_at_once_the_mildest_first() -> None:
    expected = [
        ("warning", "superseded", "higher_level_reached"),
        ("yellow", "issued", "limit_passed"),
        ("red", "issued", "limit_passed"),
    ]
    assert Desk().judge(LAW + 1, promise(), law()) == expected


def test_a_timely_end_expires_the_warning_and_the_card_never_comes() -> None:
    desk = Desk()
    desk.judge(WARN + 1, promise())
    assert desk.judge(DUE + 5, promise(end=DUE)) == [("warning", "expired", "closed_in_time")]
    assert desk.judge(LAW + 5, promise(end=DUE)) == [] and desk.wake_at is None


def test_an_end_one_millisecond_after_the_deadline_is_late() -> None:
    assert ("yellow", "issued", "limit_passed") in Desk().judge(DUE + 5, promise(end=DUE + 1))
    assert Desk().judge(DUE + 5, promise(end=DUE)) == [("warning", "expired", "closed_in_time")]


def test_a_clock_that_ended_before_its_warning_raises_none() -> None:
    assert Desk().judge(DUE + 5, promise(end=WARN)) == []


def test_a_card_stands_though_the_case_ends_after_it() -> None:
    desk = Desk()
    desk.judge(DUE + 1, promise())
    assert desk.judge(DUE + 9, promise(end=DUE + 5)) == [] and standing(desk.cards) == (1, 0)


def test_an_alert_held_for_confirmation_is_pending_and_stands() -> None:
    desk = Desk(HELD)
    assert desk.judge(WARN + 1, promise(), law()) == [("warning", "pending", "limit_near")]
    assert desk.judge(LAW + 1, promise(), law())[1:] == [("yellow", "pending", "limit_passed"), ("red", "issued", "limit_passed")]
    assert standing(desk.cards) == (1, 1)


def test_a_late_record_that_ends_the_clock_withdraws_the_card_and_expires_the_warning() -> None:
    desk = Desk()
    desk.judge(DUE + 1, promise())
    assert desk.judge(DUE + 9, promise(end=DUE)) == [
        ("warning", "expired", "closed_in_time"),
        ("yellow", "withdrawn", "late_record"),
    ]
    assert standing(desk.cards) == (0, 0)
    assert desk.judge(DUE + 10, promise(end=WARN)) == [("warning", "withdrawn", "late_record")]


def test_a_moved_limit_withdraws_by_that_reason_and_says_what_it_is_now() -> None:
    desk = Desk()
    desk.judge(DUE + 1, promise())
    expected = [("warning", "withdrawn", "limit_moved"), ("yellow", "withdrawn", "limit_moved")]
    assert desk.judge(DUE + 9, promise(warn=5000, due=6000)) == expected
    assert [card.due for card in desk.cards] == [5000, 6000]


def test_a_limit_that_moves_but_has_passed_all_the_same_is_recomputed() -> None:
    desk = Desk()
    desk.judge(DUE + 1, promise())
    assert ("yellow", "issued", "recomputed") in desk.judge(DUE + 9, promise(due=DUE + 2))
    card = next(card for card in desk.cards if LEVELS[card.level] == "yellow")
    assert (card.due, card.raised, card.change) == (DUE + 2, DUE + 1, 2)


def test_a_withdrawn_card_is_reinstated_when_its_limit_moves_back() -> None:
    desk = Desk()
    desk.judge(DUE + 1, promise())
    desk.judge(DUE + 2, promise(warn=5000, due=6000))
    assert desk.judge(DUE + 3, promise()) == [
        ("warning", "superseded", "higher_level_reached"),
        ("yellow", "issued", "reinstated"),
    ]
    card = next(card for card in desk.cards if LEVELS[card.level] == "yellow")
    assert (card.due, card.raised, card.change) == (DUE, DUE + 3, 3)


def test_a_warning_is_issued_again_when_its_card_is_withdrawn() -> None:
    desk = Desk()
    desk.judge(DUE + 1, promise())
    assert desk.judge(DUE + 2, promise(due=6000)) == [("warning", "issued", "recomputed"), ("yellow", "withdrawn", "limit_moved")]


def test_a_clock_that_is_gone_takes_its_alerts_along() -> None:
    desk = Desk()
    desk.judge(DUE + 1, promise(), law())
    assert desk.judge(DUE + 2, law())[-1] == ("yellow", "withdrawn", "late_record")


def test_a_rule_that_is_gone_from_the_book_takes_its_alerts_along() -> None:
    desk = Desk()
    desk.judge(DUE + 1, promise())
    desk.book = book(time_limits=[RULES[1]])
    assert desk.judge(DUE + 2)[-1] == ("yellow", "withdrawn", "recomputed")


def test_a_card_is_withdrawn_when_its_deadline_is_no_longer_known() -> None:
    desk = Desk()
    desk.judge(DUE + 1, promise())
    assert desk.judge(DUE + 2, Clock(0, 1, 1, NEVER, NEVER, ()))[-1] == ("yellow", "withdrawn", "recomputed")


def test_each_cycle_of_a_clock_has_alerts_of_its_own() -> None:
    desk = Desk()
    desk.judge(DUE + 1, promise(end=DUE + 1), promise(cycle=2, warn=3000, due=4000))
    assert desk.judge(4001, promise(end=DUE + 1), promise(cycle=2, warn=3000, due=4000))[-1][0] == "yellow"
    assert [(LEVELS[card.level], card.cycle) for card in desk.cards if is_standing(card)] == [("yellow", 1), ("yellow", 2)]


def test_a_card_of_another_cycle_supersedes_no_warning() -> None:
    desk = Desk()
    desk.judge(3001, promise(end=DUE + 1), promise(cycle=2, warn=3000, due=4000))
    assert ("warning", 2) in {(LEVELS[card.level], card.cycle) for card in desk.cards if is_standing(card)}


def test_the_law_passed_before_the_promise_supersedes_its_warning() -> None:
    changes = Desk().judge(LAW + 1, promise(due=9000), law())
    assert changes == [("warning", "superseded", "higher_level_reached"), ("red", "issued", "limit_passed")]


def test_changes_are_numbered_for_each_alert_by_itself() -> None:
    desk = Desk()
    desk.judge(WARN + 1, promise())
    desk.judge(DUE + 1, promise())
    assert sorted((LEVELS[card.level], card.change) for card in desk.cards) == [("warning", 2), ("yellow", 1)]


@pytest.mark.parametrize(("now", "expected"), [(0, WARN), (WARN, WARN), (WARN + 1, DUE), (DUE + 1, LAW), (LAW + 1, UNREACHED)])
def test_the_next_threshold_is_that_of_a_running_clock(now: int, expected: int) -> None:
    assert next_threshold([promise(), law()], now) == expected
    assert next_threshold([promise(end=5), law(end=5)], now) == UNREACHED


def test_a_level_that_cannot_be_reached_is_not_waited_for() -> None:
    desk = Desk()
    assert desk.judge(5, promise(warn=UNREACHED)) == [] and desk.wake_at == DUE + 1
