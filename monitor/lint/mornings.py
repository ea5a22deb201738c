"""Mornings to try a limit on, spread over a year, so that weekends and holidays of all kinds lie behind some of them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from rules.book import RuleBook
from rules.instant import SECOND


def mornings(book: RuleBook, count: int = 20) -> Iterator[datetime]:
    """Instants of working mornings spread over the first two thirds of the last year the calendar covers."""
    year = book.calendar.years[-1]
    for number in range(count):
        day = date(year, 1, 4) + timedelta(days=number * 240 // count)
        while not book.calendar.is_workday(day):
            day += timedelta(days=1)
        yield opening(book, day)


def opening(book: RuleBook, day: date) -> datetime:
    """An hour into the office day."""
    ms = book.worktime.hours.on(day).bounds[0] + 3600 * SECOND
    midnight = datetime.combine(day, time(), UTC)
    return (midnight + timedelta(milliseconds=ms)).replace(tzinfo=book.zone)
