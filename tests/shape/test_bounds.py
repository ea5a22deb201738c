"""Bounds that this tree keeps. Who passes one splits what grew, or says here why the bound was wrong."""

import pytest

from tests.shape.__main__ import HERE
from tests.shape.measure import Shape, measure

LONGEST_FUNCTION = 60
"""Lines."""


@pytest.fixture(scope="module")
def shape() -> Shape:
    return measure(HERE)


def test_no_rooms_import_each_other_in_a_circle(shape: Shape) -> None:
    assert shape.rules.room_circles == []
    assert shape.monitor.room_circles == []


def test_no_function_is_longer_than_its_bound(shape: Shape) -> None:
    functions = [*shape.rules.long_functions, *shape.monitor.long_functions]
    assert [function for function in functions if function.lines > LONGEST_FUNCTION] == []
