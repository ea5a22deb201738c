"""``supervise worker``: joins the consumer group and runs the engines of the partitions it is given.

:class:`Worker` wires the parts. Faust hands it batches, engines turn them into slices, the outbox makes those durable. Only then
is the batch settled and its offset committed. ``docs/explanation/worker.md`` tells the whole story.

The wiring stands in one file, however long: who asks which part calls which reads it here.
"""

import asyncio
import gc
import logging
import os
import signal
import time
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from monitor import metrics
from monitor.books import CatalogReader, Library
from monitor.kafka import partition_of
from monitor.settings import Settings
from monitor.stream import gauges
from monitor.stream.bookkeeper import Bookkeeper
from monitor.stream.faults import PlannedCrash
from monitor.stream.faust.app import TopicPartition, events_of, make_app, make_table
from monitor.stream.figures import FiguresPublisher
from monitor.stream.log_watch import records_lost, watch_partitions
from monitor.stream.outbox import Outbox
from monitor.stream.partition.clock import PartitionClock
from monitor.stream.partition.engine import PartitionEngine, StepFunction
from monitor.stream.partition.slices import CLOCK_KEY, Slice
from monitor.stream.readiness import Readiness
from monitor.stream.recovery import restore
from monitor.stream.tallies import TallyPublisher
from monitor.stream.ticker import Ticker
from monitor.stream.topics import changelog_name
from monitor.wire import Topics, encode_event
from rules.errors import SupervisionError
from rules.events import Tick
from rules.step import step

log = logging.getLogger(__name__)

STOP_TIMEOUT = 20.0
"""Seconds to finish in; what is not finished then is done again by the next owner."""


class WorkerFailed(SupervisionError):
    """The worker gave up; the text says on what. Nothing is lost: whoever takes over starts from the last commit.

    Whose: the cluster's, or ours.
    Mend: start the worker again; report it if it fails at the same place.
    """


