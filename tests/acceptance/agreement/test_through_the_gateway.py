"""The live way, with real processes: a window system posts to the gateway, the worker judges, the wall shows the card."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rules.events import key_of
from rules.instant import to_instant
from tests.acceptance.agreement.ledger import Ledger
from tests.acceptance.agreement.live import DAY, Live, accepted, concluded, living

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

BOOK = Path(__file__).with_name("to_the_second.toml")


@pytest.fixture
async def live(kafka: str, topic_prefix: str, tmp_path: Path) -> AsyncIterator[Live]:
    """Everything running, the worker with its partitions and the wall followed."""
    async with living(kafka, topic_prefix, tmp_path, BOOK) as live:
        yield live


async def test_a_card_is_on_the_wall_within_a_second_of_falling_due(live: Live) -> None:
    cases = {f"case-{number}": datetime.now(UTC) + timedelta(seconds=2 + number / 5) for number in range(20)}
    await live.post(*(accepted(case, due - DAY) for case, due in cases.items()))
    lags = []
    for case, due in cases.items():
        row, seen = await live.card(case)
        assert row.due_at == to_instant(due)
        assert row.level == "yellow"
        lags.append(seen - due.timestamp())
    lags.sort()
    print(f"from falling due to the screen: median {lags[len(lags) // 2] * 1000:.0f} ms, worst {lags[-1] * 1000:.0f} ms")
    assert lags[0] > 0
    assert lags[-1] < 1


async def test_a_worker_that_was_away_raises_no_false_card_and_misses_none(live: Live) -> None:
    """Deadlines pass while no worker runs. Where the closing event came meanwhile nothing falls; where none came, a card does."""
    due = datetime.now(UTC) + timedelta(seconds=6)
    closed, forgotten = [f"closed-{number}" for number in range(8)], [f"forgotten-{number}" for number in range(8)]
    await live.post(*(accepted(case, due - DAY) for case in (*closed, *forgotten)))
    async with Ledger(live.site) as ledger:
        await ledger.all_done()
        await asyncio.to_thread(live.worker.stop)
        assert datetime.now(UTC) < due, "this machine is too slow for the test to mean anything"
        assert await ledger.alerts() == []
        await live.post(*(concluded(case, due - timedelta(seconds=1)) for case in closed))
        await asyncio.sleep(max(0.0, due.timestamp() + 1 - time.time()))
        live.start_worker()
        for case in forgotten:
            row, _ = await live.card(case)
            assert row.due_at == to_instant(due)
        await ledger.all_done()
        alerts = await ledger.alerts()
    assert sorted(alert.case for alert in alerts) == forgotten
    assert {alert.state for alert in alerts} == {"issued"}


async def test_a_window_whose_clock_is_a_year_ahead_makes_no_card_fall(live: Live) -> None:
    """Neither its own cases' nor those of others: only the broker's clock moves time."""
    now = datetime.now(UTC)
    year = timedelta(days=365)
    others = [accepted(f"other-{number}", now) for number in range(8)]
    ahead = [accepted(f"ahead-{number}", now + year) for number in range(8)]
    closing = [concluded(f"ahead-{number}", now + year + DAY * 3) for number in range(4)]
    await live.post(*others, *ahead, *closing, *others)
    due = datetime.now(UTC) + timedelta(seconds=2)
    await live.post(*(accepted(f"due-{number}", due - DAY) for number in range(8)))
    for number in range(8):
        await live.card(f"due-{number}")
    async with Ledger(live.site) as ledger:
        await ledger.all_done()
        alerts = await ledger.alerts()
        cases = {case.key: case for case in await ledger.cases()}
    assert {alert.case for alert in alerts} == {f"due-{number}" for number in range(8)}
    assert all(cases[key_of(event)].ahead for event in ahead)
    assert not any(cases[key_of(event)].ahead for event in others)
