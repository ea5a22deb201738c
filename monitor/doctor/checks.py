"""What must hold of a cluster for the monitor to be right, and what to do where it does not. No Kafka: facts in, findings out."""

from collections.abc import Iterator

from monitor.doctor.finding import ClusterFinding, doubtful, ill, well
from monitor.doctor.look import BrokerState, Cluster, TopicState, names_of
from monitor.doctor.protocol import allowed
from monitor.kafka import LARGEST_PUBLICATION
from monitor.settings import Settings
from monitor.wire import MAX_ROW_BYTES, MAX_VALUE_BYTES

_PRODUCE, _FETCH = 0, 1
"""Kafka's numbers of these two requests."""
_RELEASES = {4: "0.11", 6: "1.0", 7: "1.1", 8: "2.0", 10: "2.1", 11: "2.3", 12: "2.7", 13: "3.1", 15: "3.5", 16: "3.7", 17: "3.9"}
"""The highest version of a fetch, and the first release that answers it."""
_PRODUCE_ZSTD, _PRODUCE_TRANSACTIONS = 7, 3
_DAY_MS = 86_400_000
_SHORT_RETENTION_DAYS = 30
_OVERHEAD = 1024
"""Bytes that a batch adds to its record."""


def checked(cluster: Cluster, settings: Settings) -> Iterator[ClusterFinding]:
    """Every finding, brokers first."""
    for broker in cluster.brokers:
        yield from _broker(broker, settings)
    yield from _alike(cluster)
    missing = [name for name in names_of(settings) if cluster.topics[name].refusal == "UnknownTopicOrPartitionError"]
    for name in names_of(settings):
        topic = cluster.topics[name]
        if name in missing:
            yield _missing(topic, cluster, settings)
        elif topic.refusal:
            yield ill("permissions", name, f"may not be seen: {topic.refusal}", f"allow {_user(settings)} to describe {name}")
        else:
            yield from _health(topic)
            yield from _rights(topic, settings)
            yield from _stamps_and_retention(topic, settings)
            yield from _sizes(topic, settings)
    yield from _equal(cluster, settings)
    yield from _group(cluster, settings)


def _user(settings: Settings) -> str:
    return f"user {settings.kafka.sasl_username!r}" if settings.kafka.sasl_username else "this user"


def _broker(broker: BrokerState, settings: Settings) -> Iterator[ClusterFinding]:
    if broker.failure:
        mend = "clients go where a broker says it is: mend advertised.listeners, the names, or the firewall between"
        yield ill("reachable", broker.name, f"does not answer from here: {broker.failure}", mend)
        return
    yield well("reachable", broker.name, "answers")
    release = release_of(broker)
    produce = broker.versions.get(_PRODUCE, 0)
    if produce < _PRODUCE_TRANSACTIONS:
        yield ill("version", broker.name, f"Kafka {release}: older than 0.11", "records need headers and times: run 2.1 or later")
    elif produce < _PRODUCE_ZSTD:
        yield doubtful(
            "version", broker.name, f"Kafka {release}: no zstd before 2.1", "run 2.1 or later, or send with another codec"
        )
    else:
        yield well("version", broker.name, f"Kafka {release} or later; takes every codec")
    if broker.settings.get("auto.create.topics.enable") == "true":
        mend = (
            "auto.create.topics.enable=false: a topic that is made by writing to it is stamped by its writer, with one partition"
        )
        yield doubtful("auto-create", broker.name, "makes whatever topic it is asked for", mend)
    shortest = int(broker.settings.get("group.min.session.timeout.ms", "0"))
    if shortest > settings.worker.session_timeout * 1000:
        mend = f"set worker.session_timeout to {shortest / 1000:.0f} at least, or that setting lower"
        yield ill("session", broker.name, f"group.min.session.timeout.ms is {shortest}: the workers may not join", mend)


