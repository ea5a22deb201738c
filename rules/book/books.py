"""Several books in turn: which one is in force when, and which one a case was judged by."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from rules.book.book import RuleBook
from rules.errors import BadRuleBook
from rules.instant import Instant


class RuleBooks:
    """All books, each in force from its ``effective_from`` until its ``effective_until`` or a later one's ``effective_from``.

    Where one ends early, the one before it is in force again. Before the first one, the first applies.
    """

    def __init__(self, books: Sequence[RuleBook]) -> None:
        ordered = sorted(books, key=lambda book: book.effective_from)
        if not ordered:
            raise BadRuleBook("rule books", ["none given"])
        self._books = tuple(ordered)
        self._starts, self._in_force = _timeline(ordered)
        self._by_version = {book.version: book for book in ordered}
        if len(self._by_version) != len(ordered):
            raise BadRuleBook(
                "rule books", ["version: two books carry the same version, so a card could not say which judged it"]
            )
        starts = [book.effective_from for book in ordered if not _is_void(book)]
        if len(set(starts)) != len(starts):
            raise BadRuleBook("rule books", ["effective_from: two books take effect at the same instant"])

    def at(self, instant: Instant) -> RuleBook:
        """The book in force at ``instant``."""
        if len(self._books) == 1:
            return self._books[0]
        return self._in_force[max(bisect_right(self._starts, instant) - 1, 0)]

    def get(self, version: str) -> RuleBook:
        """The book a case was judged by. Missing is the operator's error: old versions must stay as long as their cases."""
        book = self._by_version.get(version)
        if book is None:
            raise BadRuleBook(
                "rule books",
                [f"version {version!r}: cases were accepted under it, keep its file among worker.books, or publish it"],
            )
        return book

    @property
    def counts_cases(self) -> bool:
        """Whether any rule looks at many cases."""
        return any(book.rates for book in self._books)

    def until(self, version: str) -> int:
        """When another book comes into force after this one; 0 for the last. One that was never in force ends as it begins."""
        book = self.get(version)
        places = [place for place, current in enumerate(self._in_force, 1) if current is book]
        if not places:
            return max(book.effective_from, 1)
        return self._starts[places[-1]] if places[-1] < len(self._starts) else 0

    def __iter__(self) -> Iterator[RuleBook]:
        return iter(self._books)


def _is_void(book: RuleBook) -> bool:
    """Whether it was withdrawn before it took effect."""
    return book.effective_until is not None and book.effective_until <= book.effective_from


def _timeline(ordered: Sequence[RuleBook]) -> tuple[list[int], list[RuleBook]]:
    """The instants at which another book comes into force, and that book; ``ordered`` by ``effective_from``."""
    valid = [book for book in ordered if not _is_void(book)] or list(ordered)
    ends = [book.effective_until for book in valid if book.effective_until is not None]
    instants = sorted({*(book.effective_from for book in valid), *ends})
    books: list[RuleBook] = []
    for instant in instants:
        begun = [book for book in valid if book.effective_from <= instant]
        running = [book for book in begun if book.effective_until is None or instant < book.effective_until]
        books.append(running[-1] if running else books[-1] if books else valid[0])
    return instants, books
