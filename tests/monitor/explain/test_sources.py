"""Where the records come from: files with and without a mapping, and one partition of a real topic."""

import gzip
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from monitor.explain import CaseStory, Follower, follow_file, follow_topic, keys_in_topic
from monitor.explain.sources import Unreadable
from monitor.kafka import KafkaUnavailable, ensure_topics, partition_of
from monitor.settings import KafkaSettings, Settings, TopicSettings
from monitor.wire import Topics, encode_event
from rules.events import TICK, key_of
from rules.instant import to_instant
from tests.monitor.backtest import files
from tests.monitor.explain.cases import CASES, KEY, follow, hunan, write
from tests.rules.story import PLACE, day, event

OTHER = f"{PLACE['numbered_by']}/another".encode()
LATE, UNTIL = CASES["withdrawn_by_a_late_record"]


def story_of(follower: Follower) -> CaseStory:
    story = follower.story()
    assert story is not None
    return story


def test_a_file_is_explained_through_its_mapping(tmp_path: Path) -> None:
    rows = ["1,2026-01-05 09:00:00,2026-01-06 08:00:00,2026-01-08 10:00:00", "2,2026-01-05 09:00:00,,", "x,never,,"]
    follower = Follower("430100-d/1", files.books())
    follow_file(follower, files.write(tmp_path, *rows), files.mapping())
    story = story_of(follower)
    assert [told.type for told in story.records] == ["accepted", "", "", "", "concluded"], "three levels between them"
    assert [change.state for change in story.records[-1].changes] == ["withdrawn"] * 3
    other = Follower("430100-d/2", files.books())
    follow_file(other, files.write(tmp_path, *rows), files.mapping())
    assert story_of(other).as_of == story.as_of, "the clock runs on to the last arrival of the whole file"
    assert [card.level for card in story_of(other).cards] == ["warning", "yellow", "red"]


def test_a_file_is_explained_as_of_an_earlier_day(tmp_path: Path) -> None:
    follower = Follower(KEY, hunan())
    follow_file(follower, write(tmp_path, LATE), None, to_instant(day(7, 1)))
    story = story_of(follower)
    assert story.as_of == day(7, 1)
    assert story.state == "open", "its late conclusion had not arrived"
    assert [card.state for card in story.cards] == ["superseded", "issued"]


def test_a_compressed_file_is_explained_like_a_plain_one(tmp_path: Path) -> None:
    plain = write(tmp_path, LATE)
    packed = tmp_path / "records.jsonl.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    follower = Follower(KEY, hunan())
    follow_file(follower, packed, None, to_instant(UNTIL))
    assert story_of(follower) == follow(tmp_path, "withdrawn_by_a_late_record").story()


def test_a_line_nobody_can_read_is_named(tmp_path: Path) -> None:
    file = tmp_path / "records.jsonl"
    file.write_bytes(write(tmp_path, LATE).read_bytes() + b'{"arrived": 3}\n')
    with pytest.raises(Unreadable, match=r"line 3: .*simulate --out"):
        follow_file(Follower(KEY, hunan()), file, None)
    with pytest.raises(Unreadable, match="cannot be read"):
        follow_file(Follower(KEY, hunan()), tmp_path / "none.jsonl", None)


@pytest.fixture
def settings(kafka: str, topic_prefix: str) -> Settings:
    return Settings(kafka=KafkaSettings(bootstrap=kafka), topics=TopicSettings(prefix=topic_prefix, partitions=3))


async def append(settings: Settings, records: list[tuple[bytes | None, Any, int]]) -> None:
    """Records with their keys and arrivals, all into the case's partition."""
    topic, partition = Topics(settings.topics.prefix).events, partition_of(KEY.encode(), 3)
    async with AIOKafkaProducer(bootstrap_servers=settings.kafka.bootstrap) as producer:
        for key, value, at in records:
            value = value if isinstance(value, bytes) else encode_event(value)
            await producer.send_and_wait(topic, value, key, partition, at)


@pytest.mark.kafka
async def test_the_topic_tells_the_same_story_as_the_file(settings: Settings, tmp_path: Path) -> None:
    await ensure_topics(settings.kafka, settings.topics, create_time=True)
    key, records = KEY.encode(), []
    alone = follow(tmp_path, "withdrawn_by_a_late_record")
    wakes = [to_instant(change.at) for card in story_of(alone).cards for change in card.changes if not change.record]
    for kind, at, arrived, fields in LATE:
        records.append((key, event(kind, at, **fields), to_instant(arrived)))
    records += [(None, TICK, wake) for wake in wakes]
    records += [(OTHER, event("accepted", day(3), case="another"), to_instant(day(3))), (None, TICK, to_instant(UNTIL))]
    await append(settings, sorted(records, key=lambda record: record[2]))
    follower = Follower(KEY, hunan())
    await follow_topic(follower, settings)
    assert story_of(follower) == alone.story()


@pytest.mark.kafka
async def test_a_card_of_a_topic_is_raised_when_its_partition_moved_on(settings: Settings) -> None:
    """Without ticks between them, any later record of the partition brings the time, as it does for the worker."""
    await ensure_topics(settings.kafka, settings.topics, create_time=True)
    key = KEY.encode()
    broken = [(key, b"{", to_instant(day(8))), (key, event("accepted", day(9), case="other"), to_instant(day(9)))]
    first = (key, event("accepted", day(0)), to_instant(day(0)))
    await append(settings, [first, (OTHER, event("accepted", day(20), case="another"), to_instant(day(20))), *broken])
    follower = Follower(KEY, hunan())
    await follow_topic(follower, settings)
    story = story_of(follower)
    assert story.as_of == day(20), "time never goes back"
    assert [bool(told.refused) for told in story.records if told.number] == [False, True, True]
    assert "the key is" in story.records[-1].refused


@pytest.mark.kafka
async def test_a_number_of_a_topic_is_found_with_all_who_have_given_it_whatever_key_it_lies_under(settings: Settings) -> None:
    await ensure_topics(settings.kafka, settings.topics, create_time=True)
    number, at = PLACE["case"], to_instant(day(0))
    there = event("accepted", day(0), numbered_by="湖南省")
    longer = event("accepted", day(0), case=f"1{number}")  # a number that ends alike is another one
    bare = (number.encode(), event("concluded", day(1)), to_instant(day(1)))
    others = [(number.encode(), there, at), (key_of(longer).encode(), longer, at), (KEY.encode(), b"{", at), (None, TICK, at)]
    await append(settings, [(KEY.encode(), event("accepted", day(0)), at), *others, bare])
    assert await keys_in_topic(number, settings) == [KEY, f"湖南省/{number}"]
    assert await keys_in_topic(KEY, settings) == [KEY]
    assert await keys_in_topic("none", settings) == []
    assert await keys_in_topic("window:430100//A01", settings) == ["window:430100//A01"]
    follower = Follower(KEY, hunan())
    await follow_topic(follower, settings)
    assert [told.type for told in story_of(follower).records if told.number] == ["accepted", "", "concluded"]


@pytest.mark.kafka
async def test_a_topic_that_does_not_exist_is_named(settings: Settings) -> None:
    with pytest.raises(Unreadable, match="--prefix names another"):
        await follow_topic(Follower(KEY, hunan()), settings)


async def test_a_broker_that_does_not_answer_is_named() -> None:
    with pytest.raises(KafkaUnavailable, match="no Kafka at"):
        await follow_topic(Follower(KEY, hunan()), Settings(kafka=KafkaSettings(bootstrap="127.0.0.1:9")))
