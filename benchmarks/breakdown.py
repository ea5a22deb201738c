"""Where the time per event goes: one real run for the whole, then each part alone on the same inputs."""

from rich.console import Console
from rich.table import Table

from benchmarks.contest import WORKER, run
from benchmarks.hall import write_log
from benchmarks.site import PARTITIONS, Site
from benchmarks.stages import as_batches, collected, engine_seconds, part_seconds, quiet, watch
from benchmarks.topics import read
from monitor.books.files import load_books
from monitor.wire import Topics

_ENGINE_PARTS = (
    "JSON decode of the event", "case decode", "rules, on events", "rules, on ticks", "case encode", "alert encode"
)  # fmt: skip


async def breakdown(place: Site, out: Console, *, cases: int, days: int, seed: int) -> None:
    """Print µs per record of the log by part."""
    log, settings = await write_log(place, "parts", cases, days, seed)
    whole = await run(place, log, WORKER, 0)
    records = await collected(read(settings, Topics(log.prefix).events))
    books = load_books([log.book])
    batches = as_batches(records, settings.worker.max_batch_records // PARTITIONS)
    quiet()
    engine = min(engine_seconds(batches, books) for _ in range(3))
    seen = watch(batches, books)
    seconds = part_seconds(batches, seen)
    share = {name: spent / log.records * 1e6 for name, spent in seconds.items()}
    engine_us = engine / log.records * 1e6
    share["engine: batches, wake-ups, figures, counts"] = engine_us - sum(share[name] for name in _ENGINE_PARTS)
    share["Faust, asyncio, sockets, metrics (the rest)"] = (
        whole.cpu_us - engine_us - sum(spent for name, spent in share.items() if name.startswith(("fetch", "produce")))
    )
    table = Table(title=f"{log.records:,} records ({log.ticks:,} of them ticks), {len(seen.calls):,} steps, µs of processor each")
    for heading in ("part", "µs/record", "share"):
        table.add_column(heading, justify="left" if heading == "part" else "right")
    for name, spent in share.items():
        table.add_row(name, f"{spent:.1f}", f"{spent / whole.cpu_us:.0%}")
    table.add_row("the worker's process, all threads", f"{whole.cpu_us:.1f}", "100%", style="bold")
    out.print(table)
    changes = sum(len(part.changes) for part in seen.slices)
    out.print(
        f"in this run {whole.rate:,.0f} records/s; engine alone {1e6 / engine_us:,.0f} records/s; "
        f"{changes / log.records:.2f} changelog records and {len(whole.alerts) / log.records:.3f} alerts per record"
    )
