"""Texts that a spreadsheet or an editor has spoilt: cleaned where nothing is lost, else refused, by the mapping's word.

A number in which Excel has rounded digits away (``4.30102E+17``) is many numbers: no word cleans it.
"""

import re
import unicodedata
from typing import Literal

from rules.errors import BadEvent

SpoiltText = Literal["clean", "refuse", "keep"]
_INVISIBLE = frozenset("\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064\ufeff\u00ad")
_SUSPECT = re.compile(r"^['=]|\.0+$|[eE]\+\d|[^\x00-\x7f]")
_ROUNDED = re.compile(r"-?\d(?:\.\d+)?[eE]\+\d+")
_FORMULA = re.compile(r'="(.*)"', re.DOTALL)
_WHOLE = re.compile(r"(\d+)\.0+")
_WIDE = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B), 0xFF0D)}
"""Full-width digits, letters and hyphen, as an input method types them. Full-width brackets are meant."""


def readable(text: str, column: str, word: SpoiltText) -> str:
    """``text`` without invisible marks (zero width, NUL, controls); :class:`BadEvent` for bytes that are no characters."""
    try:
        text.encode()
    except UnicodeEncodeError:
        message = f"column {column!r} has bytes that are not in the mapping's encoding: is [source] encoding right?"
        raise BadEvent("invalid_utf8", message, column) from None
    marks = [mark for mark in text if mark in _INVISIBLE or (unicodedata.category(mark) == "Cc" and mark not in "\t\r\n")]
    if not marks or word == "keep":
        return text
    if word == "refuse":
        raise _spoilt(column, text, f"has the invisible mark U+{ord(marks[0]):04X}")
    return "".join(mark for mark in text if mark not in marks).strip()


def identity(text: str, column: str, word: SpoiltText) -> str:
    """The number of a case, an item, a window … as it was before a spreadsheet had it."""
    if word == "keep" or _SUSPECT.search(text) is None:
        return text
    if _ROUNDED.fullmatch(text):
        message = f"column {column!r}: {text[:40]!r} has lost digits in a spreadsheet: export it as text"
        raise BadEvent("mapping_failed", message, column)
    cleaned = _cleaned(text)
    if cleaned != text and word == "refuse":
        raise _spoilt(column, text, f"should be {cleaned[:40]!r}")
    return cleaned


def _cleaned(text: str) -> str:
    if formula := _FORMULA.fullmatch(text):
        text = formula[1].strip()
    if text[:1] == "'" and text[1:2].isdigit():
        text = text[1:]
    if whole := _WHOLE.fullmatch(text):
        text = whole[1]
    return text.translate(_WIDE)


def _spoilt(column: str, text: str, what: str) -> BadEvent:
    message = f'column {column!r}: {text[:40]!r} {what}: spoilt = "clean" in [source] takes it so'
    return BadEvent("mapping_failed", message, column)
