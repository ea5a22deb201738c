"""What of a window a record can touch, so that it need not be judged whole."""

from rules.parts.index import index_of
from rules.parts.part import WindowPart, clocks_in, part_in_time, part_of, part_of_card, put_back, soonest_in

__all__ = ["WindowPart", "clocks_in", "index_of", "part_in_time", "part_of", "part_of_card", "put_back", "soonest_in"]
