"""One connection's life of the notifier: read alerts, write what they give rise to, hand out what is due.

A batch's notices and how far the alerts have been read are written in one transaction (:mod:`monitor.notify.store`). A message
is sent first and noted afterwards: a kill in between sends it again, an orderly end never does. Nothing is sent before the
alerts are read to their present end: what was overtaken while nobody was there is not told.
"""

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import msgspec
from aiokafka import TopicPartition

from monitor import metrics
from monitor.kafka import has_reached
from monitor.notify.channels import MessageChannel
from monitor.notify.letter import grouped, rendered
from monitor.notify.notice import Notice
from monitor.notify.notices import Notices
from monitor.notify.plan import MessagePlan
from monitor.notify.postman import Postman
from monitor.notify.store import NoticeStore
from monitor.wire import decode_alert
from rules.instant import DAY, MINUTE, Instant

log = logging.getLogger(__name__)
_POLL_MS = 250
_GLANCE = 0.25
"""Seconds between two looks at what is due."""
_ALONG = MINUTE
"""A message takes along what would follow within this time."""
_ORDERLY = 25.0
"""Seconds for what is under way to arrive when the notifier is stopped."""


def now_ms() -> Instant:
    """The present, epoch ms."""
    return int(time.time() * 1000)


class Session:
    """Reads, writes and sends until it is cancelled or a broker fails it."""

    def __init__(
        self,
        plan: MessagePlan,
        zone: ZoneInfo,
        notices: Notices,
        store: NoticeStore,
        channels: Mapping[str, MessageChannel],
        http: aiohttp.ClientSession,
    ) -> None:
        self._plan = plan
        self._zone = zone
        self._notices = notices
        self._store = store
        self._http = http
        self._writing = asyncio.Lock()
        self._whole = asyncio.Event()
        self._postmen = {name: Postman(name, channel, self._told, time.time) for name, channel in channels.items()}

    async def run(self, consumer: Any, ends: Mapping[TopicPartition, int]) -> None:
        """Never returns. Cancelled, it first lets arrive what is under way."""
        carrying = [asyncio.create_task(postman.run(self._http)) for postman in self._postmen.values()]
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._read(consumer, ends))
                tasks.create_task(self._hand_out())
                tasks.create_task(_watch(carrying))
        finally:
            with suppress(TimeoutError):
                async with asyncio.timeout(_ORDERLY):
                    await asyncio.gather(*(postman.idle() for postman in self._postmen.values()))
            for task in carrying:
                task.cancel()
            await asyncio.gather(*carrying, return_exceptions=True)
            async with self._writing:
                pass  # the last transaction is whole

    async def _read(self, consumer: Any, ends: Mapping[TopicPartition, int]) -> None:
        while True:
            batches = await consumer.getmany(timeout_ms=_POLL_MS)
            if batches:
                changed = [notice for records in batches.values() for record in records for notice in self._take(record)]
                await self._write(changed, {each.partition: records[-1].offset + 1 for each, records in batches.items()})
            if not self._whole.is_set() and await has_reached(consumer, ends):
                self._whole.set()

    def _take(self, record: Any) -> Sequence[Notice]:
        if record.value is None:
            return ()
        try:
            alert = decode_alert(record.value)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            log.warning("%s[%d]@%d skipped: %s", record.topic, record.partition, record.offset, error)
            return ()
        return self._notices.put(alert, now_ms())

    async def _hand_out(self) -> None:
        await self._whole.wait()
        tidied = 0
        while True:
            now = now_ms()
            due = self._notices.due(now)
            if due:
                for group in grouped([*due, *self._notices.due(now + _ALONG)], self._zone):
                    await self._give(group)
            if now - tidied > DAY:
                tidied = now
                await self._write((), {}, self._notices.forget(now))
            metrics.NOTICES_WAITING.set(self._notices.waiting)
            await asyncio.sleep(_GLANCE)

    async def _give(self, group: Sequence[Notice]) -> None:
        message = rendered(group, self._zone, self._plan.language, self._plan.link)
        postman = self._postmen.get(message.channel)
        if postman is None:  # it waits since an earlier plan
            error = f"the plan has no channel {message.channel} any more"
            log.warning("%s: %d notices wait for it", error, len(group))
            await self._told(group, message.id, error)
        else:
            postman.give(message)

    async def _told(self, notices: Sequence[Notice], message: str, error: str) -> None:
        now = now_ms()
        done = self._notices.refused(notices, error, now) if error else self._notices.sent(notices, message, now)
        await self._write(done, {})

    async def _write(self, notices: Sequence[Notice], positions: Mapping[int, int], forgotten: Sequence[str] = ()) -> None:
        if not (notices or positions or forgotten):
            return
        for notice in notices:
            metrics.NOTICES.labels(notice.channel, notice.purpose, notice.fate).inc()
        # Whoever stops us must not cut a transaction in two: what was sent would not be noted, and be sent again.
        await asyncio.shield(asyncio.ensure_future(self._write_whole(notices, positions, forgotten)))

    async def _write_whole(self, notices: Sequence[Notice], positions: Mapping[int, int], forgotten: Sequence[str]) -> None:
        async with self._writing:  # a producer has one transaction at a time
            await self._store.write(notices, positions, forgotten)


async def _watch(tasks: Sequence["asyncio.Task[None]"]) -> None:
    """Fail when one of them does."""
    await asyncio.gather(*(asyncio.shield(task) for task in tasks))
