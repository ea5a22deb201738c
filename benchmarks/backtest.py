"""A million old records by two rule books: how long a back-test takes, pass by pass, and what memory."""

import os
import resource
import statistics
import tempfile
import time
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from monitor.backtest import Options, from_lines, run_backtest
from monitor.simulate.files import write_book, write_file

_START = datetime.fromisoformat("2025-01-01T00:00:00+08:00")
_PER_CASE = 8.6
"""Records per case and day of the simulated hall, days off and attendance at windows included."""


def backtest(out: Console, *, records: int, days: int, processes: int | None, repetitions: int, seed: int) -> None:
    """Simulate about ``records`` records of ``days`` days, judge them by the default book and by Hunan's, print the times."""
    with tempfile.TemporaryDirectory(prefix="supervise-bench-") as folder:
        file, current, candidate = (Path(folder, name) for name in ("records.jsonl", "default.toml", "hunan.toml"))
        began = time.perf_counter()
        count = write_file(file, start=_START, days=days, seed=seed, cases_per_day=records / days / _PER_CASE)
        size = file.stat().st_size / 1e6
        out.print(f"{count:,} records of {days} days, {size:,.0f} MB, simulated in {time.perf_counter() - began:.0f} s")
        write_book(current, extends="default")
        write_book(candidate, extends="hunan")
        source = from_lines(file, Path(folder))
        table = Table(title="Back-test, both books", title_justify="left")
        for head in ("run", "seconds", "records/s", "processor s", "cards current", "cards candidate", "load before"):
            table.add_column(head, justify="right")
        seconds = []
        for number in range(1, repetitions + 1):
            load, used = os.getloadavg()[0], _processor_seconds()
            done = run_backtest(source, (candidate,), (current,), Options(processes=processes))
            seconds.append(done.seconds)
            cards = [sum(getattr(level, side).raised for level in done.report.totals) for side in ("current", "candidate")]
            row = (f"{done.seconds:.1f}", f"{count / done.seconds:,.0f}", f"{_processor_seconds() - used:.1f}")
            table.add_row(str(number), *row, *(f"{each:,}" for each in cards), f"{load:.1f}")
        out.print(table)
        largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        out.print(
            f"median {statistics.median(seconds):.1f} s on {done.processes} processes; "
            f"peak memory {own:,.0f} MB here, {largest:,.0f} MB in the largest process (with the file's pages)"
        )


def _processor_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)
