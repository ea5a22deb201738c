"""The leaders' page in a real browser, fed by a real Kafka: what a person in front of it would see."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest
from playwright.async_api import Page, expect

from monitor.settings import Settings
from monitor.wall.picture import apply_delta, decode_message
from monitor.wall.server import Wall
from monitor.wall.tokens import new_screen_token
from rules.alerts import STANDING, STATES, Reason
from tests.browser.screen import open_page
from tests.monitor.wall.records import Writer, a_worker, alert, figures, wall_settings, writing

pytestmark = [pytest.mark.kafka, pytest.mark.browser]

LOADED_ONCE = "window.loadedOnce"


@pytest.fixture
def settings(kafka: str, topic_prefix: str) -> Settings:
    return wall_settings(kafka, topic_prefix, title="某市行政审批电子监察")


@asynccontextmanager
async def showing(settings: Settings, query: str = "") -> AsyncIterator[tuple[Page, Writer]]:
    """A live page of a wall with some records already there; must not have been loaded again at the end."""
    async with writing(settings) as writer:
        await writer.figures(
            figures(0, accepted=1300, open=1234, concluded=66, on_time=65, yellow=2, red=1, at=1_772_674_201_000)
        )
        await writer.alert(alert(1))
        async with Wall(settings) as wall, open_page(wall.url + query) as page:
            await page.evaluate(f"{LOADED_ONCE} = true")
            await expect(page.locator("#cards .card")).to_have_count(1)
            yield page, writer
            assert await page.evaluate(LOADED_ONCE) is True


async def test_a_card_appears_and_figures_change_without_reload(settings: Settings) -> None:
    async with showing(settings) as (page, writer):
        await expect(page.locator("h1")).to_have_text("某市行政审批电子监察")
        await expect(page.locator("#open")).to_have_text("1,234")
        await expect(page.locator("#rate")).to_have_text("98.48%")
        await expect(page.locator("#link-text")).to_have_text("实时连接")
        await expect(page.locator("#simulated")).to_be_hidden()

        await writer.alert(alert(2, "red", item_name="建筑工程施工许可证核发", department="住房和城乡建设局", lag_ms=120))
        card = page.locator("#cards .card").first
        await expect(card).to_contain_text("建筑工程施工许可证核发", timeout=1_000)
        await expect(card.locator(".level")).to_have_text("红")
        await expect(card.locator(".where")).to_contain_text("住房和城乡建设局")
        await expect(card.locator(".where")).to_contain_text("430104-00002")
        await expect(card.locator(".time")).to_have_text("03-0509:30:02")
        await expect(card.locator(".lag")).to_have_text("0.12 秒")
        await expect(card.locator(".limit")).to_have_text("时限 10 个工作日")
        await expect(card.locator(".state")).to_have_text("已发")

        await writer.alert(alert(3, late=timedelta(hours=26), lag_ms=70))
        late = page.locator("#cards .card").first
        await expect(late.locator(".lag")).to_have_text("0.07 秒")
        await expect(late.locator(".late")).to_have_text("迟报 1 天 2 小时")

        await writer.figures(figures(1, accepted=1, open=1, red=2, at=1_772_674_202_000))
        await expect(page.locator("#open")).to_have_text("1,235", timeout=1_000)
        await expect(page.locator("#red")).to_have_text("3")
        await expect(page.locator("#departments td.red")).to_have_text("3")


async def test_a_card_about_many_cases_says_its_figures_and_no_key(settings: Settings) -> None:
    about = {
        "case": "tally:b/department/430104/h/d//",
        "rule": "overdue-rate",
        "cycle": 202603,
        "limit": "",
        "window": "",
        "item": "",
    }
    detail = "overdue share=2.01% count=8 among=398 over=30"
    async with showing(settings) as (page, writer):
        card = msgspec.structs.replace(alert(2, item_name=""), id="t", detail=detail, **about)
        notice = msgspec.structs.replace(alert(3, "warning", item_name=""), id="u", detail=detail, **about)
        await writer.alert(card, notice)
        shown = page.locator("#cards .card").first
        await expect(shown.locator(".item")).to_have_text("超期率：比率 2.01%，件数 8，共 398，天数 30", timeout=1_000)
        await expect(shown.locator(".where")).to_have_text("市场监管局")
        await expect(shown.locator(".limit")).to_have_text("")
        await expect(page.locator("#notices li .text").first).to_have_text(
            "超期率：比率 2.01%，件数 8，共 398，天数 30 · 市场监管局"
        )
        assert "tally:" not in await page.inner_text("body")


async def test_the_page_writes_numbers_and_times_as_a_reader_expects_them(settings: Settings) -> None:
    async with showing(settings) as (page, _):
        said = await page.evaluate(
            """async () => {
                const format = await import("/format.js");
                return [
                    [0, 350, 9_990, 59_999, 65_000, 3_600_000, 90_000_000, -5].map(format.lag),
                    [[0, 0], [9_999, 10_000], [99_999, 100_000], [1, 50_000], [0, 7], [29, 100]]
                        .map(([part, whole]) => format.share(part, whole, 2)),
                    ["10wd", "0wd", "20d", "3mo", "4wh", "15wm", "what"].map(format.limit),
                    ["instant", "0d", "0h", "24h", "30min", "1mo + 2wd", "@2026-03-05T17:00:00+08:00"].map(format.limit),
                    new format.Times("Asia/Shanghai").full(0),
                ];
            }"""
        )
        assert said == [
            ["0.00 秒", "0.35 秒", "9.99 秒", "59 秒", "1 分 5 秒", "1 小时", "1 天 1 小时", "0.00 秒"],
            ["—", "99.99%", "99.99%", "<0.01%", "0.00%", "29.00%"],
            ["10 个工作日", "即办", "20 天", "3 个月", "4 个工作小时", "15 分钟（办公时间）", "what"],
            ["即办", "当日", "即刻", "24 小时", "30 分钟", "1 个月，延长 2 个工作日", "至 2026-03-05 17:00:00"],
            "1970-01-01 08:00:00",
        ]


async def test_a_withdrawn_card_is_struck_with_its_reason(settings: Settings) -> None:
    async with showing(settings) as (page, writer):
        await writer.alert(alert(1, change=2, state="withdrawn", reason=Reason.LATE_RECORD))
        card = page.locator("#cards .card")
        await expect(card.locator(".state")).to_have_text("已撤销")
        await expect(card.locator(".reason")).to_have_text("迟到记录证明未超期")
        assert "line-through" in await card.locator(".item").evaluate("node => getComputedStyle(node).textDecoration")
        await expect(page.locator("#notices")).to_contain_text("黄牌撤销")


async def test_a_card_shows_what_people_do_with_it(settings: Settings) -> None:
    async with showing(settings) as (page, writer):
        card = page.locator("#cards .card")
        await writer.alert(alert(1, change=2, state="followed_up", reason=Reason.FOLLOWUP_OPENED))
        await expect(card.locator(".state")).to_have_text("督办中")
        await expect(card).not_to_have_class(re.compile("struck"))
        await writer.alert(alert(1, change=3, state="removed", reason=Reason.REMOVED))
        await expect(card.locator(".state")).to_have_text("已摘牌")
        await expect(card).to_have_class(re.compile("struck"))
        await expect(page.locator("#notices")).to_contain_text("黄牌摘牌")


async def test_every_state_of_a_card_has_a_word_on_the_page(settings: Settings) -> None:
    async with showing(settings) as (page, _):
        said = await page.evaluate(
            """async (codes) => {
                const format = await import("/format.js");
                return codes.map((code) => [code, format.state(code) !== code, format.stands(code)]);
            }""",
            list(STATES),
        )
        assert said == [[code, True, code in STANDING] for code in STATES]


async def test_a_name_with_markup_is_shown_as_text(settings: Settings) -> None:
    async with showing(settings) as (page, writer):
        evil = "<img src=x onerror=\"window.loadedOnce='broken'\"><b>许可</b>"
        await writer.alert(alert(2, item_name=evil, department=evil))
        await writer.figures(figures(1, department=evil, red=9))
        await expect(page.locator("#cards .card .item").first).to_have_text(evil)
        await expect(page.locator("#departments tr").first).to_contain_text(evil)
        assert await page.locator("#cards img, #cards b, #departments img").count() == 0


async def test_the_page_shows_only_the_scope_asked_for(settings: Settings) -> None:
    async with showing(settings, "?region=4301") as (page, writer):
        await expect(page.locator("#scope")).to_have_text("区划 4301")
        await writer.alert(alert(2, region="430204"), alert(3, region="430105"))
        await expect(page.locator("#cards .card")).to_have_count(2)
        await expect(page.locator("#cards .card .where").first).to_contain_text("430105-00003")


async def test_a_lost_connection_is_shown_and_resumed(settings: Settings) -> None:
    async with writing(settings) as writer:
        await writer.alert(alert(1))
        wall = Wall(settings)
        async with wall, asyncio.timeout(60):
            port = urlsplit(wall.url).port
            page_open = open_page(wall.url)
            page = await page_open.__aenter__()
            await expect(page.locator("#cards .card")).to_have_count(1)
            await page.evaluate(f"{LOADED_ONCE} = true")
        try:
            alarm = page.locator("#alarm")
            await expect(alarm).to_contain_text("连接中断")
            await expect(alarm).to_contain_text("画面停在 20")
            await expect(page.locator("#link-text")).to_have_text("连接中断")
            await expect(page.locator("#cards .card")).to_have_count(1)
            await writer.alert(alert(2))
            again = wall_settings(settings.kafka.bootstrap, settings.topics.prefix, port=port)
            async with a_worker(settings), Wall(again):
                await expect(page.locator("#cards .card")).to_have_count(2, timeout=15_000)
                await expect(alarm).to_be_hidden()
                await expect(page.locator("#link-text")).to_have_text("实时连接")
                assert await page.evaluate(LOADED_ONCE) is True
        finally:
            await page_open.__aexit__(None, None, None)


async def test_a_page_without_a_worker_behind_it_says_so(settings: Settings) -> None:
    async with showing(settings) as (page, _):
        await expect(page.locator("#alarm")).to_contain_text("没有监察进程在运行，画面停在 20", timeout=15_000)
        async with a_worker(settings):
            await expect(page.locator("#alarm")).to_be_hidden(timeout=15_000)


async def test_a_page_that_needs_a_token_says_so_shows_its_scope_with_one_and_nothing_when_it_is_dead(
    settings: Settings, tmp_path: Path
) -> None:
    made, file = new_screen_token("east", "430104"), tmp_path / "screens.toml"
    file.write_text(made.table, "utf-8")
    guarded = wall_settings(settings.kafka.bootstrap, settings.topics.prefix, tokens=file)
    async with writing(settings) as writer, Wall(guarded) as wall:
        await writer.alert(alert(1))
        alarm, cards = "#alarm", "#cards .card"
        async with open_page(wall.url) as page:
            await expect(page.locator(alarm)).to_contain_text("需要令牌")
            await expect(page.locator(cards)).to_have_count(0)
        async with open_page(f"{wall.url}?region=430105#token={made.token}") as page:
            await expect(page.locator(alarm)).to_contain_text("不能查看这个范围")
        async with open_page(f"{wall.url}#token={made.token}") as page:
            await expect(page.locator(cards)).to_have_count(1)
            await expect(page.locator("#scope")).to_have_text("区划 430104")
            file.write_text("", "utf-8")
            await expect(page.locator(alarm)).to_contain_text("需要令牌", timeout=15_000)
            await expect(page.locator(cards)).to_have_count(0)


async def test_a_source_that_is_not_there_is_shown(topic_prefix: str) -> None:
    nowhere = wall_settings("127.0.0.1:1", topic_prefix, simulated=True)
    async with Wall(nowhere) as wall, open_page(wall.url) as page:
        await expect(page.locator("#alarm")).to_have_text("数据源未就绪，正在等待")
        await expect(page.locator("#simulated")).to_have_text("模拟数据")


async def test_the_page_applies_deltas_as_the_server_does(settings: Settings) -> None:
    """``picture.js`` and ``picture.py`` are two writings of one rule: the same messages must lead to the same picture."""
    async with showing(settings) as (page, writer):
        heard: list[str] = []
        reloaded = asyncio.Event()

        def listen(socket: object) -> None:
            socket.on("framereceived", lambda text: heard.append(text))  # type: ignore[attr-defined]
            reloaded.set()

        page.on("websocket", listen)
        await page.reload()
        await page.evaluate(f"{LOADED_ONCE} = true")
        await reloaded.wait()
        await writer.alert(alert(2, "red"), alert(3, "warning", reason=Reason.LIMIT_NEAR), alert(1, change=2, state="withdrawn"))
        await writer.figures(figures(1, department="民政局", red=4, at=5), figures(0, department="水利局", yellow=1, at=6))
        await writer.alert(alert(3, "warning", "expired", 2, reason=Reason.CLOSED_IN_TIME), alert(4))
        await expect(page.locator("#cards .card")).to_have_count(3)
        await expect(page.locator("#departments tr")).to_have_count(3)
        await asyncio.sleep(0.5)

        snapshot, *rest = [json.loads(text) for text in heard if json.loads(text)["type"] != "heartbeat"]
        assert rest, "deltas must have come"
        theirs = await page.evaluate(
            """async ([picture, deltas]) => {
                const { applyDelta } = await import("/picture.js");
                return deltas.reduce(applyDelta, picture);
            }""",
            [snapshot["picture"], rest],
        )
        ours = decode_message(json.dumps(snapshot)).picture  # type: ignore[union-attr]
        for delta in rest:
            ours = apply_delta(ours, decode_message(json.dumps(delta)))  # type: ignore[arg-type]
        assert json.loads(json.dumps(theirs)) == _plain(ours)


def _plain(value: object) -> object:
    return json.loads(msgspec.json.encode(value))
