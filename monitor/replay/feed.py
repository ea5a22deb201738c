"""Files of old systems as the stream they would have been: events in order of arrival, bad rows set aside and counted."""

from collections import Counter
from collections.abc import Callable, Sequence
from operator import itemgetter
from pathlib import Path

import msgspec

from monitor.mapping import NO_RECORDS, Arrival, Mapping, map_file
from monitor.wire import DeadLetter, in_words

OnBad = Callable[[DeadLetter], None]
Inputs = Sequence[tuple[Path, Mapping]]
"""Files, each with the mapping it is read by."""
SHOWN = 3
"""So many bad rows are shown without being asked for."""


class ReplayFeed(msgspec.Struct):
    """What the files hold. ``arrivals`` are sorted by arrival; rows of the same instant keep the files' order.

    ``passed`` counts rows of no event by why, ``shown`` are the first bad rows in words.
    """

    name: str
    arrivals: list[Arrival]
    rows: int
    bad: Counter[str]
    passed: Counter[str] = msgspec.field(default_factory=Counter)
    shown: list[str] = msgspec.field(default_factory=list)

    @property
    def first(self) -> int:
        """Arrival of the first event, epoch ms; 0 in an empty feed."""
        return self.arrivals[0].arrived if self.arrivals else 0

    @property
    def last(self) -> int:
        """Arrival of the last event."""
        return self.arrivals[-1].arrived if self.arrivals else 0

    def refuse(self, letter: DeadLetter, on_bad: OnBad | None) -> None:
        """Count a row or an event that cannot be used, and hand it over."""
        self.bad[letter.reason] += 1
        if len(self.shown) < SHOWN:
            self.shown.append(f"{letter.source}: {in_words(letter.reason, letter.message, letter.field)}")
        if on_bad is not None:
            on_bad(letter)

    def is_all_bad(self, taken: int) -> bool:
        """Whether no row that should be a record was usable: a mapping or a file to mend. ``taken`` counts events."""
        records = self.rows - sum(self.passed[why] for why in NO_RECORDS)
        return not taken and 0 < records <= self.bad.total()


def read_feed(inputs: Inputs, on_bad: OnBad | None = None) -> ReplayFeed:
    """Map every row of the files and sort the events by arrival. Holds them all: about 1 GB per million events."""
    feed = ReplayFeed(" ".join(file.name for file, _ in inputs), [], 0, Counter())
    for file, mapping in inputs:
        for row in map_file(mapping, file):
            feed.rows += 1
            feed.arrivals += row.arrivals
            if row.passed:
                feed.passed[row.passed] += 1
            elif row.error is not None:
                feed.refuse(row.dead_letter(file.name), on_bad)
    feed.arrivals.sort(key=itemgetter(0))
    return feed


def describe_bad(bad: Counter[str]) -> str:
    """``3 (mapping_failed 2, impossible_time 1)``."""
    if not bad:
        return "0"
    return f"{bad.total():,} ({', '.join(f'{reason} {count:,}' for reason, count in bad.most_common())})"


def describe_rows(feed: ReplayFeed) -> list[str]:
    """Lines for the summary: what was passed over, and the first bad rows."""
    passed = [f"passed over {describe_bad(feed.passed)}"] if feed.passed else []
    return [*passed, *feed.shown]
