"""The notifier as a process, on a real broker: restarted, killed, shut out by another, refused by its channel."""

import asyncio
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from monitor.notify import POSITION, Notice, decode_notice, read_notices
from monitor.settings import Settings
from tests.monitor.notify.cards import card
from tests.monitor.notify.receiver import Receiver, receiving
from tests.monitor.wall.records import wall_settings, writing

pytestmark = pytest.mark.kafka
CARDS = 120


def plan_file(folder: Path, url: str, extra: str = "") -> Path:
    file = folder / "notify.toml"
    file.write_text(
        f'[channels.hook]\nkind = "webhook"\nurl = "{url}"\nper_minute = 6000\n{extra}\n'
        '[[route]]\nname = "all"\nto = ["hook"]\nwait = 0\n',
        encoding="utf-8",
    )
    return file


class Process:
    """``supervise notify run``, as an operator starts it."""

    def __init__(self, settings: Settings, plan: Path) -> None:
        self._arguments = ["notify", "run", "--plan", str(plan), "--bootstrap", settings.kafka.bootstrap]
        self._arguments += ["--prefix", settings.topics.prefix]
        self.lines: list[str] = []

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "monitor", *self._arguments, stderr=asyncio.subprocess.PIPE, env=dict(os.environ)
        )
        self._reading = asyncio.create_task(self._read())
        await until(lambda: any("notifier reads" in line for line in self.lines), "it never started: " + "".join(self.lines))

    async def _read(self) -> None:
        assert self._process.stderr is not None
        async for line in self._process.stderr:
            self.lines.append(line.decode())

    async def end(self, number: int = signal.SIGTERM) -> int:
        if self._process.returncode is None:
            self._process.send_signal(number)
        return await self.ended()

    async def ended(self) -> int:
        async with asyncio.timeout(40):
            status = await self._process.wait()
            await self._reading
        self.lines, self.said = [], self.lines
        return status


async def until(reached: Callable[[], bool], why: str, seconds: float = 40) -> None:
    try:
        async with asyncio.timeout(seconds):
            while not reached():  # noqa: ASYNC110 - what is waited for is another process's
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(why) from None


@asynccontextmanager
async def notifying(settings: Settings, plan: Path) -> AsyncIterator[Process]:
    process = Process(settings, plan)
    await process.start()
    try:
        yield process
    finally:
        await process.end(signal.SIGKILL)


def told(receiver: Receiver) -> Counter[str]:
    """How often each case was told of."""
    return Counter(n["case"] for got in receiver.got for n in json.loads(got.body)["data"]["notices"])


async def noted(settings: Settings) -> list[Notice]:
    """What the topic says of notices, in order."""
    found = await read_notices(settings)
    return [decode_notice(value) for key, value in found if value is not None and not key.startswith(POSITION)]


async def test_a_card_is_told_exactly_once_through_orderly_restarts(kafka: str, topic_prefix: str, tmp_path: Path) -> None:
    settings = wall_settings(kafka, topic_prefix)
    async with writing(settings) as writer, receiving() as receiver:
        receiver.pause = 0.01
        async with notifying(settings, plan_file(tmp_path, receiver.url)) as process:
            for first in range(0, CARDS, 40):
                await writer.alerts(card(number) for number in range(first, first + 40))
                await until(lambda first=first: len(told(receiver)) > first, "nothing arrived")  # type: ignore[misc]
                assert await process.end() == 0
                await writer.alerts(card(number) for number in range(first, first + 40))  # the worker repeats itself, too
                await process.start()
            await until(lambda: len(told(receiver)) == CARDS, "some were never told")
            await asyncio.sleep(1)
    assert set(told(receiver).values()) == {1}


async def test_a_card_is_told_at_least_once_through_kills(kafka: str, topic_prefix: str, tmp_path: Path) -> None:
    settings = wall_settings(kafka, topic_prefix)
    async with writing(settings) as writer, receiving() as receiver:
        receiver.pause = 0.02
        async with notifying(settings, plan_file(tmp_path, receiver.url)) as process:
            for first in range(0, CARDS, 30):
                await writer.alerts(card(number, department=f"部门{number % 7}") for number in range(first, first + 30))
                await asyncio.sleep(0.3)
                await process.end(signal.SIGKILL)
                await process.start()
            await until(lambda: len(told(receiver)) == CARDS, "some were never told")
    repeats = sum(told(receiver).values()) - CARDS
    assert repeats <= 4 * 30, "a kill repeats no more than what was under way"


async def test_a_second_notifier_shuts_the_first_one_out(kafka: str, topic_prefix: str, tmp_path: Path) -> None:
    settings = wall_settings(kafka, topic_prefix)
    async with writing(settings) as writer, receiving() as receiver:
        plan = plan_file(tmp_path, receiver.url)
        async with notifying(settings, plan) as first, notifying(settings, plan):
            await writer.alerts([card(1)])
            assert await first.ended() == 2
            assert "another notifier has started" in "".join(first.said)
            await until(lambda: len(told(receiver)) == 1, "the second one does not go on")


async def test_a_refused_notice_is_sent_when_its_channel_is_back_and_its_fate_can_be_read(
    kafka: str, topic_prefix: str, tmp_path: Path
) -> None:
    settings = wall_settings(kafka, topic_prefix)
    async with writing(settings) as writer, receiving() as receiver:
        receiver.status = 503
        async with notifying(settings, plan_file(tmp_path, receiver.url)) as process:
            await writer.alerts([card(1)])
            await until(lambda: len(receiver.got) == 1, "nothing was tried")
            receiver.status = 200
            await until(lambda: len(receiver.got) == 2, "it was not tried again")
            await process.end()
            assert "channel hook does not take messages: HTTP 503" in "".join(process.said)
        last = (await noted(settings))[-1]
    assert (last.fate, last.attempts) == ("sent", 2)


async def test_cards_from_before_the_first_start_or_overtaken_meanwhile_are_told_to_nobody(
    kafka: str, topic_prefix: str, tmp_path: Path
) -> None:
    settings = wall_settings(kafka, topic_prefix)
    async with writing(settings) as writer, receiving() as receiver:
        await writer.alerts([card(1)])
        async with notifying(settings, plan_file(tmp_path, receiver.url)) as process:
            await process.end()
            await writer.alerts([card(2), card(2, state="withdrawn", change=2), card(3)])
            await process.start()
            await until(lambda: "A-3" in told(receiver), "nothing was told")
            await asyncio.sleep(0.5)
    assert told(receiver) == {"A-3": 1}


async def test_a_notice_whose_channel_has_left_the_plan_says_so_and_holds_up_no_other(
    kafka: str, topic_prefix: str, tmp_path: Path
) -> None:
    settings = wall_settings(kafka, topic_prefix)
    async with writing(settings) as writer, receiving() as receiver:
        receiver.status = 503
        plan = plan_file(tmp_path, receiver.url)
        async with notifying(settings, plan) as process:
            await writer.alerts([card(1)])
            await until(lambda: len(receiver.got) == 1, "nothing was tried")
            await process.end()
        receiver.status, receiver.got = 200, []
        plan.write_text(plan.read_text("utf-8").replace("channels.hook", "channels.other").replace('"hook"', '"other"'), "utf-8")
        async with notifying(settings, plan) as process:
            await writer.alerts([card(2)])
            await until(lambda: told(receiver) == {"A-2": 1}, "the new card is not told")
            await until(lambda: "no channel hook" in "".join(process.lines), "nothing is said of the old one")
            await process.end()
        [error] = {notice.error for notice in await noted(settings) if notice.case == "A-1" and notice.attempts > 1}
    assert error == "the plan has no channel hook any more"
