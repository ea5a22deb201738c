"""How a book is read: TOML as written, layer by layer, each defect with its key."""

from rules.bookfile.layers import merge
from rules.bookfile.parse import parse_book

__all__ = ["merge", "parse_book"]
