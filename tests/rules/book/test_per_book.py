"""Answers about a book are worked out once, and go with the book."""

import gc
import weakref

from rules.book import RuleBook, per_book
from rules.clocks import affected, every_rule
from tests.rules.story import book


class Counted:
    """Whom a book's version and a key are asked of, and how often."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []

    def __call__(self, judged: RuleBook, key: int) -> list[str] | None:
        self.asked.append((judged.version, key))
        return [judged.version] * key if key else None


def test_an_answer_is_worked_out_once_per_book_and_key() -> None:
    one, other, counted = book(version="a"), book(version="b"), Counted()
    answer = per_book(counted)
    assert (answer(one, 2), answer(one, 3), answer(other, 2)) == (["a"] * 2, ["a"] * 3, ["b"] * 2)
    assert answer(one, 2) is answer(one, 2) and answer(one, 0) is answer(one, 0) is None
    assert counted.asked == [("a", 2), ("a", 3), ("b", 2), ("a", 0)]


def test_the_plans_of_a_book_are_made_once_and_go_with_it() -> None:
    judged = book()
    assert every_rule(judged) is every_rule(judged)
    assert affected(["entered", "left"], judged) is affected({"left": 1, "entered": 2}, judged)
    assert affected(["entered"], judged) is not affected(["delivered"], judged)
    gone = weakref.ref(judged)
    del judged
    gc.collect()
    assert gone() is None
