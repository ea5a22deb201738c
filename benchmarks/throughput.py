"""Events per second of one worker process, side by side with stock Faust and a hand-written loop, on the same rules."""

from collections.abc import Sequence
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.contest import CONTENDERS, LOOP, STOCK, WORKER, Run, run
from benchmarks.hall import Log, write_log
from benchmarks.site import Site


async def throughput(place: Site, out: Console, *, cases: int, days: int, repetitions: int, seed: int) -> bool:
    """Run all contenders ``repetitions`` times in turn and print the table; whether all of them raised the same alerts."""
    log, _ = await write_log(place, "bench", cases, days, seed)
    out.print(f"log: {log.events:,} events of about {cases:,} cases and {log.ticks:,} ticks in {len(log.ends)} partitions")
    runs: list[Run] = []
    for repetition in range(repetitions):
        turn = CONTENDERS[repetition % 3 :] + CONTENDERS[: repetition % 3]
        for contender in turn:
            done = await run(place, log, contender, repetition)
            runs.append(done)
            out.print(
                f"  {repetition + 1}/{repetitions} {contender:<18} {done.rate:>9,.0f} records/s  {done.cpu_us:>7.1f} µs CPU  "
                f"{len(done.alerts):,} alerts {done.digest}"
            )
    out.print(_table(log, runs))
    return _verdict(out, runs)


def _table(log: Log, runs: Sequence[Run]) -> Table:
    table = Table(title=f"{log.records:,} records, medians of {len(runs) // len(CONTENDERS)} (min–max)")
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
    worker = [each for each in runs if each.contender == WORKER]
    for contender in CONTENDERS:
        own = [each for each in runs if each.contender == contender]
        rates = sorted(each.rate for each in own)
        table.add_row(
            contender,
            f"{median(rates):,.0f}",
            f"{rates[0]:,.0f}–{rates[-1]:,.0f}",
            "" if contender == WORKER else f"{_middle(worker, 'rate') / median(rates):.2f} ×",
            f"{_middle(own, 'cpu_us'):.1f}",
            "" if contender == WORKER else f"{_middle(own, 'cpu_us') / _middle(worker, 'cpu_us'):.2f} ×",
            f"{_middle(own, 'seconds'):.1f}",
            f"{_middle(own, 'rss') / 1e6:.0f}",
            f"{len(own[0].alerts):,}",
        )
    return table


def _middle(runs: Sequence[Run], name: str) -> Any:
    return median(getattr(each, name) for each in runs)


def _verdict(out: Console, runs: Sequence[Run]) -> bool:
    reference = runs[0].alerts
    differing = [each for each in runs if each.alerts != reference]
    if not differing and reference:
        out.print(f"all {len(runs)} runs raised the same {len(reference):,} alerts with the same final states: {runs[0].digest}")
        ratios = {name: _middle([each for each in runs if each.contender == WORKER], "rate")
                  / _middle([each for each in runs if each.contender == name], "rate") for name in (STOCK, LOOP)}  # fmt: skip
        out.print(f"worker / stock Faust = {ratios[STOCK]:.1f} (expected ≥ 15), worker / loop = {ratios[LOOP]:.2f} (≥ 0.85)")
        return True
    for each in differing:
        odd = set(each.alerts.items()) ^ set(reference.items())
        out.print(f"VOID: {each.contender} differs from {runs[0].contender} in {len(odd)}: {sorted(odd)[:4]}")
    return False
