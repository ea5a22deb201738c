"""Window systems at work while wake-ups are measured: a steady trickle of events into the live topic."""

import asyncio
import random
import time
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaProducer

from benchmarks.openings import HALL, REGION
from benchmarks.site import PARTITIONS
from monitor.kafka import client_options, partition_of
from monitor.settings import Settings
from monitor.wire import Topics, encode_event
from rules.events import Accepted, StageEntered, StageLeft, key_of

_TURN = 0.02


async def traffic(settings: Settings, cases: int, per_second: float, seconds: float, seed: int = 2) -> int:
    """Send ``per_second`` events, most about the ``cases`` that are open, some about new ones; how many were sent."""
    rng = random.Random(seed)
    topic = Topics(settings.topics.prefix).events
    producer = AIOKafkaProducer(**client_options(settings.kafka), linger_ms=2)
    await producer.start()
    begun, sent = time.monotonic(), 0
    try:
        while (spent := time.monotonic() - begun) < seconds:
            while sent < spent * per_second:
                event = _event(rng, cases, sent)
                key = key_of(event).encode()
                await producer.send(topic, encode_event(event), key=key, partition=partition_of(key, PARTITIONS))
                sent += 1
            await asyncio.sleep(_TURN)
    finally:
        await producer.stop()
    return sent


def _event(rng: random.Random, cases: int, number: int) -> Any:
    common: dict[str, Any] = {
        "id": f"t{number}",
        "at": datetime.now(UTC),
        "region": REGION,
        "hall": HALL,
        "department": "市场监管局",
    }
    draw = rng.random()
    if draw < 0.2:
        return Accepted(case=f"{REGION}-new-{number:08d}", item="SC-001", promised="10d", statutory="20d", **common)
    case = f"{REGION}-{rng.randrange(cases):08d}"
    if draw < 0.6:
        return StageLeft(case=case, stage="review", handler="李娜", **common)
    return StageEntered(case=case, stage="approval", handler="张敏", **common)
