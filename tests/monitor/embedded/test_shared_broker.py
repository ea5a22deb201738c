"""The broker that the suite shares is a real one: it keeps records, makes no topics by itself, refuses what is too big."""

from collections.abc import Callable

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from monitor.embedded.probe import brokers
from tests.monitor.embedded.topics import list_topics, make_topic, read_records

pytestmark = pytest.mark.kafka


async def test_records_of_the_shared_broker_come_back_in_order(kafka: str, topic_names: Callable[[str], str]) -> None:
    topic = topic_names("events")
    await make_topic(kafka, topic)
    async with AIOKafkaProducer(bootstrap_servers=kafka, enable_idempotence=True) as producer:
        for number in range(100):
            await producer.send(topic, b"%d" % number, partition=0)
    assert await read_records(kafka, topic, 100) == [b"%d" % number for number in range(100)]


async def test_an_unknown_topic_is_not_made_by_asking_for_it(kafka: str, topic_names: Callable[[str], str]) -> None:
    async with AIOKafkaProducer(bootstrap_servers=kafka, request_timeout_ms=1000, metadata_max_age_ms=300) as producer:
        with pytest.raises(KafkaError):
            await producer.send_and_wait(topic_names("typo"), b"x")
    assert topic_names("typo") not in await list_topics(kafka)


async def test_a_record_above_a_megabyte_is_refused_by_the_broker(kafka: str, topic_names: Callable[[str], str]) -> None:
    await make_topic(kafka, topic_names("big"))
    async with AIOKafkaProducer(bootstrap_servers=kafka, max_request_size=20_000_000) as producer:
        with pytest.raises(MessageSizeTooLargeError):
            await producer.send_and_wait(topic_names("big"), b"x" * 2_000_000)


def test_the_probe_counts_the_broker(kafka: str) -> None:
    host, _, port = kafka.rpartition(":")
    assert brokers(host, int(port)) == 1