def release_of(broker: BrokerState) -> str:
    """The first release that answers as this broker does."""
    fetch = broker.versions.get(_FETCH, 0)
    return _RELEASES.get(max((each for each in _RELEASES if each <= fetch), default=0), "before 0.11")


def _alike(cluster: Cluster) -> Iterator[ClusterFinding]:
    releases = {release_of(broker) for broker in cluster.brokers if not broker.failure}
    if len(releases) > 1:
        yield doubtful("version", "cluster", f"brokers of releases {', '.join(sorted(releases))}", "finish the upgrade")


def _missing(topic: TopicState, cluster: Cluster, settings: Settings) -> ClusterFinding:
    may = allowed(cluster.operations, "create") or allowed(topic.operations, "create")
    if may:
        return well("topic", topic.name, "is not there yet; whoever needs it first makes it")
    mend = f"have it made (docs/reference/topics.md has its settings), or allow {_user(settings)} to create it"
    return ill("permissions", topic.name, "is not there, and may not be made", mend)


def _health(topic: TopicState) -> Iterator[ClusterFinding]:
    copies = min(part.copies for part in topic.partitions)
    needed = int(topic.settings.get("min.insync.replicas") or 1)
    dead = [part.number for part in topic.partitions if part.leader < 0]
    behind = [part.number for part in topic.partitions if part.in_step < part.copies]
    if dead:
        yield ill("replication", topic.name, f"partitions {dead} have no leader", "start the brokers that are down")
    elif behind:
        yield doubtful(
            "replication", topic.name, f"partitions {behind} have copies that are behind", "see why brokers are behind"
        )
    if needed > copies:
        mend = f"min.insync.replicas={max(1, copies - 1)}, or more copies"
        yield ill("replication", topic.name, f"{copies} copies, {needed} must acknowledge: nothing can be written", mend)
    elif copies == 1:
        yield doubtful(
            "replication", topic.name, "one copy: what its broker's disk loses is lost", "three copies on three brokers"
        )
    elif needed == 1:
        mend = "min.insync.replicas=2: else what one broker acknowledged alone may be lost with it"
        yield doubtful("replication", topic.name, f"{copies} copies, but one is enough to acknowledge", mend)
    elif needed == copies:
        mend = f"min.insync.replicas={copies - 1}, or one copy more"
        yield doubtful("replication", topic.name, f"all {copies} copies must acknowledge: any broker's end stops the hall", mend)
    elif not (dead or behind):
        yield well("replication", topic.name, f"{copies} copies, {needed} must acknowledge")


def _rights(topic: TopicState, settings: Settings) -> Iterator[ClusterFinding]:
    is_catalog = topic.name.endswith(".catalog")
    wanted = ("describe", "read") if is_catalog else ("describe", "read", "write")
    lacking = [operation for operation in wanted if not allowed(topic.operations, operation)]
    if lacking:
        mend = f"allow {_user(settings)} to {' and '.join(lacking)} {topic.name}"
        yield ill("permissions", topic.name, f"{', '.join(lacking)} not allowed", mend)
    elif not topic.settings:
        mend = f"allow {_user(settings)} to describe the configs of {topic.name}"
        yield doubtful("permissions", topic.name, "its settings may not be seen, so they are not checked", mend)
    else:
        yield well("permissions", topic.name, f"{', '.join(wanted)} allowed")


