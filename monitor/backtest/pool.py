"""The work of one process: index slices, judge buckets. Started afresh (spawn), so that it behaves alike on every platform."""

from array import array
from collections import defaultdict
from collections.abc import Sequence
from mmap import mmap
from pathlib import Path
from typing import NamedTuple

from monitor.backtest.compare import BucketSums
from monitor.backtest.fates import NOTHING, judge_case
from monitor.backtest.index import Indexed, index_slice, line_at, mapped
from monitor.backtest.rates import judge_rates as judge_department
from monitor.books import load_books
from monitor.recordfile import Arrived, read_line
from rules.book import RuleBooks
from rules.events import key_of
from rules.rates import Changes

BookFiles = tuple[Path, ...]
"""What :func:`monitor.books.files.load_books` takes: rule books do not travel between processes, their names do."""
Places = Sequence[tuple[bytes, bytes]]
"""Of one bucket, slice by slice: see :class:`~monitor.backtest.index.Indexed`."""


class Task(NamedTuple):
    """What every process must know. ``current`` and ``candidate`` name the books, ``examples`` how many to keep per group."""

    path: Path
    current: BookFiles
    candidate: BookFiles
    examples: int


class Desk:
    """A process at its work: the file open, both books read."""

    def __init__(self, task: Task) -> None:
        self.data: mmap = mapped(task.path)
        self.books: tuple[RuleBooks, RuleBooks] = (load_books(task.current), load_books(task.candidate))
        self.examples = task.examples

    def index(self, start: int, end: int) -> Indexed:
        """The lines that begin in ``[start, end)``."""
        return index_slice(self.data, start, end)

    def judge(self, places: Places, until: int) -> BucketSums:
        """Every case of one bucket under both books, the clock running on to ``until`` (epoch ms)."""
        tally = BucketSums(self.examples)
        for offsets in _groups(places).values():
            for records in self._cases(offsets).values():
                records.sort(key=_by_clock)  # a file need not be in order of arrival; ties keep its order
                current, candidate = (judge_case(records, books, until) for books in self.books)
                tally.add(current, candidate, self.books)
        return tally

    def judge_rates(self, counts: tuple[Changes, Changes], until: int) -> BucketSums:
        """What shows only in many cases, once all those of a department are counted."""
        tally = BucketSums(self.examples)
        current, candidate = (judge_department(counted, books, until) for counted, books in zip(counts, self.books, strict=True))
        for key in sorted(current.keys() | candidate.keys()):
            tally.compare(current.get(key, NOTHING), candidate.get(key, NOTHING), self.books)
        return tally

    def _cases(self, offsets: Sequence[int]) -> dict[str, list[Arrived]]:
        """The records at these places by case: two keys may share a hash."""
        cases: dict[str, list[Arrived]] = defaultdict(list)
        for offset in offsets:
            record = read_line(line_at(self.data, offset))
            assert record.event is not None  # the first pass leaves ticks out
            cases[key_of(record.event)].append(record)
        return cases


def _groups(places: Places) -> dict[int, list[int]]:
    groups: dict[int, list[int]] = defaultdict(list)
    for hashes, offsets in places:
        for number, offset in zip(array("I", hashes), array("Q", offsets), strict=True):
            groups[number].append(offset)
    return groups


def _by_clock(record: Arrived) -> int:
    return record.now


_desk: list[Desk] = []


def start(task: Task) -> None:
    """First thing in a new process."""
    _desk[:] = [Desk(task)]


def index(start: int, end: int) -> Indexed:
    """:meth:`Desk.index` in this process."""
    return _desk[0].index(start, end)


def judge(places: Places, until: int) -> BucketSums:
    """:meth:`Desk.judge` in this process."""
    return _desk[0].judge(places, until)


def judge_rates(counts: tuple[Changes, Changes], until: int) -> BucketSums:
    """:meth:`Desk.judge_rates` in this process."""
    return _desk[0].judge_rates(counts, until)
