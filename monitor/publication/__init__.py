"""Rule books and calendars that are published: the records of the catalog topic, and the shelf of books they make."""

from monitor.publication.record import (
    PublishedBook,
    PublishedCalendar,
    book_record,
    calendar_record,
    check_faithful,
    encode,
    saved,
)
from monitor.publication.shelf import BadPublication, Shelf
from monitor.publication.topic import CatalogReader, append, read_shelf

__all__ = [
    "BadPublication",
    "CatalogReader",
    "PublishedBook",
    "PublishedCalendar",
    "Shelf",
    "append",
    "book_record",
    "calendar_record",
    "check_faithful",
    "encode",
    "read_shelf",
    "saved",
]
