"""The Faust app: the batch transport, the changelog table, the settings that matter and why."""

import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import faust
from faust.types import TP
from faust.types.auth import SASLMechanism
from yarl import URL

from monitor.kafka import ssl_context
from monitor.settings import KafkaSettings, Settings
from monitor.stream.faust.table import CaseChangelog
from monitor.stream.faust.transport import BatchSchema
from monitor.wire import MAX_ROW_BYTES, Topics

TopicPartition = TP
"""How Faust names a partition: a topic and a number."""
LARGEST_REQUEST = MAX_ROW_BYTES + 100_000
"""Bytes: a row of the case table, or a rerouted record, which may be as large as any a window system could send."""


class BatchApp(faust.App):  # type: ignore[misc]
    """A Faust app that also knows how long the broker may hold a fetch, and whom to tell of what the consumer meets.

    ``on_lost`` gets a partition and the offsets ``[start, stop)`` that its log no longer has and nobody has read. Whatever the
    consumer cannot go on from goes to ``on_failure``.
    """

    fetch_wait_ms = 20
    on_lost: Callable[[TP, int, int], None]
    on_failure: Callable[[Exception], Awaitable[None]]


def make_app(settings: Settings, partitions: int, datadir: Path) -> BatchApp:
    """An app that is not started yet; its id names the consumer group and the changelog."""
    session = settings.worker.session_timeout
    app = BatchApp(
        settings.group,
        broker=[URL(f"batch://{address.strip()}") for address in settings.kafka.bootstrap.split(",")],
        broker_credentials=_credentials(settings.kafka),
        broker_session_timeout=session,
        broker_heartbeat_interval=min(3.0, session / 3),
        broker_max_poll_records=settings.worker.max_batch_records,
        broker_commit_interval=0.5,
        consumer_auto_offset_reset="earliest",
        producer_max_batch_size=1 << 19,
        producer_max_request_size=LARGEST_REQUEST,
        producer_request_timeout=60.0,
        stream_buffer_maxsize=8,  # batches
        store="partitioned://",
        table_standby_replicas=0,  # Faust's default of 1 would keep every case in two workers
        topic_partitions=partitions,
        topic_disable_leader=True,
        web_enabled=False,
        datadir=str(datadir),
        autodiscover=False,
        origin="monitor.stream",
    )
    app.fetch_wait_ms = settings.worker.fetch_wait_ms
    return app


def make_table(app: BatchApp, partitions: int) -> CaseChangelog:
    """The case table, registered with the app."""
    table = CaseChangelog(app, name="cases", partitions=partitions)
    app.tables.add(table)
    return table


def events_of(app: BatchApp, settings: Settings, partitions: int) -> Any:
    """The events topic as a source of batches."""
    return app.topic(Topics(settings.topics.prefix).events, schema=BatchSchema(), partitions=partitions)


def _credentials(kafka: KafkaSettings) -> Any:
    context: ssl.SSLContext | None = ssl_context(kafka) if kafka.security_protocol.endswith("SSL") else None
    if kafka.security_protocol.startswith("SASL"):
        return faust.SASLCredentials(
            username=kafka.sasl_username,
            password=kafka.sasl_password.get_secret_value(),
            ssl_context=context,
            mechanism=SASLMechanism(kafka.sasl_mechanism),
        )
    return faust.SSLCredentials(context) if context is not None else None
