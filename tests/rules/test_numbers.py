"""Stored numbers and the names they stand for."""

from enum import IntEnum
from typing import get_args

import pytest

from rules.alerts import LEVELS, STATES, Level, State
from rules.cards import REASONS
from rules.cards.acts import ACTS
from rules.events import STAGES, Stage
from rules.numbers import StageNumber, StateNumber, names_of


@pytest.mark.parametrize(("names", "allowed"), [(LEVELS, Level), (STATES, State), (STAGES, Stage)])
def test_every_name_that_a_record_may_carry_has_a_number(names: tuple[str, ...], allowed: object) -> None:
    assert set(names) == set(get_args(allowed))


def test_every_act_has_a_number_and_a_reason() -> None:
    assert set(ACTS) == set(REASONS)


def test_a_name_stands_at_the_place_of_its_number() -> None:
    assert STATES[StateNumber.FOLLOWED_UP] == "followed_up" and STAGES[StageNumber.PRE_REVIEW] == "pre-review"


def test_numbers_that_leave_one_out_give_no_names() -> None:
    with pytest.raises(AssertionError, match="leaves a number out"):
        names_of(IntEnum("Holey", {"ONE": 0, "THREE": 2}))  # type: ignore[arg-type]
