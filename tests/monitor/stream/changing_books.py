"""Rule books that change under an engine that is fed the records of one partition."""

from datetime import date, datetime, timedelta

from monitor.books import Library, PublishedBook, PublishedCalendar, calendar_record, encode
from monitor.books.files import book_table
from monitor.books.record import Published
from monitor.stream.partition.engine import PartitionEngine
from rules.alerts import STANDING, Alert
from rules.book import RuleBooks
from rules.case import Case
from tests.monitor.books.published_books import record_of
from tests.monitor.stream.hall import AROUND_THE_CLOCK, MONDAY, Feed, case_key
from tests.monitor.stream.raw import Raw, alerts_of, case_names, engine, run

DAY = timedelta(days=1)


NEXT = MONDAY + 10 * DAY
"""When the second book takes effect."""


def library() -> Library:
    return Library.of_files([AROUND_THE_CLOCK])


def calendar(*holidays: date) -> PublishedCalendar:
    """The national calendar with some days off."""
    return calendar_record(
        "cn", {"name": "cn", "base": "cn", "holidays": [{"date": day, "name": "停电"} for day in holidays]}, ""
    )


def second_book(begins: datetime = NEXT) -> PublishedBook:
    """The same rules under another version, from :data:`NEXT` on."""
    return record_of({**book_table(AROUND_THE_CLOCK), "version": "city-2", "effective_from": begins})


def with_records(*records: Published) -> RuleBooks:
    target = library()
    for record in records:
        target.take(record.key, encode(record))
    return target.books


class Log:
    """The records of one partition, fed to an engine piece by piece."""

    def __init__(self, target: PartitionEngine) -> None:
        self.engine = target
        self.alerts: list[Alert] = []
        self._offset = 0

    def feed(self, *feeds: Feed) -> None:
        raw = []
        for each in feeds:
            if each.partition == 0:
                raw.append(Raw(self._offset, each.at or 0, 0, each.key, each.value))
                self._offset += 1
        self.alerts += alerts_of(run(self.engine, raw))

    def change(self, books: RuleBooks) -> int:
        self.engine.use(books)
        return self.engine.reexamine(self.engine.cases.keys())

    def case(self, name: str) -> Case:
        case = self.engine.cases.get(case_key(name))
        assert case is not None
        return case

    def standing(self) -> set[tuple[str, datetime]]:
        """Not by which book: an alert names the version that judged it when it changed last, and a case whose acceptance
        becomes known only later has the book of its first record until then."""
        last = {alert.id: alert for alert in self.alerts}
        return {(alert.id, alert.due_at) for alert in last.values() if alert.state in STANDING}


def new_log(books: RuleBooks | None = None) -> Log:
    return Log(engine(books=books))


[NAME, OTHER] = case_names(2)


WEDNESDAY = (MONDAY + 2 * DAY).date()
