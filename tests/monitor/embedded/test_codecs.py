"""The broker's own codecs: it packs anew what a topic wants otherwise, with the jars that are pinned."""

from collections.abc import Callable

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from tests.monitor.embedded.topics import read_records, write_record

pytestmark = pytest.mark.kafka


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
async def test_a_record_the_broker_packs_anew_by_a_codec_is_read_again(
    kafka: str, topic_names: Callable[[str], str], codec: str
) -> None:
    topic = topic_names(codec)
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        settings = {"compression.type": codec}
        await admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=1, topic_configs=settings)])
    finally:
        await admin.close()
    value = b"a case, and a case, and a case, " * 100
    await write_record(kafka, topic, value)
    assert await read_records(kafka, topic, 1) == [value]
