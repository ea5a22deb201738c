"""How every part reaches Kafka: client options, topics, and which partition a key belongs to."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, Protocol, TypeVar

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaConnectionError, KafkaError, TopicAlreadyExistsError, for_code
from aiokafka.partitioner import murmur2

from monitor.kafka import batches  # noqa: F401  # an unreadable batch names itself, whoever reads it
from monitor.kafka.refusal import NoBroker, no_broker
from monitor.settings import KafkaSettings, TopicSettings
from monitor.wire import Topics
from rules.errors import SupervisionError

LARGEST_PUBLICATION = 8_000_000
"""Bytes of one record of the catalog: a rule book with all its items, about 300 bytes each before compression."""
_ATTEMPTS, _PAUSE = 100, 0.1
"""How often, and after how many seconds, a topic's configuration is asked for again."""
READ_COMMITTED = "read_committed"
"""The isolation level of every consumer of ours: what a producer has aborted never happened."""
_GRACE = 2.0
"""Seconds that the start or stop of a client may go on after whoever waits for it was cancelled."""


class KafkaUnavailable(SupervisionError):
    """No broker answered, or it refused us.

    Whose: the cluster's, or the settings'.
    Mend: see that a broker runs at `kafka.bootstrap` and lets this user in.
    """


class KafkaAway(KafkaUnavailable):
    """No broker is at the address: it is away, or the address is wrong.

    Whose: the cluster's, or the settings'.
    Mend: see that a broker runs at `kafka.bootstrap`; who waits for it goes on by itself.
    """


class BadCertificate(SupervisionError):
    """A certificate or key of the settings cannot be used.

    Whose: the operator's.
    Mend: name readable PEM files that fit together.
    """


def no_kafka(kafka: KafkaSettings, error: Exception, key: str = "kafka.bootstrap") -> KafkaUnavailable:
    """What to raise from an error of aiokafka's; ``key`` is where the operator has said which broker."""
    if isinstance(error, NoBroker) and not error.address:
        return KafkaUnavailable(f"Kafka does not let us in: {error}")
    return KafkaAway(f"no Kafka at {kafka.bootstrap}: {error}. Is it running, and is {key} right?")


def partition_of(key: bytes, partitions: int) -> int:
    """The partition Kafka's Java client would choose (murmur2), so that all who write agree."""
    return int((murmur2(key) & 0x7FFFFFFF) % partitions)


def client_options(settings: KafkaSettings) -> dict[str, Any]:
    """Keyword arguments for any aiokafka client."""
    options: dict[str, Any] = {"bootstrap_servers": settings.bootstrap, "security_protocol": settings.security_protocol}
    if settings.security_protocol in ("SSL", "SASL_SSL"):
        options["ssl_context"] = ssl_context(settings)
    if settings.security_protocol.startswith("SASL"):
        options |= {
            "sasl_mechanism": settings.sasl_mechanism,
            "sasl_plain_username": settings.sasl_username,
            "sasl_plain_password": settings.sasl_password.get_secret_value(),
        }
    return options


class Client(Protocol):
    """An aiokafka consumer, producer or admin client."""

    async def start(self) -> object: ...


C = TypeVar("C", bound=Client)
T = TypeVar("T")


@asynccontextmanager
async def connected(make: Callable[..., C], kafka: KafkaSettings, **options: Any) -> AsyncIterator[C]:
    """A client of that kind, started here and stopped whatever happens, with every connection closed even if we are cancelled
    meanwhile. Where no broker lets us in, :class:`~monitor.kafka.refusal.NoBroker` says why.

    aiokafka holds its first connection in a local variable while it asks for the cluster's metadata: cancelled right then,
    nothing would close that socket. Neither start nor stop is therefore interrupted, for a moment.
    """
    reach = client_options(kafka)
    if make is AIOKafkaConsumer:
        options.setdefault("isolation_level", READ_COMMITTED)
    client = make(**reach, **options)
    try:
        try:
            await _undisturbed(client.start())
        except KafkaConnectionError as error:
            raise await _undisturbed(no_broker(kafka, reach)) from error
        yield client
    finally:
        await _undisturbed(client.close() if isinstance(client, AIOKafkaAdminClient) else client.stop())  # type: ignore[attr-defined]


@asynccontextmanager
async def producing(kafka: KafkaSettings, topic: str, **options: Any) -> AsyncIterator[tuple[Any, int]]:
    """An idempotent producer, whose records count once all replicas have them, and the number of partitions of ``topic``."""
    async with connected(AIOKafkaProducer, kafka, acks="all", enable_idempotence=True, **options) as producer:
        yield producer, len(await producer.partitions_for(topic))


