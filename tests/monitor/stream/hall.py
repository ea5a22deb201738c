"""A hall for tests: topics of its own on the real broker, worker processes, and what they wrote."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.structs import ConsumerRecord

from monitor.kafka import ensure_topics, partition_counts, partition_of
from monitor.settings import KafkaSettings, Settings, TopicSettings, WorkerSettings
from monitor.stream.faust.table import Recovered
from monitor.stream.partition.slices import CLOCK_KEY
from monitor.stream.topics import changelog_name
from monitor.wire import DeadLetter, Figures, Topics, decode_alert, decode_dead_letter, decode_figures, encode_event
from rules.alerts import Alert
from rules.case import Case, decode_case
from rules.events import TICK, Accepted, Concluded, Event, key_of
from rules.keys import number_of_case

ROOT = Path(__file__).parents[3]
PARTITIONS = 4
AROUND_THE_CLOCK = Path(__file__).with_name("around_the_clock.toml")
"""The rule book of every worker here: a limit of one day is 24 hours, whenever it begins."""
MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""09:00 in Shanghai on a working day."""


class Feed(NamedTuple):
    """One record to append."""

    key: bytes | None
    value: bytes | None
    partition: int
    at: int | None = None


def ms(when: datetime) -> int:
    return int(when.timestamp() * 1000)


def feed(event: Event, arrived: datetime | None = None) -> Feed:
    """``event`` as a well-behaved window system appends it."""
    key = key_of(event).encode()
    return Feed(key, encode_event(event), partition_of(key, PARTITIONS), ms(arrived or event.at))


def ticks(at: datetime) -> list[Feed]:
    return [Feed(None, encode_event(TICK), partition, ms(at)) for partition in range(PARTITIONS)]


def accepted(case: str, at: datetime, promised: str = "10wd", **more: Any) -> Accepted:
    return Accepted(id=f"{case}-a", case=case, at=at, region="430100", hall="h", department="d", promised=promised, **more)


def case_key(case: str) -> bytes:
    """That of a case of these."""
    return f"430100-d/{case}".encode()


def concluded(case: str, at: datetime) -> Concluded:
    return Concluded(id=f"{case}-c", case=case, at=at, region="430100", hall="h", department="d")


