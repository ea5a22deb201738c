"""What people do with a card, through the real thing: posted at the gateway, judged by the worker, seen on the wall."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.door import NewToken
from monitor.gateway import new_token
from monitor.wire import decode_dead_letter
from rules.events import EVENT_TYPES, Event
from tests.acceptance.agreement.ledger import Ledger
from tests.acceptance.agreement.live import DAY, WINDOWS, Live, accepted, living

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

BOOK = Path(__file__).with_name("cards_to_the_second.toml")
INSPECTION = new_token("inspection-office", ("4301",), office=True)
MARKET = new_token("market", ("4301",), ("市场监管局",), office=True)
WATER = new_token("water", ("4301",), ("水利局",), office=True)


@pytest.fixture
async def live(kafka: str, topic_prefix: str, tmp_path: Path) -> AsyncIterator[Live]:
    async with living(kafka, topic_prefix, tmp_path, BOOK, INSPECTION, MARKET, WATER) as live:
        yield live


def act(kind: str, alert: str, department: str = "", **more: Any) -> Event:
    """An act on that card, done now."""
    fields = {"id": kind, "at": datetime.now(UTC), "region": "430100", "hall": "hall"}
    made: Event = EVENT_TYPES[kind](**fields, department=department, operator="张三", alert=alert, **more)  # type: ignore[assignment]
    return made


async def refused(live: Live, event: Event, token: NewToken) -> str:
    """Why the gateway does not take it."""
    status, said = await live.answer(event, token=token)
    assert status == 403, said
    reason: str = said["errors"][0]["reason"]
    return reason


async def test_every_act_on_a_red_card_goes_from_the_gateway_to_the_wall(live: Live) -> None:
    due = datetime.now(UTC) + timedelta(seconds=2)
    await live.post(
        accepted("red", due - DAY, "市场监管局", statutory="1d"), accepted("other", due - DAY, "水利局", statutory="1d")
    )
    red, other = "430100-市场监管局/red/statutory/red/1", "430100-水利局/other/statutory/red/1"
    assert (await live.row(red, "issued")).level == "red"
    await live.row(other, "issued")

    # Who may not: a window system at all, one department for another, a department what is the office's.
    acknowledged = act("alert_acknowledged", red, "市场监管局")
    assert await refused(live, acknowledged, WINDOWS) == "forbidden_type"
    assert await refused(live, acknowledged, WATER) == "out_of_scope"
    assert await refused(live, act("alert_acknowledged", red), MARKET) == "out_of_scope"
    assert await refused(live, act("followup_opened", red, "市场监管局"), MARKET) == "forbidden_type"

    # What the gateway cannot know the worker refuses: another department's card, a card there is not, an act out of turn.
    await live.post(act("alert_acknowledged", other, "市场监管局"), token=MARKET)
    await live.post(act("alert_closed", red), token=INSPECTION)
    await live.post(act("alert_closed", "430100-市场监管局/red/statutory/red/7"), token=INSPECTION)

    await live.post(acknowledged, token=MARKET)
    await live.row(red, "acknowledged")
    await live.post(act("alert_replied", red, "市场监管局", reason="停电两小时"), token=MARKET)
    await live.row(red, "replied")
    await live.post(act("followup_opened", red, reason="限期整改"), token=INSPECTION)
    await live.row(red, "followed_up")
    await live.post(act("followup_rectified", red), token=INSPECTION)
    await live.post(act("alert_closed", red, reason="已整改"), token=INSPECTION)
    await live.row(red, "closed")

    async with Ledger(live.site) as ledger:
        await ledger.all_done()
        alerts = [alert for alert in await ledger.alerts() if alert.rule == "statutory"]
        letters = [decode_dead_letter(record.value) for record in await ledger.records(live.site.topics.dead_letters)]
        cases = {case.key: case for case in await ledger.cases()}
    told = [(alert.state, alert.by, alert.note) for alert in alerts if alert.id == red]
    assert told == [
        ("issued", "", ""),
        ("acknowledged", "张三", ""),
        ("replied", "张三", "停电两小时"),
        ("followed_up", "张三", "限期整改"),
        ("rectified", "张三", ""),
        ("closed", "张三", "已整改"),
    ]
    assert [alert.change for alert in alerts if alert.id == red] == [1, 2, 3, 4, 5, 6]
    assert [(alert.state, alert.change) for alert in alerts if alert.id == other] == [("issued", 1)]
    assert live.rows[other].state == "issued"
    assert [card.acts for card in cases["430100-水利局/other"].cards] == [()]
    assert sorted((letter.reason, letter.field) for letter in letters) == [
        ("illegal_transition", "department"),
        ("illegal_transition", "type"),
        ("unknown_alert", "alert"),
    ]
    said = " · ".join(letter.message for letter in letters)
    assert "acknowledge is 水利局's to do, not 市场监管局's" in said
    assert "close is not possible: 430100-市场监管局/red/statutory/red/1 is issued" in said
    assert "'430100-市场监管局/red/statutory/red/7' is no alert of case '430100-市场监管局/red'" in said
