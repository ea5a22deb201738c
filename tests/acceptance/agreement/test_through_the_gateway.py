"""The live way, with real processes: a window system posts to the gateway, the worker judges, the wall shows the card."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from monitor.embedded.ports import free_port
from monitor.gateway import new_token
from monitor.wall.client import watch
from monitor.wall.picture import Row
from monitor.wire import encode_json
from rules.events import Accepted, Concluded, Event
from rules.instant import to_instant
from tests.acceptance.agreement.ledger import Ledger
from tests.acceptance.agreement.site import Process, Site

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

BOOK = Path(__file__).with_name("to_the_second.toml")
DAY = timedelta(days=1)


class Live:
    """A site with its gateway, worker and wall, and what the wall has shown, by case."""

    def __init__(self, site: Site, token: str) -> None:
        self.site = site
        self.worker = self._worker()
        self.shown: dict[str, tuple[Row, float]] = {}
        self._gateway = f"http://127.0.0.1:{site.settings.gateway.port}"
        self._token = token

    def _worker(self) -> Process:
        return self.site.start("worker", "--book", BOOK)

    def start_worker(self) -> None:
        self.worker = self._worker()

    async def answers(self) -> bool:
        """Whether the gateway has its broker."""
        try:
            async with aiohttp.ClientSession() as session, session.get(f"{self._gateway}/healthz") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    async def post(self, *events: Event) -> None:
        """As a window system does it; taken once the broker has them."""
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        async with aiohttp.ClientSession() as session:
            answer = await session.post(f"{self._gateway}/v1/events", data=encode_json(events), headers=headers)
            assert answer.status == 202, await answer.text()

    async def follow_wall(self) -> None:
        """Be one more screen."""
        async with contextlib.aclosing(watch(f"http://127.0.0.1:{self.site.settings.wall.port}/")) as updates:
            async for update in updates:
                for row in update.cards:
                    self.shown.setdefault(row.case, (row, time.time()))

    async def card(self, case: str) -> tuple[Row, float]:
        """The card of ``case`` once the wall shows it, and when that was (epoch s)."""

        async def is_shown() -> bool:
            return case in self.shown

        await self.site.until(is_shown, f"the card of {case} on the wall", pause=0.02)
        return self.shown[case]


@pytest.fixture
async def live(kafka: str, topic_prefix: str, tmp_path: Path) -> AsyncIterator[Live]:
    """Everything running, the worker with its partitions and the wall followed."""
    made = new_token("windows", ("4301",))
    (tmp_path / "tokens.toml").write_text(made.table)
    wall, gateway = free_port(), free_port()
    extra = f'[wall]\nport = {wall}\n[gateway]\nport = {gateway}\ntokens = "{tmp_path / "tokens.toml"}"\n'
    site = Site(kafka, topic_prefix, tmp_path, extra)
    await site.open(create_time=False)
    site.start("gateway")
    site.start("wall")
    live = Live(site, made.token)
    following = asyncio.create_task(live.follow_wall())
    try:
        await site.ready(live.worker)
        await site.until(live.answers, "the gateway")
        yield live
    finally:
        following.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await following
        site.close()


def accepted(case: str, at: datetime) -> Accepted:
    return Accepted(id=f"{case}-a", case=case, at=at, region="430100", hall="hall", department="office", promised="1d")


def concluded(case: str, at: datetime) -> Concluded:
    return Concluded(id=f"{case}-c", case=case, at=at, region="430100", hall="hall", department="office")


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
    assert all(cases[event.case].ahead for event in ahead)
    assert not any(cases[event.case].ahead for event in others)