class Worker:
    """One worker process between :meth:`run`'s beginning and end."""

    def __init__(
        self,
        settings: Settings,
        library: Library,
        catalog: CatalogReader,
        partitions: int,
        datadir: Path,
        readiness: Readiness,
        *,
        apply: StepFunction = step,
    ) -> None:
        self._topics = Topics(settings.topics.prefix)
        self._settings = settings
        self._partitions, self._readiness = partitions, readiness
        self._apply = apply
        self._engines: dict[int, PartitionEngine] = {}
        self._under_way: defaultdict[int, list[Any]] = defaultdict(list)
        self._recovery, self._between = asyncio.Lock(), asyncio.Lock()
        self._assigned_at = 0.0
        self._failure: BaseException | None = None
        self._ended = asyncio.Event()
        self.app = make_app(settings, partitions, datadir)
        self.app.on_lost, self.app.on_failure = records_lost, self._fail
        self._store = make_table(self.app, partitions).store
        self._store.on_drop = self._drop
        sender = self.app.producer
        self._outbox = Outbox(
            sender,
            self._topics,
            changelog_name(settings),
            self._settled,
            self._fail,
            PlannedCrash.from_environment(),
            readiness.acknowledged,
        )
        self._figures = FiguresPublisher(sender, self._topics.figures, self._fail)
        self._ticker = Ticker(self._send_tick, self._fail)
        self._keeper = Bookkeeper(library, catalog, self._engines, self._recovery, self._between, self._ticker.arm)
        self._tallies = TallyPublisher(sender, self._topics.events, self._home, settings.worker.tally_seconds, self._fail)
        self._connect(events_of(self.app, settings, partitions))

    def _connect(self, events: Any) -> None:
        app = self.app
        app.agent(events, name="rules")(self._read)
        app.tables["cases"].on_recover(self._recovered)
        app.on_partitions_revoked.connect(self._revoked, weak=False)
        app.on_partitions_assigned.connect(self._assigned, weak=False)
        app.on_before_shutdown.connect(self._before_shutdown, weak=False)

    async def run(self) -> None:
        """Work until it is stopped; :class:`WorkerFailed` if it could not."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._ended.set)
        running = asyncio.create_task(self._run_app())
        ended = asyncio.create_task(self._ended.wait())
        keeping = asyncio.create_task(self._keep_books())
        growing = asyncio.create_task(watch_partitions(self._settings, self._partitions, self._readiness.waits))
        await asyncio.wait({running, ended}, return_when=asyncio.FIRST_COMPLETED)
        log.info("stopping")
        keeping.cancel()
        growing.cancel()
        await self._stop()
        for task in (running, ended):
            task.cancel()
        await asyncio.gather(running, ended, keeping, growing, return_exceptions=True)
        failure = self._failure or self.app.crash_reason
        if failure is not None:
            raise WorkerFailed(f"the worker stopped: {failure}") from failure

    async def _run_app(self) -> None:
        try:
            await self.app.start()
            await self.app.wait_until_stopped()
        except Exception as error:
            self._failure = self._failure or error

    async def _keep_books(self) -> None:
        try:
            await self._keeper.run()
        except Exception as error:
            await self._fail(error)

    async def _stop(self) -> None:
        self._ticker.forget_all()
        if self._failure is not None:
            self.app.conf.stream_wait_empty = False  # the batch that failed will never be settled
        stopping = asyncio.create_task(self.app.stop())
        _, late = await asyncio.wait({stopping}, timeout=STOP_TIMEOUT)  # not cancelled: Faust would not listen
        if late:
            log.error("did not finish within %.0f s; the next owner goes on from the last commit", STOP_TIMEOUT)
            logging.shutdown()
            os._exit(1)  # what did not stop now would keep the process, and its partitions, for ever
        await stopping

    # Batches

    async def _read(self, stream: Any) -> None:
        async for event in stream.noack().events():
            try:
                async with self._between:
                    await self._apply_batch(stream, event)
            except Exception as error:
                await self._fail(error)
                raise

    async def _apply_batch(self, stream: Any, event: Any) -> None:
        message, records = event.message, event.value
        engine = self._engines.get(message.partition)
        if self._failure is not None:
            return
        if engine is None:
            raise WorkerFailed(f"a batch of partition {message.partition} came, which this worker has not recovered")
        consumer = self.app.consumer
        spent = 0.0
        self._tallies.begun(engine)
        parts = engine.apply(records, consumer.committed(message.tp))
        while True:
            began = time.perf_counter()
            part = next(parts)
            spent += time.perf_counter() - began
            if part.ends_batch:
                break
            await self._outbox.put(part, _nothing)
            await asyncio.sleep(0)

        under_way = self._under_way[message.partition]
        under_way.append(message)
        settled = [] if engine.clock.held else list(under_way)  # what is in doubt must be read again after a crash
        del under_way[: len(settled)]

        async def done() -> None:
            for each in settled:
                consumer.settle(each)
            await stream.ack(event)

        await self._outbox.put(part, done)
        self._tallies.applied(engine)
        gauges.batch_applied(len(records), spent)
        gauges.engine_state(engine)
        metrics.CONSUMER_LAG.labels(str(message.partition)).set(
            max(0, (consumer.highwater(message.tp) or 0) - message.offset - 1)
        )
        if engine.clock.is_live:
            self._ticker.applied(message.partition, engine.clock.taken)

    def _settled(self, part: Slice, written: range, seconds: float) -> None:
        self._store.wrote(part.partition, written)
        self._figures.note(part)
        gauges.slice_settled(part, seconds)

    async def _send_tick(self, partition: int, tick: Tick) -> tuple[int, int]:
        sent = await self.app.producer.send_one(self._topics.events, None, encode_event(tick), partition=partition)
        answer = await sent
        metrics.TICKS.labels(str(partition)).inc()
        return answer.offset, answer.timestamp

    # Partitions come and go

    async def _revoked(self, app: Any, revoked: set[TopicPartition], **_: Any) -> None:
        """Faust has stopped the flow and waited until every batch under way is settled."""
        self._readiness.has_partitions(False)
        self._ticker.forget_all()
        await self._outbox.drain()
        await self._figures.flush()
        await self._tallies.drain()

    async def _before_shutdown(self, app: Any, **_: Any) -> None:
        """Every batch under way is settled; the producer still works."""
        if self._failure is None:
            await self._outbox.drain()
            await self._figures.flush()
            await self._tallies.drain()

    async def _assigned(self, app: Any, assigned: set[TopicPartition], **_: Any) -> None:
        self._assigned_at = time.monotonic()

    def _drop(self, partition: int) -> None:
        self._engines.pop(partition, None)
        self._ticker.forget(partition)
        self._tallies.forget(partition)
        self._under_way.pop(partition, None)
        gauges.partition_gone(partition)

    async def _recovered(self) -> None:
        """Faust has read the changelogs: build the engines of new partitions."""
        try:
            async with self._recovery:
                await self._build_engines()
        except Exception as error:
            await self._fail(error)  # Faust would only log it and let the batches come; they are not applied then

    async def _build_engines(self) -> None:
        store = self._store
        if store.failure is not None:
            raise store.failure
        for partition in sorted(store.active):
            rows, epoch = store.take(partition), store.epochs[partition]
            engine = self._engines.get(partition)
            if engine is not None:
                _check_ours(engine, rows)
            else:
                engine = await restore(self._topics.events, partition, rows, self._keeper.books, self._home, apply=self._apply)
                if store.epochs[partition] != epoch:
                    continue
                self._engines[partition] = engine
                self._figures.note(engine.recount())
            gauges.engine_state(engine)
            self._ticker_watch(engine)
            self._tallies.applied(engine)
        metrics.RECOVERY_SECONDS.set(time.monotonic() - self._assigned_at)
        gc.collect()
        gc.freeze()
        self._readiness.has_partitions(True)
        cases = sum(len(engine.cases) for engine in self._engines.values())
        log.info("ready: partitions %s, %d cases", sorted(self._engines), cases)

    def _ticker_watch(self, engine: PartitionEngine) -> None:
        def due(now: int) -> int:
            return engine.wakeups.earliest_current(now) if engine.clock.is_live else 0

        self._ticker.watch(engine.partition, due, engine.clock)

    def _home(self, key: bytes) -> int:
        return partition_of(key, self._partitions)

    # Failing

    async def _fail(self, error: BaseException) -> None:
        """Stop everything: what is not settled will be read again."""
        if self._failure is None:
            self._failure = error
            self.app.conf.stream_wait_empty = False  # the failed batch will never be acknowledged
            log.error("the worker cannot go on: %s", error, exc_info=None if isinstance(error, SupervisionError) else error)
        self._ended.set()


def _check_ours(engine: PartitionEngine, rows: Mapping[bytes, bytes | None]) -> None:
    """A partition kept across a rebalance must not have been another worker's meanwhile."""
    kept = rows.get(CLOCK_KEY)
    if kept is not None and PartitionClock.last_offset(kept) > engine.clock.offset:
        raise WorkerFailed(
            f"another worker went on with partition {engine.partition} while this one did not run; start it again, it will "
            "read the state anew"
        )


async def _nothing() -> None:
    """A slice that does not end its batch settles nothing."""
