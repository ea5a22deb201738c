"""Kafka as every part of ours talks to it: one client, its refusals in words, appending, and reading ranges."""

from monitor.kafka.abandon import abandon
from monitor.kafka.appender import TICK_VALUE, Appender, Headers
from monitor.kafka.batches import UnreadableBatch
from monitor.kafka.client import (
    LARGEST_PUBLICATION,
    READ_COMMITTED,
    BadCertificate,
    KafkaAway,
    KafkaUnavailable,
    client_options,
    connected,
    create_topics,
    ensure_catalog,
    ensure_one_partition,
    ensure_topics,
    no_kafka,
    partition_counts,
    partition_of,
    producing,
    ssl_context,
    stamped_by,
    topic_config,
)
from monitor.kafka.ranges import consuming, from_beginning, has_reached, partitions_of, read_event, read_ranges, read_whole
from monitor.kafka.waiting import leaves, patiently, pause

__all__ = [
    "LARGEST_PUBLICATION",
    "READ_COMMITTED",
    "TICK_VALUE",
    "Appender",
    "BadCertificate",
    "Headers",
    "KafkaAway",
    "KafkaUnavailable",
    "UnreadableBatch",
    "abandon",
    "client_options",
    "connected",
    "consuming",
    "create_topics",
    "ensure_catalog",
    "ensure_one_partition",
    "ensure_topics",
    "from_beginning",
    "has_reached",
    "leaves",
    "no_kafka",
    "partition_counts",
    "partition_of",
    "partitions_of",
    "patiently",
    "pause",
    "producing",
    "read_event",
    "read_ranges",
    "read_whole",
    "ssl_context",
    "stamped_by",
    "topic_config",
]
