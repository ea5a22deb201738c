"""The broker as the gateway has it: there, or known to be away, so that no request waits to learn what is known already.

A link is a producer that has reached the cluster. It is asked every two seconds whether it still does. It is given up when that
fails, or when records are not acknowledged in time. Then a new one is made, and one request at a time tries it until it works.
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from typing import Any, NamedTuple, Self

from aiokafka.errors import KafkaError

from monitor.kafka import KafkaUnavailable, abandon, ensure_topics, partition_of, producing
from monitor.metrics import GATEWAY_BROKER
from monitor.settings import Settings
from monitor.wire import Topics

log = logging.getLogger(__name__)
_PATIENCE = 10.0
"""Seconds until records without the broker's acknowledgement are given up."""
_RETRY = 2.0
"""Seconds between attempts to reach the cluster, and between questions whether it is still there."""
_PROBE_SECONDS = 3.0
_TELL_AGAIN = 60.0


class Outgoing(NamedTuple):
    """A record on its way: with a key to the events, without to the dead letters."""

    key: bytes | None
    value: bytes


class _Link:
    """One producer and how it does."""

    def __init__(self, producer: Any, partitions: int, *, on_trial: bool) -> None:
        self.producer = producer
        self.partitions = partitions
        self.on_trial = on_trial
        self.tried = False
        self.gone = asyncio.Event()


class Broker:
    """Use as an async context manager. Starts without a broker too, and goes on trying."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._topics = Topics(settings.topics.prefix)
        self._link: _Link | None = None
        self._there = asyncio.Event()
        self._on_trial = False
        self._told_at = -_TELL_AGAIN
        self._keeping: asyncio.Task[None] | None = None
        self._ending: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        GATEWAY_BROKER.set(0)
        self._keeping = asyncio.create_task(self._keep(), name="gateway-broker")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._keeping is not None:
            self._keeping.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeping
        if self._ending:
            await asyncio.wait(self._ending, timeout=_PATIENCE)

    @property
    def ready(self) -> bool:
        """Whether the cluster is reached, as far as is known."""
        return self._link is not None

    async def reached(self) -> None:
        """Wait until it is."""
        await self._there.wait()

    async def send(self, records: Sequence[Outgoing]) -> None:
        """Return once all in-sync replicas have every record; otherwise :class:`KafkaUnavailable`, at once where it is away.

        Then some may have been written: who repeats them does no harm, their ids are known.
        """
        link = self._link
        if link is None or (link.on_trial and link.tried):
            raise KafkaUnavailable(f"no Kafka at {self._settings.kafka.bootstrap} now")
        link.tried = True
        try:
            async with asyncio.timeout(_PATIENCE):
                sent = [await self._enqueue(link, record) for record in records]
                await asyncio.gather(*sent)
        except (KafkaError, TimeoutError) as error:
            self._give_up(link)
            raise KafkaUnavailable(f"the broker did not acknowledge: {type(error).__name__} {error}".rstrip()) from error
        except BaseException:
            link.tried = False  # the request ended, which says nothing about the broker
            raise
        link.on_trial = self._on_trial = False

    async def _enqueue(self, link: _Link, record: Outgoing) -> Any:
        if record.key is None:
            return await link.producer.send(self._topics.dead_letters, record.value)
        partition = partition_of(record.key, link.partitions)
        return await link.producer.send(self._topics.events, record.value, key=record.key, partition=partition)

    def _give_up(self, link: _Link) -> None:
        if self._link is link:
            self._link = None
            self._on_trial = True
            self._there.clear()
            GATEWAY_BROKER.set(0)
        abandon(link.producer)  # whoever waits for it hears at once
        link.gone.set()

    async def _keep(self) -> None:
        """Have a link, always; ends by being cancelled."""
        while True:
            try:
                await self._once()
            except (KafkaError, KafkaUnavailable, OSError, TimeoutError) as error:
                self._tell(f"{error}; trying again every {_RETRY:.0f} s")
            await asyncio.sleep(_RETRY)

    async def _once(self) -> None:
        """Make a link and watch it until it is gone."""
        async with asyncio.timeout(3 * _PATIENCE):
            await ensure_topics(self._settings.kafka, self._settings.topics)
        async with AsyncExitStack() as stack:
            milliseconds = int(_PATIENCE * 1000)
            writing = producing(self._settings.kafka, self._topics.events, linger_ms=2, request_timeout_ms=milliseconds)
            async with asyncio.timeout(3 * _PATIENCE):
                producer, partitions = await stack.enter_async_context(writing)
            link = _Link(producer, partitions, on_trial=self._on_trial)
            self._link = link
            self._there.set()
            GATEWAY_BROKER.set(1)
            log.info("writing to %s at %s", self._topics.events, self._settings.kafka.bootstrap)
            try:
                await self._watch(link)
            finally:
                if link.gone.is_set():  # its end may take as long as its last request: a new link need not wait for it
                    ending = asyncio.create_task(_ended(stack.pop_all()))
                    self._ending.add(ending)
                    ending.add_done_callback(self._ending.discard)
                else:
                    self._link = None

    async def _watch(self, link: _Link) -> None:
        """Return when the link is gone."""
        while not link.gone.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(link.gone.wait(), _RETRY)
                return
            try:
                await asyncio.wait_for(link.producer.client.fetch_all_metadata(), _PROBE_SECONDS)
            except (KafkaError, OSError, TimeoutError) as error:
                self._give_up(link)
                self._tell(f"Kafka at {self._settings.kafka.bootstrap} does not answer any more: {error or type(error).__name__}")

    def _tell(self, text: str) -> None:
        now = time.monotonic()
        if now - self._told_at >= _TELL_AGAIN:
            self._told_at = now
            log.warning("%s", text)


async def _ended(stack: AsyncExitStack) -> None:
    with suppress(KafkaError, OSError):
        await stack.aclose()
