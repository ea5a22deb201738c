"""Back-test of a range of the events topic on a real Kafka."""

from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from monitor.backtest import BacktestError, BacktestReport, Options, from_mapping, from_topic, run_backtest
from monitor.kafka import KafkaUnavailable, ensure_topics
from monitor.replay import replay_to_kafka
from monitor.settings import KafkaSettings, Settings, TopicSettings
from monitor.wire import Topics, encode_event
from tests.monitor.backtest.books_to_compare import accepted, book
from tests.monitor.backtest.files import at, mapping, write

pytestmark = pytest.mark.kafka

DAY = "2026-01-{:02} "
ROWS = [
    f"{number},{DAY}09:00:00,{DAY}10:00:00,{DAY}08:00:00".format(5 + number % 9, 8 + number % 7, 15 + number % 5)
    for number in range(80)
]


@pytest.fixture
def settings(kafka: str, topic_prefix: str) -> Settings:
    return Settings(kafka=KafkaSettings(bootstrap=kafka), topics=TopicSettings(prefix=topic_prefix, partitions=3))


async def report_of(settings: Settings, folder: Path, begin: int | None = None, end: int | None = None) -> BacktestReport:
    counts: list[int] = []
    source = await from_topic(settings, begin, end, folder, counts.append)
    assert counts[-1] == max(counts)
    return run_backtest(source, book(folder, "three", "3d"), book(folder, "two"), Options(processes=1)).report


async def test_a_backtest_of_a_topic_comes_to_what_its_file_comes_to(settings: Settings, tmp_path: Path) -> None:
    file = write(tmp_path, *ROWS)
    sent = await replay_to_kafka([(file, mapping())], settings, progress=False)
    source = from_mapping(file, mapping(), tmp_path, lambda _: None)
    expected = run_backtest(source, book(tmp_path, "three", "3d"), book(tmp_path, "two"), Options(processes=1)).report
    report = await report_of(settings, tmp_path)
    assert report.cells == expected.cells
    assert report.examples == expected.examples
    assert (report.records.events, report.records.ticks, report.records.bad) == (160, 3 * sent.ticks, {})
    assert report.records.until == expected.records.until


async def test_a_backtest_of_a_topic_reads_only_the_range_asked_for(settings: Settings, tmp_path: Path) -> None:
    await replay_to_kafka([(write(tmp_path, *ROWS), mapping())], settings, progress=False)
    begin, end = at("2026-01-06 09:00"), at("2026-01-08 09:00")
    report = await report_of(settings, tmp_path, begin, end)
    inside = [number for number in range(80) if number % 9 in (1, 2)]
    assert (report.records.events, report.records.cases) == (len(inside), len(inside))
    assert report.records.until.timestamp() * 1000 < end
    with pytest.raises(BacktestError, match="no records in that range"):
        await report_of(settings, tmp_path, at("2027-01-01 00:00"))


async def test_a_record_the_worker_would_bury_is_counted_by_its_reason(settings: Settings, tmp_path: Path) -> None:
    await ensure_topics(settings.kafka, settings.topics, create_time=True)
    topic, stamp = Topics(settings.topics.prefix).events, at("2026-01-05 10:00")
    good = encode_event(accepted("A", "2026-01-05 09:00"))
    records = [(b"A", good), (b"B", good), (None, good), (b"A", None), (b"A", b"{"), (b"A", good.replace(b",", b",\n"))]
    async with AIOKafkaProducer(bootstrap_servers=settings.kafka.bootstrap) as producer:
        for key, value in records:
            await producer.send_and_wait(topic, value, key=key, partition=0, timestamp_ms=stamp)
        await producer.send_and_wait(topic, good, key=b"A", partition=0, timestamp_ms=at("2026-01-05 09:30"))
    report = await report_of(settings, tmp_path)
    assert report.records.bad == {"invalid_json": 2, "key_mismatch": 1, "missing_key": 1}
    assert (report.records.events, report.records.cases) == (3, 1)


async def test_a_topic_that_does_not_exist_is_named_with_those_that_do(settings: Settings, tmp_path: Path) -> None:
    await ensure_topics(settings.kafka, settings.topics)
    other = Settings(kafka=settings.kafka, topics=TopicSettings(prefix=f"{settings.topics.prefix}-not"))
    with pytest.raises(BacktestError, match=rf"-not\.events does not exist.*{settings.topics.prefix}\.events.*--prefix"):
        await report_of(other, tmp_path)


async def test_a_broker_that_does_not_answer_is_named(settings: Settings, tmp_path: Path) -> None:
    nowhere = Settings(kafka=KafkaSettings(bootstrap="127.0.0.1:1"), topics=settings.topics)
    with pytest.raises(KafkaUnavailable, match=r"127\.0\.0\.1:1"):
        await report_of(nowhere, tmp_path)
