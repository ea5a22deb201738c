"""A file of an old system as the stream it would have been: events in order of arrival, bad rows set aside and counted."""

from collections import Counter
from collections.abc import Callable
from operator import itemgetter
from pathlib import Path

import msgspec

from monitor.mapping import Arrival, Mapping, map_file
from monitor.wire import DeadLetter

OnBad = Callable[[DeadLetter], None]


class ReplayFeed(msgspec.Struct):
    """What a file holds. ``arrivals`` are sorted by arrival; rows of the same instant keep the file's order."""

    name: str
    arrivals: list[Arrival]
    rows: int
    bad: Counter[str]

    @property
    def first(self) -> int:
        """Arrival of the first event, epoch ms; 0 in an empty feed."""
        return self.arrivals[0].arrived if self.arrivals else 0

    @property
    def last(self) -> int:
        """Arrival of the last event."""
        return self.arrivals[-1].arrived if self.arrivals else 0


def read_feed(mapping: Mapping, file: Path, on_bad: OnBad | None = None) -> ReplayFeed:
    """Map every row of ``file`` and sort the events by arrival. Holds them all: about 1 GB per million events."""
    feed = ReplayFeed(file.name, [], 0, Counter())
    for row in map_file(mapping, file):
        feed.rows += 1
        feed.arrivals += row.arrivals
        if row.error is not None:
            feed.bad[row.error.reason] += 1
            if on_bad is not None:
                on_bad(row.dead_letter(file.name))
    feed.arrivals.sort(key=itemgetter(0))
    return feed


def describe_bad(bad: Counter[str]) -> str:
    """``3 (mapping_failed 2, impossible_time 1)``."""
    if not bad:
        return "0"
    return f"{bad.total()} ({', '.join(f'{reason} {count}' for reason, count in bad.most_common())})"
