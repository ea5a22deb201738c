"""Events per second of one worker process, side by side with stock Faust and a hand-written loop, on the same rules."""

from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.contest import BEFORE, CONTENDERS, LOOP, STOCK, WORKER, Run, run
from benchmarks.hall import Log, write_log
from benchmarks.site import Site

_EXPECTED = {STOCK: 15, LOOP: 0.85}


async def throughput(
    place: Site,
    out: Console,
    *,
    cases: int,
    days: int,
    repetitions: int,
    seed: int,
    families: str = "all",
    contenders: Sequence[str] = CONTENDERS,
    before: Path | None = None,
) -> bool:
    """Run the contenders ``repetitions`` times in turn and print the table; whether all of them raised the same alerts.

    ``before`` is a checkout of an earlier commit, whose worker joins them.
    """
    contenders = (*contenders, BEFORE) if before is not None else contenders
    log, _ = await write_log(place, "bench", cases, days, seed, families)
    out.print(f"log: {log.events:,} events of about {cases:,} cases and {log.ticks:,} ticks in {len(log.ends)} partitions")
    runs: list[Run] = []
    for repetition in range(repetitions):
        first = repetition % len(contenders)
        for contender in (*contenders[first:], *contenders[:first]):
            done = await run(place, log, contender, repetition, before)
            runs.append(done)
            out.print(
                f"  {repetition + 1}/{repetitions} {contender:<18} {done.rate:>9,.0f} records/s  {done.cpu_us:>7.1f} µs CPU  "
                f"{len(done.alerts):,} alerts {done.digest}{f' states {done.states}' if done.states else ''}"
            )
    out.print(_table(log, runs))
    return _verdict(out, runs)


def _table(log: Log, runs: Sequence[Run]) -> Table:
    by_name = _by_name(runs)
    worker = by_name.get(WORKER, [])
    table = Table(title=f"{log.records:,} records, medians of {len(runs) // len(by_name)}")
    for heading in (
        "one process",
        "records/s",
        "min–max",
        "worker is",
        "CPU µs/record",
        "by CPU",
        "measured s",
        "RSS MB",
        "alerts",
    ):
        table.add_column(heading, justify="left" if heading == "one process" else "right")
    for name, own in by_name.items():
        rates = sorted(each.rate for each in own)
        compared = bool(worker) and name != WORKER
        table.add_row(
            name,
            f"{median(rates):,.0f}",
            f"{rates[0]:,.0f}–{rates[-1]:,.0f}",
            f"{_middle(worker, 'rate') / median(rates):.2f} ×" if compared else "",
            f"{_middle(own, 'cpu_us'):.1f}",
            f"{_middle(own, 'cpu_us') / _middle(worker, 'cpu_us'):.2f} ×" if compared else "",
            f"{_middle(own, 'seconds'):.1f}",
            f"{_middle(own, 'rss') / 1e6:.0f}",
            f"{len(own[0].alerts):,}",
        )
    return table


def _by_name(runs: Sequence[Run]) -> dict[str, list[Run]]:
    return {name: own for name in (*CONTENDERS, BEFORE) if (own := [each for each in runs if each.contender == name])}


def _middle(runs: Sequence[Run], name: str) -> Any:
    return median(getattr(each, name) for each in runs)


def _verdict(out: Console, runs: Sequence[Run]) -> bool:
    """Say whether the comparison holds, and how the worker does against what is expected of it."""
    reference = runs[0].alerts
    if not reference:
        out.print("VOID: no alerts were raised, use more cases or days")
        return False
    differing = [each for each in runs if each.alerts != reference]
    for each in differing:
        odd = set(each.alerts.items()) ^ set(reference.items())
        out.print(f"VOID: {each.contender} differs from {runs[0].contender} in {len(odd)}: {sorted(odd)[:4]}")
    if differing:
        return False
    out.print(f"all {len(runs)} runs raised the same {len(reference):,} alerts with the same final states: {runs[0].digest}")
    states = {each.states for each in runs if each.states}
    if len(states) > 1:
        out.print(f"VOID: the workers' states differ: {', '.join(sorted(states))}")
        return False
    by_name = _by_name(runs)
    for name, wanted in _EXPECTED.items():
        if WORKER in by_name and name in by_name:
            ratio = _middle(by_name[WORKER], "rate") / _middle(by_name[name], "rate")
            out.print(f"worker / {name} = {ratio:.2f} (expected ≥ {wanted})")
    return True
