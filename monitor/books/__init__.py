"""Where books come from: files, the catalog topic, and the library that both make."""

from monitor.books.library import BadPublication, Library
from monitor.books.record import PublishedBook, PublishedCalendar, book_record, calendar_record, check_faithful, encode, saved
from monitor.books.topic import CatalogReader, append, read_library

__all__ = [
    "BadPublication",
    "CatalogReader",
    "Library",
    "PublishedBook",
    "PublishedCalendar",
    "append",
    "book_record",
    "calendar_record",
    "check_faithful",
    "encode",
    "read_library",
    "saved",
]
