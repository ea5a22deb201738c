"""Fixtures of the ledger's tests: the one embedded PostgreSQL they share, and schemas that keep them apart."""

import shutil
from collections.abc import Iterator

import psycopg
import pytest

from monitor.embedded.postgres import EmbeddedPostgres
from monitor.settings import LedgerSettings
from tests.monitor.ledger.hall import HALL, Hall, Recorded


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """How to connect to a real server, started once per run."""
    data = tmp_path_factory.mktemp("postgres")
    with EmbeddedPostgres(data) as server:
        yield server.dsn
    shutil.rmtree(data / "cluster")


@pytest.fixture
def chosen(postgres: str, topic_prefix: str) -> Iterator[LedgerSettings]:
    """Settings of a ledger that no other test has; its schemas go with it."""
    yield LedgerSettings(dsn=postgres, namespace=topic_prefix, head_seconds=0.1)
    with psycopg.connect(postgres) as connection:
        for schema in (topic_prefix, f"{topic_prefix}_audit", f"{topic_prefix}_next"):
            connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")


@pytest.fixture(scope="session")
def recorded() -> Recorded:
    """What the simulated hall reported within three weeks, and what became of it."""
    return HALL()


@pytest.fixture
def hall(kafka: str, topic_prefix: str, chosen: LedgerSettings) -> Hall:
    """Topics of the test's own, empty."""
    return Hall(kafka, topic_prefix, chosen)
