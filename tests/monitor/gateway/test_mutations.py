"""No body makes the gateway fail, and nothing that it takes would the worker bury."""

import asyncio
import os
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import msgspec
import pytest

from monitor.gateway import Gateway, new_token
from monitor.gateway.reading import Errors
from rules.events import EVENT_TYPES, OFFICE_TYPES
from tests.monitor.gateway.inside import Taken, buried, gateway_without_broker
from tests.monitor.gateway.mutations import Mutated, good, mutated

IS_LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
BODIES = 100_000 if IS_LONG else 4_000
SEED = random.SystemRandom().randrange(2**32) if IS_LONG else 1
"""The same bodies every time; the long lane looks for new ones, and says by which seed."""
AT_ONCE = 32
WINDOW = new_token("window", ("4301",), ("公安局", ""))
OFFICE = new_token("office", ("4301",), office=True)
MAPPING = """
[source]
zone = "Asia/Shanghai"
encoding = "{encoding}"
[times]
t = "iso"
[[event]]
type = "accepted"
id = "{{no}}-accepted"
at = "t"
case = "{{no}}"
region = "{{region}}"
promised = "{{limit}}"
"""
MAPPINGS = {
    name: MAPPING.format(encoding=encoding)
    for name, encoding in {"plain": "utf-8", "gbk": "gbk", "ascii": "ascii", "utf16": "utf-16"}.items()
}
STATE = {("unknown_alert", "alert"), ("illegal_transition", "type"), ("forbidden_type", "level")}
"""What an act on a card is refused for by the state of its case, or by its book; no gateway can know."""


@pytest.fixture
def made(tmp_path: Path) -> Iterator[tuple[Gateway, Taken]]:
    yield gateway_without_broker(WINDOW.table.replace('"", ', "") + OFFICE.table, MAPPINGS, tmp_path)


def wrong_answer(request: Mutated, status: int, kind: str, answer: bytes) -> str:
    """What is wrong with an answer; empty if nothing is."""
    if status == 202:
        return ""
    if not 400 <= status < 500:
        return f"status {status}"
    if kind != "application/json":
        return f"{status} in {kind}"
    try:
        errors = msgspec.json.decode(answer, type=Errors).errors
    except msgspec.DecodeError as error:
        return f"{status} in another form: {error}"
    return "" if errors and all(each.reason and each.message for each in errors) else f"{status} without a reason"


async def answers(gateway: Gateway, rng: random.Random, count: int) -> tuple[Counter[int], list[str]]:
    """Send so many bodies; the statuses, and what was wrong."""
    statuses: Counter[int] = Counter()
    wrong: list[str] = []
    left = iter(range(count))

    async def send(http: aiohttp.ClientSession) -> None:
        for _ in left:
            request = mutated(rng)
            token = OFFICE if rng.random() < 0.2 else WINDOW
            headers = request.headers | {"Authorization": f"Bearer {token.token}"}
            async with http.post(
                gateway.url + request.path, data=request.body, headers=headers, skip_auto_headers=["Accept"]
            ) as got:
                body = await got.read()
                statuses[got.status] += 1
                if fault := wrong_answer(request, got.status, got.content_type, body):
                    wrong.append(f"{fault}: {request} {body[:200]!r}")

    connections = aiohttp.TCPConnector(force_close=True)  # a spoilt body ends its connection
    async with aiohttp.ClientSession(connector=connections) as http, asyncio.TaskGroup() as tasks:
        for _ in range(AT_ONCE):
            tasks.create_task(send(http))
    return statuses, wrong


async def test_no_mutated_body_gets_5xx_and_nothing_that_got_2xx_is_a_dead_letter(made: tuple[Gateway, Taken]) -> None:
    gateway, taken = made
    async with gateway:
        statuses, wrong = await answers(gateway, random.Random(SEED), BODIES)
    assert not wrong, f"seed {SEED}: {wrong[:5]}"
    assert statuses[202] > BODIES / 20, statuses
    assert {400, 403, 415, 422} <= set(statuses), statuses
    letters = buried(taken.records)
    by_state = [letter for letter in letters if letter[:2] in STATE and msgspec.json.decode(letter[2])["type"] in OFFICE_TYPES]
    assert [letter for letter in letters if letter not in by_state] == [], f"seed {SEED}"


@pytest.mark.parametrize("tag", sorted(EVENT_TYPES))
async def test_a_good_event_of_every_type_is_taken(made: tuple[Gateway, Taken], tag: str) -> None:
    gateway, taken = made
    headers = {"Authorization": f"Bearer {OFFICE.token}"}
    async with (
        gateway,
        aiohttp.ClientSession(gateway.url) as http,
        http.post("/v1/events", json=good(tag), headers=headers) as got,
    ):
        assert got.status == 202, await got.text()
    assert len(taken.records) == 1
