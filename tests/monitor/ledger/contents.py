"""What stands in the ledger, set against what lies in the topics."""

import asyncio
import hashlib
import json
import time
from collections import Counter, defaultdict
from typing import Any

import psycopg
from aiokafka import AIOKafkaConsumer, TopicPartition

from tests.monitor.ledger.hall import PARTITIONS, Hall, Recorded


async def ends(hall: Hall) -> dict[tuple[str, int], int]:
    """Where each partition ends."""
    consumer = AIOKafkaConsumer(bootstrap_servers=hall.settings.kafka.bootstrap)
    await consumer.start()
    try:
        topics = (hall.topics.events, hall.topics.alerts, hall.topics.dead_letters, hall.settings.changelog)
        found = await consumer.end_offsets([TopicPartition(topic, number) for topic in topics for number in range(PARTITIONS)])
    finally:
        await consumer.stop()
    return {(where.topic, where.partition): end for where, end in found.items()}


def rows(hall: Hall, query: str, *values: Any) -> list[Any]:
    """What a query gives, by the owner of the tables; nothing while the database is away or has no tables yet."""
    space = hall.settings.ledger.namespace
    with psycopg.connect(hall.settings.ledger.dsn, options=f"-csearch_path={space},{space}_audit") as connection:
        return connection.execute(query, list(values) or None).fetchall()


async def caught_up(hall: Hall, *running: "asyncio.Task[None]", seconds: float = 60) -> None:
    """Wait until the ledger has read to the end of every partition."""
    wanted, deadline = await ends(hall), time.monotonic() + seconds
    while True:
        for task in running:
            if task.done():
                task.result()
        try:
            found = {
                (topic, partition): next_ for topic, partition, next_ in rows(hall, "SELECT topic, partition, next FROM consumed")
            }
        except psycopg.Error:
            found = {}
        if found == wanted:
            return
        assert time.monotonic() < deadline, f"{found} of {wanted}"
        await asyncio.sleep(0.1)


def compare(hall: Hall, recorded: Recorded) -> None:
    """Every table against the records it is made from; the audit log's digests worked out anew."""
    assert rows(hall, "SELECT count(*) FROM event") == [(len(recorded.told),)]
    told = Counter((event.__struct_config__.tag, event.id) for _, event in recorded.told)
    assert Counter(rows(hall, "SELECT type, id FROM event")) == told
    assert Counter(rows(hall, "SELECT id, change FROM alert_change")) == Counter((a.id, a.change) for _, a in recorded.changes)
    latest = {alert.id: (alert.change, alert.state) for _, alert in recorded.changes}
    assert {id_: (change, state) for id_, change, state in rows(hall, "SELECT id, change, state FROM alert")} == latest
    cases = {key for key, case in recorded.cases.items() if not key.startswith(("window:", "duty:"))}
    assert {key for (key,) in rows(hall, "SELECT key FROM case_state WHERE cycle = 1")} == cases
    assert rows(hall, "SELECT count(*) FROM dead_letter") == [(len(recorded.dead),)]
    acts = [event for _, event in recorded.told if hasattr(event, "alert")]
    assert rows(hall, "SELECT count(*) FROM act") == [(len(acts),)]
    assert acts
    compare_chains(hall, recorded)


def compare_chains(hall: Hall, recorded: Recorded) -> None:
    """Each chain by the published rule, in a few lines that share nothing with the ledger's."""
    wanted: dict[str, list[tuple[str, bytes]]] = defaultdict(list)
    for fed, (partition, alert) in zip(recorded.alerts, recorded.changes, strict=True):
        wanted[f"alerts/{partition}"].append((f"{alert.id}#{alert.change}", fed.value or b""))
    told = [fed for fed in recorded.events if fed.key is not None]
    for fed, (_, event) in zip(told, recorded.told, strict=True):
        if hasattr(event, "alert"):
            wanted[f"events/{fed.partition}"].append((event.alert, fed.value or b""))
    found: dict[str, list[tuple[str, bytes]]] = defaultdict(list)
    digests: dict[str, bytes] = {}
    query = "SELECT chain, seq, (extract(epoch FROM entered_at) * 1000)::bigint, kind, subject, record_offset, body, digest"
    for chain, seq, at, kind, subject, offset, body, digest in rows(hall, f"{query} FROM audit_entry ORDER BY chain, seq"):
        found[chain].append((subject, body))
        assert seq == len(found[chain])
        head = json.dumps([chain, seq, at, kind, subject, offset], separators=(",", ":"), ensure_ascii=False).encode()
        before = digests.get(chain) or hashlib.sha256(chain.encode()).digest()
        digests[chain] = hashlib.sha256(before + head + b"\n" + body).digest()
        assert digests[chain] == digest
    assert found == wanted
