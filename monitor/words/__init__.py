"""Words for people, Chinese first: terms, reasons and the arithmetic of a due instant."""

from monitor.words.arithmetic import arithmetic_lines
from monitor.words.clocks import RUNS
from monitor.words.language import Language, Words, word
from monitor.words.limits import limit, threshold
from monitor.words.reasons import REASONS, reason
from monitor.words.terms import (
    CASE_STATES,
    FINDINGS,
    LEVELS,
    RATES,
    RECORDS,
    STAGES,
    STATES,
    TALLY_KINDS,
    VALUES,
    detail,
    duration,
)

__all__ = [
    "CASE_STATES",
    "FINDINGS",
    "LEVELS",
    "RATES",
    "REASONS",
    "RECORDS",
    "RUNS",
    "STAGES",
    "STATES",
    "TALLY_KINDS",
    "VALUES",
    "Language",
    "Words",
    "arithmetic_lines",
    "detail",
    "duration",
    "limit",
    "reason",
    "threshold",
    "word",
]
