"""Answers that follow from a book alone, worked out once."""

from collections.abc import Callable, Hashable
from typing import TypeVar
from weakref import WeakKeyDictionary

from rules.book.book import RuleBook

_Key = TypeVar("_Key", bound=Hashable)
_Answer = TypeVar("_Answer")


def per_book(work_out: Callable[[RuleBook, _Key], _Answer]) -> Callable[[RuleBook, _Key], _Answer]:
    """``work_out``, asked only once per book and key: the same question has the same answer, the very same object.

    The answers lie beside the book, which stays immutable, and go when it goes. An answer must therefore not hold its book.
    """
    known: WeakKeyDictionary[RuleBook, dict[_Key, _Answer]] = WeakKeyDictionary()

    def answer(book: RuleBook, key: _Key) -> _Answer:
        answers = known.get(book)
        if answers is None:
            answers = known[book] = {}
        if key not in answers:
            answers[key] = work_out(book, key)
        return answers[key]

    return answer