async def _undisturbed(work: Coroutine[Any, Any, T]) -> T:
    """What comes of it; when cancelled, wait a moment longer, so that it may come to its end."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await _ended(task)
        if task.cancel():
            await _ended(task)
        elif not task.cancelled():
            task.exception()  # asked for, so that asyncio does not report a failure nobody waits for
        raise


async def _ended(task: "asyncio.Future[T]") -> None:
    """Wait a moment for its end, however often we are cancelled: whoever ends a program may do so twice."""
    loop = asyncio.get_running_loop()
    until = loop.time() + _GRACE
    while not task.done() and (left := until - loop.time()) > 0:
        with suppress(asyncio.CancelledError):
            await asyncio.wait([task], timeout=left)


def ssl_context(settings: KafkaSettings) -> ssl.SSLContext:
    """TLS that checks the broker's name and certificate; with our own certificate where one is set.

    :class:`BadCertificate` names the setting whose file cannot be used.
    """
    try:
        context = ssl.create_default_context(cafile=settings.ssl_cafile)
    except OSError as error:
        raise BadCertificate(f"kafka.ssl_cafile: {settings.ssl_cafile}: {_reason(error)}") from error
    if settings.ssl_certfile:
        try:
            context.load_cert_chain(settings.ssl_certfile, settings.ssl_keyfile)
        except OSError as error:
            raise BadCertificate(
                f"kafka.ssl_certfile, kafka.ssl_keyfile: {settings.ssl_certfile}, {settings.ssl_keyfile}: {_reason(error)}"
            ) from error
    return context


def _reason(error: OSError) -> str:
    return "no certificates in PEM that fit together" if isinstance(error, ssl.SSLError) else error.strerror or str(error)


async def ensure_topics(kafka: KafkaSettings, topics: TopicSettings, *, create_time: bool = False) -> None:
    """Make the topics that do not exist yet; leave existing ones as they are.

    ``create_time`` makes an events topic for replay or simulation, whose records carry their own arrival times. A live
    one is stamped by the broker, so that no window's wrong clock can move the engine's.
    """
    wanted = topic_configs(topics, create_time=create_time)
    names = Topics(topics.prefix)
    for name in (names.catalog, names.notices, names.audit_heads):  # these have one partition
        del wanted[name]
    await create_topics(kafka, topics, wanted)
    await ensure_catalog(kafka, topics)


def topic_configs(topics: TopicSettings, *, create_time: bool = False) -> dict[str, dict[str, str]]:
    """What each topic is made with, by its name."""
    names = Topics(topics.prefix)
    day = 86_400_000
    retention = str(-1 if topics.events_retention_days < 0 else topics.events_retention_days * day)
    stamp = "CreateTime" if create_time else "LogAppendTime"
    events = {"message.timestamp.type": stamp, "retention.ms": retention}
    if create_time:  # a simulated clock may run past the broker's; the live topic's never does
        events["message.timestamp.after.max.ms"] = str(2**63 - 1)
    return {
        names.events: events,
        names.alerts: {"message.timestamp.type": "LogAppendTime", "retention.ms": "-1"},
        names.figures: {"cleanup.policy": "compact", "message.timestamp.type": "LogAppendTime"},
        names.catalog: {
            "cleanup.policy": "compact",
            "message.timestamp.type": "LogAppendTime",
            "max.message.bytes": str(LARGEST_PUBLICATION),
        },
        names.dead_letters: {"message.timestamp.type": "LogAppendTime", "retention.ms": "-1"},
        names.notices: {"cleanup.policy": "compact", "message.timestamp.type": "LogAppendTime"},
        names.audit_heads: {"message.timestamp.type": "LogAppendTime", "retention.ms": "-1"},
    }


async def ensure_catalog(kafka: KafkaSettings, topics: TopicSettings) -> None:
    """Make the topic of published rule books unless it is there. It has one partition: one order for all who read it."""
    await ensure_one_partition(kafka, topics, Topics(topics.prefix).catalog)


async def ensure_one_partition(kafka: KafkaSettings, topics: TopicSettings, name: str) -> None:
    """Make a topic of ours with one partition unless it is there."""
    await create_topics(kafka, topics.model_copy(update={"partitions": 1}), {name: topic_configs(topics)[name]})


async def partition_counts(kafka: KafkaSettings, key: str = "kafka.bootstrap") -> dict[str, int]:
    """How many partitions each topic there is has. ``key`` is as for :func:`no_kafka`.

    None is asked for by its name: many a broker makes what it is asked for, with one partition and stamped by whoever writes.
    """
    try:
        async with connected(AIOKafkaAdminClient, kafka) as admin:
            found: list[dict[str, Any]] = await admin.describe_topics()
    except (KafkaError, OSError) as error:
        raise no_kafka(kafka, error, key) from error
    return {topic["topic"]: len(topic["partitions"]) for topic in found if not topic["error_code"]}


async def topic_config(kafka: KafkaSettings, topic: str) -> dict[str, str]:
    """The configuration of an existing topic, such as ``message.timestamp.type`` and ``retention.ms``.

    A topic that has just been made takes a moment to be known to every broker: until then it is asked again. One that nobody
    shows at all is a :class:`KafkaUnavailable`.
    """
    try:
        async with connected(AIOKafkaAdminClient, kafka) as admin:
            for _ in range(_ATTEMPTS):
                answers = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
                config = {entry[0]: entry[1] for answer in answers for resource in answer.resources for entry in resource[4]}
                if config:
                    return config
                await asyncio.sleep(_PAUSE)
    except KafkaError as error:
        raise no_kafka(kafka, error) from error
    raise KafkaUnavailable(
        f"Kafka at {kafka.bootstrap} does not show the configuration of {topic}. Does it exist, and may this user describe it?"
    )


async def stamped_by(kafka: KafkaSettings, topic: str) -> str:
    """Who stamps the records of an existing topic: ``LogAppendTime`` the broker, ``CreateTime`` whoever writes them."""
    return (await topic_config(kafka, topic)).get("message.timestamp.type", "unknown")


async def create_topics(kafka: KafkaSettings, topics: TopicSettings, wanted: Mapping[str, Mapping[str, str]]) -> None:
    """Create each topic with its configuration unless it is there."""
    try:
        async with connected(AIOKafkaAdminClient, kafka) as admin:
            missing = set(wanted) - set(await admin.list_topics())
            answer = await admin.create_topics(
                [
                    NewTopic(name, topics.partitions, topics.replication, topic_configs=dict(wanted[name]))
                    for name in sorted(missing)
                ]
            )
    except KafkaError as error:
        raise no_kafka(kafka, error) from error
    for name, code, *text in answer.topic_errors:
        if code and for_code(code) is not TopicAlreadyExistsError:
            raise KafkaUnavailable(f"topic {name} could not be made: {for_code(code).__name__} {text}")
