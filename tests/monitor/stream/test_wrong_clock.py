"""A worker process whose clock is wrong, on a real broker: cards fall when the broker's clock says so."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.acceptance.agreement.files import IS_LONG
from tests.monitor.stream.hall import Hall, accepted, feed

pytestmark = pytest.mark.kafka
DAY, YEAR = 86_400, 365 * 86_400
SHIFTS = [DAY, -DAY, 10 * YEAR, -10 * YEAR, 1, -1, 7_200, -7_200] if IS_LONG else [DAY, -DAY]


@pytest.mark.parametrize("ahead", SHIFTS)
async def test_cards_fall_at_their_instant_and_the_worker_lives_and_tells_its_clock(hall: Hall, ahead: int) -> None:
    await hall.open(create_time=False)
    worker = hall.worker(ahead=ahead)
    await hall.ready(worker, 90)
    due = datetime.now(UTC) + timedelta(seconds=6)
    names = [f"c{number}" for number in range(20)]
    await hall.append([feed(accepted(name, due - timedelta(days=1), "1d"))._replace(at=None) for name in names])
    began, fallen = time.monotonic(), {}
    while set(fallen) != set(names):
        assert time.monotonic() - began < 60, f"{len(fallen)} cards; {hall.log_of(worker)[-2000:]}"
        await asyncio.sleep(0.3)
        fallen = {alert.case: alert for alert in await hall.alerts() if alert.level == "yellow"}
    late = [(alert.raised_at - alert.due_at).total_seconds() for alert in fallen.values()]
    assert min(late) > 0
    assert max(late) < 3
    assert worker.poll() is None
    assert ("this machine's clock is" in hall.log_of(worker)) == (abs(ahead) > 120)
    print(f"clock {ahead:+d} s: cards {min(late):.3f} to {max(late):.3f} s after their instant")
