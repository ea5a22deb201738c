"""What of a window a record can touch, so that it need not be judged whole."""

from rules.parts.index import index_of
from rules.parts.part import FEW_CLOCKS, NOTHING, WindowPart, clocks_in, part_in_time, part_of, part_of_card, soonest_in
from rules.parts.put_back import put_back

__all__ = [
    "FEW_CLOCKS",
    "NOTHING",
    "WindowPart",
    "clocks_in",
    "index_of",
    "part_in_time",
    "part_of",
    "part_of_card",
    "put_back",
    "soonest_in",
]
