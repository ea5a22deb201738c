"""Each thing that can be wrong with a cluster, and the mend that is named for it."""

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from monitor.doctor.checks import checked, release_of
from monitor.doctor.look import BrokerState, Cluster, PartitionState, TopicState, names_of
from monitor.settings import KafkaSettings, Settings

SETTINGS = Settings(kafka=KafkaSettings(sasl_username="hall"))
EVENTS, ALERTS, CHANGELOG, FIGURES, CATALOG, LETTERS = names_of(SETTINGS)
ALL = -(2**31)
"""What a broker without permissions answers."""
BROKER = BrokerState("k1:9092", {0: 11, 1: 17}, "", {"auto.create.topics.enable": "false"})
LOG = {"cleanup.policy": "delete", "message.timestamp.type": "LogAppendTime", "retention.ms": "-1", "retention.bytes": "-1"}


def topic(name: str, partitions: int = 4, **changed: str) -> TopicState:
    """One as it should be, but for ``changed`` settings (``_`` for ``.``)."""
    policy = "compact" if name in (CHANGELOG, FIGURES, CATALOG) else "delete"
    size = "8000000" if name == CATALOG or name.endswith("changelog") else "1048588"
    config = {**LOG, "cleanup.policy": policy, "max.message.bytes": size, "min.insync.replicas": "2"}
    config |= {key.replace("_", "."): value for key, value in changed.items()}
    count = 1 if name == CATALOG else partitions
    return TopicState(name, "", tuple(PartitionState(number, 1, 3, 3) for number in range(count)), config, ALL)


def cluster(*changed: TopicState, **fields: Any) -> Cluster:
    """One that is well, but for these topics and fields."""
    topics = {name: topic(name) for name in names_of(SETTINGS)} | {each.name: each for each in changed}
    given: dict[str, Any] = {"brokers": (BROKER,), "operations": ALL, "group_operations": ALL}
    given |= {"group_refusal": "", "passed_over": {}}
    return Cluster(topics=topics, **{**given, **fields})


def wrong(looked_at: Cluster) -> list[tuple[str, str, str, str]]:
    """(severity, check, about, text and mend) of all that is not right."""
    found = [each for each in checked(looked_at, SETTINGS) if each.severity != "ok"]
    assert all(each.mend for each in found), "each has its mend"
    return [(each.severity, each.check, each.about, f"{each.text} | {each.mend}") for each in found]


def test_a_cluster_as_it_should_be_is_well() -> None:
    assert wrong(cluster()) == []


def test_a_cluster_before_the_first_day_is_well_where_topics_may_be_made() -> None:
    missing = [TopicState(name, "UnknownTopicOrPartitionError", (), {}, ALL) for name in names_of(SETTINGS)]
    assert wrong(cluster(*missing)) == []
    found = wrong(cluster(*[msgspec.structs.replace(each, operations=0) for each in missing], operations=0))
    assert [each[:3] for each in found] == [("error", "permissions", name) for name in names_of(SETTINGS)]


@pytest.mark.parametrize(
    ("severity", "check", "changed", "said"),
    [
        ("warning", "timestamps", topic(EVENTS, message_timestamp_type="CreateTime"), "message.timestamp.type=LogAppendTime"),
        ("error", "cleanup", topic(EVENTS, cleanup_policy="compact"), "cleanup.policy=delete"),
        ("error", "cleanup", topic(CHANGELOG, cleanup_policy="compact,delete"), "cleanup.policy=compact"),
        ("error", "cleanup", topic(FIGURES, cleanup_policy="delete"), "cleanup.policy=compact"),
        ("error", "cleanup", topic(CATALOG, cleanup_policy="delete"), "cleanup.policy=compact"),
        ("warning", "retention", topic(EVENTS, retention_ms="604800000"), "kept 7 days"),
        ("warning", "retention", topic(EVENTS, retention_bytes="1000000"), "retention.bytes=-1"),
        ("warning", "retention", topic(ALERTS, retention_ms="604800000"), "older cards cannot be verified"),
        ("warning", "size", topic(EVENTS, max_message_bytes="100000"), "max.message.bytes=1001024"),
        ("warning", "size", topic(CATALOG, max_message_bytes="1048588"), "max.message.bytes=8000000"),
        ("error", "replication", topic(EVENTS, min_insync_replicas="4"), "nothing can be written"),
        ("warning", "replication", topic(EVENTS, min_insync_replicas="3"), "any broker's end"),
        ("warning", "replication", topic(EVENTS, min_insync_replicas="1"), "min.insync.replicas=2"),
        ("error", "partitions", topic(CHANGELOG, partitions=2), f"{EVENTS} 4, {ALERTS} 4, {CHANGELOG} 2"),
    ],
)
def test_a_harmful_setting_is_named_with_its_mend(severity: str, check: str, changed: TopicState, said: str) -> None:
    ((found, named, about, text),) = wrong(cluster(changed))
    assert (found, named) == (severity, check)
    assert about in (changed.name, EVENTS)
    assert said in text


