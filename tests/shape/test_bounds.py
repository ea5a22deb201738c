"""Bounds that this tree keeps. Who passes one splits what grew, or says here why the bound was wrong."""

import pytest

from tests.shape.__main__ import HERE
from tests.shape.measure import Package, Shape, measure

LONGEST_FUNCTION = 60
"""Lines."""
ROOM_FLOORS = 10
"""As docs/architecture.md lists them from ``drive`` down to ``instant``."""


@pytest.fixture(scope="module")
def shape() -> Shape:
    return measure(HERE)


@pytest.fixture(params=["rules", "monitor"])
def package(request: pytest.FixtureRequest, shape: Shape) -> Package:
    return getattr(shape, request.param)


def test_no_rooms_and_no_files_import_each_other_in_a_circle(package: Package) -> None:
    assert package.room_circles == []
    assert package.file_circles == []


def test_the_rooms_of_the_core_stand_on_no_more_floors_than_are_listed(shape: Shape) -> None:
    assert shape.rules.room_floors <= ROOM_FLOORS


def test_no_name_is_taken_past_a_face_from_outside(shape: Shape) -> None:
    assert shape.outside.past_a_face == []


def test_no_function_is_longer_than_its_bound(package: Package) -> None:
    assert [function for function in package.long_functions if function.lines > LONGEST_FUNCTION] == []


def test_no_sentence_of_a_docstring_has_over_25_words(package: Package) -> None:
    assert package.long_sentences == []


def test_a_source_file_over_300_lines_says_why_on_top(shape: Shape) -> None:
    assert [*shape.rules.long_files_without_why, *shape.monitor.long_files_without_why] == []


def test_a_class_has_a_name_of_its_own(shape: Shape) -> None:
    assert shape.classes_twice == {}


def test_a_test_file_over_300_lines_says_why_on_top(shape: Shape) -> None:
    assert shape.tests.long_files_without_why == []


def test_no_test_is_named_after_a_word_for_something_unsaid(shape: Shape) -> None:
    assert shape.tests.leaning == []
