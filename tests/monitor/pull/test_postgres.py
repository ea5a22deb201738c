"""A view of a real PostgreSQL, pulled while long transactions are open, and by the command into a real Kafka."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from aiokafka import AIOKafkaConsumer

from monitor.embedded.postgres import EmbeddedPostgres
from monitor.pull import PullSpec
from monitor.wire import Topics, decode_dead_letter, decode_record
from tests.monitor.pull.databases import Remembering, pulled, spec

TABLE = """
CREATE TABLE told ("no" text, "at" timestamptz, dept varchar(40), changed timestamptz DEFAULT now(), number numeric(20, 0));
CREATE VIEW cases AS SELECT * FROM told
"""
INSERT = "INSERT INTO told (no, at, dept) VALUES (%s, '2026-03-02 09:30+08', '公安局')"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(tmp_path_factory.mktemp("postgres")) as server:
        yield server


@pytest.fixture
def dsn(server: EmbeddedPostgres) -> Iterator[str]:
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS told CASCADE")
        connection.execute(TABLE)
    yield server.dsn


def of(folder: Path, dsn: str, **changes: object) -> PullSpec:
    return spec(folder, dsn.replace("postgresql:", "postgresql+psycopg:"), **changes)


@pytest.mark.parametrize(("overlap", "late"), [(600, ["A-long-1", "A-long-2"]), (0, [])])
async def test_rows_of_a_longer_transaction_are_neither_missed_nor_doubled(
    overlap: int, late: list[str], dsn: str, tmp_path: Path
) -> None:
    """Without an overlap they would be missed: their key is when the transaction began."""
    made, sink = of(tmp_path, dsn, overlap=overlap), Remembering()
    with psycopg.connect(dsn) as long, psycopg.connect(dsn, autocommit=True) as other:
        long.execute(INSERT, ["A-long-1"])
        await asyncio.sleep(0.01)
        other.execute(INSERT, ["A-short"])
        assert (await pulled(made, sink)).rows == 1
        long.execute(INSERT, ["A-long-2"])
        assert (await pulled(made, sink)).rows == 0
        long.commit()
        await pulled(made, sink)
        assert (await pulled(made, sink)).rows == 0
    assert sink.cases == ["A-short", *late]


async def test_a_transaction_that_is_rolled_back_leaves_nothing(dsn: str, tmp_path: Path) -> None:
    made, sink = of(tmp_path, dsn), Remembering()
    with psycopg.connect(dsn) as long:
        long.execute(INSERT, ["A-1"])
        await pulled(made, sink)
        long.rollback()
    await pulled(made, sink)
    assert sink.cases == []


async def test_a_numeric_key_is_exact_beyond_what_a_float_holds(dsn: str, tmp_path: Path) -> None:
    made, sink = of(tmp_path, dsn, key="number", overlap=2), Remembering()
    first = 9_007_199_254_740_993
    with psycopg.connect(dsn, autocommit=True) as connection:
        for number in range(4):
            connection.execute("INSERT INTO told VALUES (%s, now(), 'x', now(), %s)", [f"A-{number}", first + number])
        assert (await pulled(made, sink)).rows == 4
        connection.execute("INSERT INTO told VALUES ('A-late', now(), 'x', now(), %s)", [first + 1])
        assert (await pulled(made, sink)).rows == 1
    assert sink.cases == ["A-0", "A-1", "A-2", "A-3", "A-late"]


TOML = """
source = { zone = "Asia/Shanghai" }
times = { at = "iso" }
event = [{ type = "applied", id = "{no}-a", case = "{no}", at = "at", region = "430100", department = "{dept}" }]
"""


async def received(kafka: str, topic: str) -> list[bytes]:
    async with AIOKafkaConsumer(topic, bootstrap_servers=kafka, auto_offset_reset="earliest") as consumer:
        missing = sum((await consumer.end_offsets(sorted(consumer.assignment()))).values())
        found: list[bytes] = []
        while len(found) < missing:
            for batch in (await consumer.getmany(timeout_ms=1000)).values():
                found += [record.value for record in batch]
        return found


@pytest.mark.kafka
def test_the_command_pulls_into_kafka_and_goes_on_after_a_kill(dsn: str, kafka: str, topic_prefix: str, tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(TOML)
    (tmp_path / "exchange.toml").write_text('table = "cases"\nkey = "changed"\nevery = 0.1\nbatch = 5\n')
    address = dsn.replace("postgresql:", "postgresql+psycopg:")
    command = [
        sys.executable,
        "-m",
        "monitor",
        "pull",
        "exchange.toml",
        "--mapping",
        "m.toml",
        "--bootstrap",
        kafka,
        "--prefix",
        topic_prefix,
    ]
    options = {"cwd": tmp_path, "env": {**os.environ, "SUPERVISE_PULL_DATABASE": address}}
    cases = {f"A-{number}" for number in range(60)}
    with psycopg.connect(dsn, autocommit=True) as connection, subprocess.Popen(command, **options) as running:
        for case in sorted(cases):
            connection.execute(INSERT, [case])
            if case == "A-30":
                while not (tmp_path / "exchange.cursor.json").exists():
                    time.sleep(0.05)
                running.send_signal(signal.SIGKILL)
                running.wait()
        connection.execute("INSERT INTO told (no, dept) VALUES ('A-bad', 'x')")
    done = subprocess.run([*command, "--once"], **options, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "column 'at' is empty" in done.stderr
    topics = Topics(topic_prefix)
    events = [decode_record(value) for value in asyncio.run(received(kafka, topics.events))]
    assert {event.case for event in events} == cases  # type: ignore[union-attr]
    assert [decode_dead_letter(value).reason for value in asyncio.run(received(kafka, topics.dead_letters))] == ["mapping_failed"]
    again = subprocess.run([*command, "--once"], **options, capture_output=True, text=True, check=False)
    assert "rows 0" in again.stderr, "what was sent is not sent again"
