"""Judging what a person has written, before it goes live: diagnoses with their places, for books and catalogs alike."""

from monitor.lint.diagnosis import Diagnosis, Remark, error, warning
from monitor.lint.limits import INSIDE, compare_limits, longer
from monitor.lint.mornings import mornings, opening
from monitor.lint.positions import broken_line, key_path, line_of, positions
from monitor.lint.read_all import read_all, split

__all__ = [
    "INSIDE",
    "Diagnosis",
    "Remark",
    "broken_line",
    "compare_limits",
    "error",
    "key_path",
    "line_of",
    "longer",
    "mornings",
    "opening",
    "positions",
    "read_all",
    "split",
    "warning",
]
