"""``supervise pull``: passes until it is stopped, into Kafka; a database that does not answer is asked again."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from aiokafka.errors import KafkaError

from monitor.kafka import KafkaUnavailable, ensure_topics, partition_of, producing
from monitor.mapping import Mapping
from monitor.pull.cursor import Cursor
from monitor.pull.passes import Pass, pull_once
from monitor.pull.spec import PullError, PullSpec
from monitor.pull.table import SourceTable
from monitor.settings import Settings
from monitor.wire import DeadLetter, Topics, encode_event, encode_json
from rules.events import Event, key_of

log = logging.getLogger(__name__)


class KafkaSink:
    """Events into the live topic, bad rows into the dead letters."""

    def __init__(self, producer: Any, partitions: int, topics: Topics) -> None:
        self._producer = producer
        self._partitions = partitions
        self._topics = topics

    async def deliver(self, events: Sequence[Event], letters: Sequence[DeadLetter]) -> None:
        """Return once all in-sync replicas have every record; :class:`KafkaUnavailable` otherwise."""
        try:
            sent = [await self._send(event) for event in events]
            sent += [await self._producer.send(self._topics.dead_letters, encode_json(letter)) for letter in letters]
            await asyncio.gather(*sent)
        except KafkaError as error:
            raise KafkaUnavailable(f"the broker did not acknowledge: {type(error).__name__} {error}".rstrip()) from error

    async def _send(self, event: Event) -> Any:
        key = key_of(event).encode()
        partition = partition_of(key, self._partitions)
        return await self._producer.send(self._topics.events, encode_event(event), key=key, partition=partition)


async def run_pull(spec: PullSpec, mapping: Mapping, settings: Settings, *, once: bool = False) -> Pass:
    """Pull until cancelled, or ``once``. Errors end it before the first pass is done; later the next pass tries again."""
    zone, cursor = ZoneInfo(settings.zone), Cursor(spec)
    table = await asyncio.to_thread(SourceTable, spec, mapping.columns, mapping.source.optional)
    try:
        if hidden := await asyncio.to_thread(table.without_key):
            log.warning("%d rows of %s have no %s: they are never read", hidden, spec.table, spec.key)
        await ensure_topics(settings.kafka, settings.topics)
        topics = Topics(settings.topics.prefix)
        async with producing(settings.kafka, topics.events) as (producer, partitions):
            sink = KafkaSink(producer, partitions, topics)
            done = await pull_once(spec, table, mapping, zone, cursor, sink)
            while not once:
                if done.rows:
                    log.info("%s: %s", spec.table, done)
                await asyncio.sleep(spec.every)
                try:
                    done = await pull_once(spec, table, mapping, zone, cursor, sink)
                except (PullError, KafkaUnavailable) as error:
                    log.warning("%s; trying again in %g s", error, spec.every)
                    done = Pass()
            return done
    finally:
        table.close()
