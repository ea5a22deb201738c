"""What is remembered: one case, the counts of many, and what a case adds to the figures."""

from rules.case.case import (
    NEVER,
    UNCOVERED,
    UNREACHED,
    Card,
    Case,
    Clock,
    case_due,
    case_flags,
    case_state,
    decode_case,
    encode_case,
    is_standing,
    is_window,
    place_of,
)
from rules.case.figures import NOTHING, Count, Scope, count, is_uncovered, same_count, scope
from rules.case.tally import first_day, month_of

__all__ = [
    "NEVER",
    "NOTHING",
    "UNCOVERED",
    "UNREACHED",
    "Card",
    "Case",
    "Clock",
    "Count",
    "Scope",
    "case_due",
    "case_flags",
    "case_state",
    "count",
    "decode_case",
    "encode_case",
    "first_day",
    "is_standing",
    "is_uncovered",
    "is_window",
    "month_of",
    "place_of",
    "same_count",
    "scope",
]
