"""The two languages people read here, and how a code becomes a word in one of them."""

from collections.abc import Mapping
from typing import Literal

Language = Literal["zh", "en"]

Words = Mapping[str, tuple[str, str]]
"""Code to (Chinese, English)."""


def word(words: Words, code: str, lang: Language) -> str:
    """The term for a code; the code itself, readable, where we have none."""
    known = words.get(code)
    return known[lang == "en"] if known else code.replace("_", " ")
