"""A topic made, written, read and deleted again: what no question answers, the clocks above all."""

import asyncio
import time
from secrets import token_hex
from typing import Any

import aiokafka.codec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, for_code

from monitor.doctor.finding import ClusterFinding, doubtful, ill, well
from monitor.kafka import UnreadableBatch, connected
from monitor.settings import Settings

CODECS = ("gzip", "snappy", "lz4", "zstd")
_PATIENCE = 20
"""Seconds for the whole of it."""
_SKEW_DOUBTED, _SKEW_ILL = 1.0, 30.0
"""Seconds by which the clocks of a broker and of this machine may differ."""
_AWAY = "the wrong one follows a time server (NTP: chrony, systemd-timesyncd)"


async def tried(settings: Settings, brokers: int) -> list[ClusterFinding]:
    """Make, write, read and delete a topic of its own; one partition for each broker, so that each stamps a record."""
    name = f"{settings.topics.prefix}.doctor-{token_hex(4)}"
    try:
        async with asyncio.timeout(_PATIENCE), connected(AIOKafkaAdminClient, settings.kafka) as admin:
            refusal = await _made(admin, name, brokers, settings.topics.replication)
            if refusal:
                return [ill("trial", name, f"a topic cannot be made: {refusal}", _made_mend(refusal, settings))]
            try:
                return await _used(settings, name, brokers)
            finally:
                await admin.delete_topics([name])
    except (KafkaError, UnreadableBatch, TimeoutError) as error:
        text = f"a topic of its own could not be written, read and deleted: {str(error) or type(error).__name__}"
        return [ill("trial", name, text, "see that a leader is there for each partition, and that this user may write and read")]


def _made_mend(refusal: str, settings: Settings) -> str:
    if refusal == "InvalidReplicationFactorError":
        return f"topics.replication ({settings.topics.replication}) is more than there are brokers: set it lower, or start more"
    return f"allow this user to create topics that begin with {settings.topics.prefix}., or have an administrator make them"


async def _made(admin: Any, name: str, partitions: int, replication: int) -> str:
    config = {"message.timestamp.type": "LogAppendTime"}
    answer = await admin.create_topics([NewTopic(name, partitions, replication, topic_configs=config)])
    ((_, code, *_),) = answer.topic_errors
    return for_code(code).__name__ if code else ""


async def _used(settings: Settings, name: str, partitions: int) -> list[ClusterFinding]:
    found, sent = [], 0
    for codec in CODECS:
        if not getattr(aiokafka.codec, f"has_{codec}")():
            found.append(ill("codecs", codec, f"{codec} cannot be read here", "install what requirements.lock names (cramjam)"))
            continue
        async with connected(AIOKafkaProducer, settings.kafka, compression_type=codec, acks="all") as producer:
            if not sent:
                found += [await _clock(producer, name, number) for number in range(partitions)]
                sent += partitions
            await producer.send_and_wait(name, codec.encode() * 100, partition=0)
            sent += 1
    read = await _read(settings, name, partitions)
    if read == sent:
        return [*found, well("trial", name, f"made, written with {', '.join(CODECS)}, read and deleted")]
    return [*found, ill("trial", name, f"{sent} records were written, {read} read", "look into the logs of the brokers")]


async def _clock(producer: Any, name: str, partition: int) -> ClusterFinding:
    """What the leader of a partition stamps on a record, beside the time here halfway between question and answer."""
    await producer.send_and_wait(name, b"warm", partition=partition)
    before = time.time()
    stamped = (await producer.send_and_wait(name, b"time", partition=partition)).timestamp / 1000
    after = time.time()
    off = stamped - (before + after) / 2
    doubt = (after - before) / 2 + 0.001
    about, text = f"{name}[{partition}]", f"the broker's clock is {off:+.3f} s beside this machine's (± {doubt:.3f} s)"
    if abs(off) - doubt > _SKEW_ILL:
        return ill("clock", about, text, f"limits would run out at the wrong time: {_AWAY}")
    if abs(off) - doubt > _SKEW_DOUBTED:
        return doubtful("clock", about, text, f"cards fall by the broker's clock: {_AWAY}")
    return well("clock", about, text)


async def _read(settings: Settings, name: str, partitions: int) -> int:
    where = [TopicPartition(name, number) for number in range(partitions)]
    async with connected(AIOKafkaConsumer, settings.kafka, enable_auto_commit=False) as consumer:
        consumer.assign(where)
        await consumer.seek_to_beginning(*where)
        ends = await consumer.end_offsets(where)
        read = 0
        while any([await consumer.position(each) < ends[each] for each in where]):
            read += sum(len(batch) for batch in (await consumer.getmany(timeout_ms=500)).values())
    return read - partitions  # without those sent to warm up