def test_a_catalog_of_several_partitions_is_refused() -> None:
    many = msgspec.structs.replace(topic(CATALOG), partitions=topic(EVENTS).partitions)
    assert [each[:3] for each in wrong(cluster(many))] == [("error", "partitions", CATALOG)]


@pytest.mark.parametrize(
    ("part", "severity", "said"),
    [
        (PartitionState(0, -1, 3, 0), "error", "partitions [0] have no leader"),
        (PartitionState(0, 1, 3, 2), "warning", "partitions [0] have copies that are behind"),
        (PartitionState(0, 1, 1, 1), "warning", "one copy"),
    ],
)
def test_partitions_that_are_not_safe_are_named(part: PartitionState, severity: str, said: str) -> None:
    state = topic(LETTERS, min_insync_replicas=str(min(2, part.copies)))
    found = wrong(cluster(msgspec.structs.replace(state, partitions=(part, *state.partitions[1:]))))
    assert [(each[0], each[1], each[2]) for each in found][:1] == [(severity, "replication", LETTERS)]
    assert said in found[0][3]


def test_a_user_who_may_not_do_something_is_named_with_it() -> None:
    only_read = 1 << 3 | 1 << 8
    found = wrong(cluster(msgspec.structs.replace(topic(EVENTS), operations=only_read)))
    assert [each[:3] for each in found] == [("error", "permissions", EVENTS)]
    assert "allow user 'hall' to write" in found[0][3]
    assert wrong(cluster(msgspec.structs.replace(topic(CATALOG), operations=only_read))) == [], "of the catalog reading is enough"
    hidden = TopicState(ALERTS, "TopicAuthorizationFailedError", (), {}, 0)
    assert "allow user 'hall' to describe" in wrong(cluster(hidden))[0][3]
    unseen = msgspec.structs.replace(topic(LETTERS), settings={})
    assert [(each[1], each[2]) for each in wrong(cluster(unseen)) if "configs" in each[3]] == [("permissions", LETTERS)]


@pytest.mark.parametrize("fields", [{"group_operations": 1 << 8}, {"group_refusal": "GroupAuthorizationFailedError"}])
def test_a_group_that_may_not_be_joined_is_named(fields: Mapping[str, Any]) -> None:
    ((severity, check, about, text),) = wrong(cluster(**fields))
    assert (severity, check, about) == ("error", "permissions", SETTINGS.group)
    assert f"read the group {SETTINGS.group}" in text


@pytest.mark.parametrize(
    ("changes", "severity", "check", "said"),
    [
        ({"failure": "Connection refused", "versions": {}}, "error", "reachable", "advertised.listeners"),
        ({"versions": {0: 2, 1: 3}}, "error", "version", "before 0.11"),
        ({"versions": {0: 6, 1: 8}}, "warning", "version", "no zstd before 2.1"),
        ({"settings": {"auto.create.topics.enable": "true"}}, "warning", "auto-create", "auto.create.topics.enable=false"),
        ({"settings": {"group.min.session.timeout.ms": "30000"}}, "error", "session", "worker.session_timeout to 30"),
    ],
)
def test_a_broker_that_does_not_fit_is_named(changes: dict[str, Any], severity: str, check: str, said: str) -> None:
    ((found, named, about, text),) = wrong(cluster(brokers=(msgspec.structs.replace(BROKER, **changes),)))
    assert (found, named, about) == (severity, check, BROKER.name)
    assert said in text


def test_brokers_in_the_middle_of_an_upgrade_are_told() -> None:
    older = msgspec.structs.replace(BROKER, name="k2:9092", versions={0: 9, 1: 13})
    assert [each[:2] for each in wrong(cluster(brokers=(BROKER, older)))] == [("warning", "version")]
    assert (release_of(BROKER), release_of(older)) == ("3.9", "3.1")


def test_records_deleted_before_they_were_read_are_told_with_their_offsets() -> None:
    ((severity, check, about, text),) = wrong(cluster(passed_over={2: (10, 19)}))
    assert (severity, check, about) == ("error", "lost", EVENTS)
    assert "offsets 10 to 19 of partition 2" in text
