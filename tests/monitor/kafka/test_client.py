"""Asking a real broker about topics: what has just been made, and what is not there."""

import asyncio
import gc

import pytest
from aiokafka import AIOKafkaConsumer

from monitor.kafka import client as reaching
from monitor.kafka.client import KafkaUnavailable, connected, create_topics, topic_config
from monitor.settings import KafkaSettings, TopicSettings

pytestmark = pytest.mark.kafka


async def test_a_topic_is_waited_for_until_the_broker_knows_its_configuration(kafka: str, topic_prefix: str) -> None:
    where, topic = KafkaSettings(bootstrap=kafka), f"{topic_prefix}.events"
    asking = asyncio.create_task(topic_config(where, topic))
    await asyncio.sleep(0.5)
    assert not asking.done(), "it is not there yet"
    await create_topics(
        where, TopicSettings(prefix=topic_prefix, partitions=1), {topic: {"message.timestamp.type": "CreateTime"}}
    )
    config = await asking
    assert config["message.timestamp.type"] == "CreateTime"
    assert "retention.ms" in config


async def test_a_topic_that_nobody_shows_is_named(kafka: str, topic_prefix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reaching, "_ATTEMPTS", 2)
    with pytest.raises(KafkaUnavailable, match=f"does not show the configuration of {topic_prefix}.none"):
        await topic_config(KafkaSettings(bootstrap=kafka), f"{topic_prefix}.none")


async def test_a_broker_that_does_not_answer_is_named() -> None:
    with pytest.raises(KafkaUnavailable, match=r"no Kafka at 127\.0\.0\.1:1"):
        await topic_config(KafkaSettings(bootstrap="127.0.0.1:1"), "t")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("times", [1, 3])
def test_a_client_that_is_cancelled_at_any_moment_leaves_no_connection_open(kafka: str, times: int) -> None:
    """At every moment of start, use and stop; and again while it still closes, as happens to the tasks of a program that ends.

    An open one is a ResourceWarning when it is collected: that fails this test.
    """
    for step in range(40):
        asyncio.run(_cancelled(kafka, step / 4000, times))
    gc.collect()


async def _cancelled(kafka: str, after: float, times: int) -> None:
    using = asyncio.create_task(_use(KafkaSettings(bootstrap=kafka)))
    await asyncio.sleep(after)
    for _ in range(times):
        using.cancel()
        await asyncio.sleep(0)
    await asyncio.wait([using])


async def _use(kafka: KafkaSettings) -> None:
    async with connected(AIOKafkaConsumer, kafka):
        await asyncio.sleep(0.002)
