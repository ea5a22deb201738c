"""The gateway on a real socket before a real Kafka: what it answers, and what is on the broker then."""

import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import msgspec
import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.structs import ConsumerRecord

from monitor.door import BadTokens
from monitor.door.limits import MOST_BYTES
from monitor.gateway import Gateway, new_token, run_gateway
from monitor.kafka import partition_of
from monitor.settings import CannotListen, GatewaySettings, KafkaSettings, Settings, TopicSettings
from monitor.wire import decode_dead_letter, decode_record, encode_json
from tests.monitor.gateway.records import accepted, applied

MAPPING = """
[source]
zone = "Asia/Shanghai"
[times]
t = "iso"
[[event]]
type = "applied"
id = "{no}-applied"
at = "t"
case = "{no}"
region = "{region}"
"""
ROW = {"no": "7", "t": "2026-03-02 09:30:00", "region": "430100"}
WINDOW = new_token("window", ("4301",))
AUTH = {"Authorization": f"Bearer {WINDOW.token}"}


def settings_for(folder: Path, bootstrap: str, prefix: str) -> Settings:
    (folder / "tokens.toml").write_text(WINDOW.table, "utf-8")
    (folder / "mappings").mkdir(exist_ok=True)
    (folder / "mappings" / "old.toml").write_text(MAPPING, "utf-8")
    return Settings(
        kafka=KafkaSettings(bootstrap=bootstrap),
        topics=TopicSettings(prefix=prefix, partitions=3),
        gateway=GatewaySettings(port=0, tokens=folder / "tokens.toml", mappings=folder / "mappings"),
    )


async def on_the_broker(bootstrap: str, topic: str) -> list[ConsumerRecord]:
    """Every record the topic holds now."""
    async with AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest") as consumer:
        held = list(consumer.assignment())
        await consumer.seek_to_beginning(*held)
        missing = sum((await consumer.end_offsets(held)).values())
        records: list[ConsumerRecord] = []
        while len(records) < missing:
            for batch in (await consumer.getmany(timeout_ms=1000)).values():
                records += batch
        return records


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def gateway(kafka: str, topic_prefix: str, tmp_path: Path, http: aiohttp.ClientSession) -> AsyncIterator[Gateway]:
    async with Gateway(settings_for(tmp_path, kafka, topic_prefix)) as running:
        while True:
            async with http.get(f"{running.url}/healthz") as answer:
                if answer.status == 200:
                    break
        yield running


async def answer_to(http: aiohttp.ClientSession, url: str, body: bytes, **headers: str) -> tuple[int, dict[str, object]]:
    async with http.post(url, data=io.BytesIO(body), headers=AUTH | {"Content-Type": "application/json"} | headers) as answer:
        return answer.status, await answer.json()


@pytest.mark.kafka
async def test_an_event_answered_with_202_is_on_the_broker_in_the_partition_java_would_choose(
    gateway: Gateway, http: aiohttp.ClientSession, kafka: str, topic_prefix: str
) -> None:
    events = [event for number in range(20) for event in (applied(f"A-{number}"), accepted(f"A-{number}"))]
    status, taken = await answer_to(http, f"{gateway.url}/v1/events", encode_json(events))
    assert (status, taken) == (202, {"accepted": 40, "ahead": 0, "dead_letters": 0})
    records = await on_the_broker(kafka, f"{topic_prefix}.events")
    assert {decode_record(record.value) for record in records} == set(events)
    assert all(record.partition == partition_of(record.key, 3) for record in records)
    assert all(record.timestamp_type == 1 for record in records), "a live topic is stamped by the broker"


@pytest.mark.kafka
async def test_an_array_with_one_bad_event_leaves_nothing(
    gateway: Gateway, http: aiohttp.ClientSession, kafka: str, topic_prefix: str
) -> None:
    body = b"[" + encode_json(applied("A-1")) + b',{"type":"applied"}]'
    status, refused = await answer_to(http, f"{gateway.url}/v1/events", body)
    assert status == 422
    faults = msgspec.convert(refused["errors"], list[dict[str, object]])
    assert [(fault["index"], fault["field"]) for fault in faults] == [(1, "id"), (1, "at"), (1, "region"), (1, "case")]
    assert {fault["reason"] for fault in faults} == {"missing_field"}
    assert await on_the_broker(kafka, f"{topic_prefix}.events") == []


