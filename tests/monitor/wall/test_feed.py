"""The feed against a broker that goes away, comes back, and comes back empty."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.embedded.kafka import EmbeddedKafka
from monitor.wall.feed import ALERTS_READ_BACK
from monitor.wall.picture import Totals
from monitor.wall.server import Wall
from rules.alerts import Alert
from tests.monitor.wall.conftest import Follow
from tests.monitor.wall.records import alert, figures, wall_settings, writing
from tests.monitor.wall.test_server import until

pytestmark = pytest.mark.kafka


async def test_only_the_latest_alerts_are_read_back(
    kafka: str, topic_prefix: str, follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = wall_settings(kafka, topic_prefix)
    async with writing(settings) as writer:
        total = ALERTS_READ_BACK * 2 + 500  # of one case's key: all in one partition
        await writer.alerts(alert(0, change=change) for change in range(1, total))
        await writer.alert(alert(0, "red"))
        wall = Wall(settings)
        taken: list[int] = []
        put_alert = wall.hub.put_alert

        def counted(one: Alert, stamped: int) -> bool:
            taken.append(one.change)
            return put_alert(one, stamped)

        monkeypatch.setattr(wall.hub, "put_alert", counted)
        async with wall:
            await until(follow(wall.url), lambda update: len(update.picture.cards) == 2)
        assert taken == [*range(total - ALERTS_READ_BACK + 1, total), 1]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[EmbeddedKafka]:
    with EmbeddedKafka(tmp_path / "kafka") as broker:
        yield broker


@pytest.mark.slow
async def test_the_feed_goes_on_when_a_broker_that_died_returns(broker: EmbeddedKafka, topic_prefix: str, follow: Follow) -> None:
    settings = wall_settings(broker.bootstrap, topic_prefix)
    async with Wall(settings) as wall:
        updates = follow(wall.url)
        async with writing(settings) as writer:
            await writer.figures(figures(open=4))
            await writer.alert(alert(1))
            await until(updates, lambda update: update.picture.totals == Totals(open=4) and len(update.picture.cards) == 1)
        await asyncio.to_thread(broker.stop)
        lost = await until(updates, lambda update: update.feed.state == "lost")
        assert lost.picture.totals == Totals(open=4), "what was known stays"

        await asyncio.to_thread(broker.start)
        async with writing(settings) as writer:
            await writer.alert(alert(2))
            back = await until(updates, lambda update: len(update.picture.cards) == 2)
        if back.feed.state != "live":
            await until(updates, lambda update: update.feed.state == "live")

        await asyncio.to_thread(broker.stop)
        shutil.rmtree(broker.data / "log")
        await asyncio.to_thread(broker.start)
        async with writing(settings) as writer:
            await writer.figures(figures(open=1))
            # Cards and figures of the old cluster must not outlive it.
            await until(updates, lambda update: update.picture.totals == Totals(open=1) and not update.picture.cards)
