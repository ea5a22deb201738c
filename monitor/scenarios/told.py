"""One case of a scenario, told on the engine that runs live."""

from rules.alerts import Alert
from rules.book import RuleBook, RuleBooks
from rules.case import Case, decode_case, encode_case
from rules.events import Record
from rules.step import step as apply


class Course:
    """One case, told in order of arrival. After each record it goes through the codec, as between two batches."""

    def __init__(self, book: RuleBook) -> None:
        self.book, self.books = book, RuleBooks([book])
        self.case: Case | None = None
        self.alerts: list[Alert] = []
        self._now, self._offset = 0, -1

    def copy(self) -> "Course":
        """Another case that was told the same so far."""
        other = Course(self.book)
        other.case, other.alerts, other._now, other._offset = self.case, list(self.alerts), self._now, self._offset
        return other

    def tell(self, record: Record, arrived: int) -> None:
        """A record, or a tick, that arrives at ``arrived`` (epoch ms)."""
        self._now, self._offset = max(self._now, arrived), self._offset + 1
        outcome = apply(self.case, record, self.books, self._now, arrived, self._offset)
        self.case = outcome.case and decode_case(encode_case(outcome.case))
        self.alerts += outcome.alerts
