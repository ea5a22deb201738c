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
from monitor.kafka.ranges import consuming, from_beginning, partitions_of, read_event, read_ranges
from monitor.kafka.waiting import patiently

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
    "no_kafka",
    "partition_counts",
    "partition_of",
    "partitions_of",
    "patiently",
    "producing",
    "read_event",
    "read_ranges",
    "ssl_context",
    "stamped_by",
    "topic_config",
]
