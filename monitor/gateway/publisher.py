"""The gateway's hand in Kafka: records that all replicas have, or that this disk keeps until they do, or an honest "not now"."""

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from typing import Self

from monitor.gateway.broker import Broker, Outgoing
from monitor.gateway.reading import whole
from monitor.gateway.spool import Spool, SpoolFull
from monitor.kafka import KafkaUnavailable
from monitor.settings import Settings
from monitor.wire import DeadLetter, encode_event, encode_json
from rules.events import Event, key_of

log = logging.getLogger(__name__)
_FORWARD_AT_ONCE = 500
"""Records of the spool in one go: what a kill sends twice at most."""
_MOST_RECORD_BYTES = 1_040_000
"""A producer takes 1 MiB with key and frame."""
_PAUSE = 0.2
_TELL_EVERY = 60.0


class Publisher:
    """Use as an async context manager. Starts without a broker too: requests are spooled or refused until there is one."""

    def __init__(self, settings: Settings) -> None:
        """:class:`~monitor.gateway.spool.BadSpool` where the spool's file cannot be used."""
        spool = settings.gateway.spool
        self._broker = Broker(settings)
        self._spool = Spool(spool, settings.gateway.spool_mib << 20) if spool is not None else None
        self._stack = AsyncExitStack()
        self._forwarding: asyncio.Task[None] | None = None
        self._told_at = 0.0

    async def __aenter__(self) -> Self:
        if self._spool is not None:
            await self._stack.enter_async_context(self._spool)
            self._forwarding = asyncio.create_task(self._forward(self._spool), name="gateway-forward")
        await self._stack.enter_async_context(self._broker)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._forwarding is not None:
            self._forwarding.cancel()
            with suppress(asyncio.CancelledError):
                await self._forwarding
        await self._stack.aclose()

    @property
    def ready(self) -> bool:
        """Whether the broker is reached, as far as is known."""
        return self._broker.ready

    @property
    def waiting(self) -> int:
        """Records in the spool."""
        return self._spool.records if self._spool is not None else 0

    @property
    def takes(self) -> bool:
        """Whether a request would be taken now: by the broker, or by the spool."""
        return self._broker.ready or (self._spool is not None and self._spool.has_room)

    async def publish(self, events: Sequence[Event], letters: Sequence[DeadLetter] = ()) -> bool:
        """Return once every record is acknowledged by all in-sync replicas, or durable in the spool; whether it is the spool.

        :class:`KafkaUnavailable` otherwise: some may have been written, and repeating the request does no harm, for the ids.
        :class:`~monitor.gateway.reading.BodyRefused` for a record that no broker would take.
        """
        records = [Outgoing(key_of(event).encode(), encode_event(event)) for event in events]
        records += [Outgoing(None, encode_json(letter)) for letter in letters]
        if any(len(record.value) > _MOST_RECORD_BYTES for record in records):  # no broker of ours would take it, ever
            raise whole(413, "too_large", f"a record of it has more than {_MOST_RECORD_BYTES} bytes")
        if self._spool is None:
            await self._broker.send(records)
            return False
        if self._spool.is_empty and self._broker.ready:
            with suppress(KafkaUnavailable):
                await self._broker.send(records)
                return False
        try:
            await self._spool.keep(records)  # behind what waits already, so that one sender's records stay in order
        except SpoolFull as error:
            if not self._broker.ready:
                raise KafkaUnavailable(f"Kafka is away, and {error}") from None
            await self._broker.send(records)
            return False
        self._tell(self._spool)
        return True

    async def _forward(self, spool: Spool) -> None:
        """Hand the spool's records to the broker, oldest first; ends by being cancelled."""
        while True:
            await spool.filled.wait()
            self._tell(spool)
            await self._broker.reached()
            spooled = await spool.first(_FORWARD_AT_ONCE)
            if spooled is None:
                continue
            try:
                await self._broker.send(spooled.records)
            except KafkaUnavailable:
                await asyncio.sleep(_PAUSE)
                continue
            await spool.remove(spooled)
            if not spool.records:
                log.info("the spool is empty again")
                self._told_at = 0.0

    def _tell(self, spool: Spool) -> None:
        now = time.monotonic()
        if now - self._told_at >= _TELL_EVERY or not self._told_at:
            self._told_at = now
            log.warning("the spool keeps %d records, %.1f MiB, for the broker", spool.records, spool.bytes / (1 << 20))
