"""The back-test itself: two passes over the records on all cores, then one report."""

import multiprocessing
import os
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import NamedTuple

from monitor.backtest import pool
from monitor.backtest.compare import BucketSums
from monitor.backtest.index import Indexed, slices_of
from monitor.backtest.pool import BookFiles, Task
from monitor.backtest.progress import Progress
from monitor.backtest.rates import by_department
from monitor.backtest.report import BacktestReport, report_of
from monitor.backtest.source import BacktestError, BacktestSource
from monitor.books import load_books
from rules.book import RuleBooks
from rules.errors import BadRuleBook


class Options(NamedTuple):
    """``examples`` is how many are shown of each kind of difference. ``until`` (epoch ms) lets the clock run on beyond the last
    record. ``processes`` defaults to the number of cores; it changes nothing but the time it takes."""

    examples: int = 3
    until: int | None = None
    processes: int | None = None


class Backtest(NamedTuple):
    """The report, and what it took. ``seconds`` are those of the two passes."""

    report: BacktestReport
    seconds: float
    processes: int

    def __str__(self) -> str:
        """The summary for stderr."""
        records = self.report.records.events
        rate = records / self.seconds if self.seconds else 0
        return f"{records:,} records, both books, {self.seconds:.1f} s on {self.processes} processes ({rate:,.0f} records/s)"


def both_books(candidate: BookFiles, current: BookFiles) -> tuple[RuleBooks, RuleBooks]:
    """Current and candidate, ready; :class:`BadRuleBook` lists the defects of both, not of the first."""
    loaded: list[RuleBooks] = []
    bad: list[BadRuleBook] = []
    for files in (current, candidate):
        try:
            loaded.append(load_books(files))
        except BadRuleBook as error:
            bad.append(error)
    if len(bad) > 1 and str(bad[0]) != str(bad[1]):
        raise BadRuleBook("rule books", [f"{error.source}: {defect}" for error in bad for defect in error.defects])
    if bad:
        raise bad[0]
    return loaded[0], loaded[1]


def run_backtest(
    source: BacktestSource, candidate: BookFiles, current: BookFiles, options: Options, progress: Progress | None = None
) -> Backtest:
    """Judge every record of ``source`` by both books.

    The same records and books give the same report, to the byte, however many processes there are. Raises ``BadRuleBook``
    for books that are not fit to judge by, :class:`BacktestError` where no record can be used.
    """
    books = both_books(candidate, current)
    count = options.processes or os.cpu_count() or 1
    task = Task(source.path, current, candidate, options.examples)
    shown = progress or Progress(shown=False)
    began = time.perf_counter()
    with _staff(task, count) as staff:
        first = _first_pass(staff, source, shown)
        until = max(first.last, options.until or 0)
        tally = _second_pass(staff, first, until, options.examples, shown)
        for rates in [staff.submit(pool.judge_rates, counts, until) for counts in by_department(tally.counts)]:
            tally.merge(rates.result())
    seconds = time.perf_counter() - began
    return Backtest(report_of(source, first, tally, books, until, options.examples), seconds, count)


@contextmanager
def _staff(task: Task, count: int) -> Iterator[Executor]:
    """So many processes, each with the file open and both books read."""
    context = multiprocessing.get_context("spawn")
    staff = ProcessPoolExecutor(count, context, pool.start, (task,))
    try:
        yield staff
    except BrokenProcessPool:
        raise BacktestError(
            "a process of the back-test died: most likely memory ran out. Use fewer --processes, or a shorter range"
        ) from None
    finally:
        staff.shutdown(cancel_futures=True)


class _Everything(NamedTuple):
    """The first pass, summed up; ``buckets`` by number."""

    records: int
    ticks: int
    bad: Counter[str]
    last: int
    buckets: dict[int, list[tuple[bytes, bytes]]]


def _first_pass(staff: Executor, source: BacktestSource, shown: Progress) -> _Everything:
    slices = slices_of(source.path)
    shown.reading(sum(end - start for start, end in slices))
    parts: list[Indexed] = []
    for (start, end), part in zip(slices, staff.map(pool.index, *zip(*slices, strict=True)), strict=True):
        parts.append(part)
        shown.advance(end - start)
    bad = sum((part.bad for part in parts), Counter(source.bad))
    buckets: dict[int, list[tuple[bytes, bytes]]] = {}
    for part in parts:  # in the order of the file, so that records of the same instant keep it
        for bucket, place in part.places.items():
            buckets.setdefault(bucket, []).append(place)
    records = sum(part.records for part in parts)
    if not records:
        reasons = ", ".join(f"{reason} {number:,}" for reason, number in bad.most_common()) or "there are none"
        raise BacktestError(
            f'{source.name}: not one record can be used ({reasons}). A line is {{"arrived": …, "event": {{…}}}}; '
            "a file of an old system needs --mapping"
        )
    last = max(source.last, *(part.last for part in parts))
    return _Everything(records, source.ticks + sum(part.ticks for part in parts), bad, last, buckets)


def _second_pass(staff: Executor, first: _Everything, until: int, examples: int, shown: Progress) -> BucketSums:
    shown.judging(first.records)
    whole = BucketSums(examples)
    waiting: dict[Future[BucketSums], int] = {}
    for places in first.buckets.values():
        waiting[staff.submit(pool.judge, places, until)] = sum(len(hashes) for hashes, _ in places) // 4
    for done in as_completed(waiting):
        whole.merge(done.result())
        shown.advance(waiting.pop(done))
    return whole
