"""Waiting for a broker: pauses that grow, one line a minute, and no waiting for what only a person can mend."""

import asyncio
import logging
import random

import pytest

from monitor.kafka import KafkaAway, KafkaUnavailable, patiently
from monitor.kafka import waiting as module
from monitor.kafka.waiting import FIRST, LONGEST, pause
from tests.monitor.stream.clockwork import run


def test_pauses_double_to_a_bound_and_differ() -> None:
    for tries in range(12):
        wanted = min(FIRST * 2**tries, LONGEST)
        seen = [pause(tries, random.Random(seed)) for seed in range(20)]
        assert all(wanted / 2 <= each <= wanted for each in seen)
        assert len(set(seen)) > 10
    assert pause(10**6) <= LONGEST


def test_a_broker_that_comes_back_after_a_night_is_found_and_one_line_a_minute_told(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    async def scene() -> int:
        loop = asyncio.get_running_loop()
        monkeypatch.setattr(module.time, "monotonic", loop.time)
        began, tries = loop.time(), 0

        async def ask() -> int:
            nonlocal tries
            tries += 1
            if loop.time() - began < 8 * 3600:
                raise KafkaAway("no Kafka at here:1. Is it running, and is kafka.bootstrap right?")
            return tries

        return await patiently(ask, told.append)

    with caplog.at_level(logging.INFO):
        tries = run(scene())
    lines = [record.getMessage() for record in caplog.records]
    assert 8 * 3600 / LONGEST <= tries <= 8 * 3600 / LONGEST * 2 + 20
    assert 400 <= len(lines) <= 482
    assert lines[0].startswith("waiting for 0 s by now: no Kafka at here:1. Is it running, and is kafka.bootstrap right?")
    assert lines[-1].startswith("Kafka answers, after 288")
    assert told[0].startswith("no Kafka at here:1")
    assert told[-1] == ""


def test_a_refusal_that_only_a_person_can_mend_is_raised_at_once() -> None:
    async def ask() -> None:
        raise KafkaUnavailable("Kafka does not let us in: wrong password")

    with pytest.raises(KafkaUnavailable, match="wrong password"):
        run(patiently(ask))
