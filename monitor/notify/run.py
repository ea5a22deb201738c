"""The notifier as a process: waits for its brokers, begins where it had ended, and starts anew after whatever broke."""

import asyncio
import logging
import time
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from monitor.books import Library, read_library
from monitor.kafka import KafkaUnavailable, connected, leaves, partition_counts, pause
from monitor.notify.notices import Notices
from monitor.notify.plan import MessagePlan
from monitor.notify.session import Session, now_ms
from monitor.notify.stages import pipeline
from monitor.notify.store import AnotherNotifier, NoticeStore
from monitor.settings import Settings
from monitor.wire import Topics
from rules.worktime import Worktime

log = logging.getLogger(__name__)
_STEADY = 30.0
"""Seconds that a session must have lasted for its end to be the first again."""
Offsets = Mapping[TopicPartition, int]


class Notifier:
    """One installation's notifier."""

    def __init__(self, settings: Settings, plan: MessagePlan, library: Library) -> None:
        self._settings = settings
        self._plan = plan
        self._library = library
        self._zone = ZoneInfo(settings.zone)
        self._alerts = Topics(settings.topics.prefix).alerts
        self._channels = {name: channel.open(name) for name, channel in plan.channels.items()}
        self._trouble = ""

    async def run(self) -> None:
        """Notify for ever, whatever the brokers do; ends by being cancelled, or when another notifier takes its place."""
        tries = 0
        while True:
            began = time.monotonic()
            shut_out: BaseException | None = None
            try:
                await self._session()
            except* AnotherNotifier as errors:
                shut_out = leaves(errors)[0]
            except* (KafkaError, KafkaUnavailable, OSError) as errors:
                self._complain(leaves(errors)[0])
            if shut_out is not None:
                raise shut_out
            tries = 0 if time.monotonic() - began > _STEADY else tries + 1
            await asyncio.sleep(pause(tries))

    def _complain(self, error: BaseException) -> None:
        text = f"{type(error).__name__}: {error}"
        if text != self._trouble:  # once per kind of trouble: a broker that is down for a night must not fill the log
            log.warning("notifier cannot use %s: %s (trying again)", self._settings.kafka.bootstrap, text)
            self._trouble = text

    async def _session(self) -> None:
        partitions = (await partition_counts(self._settings.kafka)).get(self._alerts, 0)
        if not partitions:
            raise KafkaUnavailable(f"topic {self._alerts} does not exist yet: start a worker, it makes its topics")
        await read_library(self._settings, self._library)
        async with NoticeStore(self._settings) as store:
            reading = connected(AIOKafkaConsumer, self._settings.kafka, enable_auto_commit=False, auto_offset_reset="none")
            async with reading as consumer, aiohttp.ClientSession(trust_env=True) as http:
                notices = Notices(self._plan, pipeline(self._plan, self._worktime, self._zone))
                known = await store.load(notices)
                where = [TopicPartition(self._alerts, number) for number in range(partitions)]
                ends = await _seek(consumer, where, known, store)
                self._trouble = ""
                log.info("notifier reads %s; %d notices wait", self._alerts, notices.waiting)
                await Session(self._plan, self._zone, notices, store, self._channels, http).run(consumer, ends)

    def _worktime(self) -> Worktime:
        return self._library.books.at(now_ms()).worktime


async def _seek(consumer: Any, where: list[TopicPartition], known: Mapping[int, int], store: NoticeStore) -> Offsets:
    """Go on where the last session ended; the topic's present ends.

    The very first start begins at the end: nobody is told of what fell before there was a notifier. What was deleted unread is
    told in the log.
    """
    consumer.assign(where)
    starts: Offsets = await consumer.beginning_offsets(where)
    ends: Offsets = await consumer.end_offsets(where)
    for each in where:
        at = known.get(each.partition, 0 if known else ends[each])
        if not starts[each] <= at <= ends[each]:
            log.warning(
                "alerts %d to %d of %s[%d] are not there any more: nobody was told of them",
                min(at, ends[each]), starts[each], each.topic, each.partition,
            )  # fmt: skip
            at = starts[each]
        consumer.seek(each, at)
    if not known:
        await store.write((), {each.partition: ends[each] for each in where})
    return ends


async def run_notify(settings: Settings, plan: MessagePlan, library: Library) -> None:
    """Notify by ``plan`` until cancelled."""
    await Notifier(settings, plan, library).run()