@pytest.mark.kafka
async def test_an_event_from_the_future_is_taken_and_counted(gateway: Gateway, http: aiohttp.ClientSession) -> None:
    ahead = applied("A-1", at=datetime.now(UTC) + timedelta(days=365))
    status, taken = await answer_to(http, f"{gateway.url}/v1/events", encode_json(ahead))
    assert (status, taken["ahead"]) == (202, 1)


@pytest.mark.kafka
async def test_rows_of_an_old_system_are_taken_through_their_mapping(
    gateway: Gateway, http: aiohttp.ClientSession, kafka: str, topic_prefix: str
) -> None:
    url = f"{gateway.url}/v1/mapped/old"
    assert (await answer_to(http, url, encode_json(ROW)))[0] == 202
    csv = b"no,t,region\n8,2026-03-02 09:30:00,430100\n9,never,430100\n"
    kind = {"Content-Type": "text/csv"}
    status, refused = await answer_to(http, url, csv, **kind)
    assert (status, msgspec.convert(refused["errors"], list[dict[str, object]])[0]["index"]) == (422, 1)
    status, taken = await answer_to(http, f"{url}?dead_letters=true", csv, **kind)
    assert (status, taken) == (202, {"accepted": 1, "ahead": 0, "dead_letters": 1})
    cases = [record.key for record in await on_the_broker(kafka, f"{topic_prefix}.events")]
    assert sorted(cases) == [b"430100/7", b"430100/8"]
    (letter,) = [decode_dead_letter(record.value) for record in await on_the_broker(kafka, f"{topic_prefix}.dead-letters")]
    assert (letter.reason, letter.field, letter.source) == ("mapping_failed", "t", "gateway window, row 1")
    assert letter.value == b"9,never,430100\n"


@pytest.mark.kafka
@pytest.mark.parametrize(
    ("path", "headers", "body", "status", "reason"),
    [
        ("/v1/events", {"Authorization": ""}, b"{}", 401, "unauthorized"),
        ("/v1/events", {"Authorization": "Bearer wrong"}, b"{}", 401, "unauthorized"),
        ("/v1/events", {}, b"{", 400, "invalid_json"),
        ("/v1/events", {}, b" " * (MOST_BYTES + 1), 413, "too_large"),
        ("/v1/events", {}, encode_json(applied("A", region="440100")), 403, "out_of_scope"),
        ("/v1/mapped/none", {}, b"{}", 404, "unknown_mapping"),
        ("/v1/mapped/old", {}, encode_json(ROW | {"region": "440100"}), 403, "out_of_scope"),
        ("/v1/nothing", {}, b"{}", 404, "not_found"),
    ],
)
async def test_a_request_that_is_refused_is_answered_with_the_reason(
    gateway: Gateway, http: aiohttp.ClientSession, path: str, headers: dict[str, str], body: bytes, status: int, reason: str
) -> None:
    got, refused = await answer_to(http, gateway.url + path, body, **headers)
    assert got == status
    assert msgspec.convert(refused["errors"], list[dict[str, object]])[0]["reason"] == reason


@pytest.mark.kafka
async def test_the_openapi_document_is_served(gateway: Gateway, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{gateway.url}/v1/openapi.json") as answer:
        assert (await answer.json())["paths"]["/v1/mapped/{mapping}"]["post"]["parameters"][0]["schema"]["enum"] == ["old"]


async def test_a_gateway_without_kafka_starts_and_answers_not_now(tmp_path: Path, http: aiohttp.ClientSession) -> None:
    async with Gateway(settings_for(tmp_path, "127.0.0.1:1", "t")) as gateway:
        async with http.post(f"{gateway.url}/v1/events", data=encode_json(applied("A")), headers=AUTH) as answer:
            assert answer.status == 503
            assert answer.headers["Retry-After"]
        async with http.get(f"{gateway.url}/healthz") as answer:
            assert answer.status == 503


async def test_a_taken_port_is_named(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, "127.0.0.1:1", "t")
    async with Gateway(settings) as first:
        port = int(first.url.rpartition(":")[2])
        taken = settings.model_copy(update={"gateway": settings.gateway.model_copy(update={"port": port})})
        with pytest.raises(CannotListen, match=r"gateway\.port"):
            async with Gateway(taken):
                pass


async def test_a_broken_tokens_file_stops_the_start(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, "127.0.0.1:1", "t")
    (tmp_path / "tokens.toml").write_text("[a]\n", "utf-8")
    with pytest.raises(BadTokens, match="sha256"):
        await run_gateway(settings)
