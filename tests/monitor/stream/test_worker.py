"""The worker as a process, on the real broker."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest

from rules.events import Tick
from monitor.wire import decode_record
from tests.monitor.stream.hall import MONDAY, Hall, accepted, concluded, feed, ticks

pytestmark = pytest.mark.kafka


async def test_cards_fall_with_the_feeders_ticks(hall: Hall) -> None:
    await hall.open(create_time=True)
    cases = [f"c{number}" for number in range(20)]
    later = MONDAY + timedelta(days=60)
    await hall.append([feed(accepted(case, MONDAY)) for case in cases])
    await hall.append([feed(concluded("c0", MONDAY + timedelta(days=1))), *ticks(later)])
    worker = hall.worker()
    await hall.caught_up()

    alerts = await hall.alerts()
    assert {alert.case for alert in alerts if alert.rule.startswith("case-")} == set(cases) - {"c0"}
    assert {(alert.rule, alert.level) for alert in alerts} >= {("case-promise", "yellow"), ("case-statutory", "red")}
    assert all(alert.raised_at == later for alert in alerts)
    assert not [record for record in await hall.read(hall.topics.events) if record.offset > 30], "no ticks of its own"
    assert await hall.stop(worker) == 0
    figures = (await hall.figures()).values()
    assert sum(f.accepted for f in figures) == 20
    assert sum(f.open for f in figures) == 19
    assert sum(f.red for f in figures) == 19
