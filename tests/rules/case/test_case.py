"""One case: its codec, and how it looks to people."""

import pytest

from rules.case import Card, Case, Terms, case_due, case_flags, case_state, decode_case, encode_case, is_over, over_at
from rules.case.standing import standing
from tests.rules.story import Story, day

TERMS = Terms(10, "430100", "h", "d", "w", "i", "5wd", "10wd")


def test_a_case_survives_its_encoding_and_stays_small() -> None:
    story = Story()
    story.tell("applied", day(0))
    story.tell("accepted", day(0, 1), promised="5wd", statutory="10wd")
    story.tell("stage_entered", day(0, 2), stage="handling")
    story.tell("suspended", day(1), procedure="hearing", approved_days=3)
    story.tick(day(20))
    data = encode_case(story.known)
    assert decode_case(data) == story.known
    assert len(data) <= 810  # four clocks and five alerts among it; a million open cases must fit


@pytest.mark.parametrize(
    ("case", "over"),
    [
        (Case("k"), 0),
        (Case("k", concluded=5), 5),
        (Case("k", not_accepted=4), 4),
        (Case("k", concluded=5, not_accepted=4), 4),
        (Case("k", concluded=5, not_accepted=7), 5),
        (Case("k", terms=TERMS, not_accepted=9), 0),
        (Case("k", terms=TERMS, not_accepted=10), 10),
        (Case("k", terms=TERMS, not_accepted=9, concluded=20), 20),
    ],
)
def test_a_case_is_over_when_concluded_or_turned_away_after_whatever_acceptance(case: Case, over: int) -> None:
    assert over_at(case) == over and is_over(case) == bool(over)


@pytest.mark.parametrize(
    ("case", "state"),
    [
        (Case("k", applied=1), "applied"),
        (Case("k", not_accepted=1), "not_accepted"),
        (Case("k", terms=TERMS), "open"),
        (Case("k", terms=TERMS, not_accepted=9), "open"),
        (Case("k", terms=TERMS, not_accepted=11), "not_accepted"),
        (Case("k", terms=TERMS, suspensions=((12, "hearing", 3),)), "suspended"),
        (Case("k", terms=TERMS, suspensions=((12, "hearing", 3),), resumptions=(11,)), "suspended"),
        (Case("k", terms=TERMS, suspensions=((12, "hearing", 3),), resumptions=(12,)), "open"),
        (Case("k", terms=TERMS, suspensions=((12, "hearing", 3),), concluded=13), "concluded"),
    ],
)
def test_the_state_of_a_case_follows_from_its_facts(case: Case, state: str) -> None:
    assert case_state(case) == state


def test_odd_facts_are_flagged_not_refused() -> None:
    assert case_flags(Case("k")) == ()
    assert case_flags(Case("k", ahead=True)) == ("clock_ahead",)
    assert case_flags(Case("k", applied=5, concluded=4)) == ("concluded_before_applied",)
    assert case_flags(Case("k", terms=TERMS, concluded=9, ahead=True)) == ("concluded_before_applied", "clock_ahead")
    assert case_flags(Case("k", applied=5, concluded=5)) == ()


def test_a_case_without_a_promise_has_no_due_instant() -> None:
    assert case_due(Case("k")) is None and case_due(Case("k", due=7)) == 7


def test_standing_counts_cards_not_warnings_nor_what_was_withdrawn() -> None:
    levels = [(0, 1), (1, 1), (2, 0), (2, 1), (2, 4), (3, 1), (3, 2)]
    assert standing(tuple(Card("r", level, 1, state, 1, 1, 1) for level, state in levels)) == (2, 1)
