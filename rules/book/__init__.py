"""What a place says: the model of a rule book, its rules, its tables, and which book is in force when."""

from rules.book.book import RuleBook
from rules.book.books import RuleBooks
from rules.book.kinds import ClockKind, FindingKind, Look, Parted, RecordLook, Report
from rules.book.per_book import per_book
from rules.book.rules import BookRules, EndsWith, ProcessRule, Rate, RateRule, Rule, Threshold, TimeLimit
from rules.book.tables import (
    BookTables,
    Complaints,
    Defaults,
    Extension,
    Hall,
    Item,
    Retention,
    Special,
    Supplement,
    Times,
    WatchList,
)

__all__ = [
    "BookRules",
    "BookTables",
    "ClockKind",
    "Complaints",
    "Defaults",
    "EndsWith",
    "Extension",
    "FindingKind",
    "Hall",
    "Item",
    "Look",
    "Parted",
    "ProcessRule",
    "Rate",
    "RateRule",
    "RecordLook",
    "Report",
    "Retention",
    "Rule",
    "RuleBook",
    "RuleBooks",
    "Special",
    "Supplement",
    "Threshold",
    "TimeLimit",
    "Times",
    "WatchList",
    "per_book",
]
