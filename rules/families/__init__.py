"""What follows from the facts: runs of clocks, and findings. One file a family."""

from rules.families.numbering import FIRST_NUMBER

__all__ = ["FIRST_NUMBER"]
