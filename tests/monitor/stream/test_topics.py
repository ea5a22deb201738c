"""Topics the worker makes, takes as they are, or refuses."""

from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from monitor.embedded import broker
from monitor.embedded.kafka import EmbeddedKafka
from monitor.kafka import KafkaUnavailable
from monitor.settings import KafkaSettings
from monitor.stream.topics import MismatchedTopics, changelog_name, check_clock, prepare_topics
from tests.monitor.stream.hall import Hall

pytestmark = pytest.mark.kafka


async def make(hall: Hall, **partitions: int) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=hall.settings.kafka.bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(name, count, 1) for name, count in partitions.items()])
    await admin.close()


async def config_of(hall: Hall, topic: str) -> dict[str, str]:
    admin = AIOKafkaAdminClient(bootstrap_servers=hall.settings.kafka.bootstrap)
    await admin.start()
    [answer] = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    await admin.close()
    return {entry[0]: entry[1] for entry in answer.resources[0][4]}


async def test_every_missing_topic_is_made(hall: Hall) -> None:
    assert await prepare_topics(hall.settings) == hall.settings.topics.partitions
    assert (await config_of(hall, changelog_name(hall.settings)))["cleanup.policy"] == "compact"
    assert (await config_of(hall, hall.topics.events))["message.timestamp.type"] == "LogAppendTime"
    assert await prepare_topics(hall.settings) == hall.settings.topics.partitions


async def test_an_events_topic_that_exists_decides_the_number_of_partitions(hall: Hall) -> None:
    await make(hall, **{hall.topics.events: 7})
    assert await prepare_topics(hall.settings) == 7


@pytest.mark.parametrize("which", ["alerts", "changelog"])
async def test_topics_that_do_not_match_are_refused_by_name(hall: Hall, which: str) -> None:
    name = hall.topics.alerts if which == "alerts" else changelog_name(hall.settings)
    await make(hall, **{name: 3})
    with pytest.raises(MismatchedTopics, match=rf"topic {name} has 3 partitions, {hall.topics.events} has 4"):
        await prepare_topics(hall.settings)


async def test_a_broker_that_makes_what_it_is_asked_for_is_not_asked(
    hall: Hall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kafka's own default: a topic named in a question comes to be, with one partition, stamped by whoever writes."""
    monkeypatch.setattr(broker, "_PROPERTIES", broker._PROPERTIES.replace("topics.enable=false", "topics.enable=true"))
    with EmbeddedKafka(tmp_path / "kafka") as kafka:
        hall.settings = hall.settings.model_copy(update={"kafka": KafkaSettings(bootstrap=kafka.bootstrap)})
        assert await prepare_topics(hall.settings) == hall.settings.topics.partitions
        assert (await config_of(hall, hall.topics.events))["message.timestamp.type"] == "LogAppendTime"


async def test_a_topic_that_others_stamp_is_warned_of(hall: Hall, caplog: pytest.LogCaptureFixture) -> None:
    await make(hall, **{hall.topics.events: 4})
    await prepare_topics(hall.settings)
    await check_clock(hall.settings)
    assert f"topic {hall.topics.events} is stamped by whoever writes to it (message.timestamp.type=CreateTime)" in caplog.text
    assert "NO LIMIT WILL EVER RUN OUT" in caplog.text


async def test_a_topic_the_broker_stamps_is_not_warned_of(hall: Hall, caplog: pytest.LogCaptureFixture) -> None:
    await prepare_topics(hall.settings)
    await check_clock(hall.settings)
    assert "stamped" not in caplog.text


async def test_a_broker_that_does_not_answer_is_named(hall: Hall) -> None:
    nowhere = hall.settings.model_copy(update={"kafka": KafkaSettings(bootstrap="127.0.0.1:1")})
    with pytest.raises(KafkaUnavailable, match=r"no Kafka at 127\.0\.0\.1:1"):
        await prepare_topics(nowhere)
