"""``supervise worker``: what one process does before its :class:`~monitor.stream.worker.Worker` runs, and when it ends."""

import asyncio
import gc
import logging
import signal
import tempfile
from pathlib import Path

from monitor.books import CatalogReader, Library
from monitor.door import serve_metrics
from monitor.kafka import patiently
from monitor.settings import Settings
from monitor.stream.partition.engine import StepFunction
from monitor.stream.readiness import Readiness
from monitor.stream.topics import check_clock, prepare_topics
from monitor.stream.worker import Worker
from rules.step import step

log = logging.getLogger(__name__)

GC_THRESHOLDS = (200_000, 20, 1000)
"""The state is bytes: there is next to nothing to collect, and looking costs a third of the speed."""
_CHATTY = ("faust", "mode", "monitor.stream.faust.app", "monitor.stream.faust.transport", "monitor.stream.faust.table")
"""Loggers of Faust, of its services, and of the classes of ours that are such services."""


async def _main(settings: Settings, library: Library, apply: StepFunction) -> None:
    readiness = Readiness()
    serve_metrics(settings.metrics, readiness.hindrance)
    partitions = await _topics(settings, readiness)
    if partitions is None:
        return
    async with CatalogReader(settings) as catalog:
        await catalog.read_to_end(library)  # before the first record, so that a replay is judged by the same books
        with tempfile.TemporaryDirectory(prefix="supervise-") as datadir:  # Faust wants one; nothing is kept in it
            await Worker(settings, library, catalog, partitions, Path(datadir), readiness, apply=apply).run()


async def _topics(settings: Settings, readiness: Readiness) -> int | None:
    """The number of partitions, once a broker is there; None if we are stopped while we wait for it."""

    async def ask() -> int:
        partitions = await prepare_topics(settings)
        await check_clock(settings)
        return partitions

    asking = asyncio.ensure_future(patiently(ask, readiness.waits))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asking.cancel)
    try:
        return await asking
    except asyncio.CancelledError:
        log.info("stopped while waiting for Kafka")
        return None
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


def run_worker(settings: Settings, library: Library, *, apply: StepFunction = step) -> None:
    """Run one worker until SIGTERM or SIGINT. ``library`` holds the books of its files; the published ones are laid over them.

    What keeps it from working is said by :class:`~monitor.kafka.client.KafkaUnavailable`,
    :class:`~monitor.stream.topics.MismatchedTopics` or :class:`~monitor.stream.worker.WorkerFailed`.
    """
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.ERROR)
    gc.set_threshold(*GC_THRESHOLDS)
    try:
        import uvloop  # noqa: PLC0415  # not on every platform
    except ImportError:
        asyncio.run(_main(settings, library, apply))
    else:
        uvloop.install()
        asyncio.run(_main(settings, library, apply))
