"""What a cluster says about itself: brokers, topics, their settings, what this user may do, and how far the workers are.

Nothing is made or changed. What this user may not see is left empty, and what may not be seen is a finding of its own.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.conn import create_conn
from aiokafka.errors import CoordinatorNotAvailableError, KafkaError, for_code

from monitor.doctor.protocol import AskGroup, AskTopics
from monitor.kafka import client_options, connected, no_kafka
from monitor.settings import Settings
from monitor.wire import Topics

_PATIENCE = 10
"""Seconds that one broker gets to answer."""
_PAUSE = 0.2
"""Seconds until it is asked again."""
_SETTINGS_AT = 4
"""Where the answer to a question about settings has them."""


class BrokerState(msgspec.Struct, frozen=True):
    """One broker. ``versions`` are the highest of each request it answers; empty where it does not, and ``failure`` says why."""

    name: str
    versions: Mapping[int, int]
    failure: str
    settings: Mapping[str, str]


class PartitionState(msgspec.Struct, frozen=True):
    """One partition: its leader (-1: none), how many copies it has, and how many of them are in step."""

    number: int
    leader: int
    copies: int
    in_step: int


class TopicState(msgspec.Struct, frozen=True):
    """One topic. ``refusal`` is Kafka's word where it is not there, or not for us."""

    name: str
    refusal: str
    partitions: tuple[PartitionState, ...]
    settings: Mapping[str, str]
    operations: int


class Cluster(msgspec.Struct, frozen=True):
    """All of it. ``passed_over`` is partition to the first and last offset that were deleted before the workers read them."""

    brokers: tuple[BrokerState, ...]
    topics: Mapping[str, TopicState]
    operations: int
    group_operations: int
    group_refusal: str
    passed_over: Mapping[int, tuple[int, int]]


def names_of(settings: Settings) -> tuple[str, ...]:
    """The topics of an installation: events, alerts, changelog, figures, catalog, dead letters."""
    topics = Topics(settings.topics.prefix)
    return topics.events, topics.alerts, settings.changelog, topics.figures, topics.catalog, topics.dead_letters


async def look_at(settings: Settings) -> Cluster:
    """Ask the cluster; :class:`~monitor.kafka.KafkaUnavailable` where no broker lets us in."""
    try:
        async with connected(AIOKafkaAdminClient, settings.kafka, request_timeout_ms=_PATIENCE * 1000) as admin:
            return await _look(admin, settings)
    except (KafkaError, OSError, TimeoutError) as error:
        raise no_kafka(settings.kafka, error) from error


async def _look(admin: Any, settings: Settings) -> Cluster:
    names = names_of(settings)
    told = (await admin._send_request(AskTopics(list(names)))).to_object()
    configs = await _settings(admin, [ConfigResource(ConfigResourceType.TOPIC, name) for name in names])
    brokers = [_broker(admin, settings, each) for each in told["brokers"]]
    group_operations, group_refusal = await _group(admin, settings.group)
    topics = {each["topic"]: _topic(each, configs.get(each["topic"], {})) for each in told["topics"]}
    return Cluster(
        tuple(await asyncio.gather(*brokers)),
        topics,
        told["operations"],
        group_operations,
        group_refusal,
        await _passed_over(admin, settings, topics[names[0]]),
    )


def _topic(each: Mapping[str, Any], config: Mapping[str, str]) -> TopicState:
    code = each["error_code"]
    partitions = [
        PartitionState(part["partition"], part["leader"], len(part["replicas"]), len(part["isr"]))
        for part in sorted(each["partitions"], key=lambda part: int(part["partition"]))
    ]
    return TopicState(each["topic"], for_code(code).__name__ if code else "", tuple(partitions), config, each["operations"])


async def _broker(admin: Any, settings: Settings, each: Mapping[str, Any]) -> BrokerState:
    """One broker at the address it gives out, which is where every client will go."""
    name = f"{each['host']}:{each['port']}"
    options = {key: value for key, value in client_options(settings.kafka).items() if key != "bootstrap_servers"}
    try:
        async with asyncio.timeout(_PATIENCE):
            connection = await create_conn(each["host"], each["port"], request_timeout_ms=_PATIENCE * 1000, **options)
        versions = {key: most for key, (_, most) in connection._versions.items()}
        connection.close()
    except (KafkaError, OSError, TimeoutError) as error:
        return BrokerState(name, {}, str(error) or type(error).__name__, {})
    config = await _settings(admin, [ConfigResource(ConfigResourceType.BROKER, str(each["node_id"]))])
    return BrokerState(name, versions, "", config.get(str(each["node_id"]), {}))


async def _settings(admin: Any, resources: list[ConfigResource]) -> dict[str, dict[str, str]]:
    """The settings of topics or of one broker; of those this user may not see, nothing."""
    try:
        async with asyncio.timeout(_PATIENCE):
            answers = await admin.describe_configs(resources)
    except (KafkaError, TimeoutError):
        return {}
    return {each[3]: {entry[0]: entry[1] for entry in each[_SETTINGS_AT]} for answer in answers for each in answer.resources}


async def _group(admin: Any, group: str) -> tuple[int, str]:
    """What this user may do with the workers' group; or Kafka's word where it may not even see it."""
    try:
        async with asyncio.timeout(_PATIENCE):
            told = await _asked_group(admin, group)
    except (KafkaError, TimeoutError) as error:
        return 0, type(error).__name__
    return told["authorized_operations"], for_code(told["error_code"]).__name__ if told["error_code"] else ""


async def _asked_group(admin: Any, group: str) -> Any:
    """Kafka's answer. A cluster that has had no group yet takes a moment to make the topic that keeps them."""
    while True:
        try:
            home = await admin.find_coordinator(group)
            (told,) = (await admin._send_request_to_node(home, AskGroup(group))).to_object()["groups"]
        except CoordinatorNotAvailableError:
            told = None
        if told is not None and not getattr(for_code(told["error_code"]), "retriable", False):
            return told
        await asyncio.sleep(_PAUSE)


async def _passed_over(admin: Any, settings: Settings, events: TopicState) -> dict[int, tuple[int, int]]:
    where = [TopicPartition(events.name, part.number) for part in events.partitions]
    if not where:
        return {}
    try:
        async with asyncio.timeout(_PATIENCE):
            committed = await admin.list_consumer_group_offsets(settings.group)
            async with connected(AIOKafkaConsumer, settings.kafka, enable_auto_commit=False) as consumer:
                starts = await consumer.beginning_offsets(where)
    except (KafkaError, TimeoutError):
        return {}  # a group that is not there yet, or topics we may not read: others say so
    return {
        each.partition: (committed[each].offset, starts[each] - 1)
        for each in where
        if each in committed and 0 < committed[each].offset < starts[each]
    }