class Hall:
    """Topics under one prefix; everything it starts ends with it."""

    def __init__(self, bootstrap: str, prefix: str, tmp: Path) -> None:
        self.settings = Settings(
            kafka=KafkaSettings(bootstrap=bootstrap),
            topics=TopicSettings(prefix=prefix, partitions=PARTITIONS),
            worker=WorkerSettings(session_timeout=6),
        )
        self.topics = Topics(prefix)
        self.changelog = changelog_name(self.settings)
        self._bootstrap = bootstrap
        self._tmp = tmp
        self._workers: list[subprocess.Popen[bytes]] = []

    async def open(self, *, create_time: bool) -> None:
        await ensure_topics(self.settings.kafka, self.settings.topics, create_time=create_time)

    def worker(
        self,
        *,
        fault: str = "",
        max_batch: int = 4000,
        metrics_port: int = 0,
        book: Path = AROUND_THE_CLOCK,
        tally_seconds: float = 10,
        bootstrap: str = "",
        codecs: bool = True,
        ahead: int = 0,
    ) -> subprocess.Popen[bytes]:
        """Start a worker; its log is ``worker-N.log`` of the test's folder. Without ``codecs`` their library is not there.

        ``ahead``: seconds by which its clock is wrong.
        """
        log = (self._tmp / f"worker-{len(self._workers)}.log").open("wb")
        worker = self.settings.worker
        environment = {
            **os.environ,
            "SUPERVISE_KAFKA__BOOTSTRAP": bootstrap or self._bootstrap,
            "SUPERVISE_TOPICS__PREFIX": self.topics.prefix,
            "SUPERVISE_WORKER__GROUP": worker.group,
            "SUPERVISE_WORKER__SESSION_TIMEOUT": str(worker.session_timeout),
            "SUPERVISE_WORKER__MAX_BATCH_RECORDS": str(max_batch),
            "SUPERVISE_METRICS__PORT": str(metrics_port),
            "SUPERVISE_WORKER__TALLY_SECONDS": str(tally_seconds),
            "SUPERVISE_FAULT": fault,
            "TEST_CLOCK_AHEAD": str(ahead),
            "TEST_WITHOUT_CODECS": "" if codecs else "1",
        }
        command = [sys.executable, "-m", "tests.monitor.stream.worker_main", str(book)]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        log.close()
        self._workers.append(process)
        return process

    def log_of(self, worker: subprocess.Popen[bytes]) -> str:
        return (self._tmp / f"worker-{self._workers.index(worker)}.log").read_text()

    async def ready(self, worker: subprocess.Popen[bytes], seconds: float = 40) -> None:
        """Wait until the worker has its partitions."""
        await self.until(lambda: "ready: partitions" in self.log_of(worker), f"worker ready: {self.log_of(worker)}", seconds)

    async def until(self, condition: Callable[[], bool], what: str, seconds: float = 40) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"waited {seconds} s for {what}; logs: {self._logs()}"
            await asyncio.sleep(0.05)

    def _logs(self) -> str:
        return "\n".join(self.log_of(worker)[-3000:] for worker in self._workers)

    def close(self) -> None:
        for worker in self._workers:
            if worker.poll() is None:
                worker.kill()
            worker.wait()

    async def stop(self, worker: subprocess.Popen[bytes], seconds: float = 15) -> int:
        """SIGTERM, and its exit status."""
        worker.send_signal(signal.SIGTERM)
        return await asyncio.to_thread(worker.wait, seconds)

    async def append(self, records: Iterable[Feed], topic: str = "") -> None:
        """Append records in order and wait for the broker."""
        producer = AIOKafkaProducer(bootstrap_servers=self._bootstrap, max_request_size=5_000_000, linger_ms=5)
        await producer.start()
        try:
            name = topic or self.topics.events
            sent = [
                await producer.send(name, record.value, key=record.key, partition=record.partition, timestamp_ms=record.at)
                for record in records
            ]
            await asyncio.gather(*sent)
        finally:
            await producer.stop()

    async def read(self, topic: str) -> list[ConsumerRecord]:
        """All records of a topic, partition by partition."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self._bootstrap, group_id=None, auto_offset_reset="earliest")
        await consumer.start()
        try:
            there = (await partition_counts(self.settings.kafka)).get(topic, PARTITIONS)
            partitions = [TopicPartition(topic, number) for number in range(there)]
            consumer.assign(partitions)
            ends = await consumer.end_offsets(partitions)
            records: list[ConsumerRecord] = []
            while any([await consumer.position(tp) < ends[tp] for tp in partitions]):
                for batch in (await consumer.getmany(timeout_ms=200)).values():
                    records += batch
            return sorted(records, key=lambda record: (record.partition, record.offset))
        finally:
            await consumer.stop()

    async def alerts(self) -> list[Alert]:
        return [decode_alert(record.value) for record in await self.read(self.topics.alerts)]

    async def dead_letters(self) -> list[DeadLetter]:
        return [decode_dead_letter(record.value) for record in await self.read(self.topics.dead_letters)]

    async def figures(self) -> dict[bytes, Figures]:
        return {record.key: decode_figures(record.value) for record in await self.read(self.topics.figures)}

    async def cases(self) -> dict[str, Case]:
        """The case table as the changelog has it, by the numbers of the cases."""
        recovered = Recovered()
        for record in await self.read(self.changelog):
            recovered.put(record.key, record.value)
        rows = {key.decode(): value for key, value in recovered.rows.items() if value and key != CLOCK_KEY}
        return {number_of_case(key): decode_case(value) for key, value in rows.items()}

    async def clocks(self) -> dict[int, list[Any]]:
        """The last clock record of each partition, behind the number of its form."""
        rows = await self.read(self.changelog)
        return {row.partition: msgspec.msgpack.decode(row.value)[1:] for row in rows if row.key == b"\0clock"}

    async def committed(self) -> dict[int, int]:
        """Offsets the worker's group has committed."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self._bootstrap, group_id=self.settings.group, enable_auto_commit=False)
        await consumer.start()
        try:
            consumer.assign([TopicPartition(self.topics.events, number) for number in range(PARTITIONS)])
            return {tp.partition: await consumer.committed(tp) or 0 for tp in consumer.assignment()}
        finally:
            await consumer.stop()

    async def ends(self) -> dict[int, int]:
        consumer = AIOKafkaConsumer(bootstrap_servers=self._bootstrap, group_id=None)
        await consumer.start()
        try:
            tps = [TopicPartition(self.topics.events, number) for number in range(PARTITIONS)]
            return {tp.partition: end for tp, end in (await consumer.end_offsets(tps)).items()}
        finally:
            await consumer.stop()

    async def caught_up_somewhere(self, seconds: float = 40) -> None:
        """Wait until a worker has committed anything at all."""
        deadline = time.monotonic() + seconds
        while not any((await self.committed()).values()):
            assert time.monotonic() < deadline, f"nothing committed; logs: {self._logs()}"

    async def caught_up(self, seconds: float = 60) -> None:
        """Wait until everything appended so far is committed by a worker."""
        ends = await self.ends()
        deadline = time.monotonic() + seconds
        while True:
            committed = await self.committed()
            if all(committed[partition] >= end for partition, end in ends.items()):
                return
            assert time.monotonic() < deadline, f"committed {committed} of {ends}; logs: {self._logs()}"
            await asyncio.sleep(0.2)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)