def _stamps_and_retention(topic: TopicState, settings: Settings) -> Iterator[ClusterFinding]:
    events, alerts, changelog, figures, catalog, _ = names_of(settings)
    policy, stamp = topic.settings.get("cleanup.policy"), topic.settings.get("message.timestamp.type")
    if policy is None:
        return
    alter = f"kafka-configs.sh --alter --topic {topic.name} --add-config"
    if topic.name in (changelog, figures, catalog):
        if policy != "compact":
            text = f"cleanup.policy is {policy}: what it holds is the state, and would be deleted with age"
            yield ill("cleanup", topic.name, text, f"{alter} cleanup.policy=compact")
        else:
            yield well("cleanup", topic.name, "compacted: the last of each key stays")
        return
    if "compact" in policy:
        text = f"cleanup.policy is {policy}: of a case only its last record would stay"
        yield ill("cleanup", topic.name, text, f"{alter} cleanup.policy=delete")
    if topic.name == events and stamp != "LogAppendTime":
        text = f"stamped by its writers ({stamp}): in a live hall no limit will ever run out. Right for a replay only"
        yield doubtful("timestamps", events, text, f"{alter} message.timestamp.type=LogAppendTime")
    elif topic.name == events:
        yield well("timestamps", events, "stamped by the brokers")
    yield _retention(topic, alter, is_alerts=topic.name == alerts)


def _retention(topic: TopicState, alter: str, *, is_alerts: bool) -> ClusterFinding:
    days = int(topic.settings.get("retention.ms") or -1) / _DAY_MS
    size = int(topic.settings.get("retention.bytes") or -1)
    if size >= 0:
        text = f"retention.bytes is {size}: on a busy day records go before they are read"
        return doubtful("retention", topic.name, text, f"{alter} retention.bytes=-1")
    if days < 0:
        return well("retention", topic.name, "kept for ever")
    text = f"kept {days:g} days: "
    text += "older cards cannot be verified" if is_alerts else "what is older cannot be judged anew, verified or explained"
    if days < _SHORT_RETENTION_DAYS:
        return doubtful("retention", topic.name, text, f"{alter} retention.ms=-1, or longer than the longest limit")
    return well("retention", topic.name, text)


def _sizes(topic: TopicState, settings: Settings) -> Iterator[ClusterFinding]:
    _, _, changelog, _, catalog, _ = names_of(settings)
    wanted = {catalog: LARGEST_PUBLICATION, changelog: MAX_ROW_BYTES}.get(topic.name, MAX_VALUE_BYTES + _OVERHEAD)
    told = topic.settings.get("max.message.bytes")
    if told is not None and int(told) < wanted:
        mend = f"kafka-configs.sh --alter --topic {topic.name} --add-config max.message.bytes={wanted}"
        yield doubtful("size", topic.name, f"max.message.bytes is {told}: a record may have {wanted} bytes", mend)


def _equal(cluster: Cluster, settings: Settings) -> Iterator[ClusterFinding]:
    events, alerts, changelog, _, catalog, _ = names_of(settings)
    counts = {
        name: len(cluster.topics[name].partitions) for name in (events, alerts, changelog) if cluster.topics[name].partitions
    }
    if len(set(counts.values())) > 1:
        text = ", ".join(f"{name} {count}" for name, count in counts.items())
        mend = f"a case, its state and its alerts share a partition: docs/howto/recover.md says how; {events} decides"
        yield ill("partitions", events, f"partition counts differ: {text}", mend)
    elif counts:
        yield well("partitions", events, f"{next(iter(counts.values()))} partitions, wherever it is there")
    if len(cluster.topics[catalog].partitions) > 1:
        mend = "delete it, and publish the books again: the order of what is published counts"
        yield ill("partitions", catalog, f"{len(cluster.topics[catalog].partitions)} partitions, it must have one", mend)


def _group(cluster: Cluster, settings: Settings) -> Iterator[ClusterFinding]:
    group = settings.group
    if cluster.group_refusal or not allowed(cluster.group_operations, "read"):
        text = f"may not be joined ({cluster.group_refusal or 'read not allowed'})"
        yield ill("permissions", group, text, f"allow {_user(settings)} to read the group {group}")
    else:
        yield well("permissions", group, "the workers' group may be joined")
    for partition, (first, last) in cluster.passed_over.items():
        text = f"offsets {first} to {last} of partition {partition} were deleted before the workers read them"
        yield ill("lost", names_of(settings)[0], text, "have their senders send them again, and keep records longer")
