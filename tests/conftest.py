"""Fixtures of the whole suite: the one embedded Apache Kafka that every Kafka test shares, and names that keep them apart."""

import os
import shutil
import tracemalloc  # noqa: F401 - else pytest first imports it in the middle of a garbage collection, and stumbles
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings

from monitor.embedded.kafka import EmbeddedKafka

settings.register_profile("default", deadline=None, derandomize=True)  # the same examples every time; "long" looks for new ones
settings.register_profile("long", deadline=None, max_examples=10_000, suppress_health_check=list(HealthCheck))
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where nothing may be skipped (``SUPERVISE_NO_SKIP``, as CI sets it), a skipped test is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("SUPERVISE_NO_SKIP") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The bootstrap address of a real broker, started once per run; ``SUPERVISE_TEST_KAFKA=host:port`` uses one that runs.

    Mark tests that ask for it ``@pytest.mark.kafka``, and name their topics and groups by ``topic_prefix`` or ``topic_names``.
    """
    if running := os.environ.get("SUPERVISE_TEST_KAFKA"):
        yield running
        return
    data = tmp_path_factory.mktemp("kafka")
    with EmbeddedKafka(data) as broker:
        yield broker.bootstrap
    shutil.rmtree(data / "log")  # pytest keeps the folders of three runs; broker.log may stay, the records need not


@pytest.fixture
def topic_prefix() -> str:
    """A prefix that no other test has, fit for topics, consumer groups and application ids."""
    return f"t{uuid4().hex[:12]}"


@pytest.fixture
def topic_names(topic_prefix: str) -> Callable[[str], str]:
    """``topic_names("events")``: that topic's name for this test alone; the same word gives the same name."""
    return lambda word: f"{topic_prefix}.{word}"
