"""The gateway's hand in Kafka: records acknowledged by all replicas, or an honest "not now"."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from typing import Any, Self

from aiokafka.errors import KafkaError

from monitor.kafka import KafkaUnavailable, ensure_topics, partition_of, producing
from monitor.settings import Settings
from monitor.wire import DeadLetter, Topics, encode_event, encode_json
from rules.events import Event, key_of

log = logging.getLogger(__name__)
_PATIENCE = 10.0
"""Seconds until a request without the broker's acknowledgement is answered 503."""
_RETRY = 2.0
"""Seconds between attempts to reach the cluster."""


class Publisher:
    """Use as an async context manager. Starts without a broker too, and goes on trying: requests are refused until then."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._topics = Topics(settings.topics.prefix)
        self._producer: Any = None
        self._partitions = 0
        self._connecting: asyncio.Task[None] | None = None
        self._connection = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self._connecting = asyncio.create_task(self._connect(), name="gateway-connect")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._connecting is not None:
            self._connecting.cancel()
            with suppress(asyncio.CancelledError):
                await self._connecting
        await self._connection.aclose()

    @property
    def ready(self) -> bool:
        """Whether the cluster has been reached since the start."""
        return self._partitions > 0

    async def publish(self, events: Sequence[Event], letters: Sequence[DeadLetter] = ()) -> None:
        """Return once every record is acknowledged by all in-sync replicas; otherwise :class:`KafkaUnavailable`.

        Then some may have been written: the sender repeats the request, and the events' ids make the repeats harmless.
        """
        if not self.ready:
            raise KafkaUnavailable(f"no Kafka at {self._settings.kafka.bootstrap} yet")
        try:
            async with asyncio.timeout(_PATIENCE):
                sent = [await self._send(event) for event in events]
                sent += [await self._producer.send(self._topics.dead_letters, encode_json(letter)) for letter in letters]
                await asyncio.gather(*sent)
        except (KafkaError, TimeoutError) as error:
            raise KafkaUnavailable(f"the broker did not acknowledge: {type(error).__name__} {error}".rstrip()) from error

    async def _send(self, event: Event) -> Any:
        key = key_of(event).encode()
        return await self._producer.send(
            self._topics.events, encode_event(event), key=key, partition=partition_of(key, self._partitions)
        )

    async def _connect(self) -> None:
        while True:
            try:
                await ensure_topics(self._settings.kafka, self._settings.topics)
                await self._start_producer()
            except (KafkaError, KafkaUnavailable, OSError) as error:
                log.warning("%s; trying again in %.0f s", error, _RETRY)
                await asyncio.sleep(_RETRY)
            else:
                log.info("writing to %s at %s", self._topics.events, self._settings.kafka.bootstrap)
                return

    async def _start_producer(self) -> None:
        patience = int(_PATIENCE * 1000)
        writing = producing(self._settings.kafka, self._topics.events, linger_ms=2, request_timeout_ms=patience)
        self._producer, self._partitions = await self._connection.enter_async_context(writing)
