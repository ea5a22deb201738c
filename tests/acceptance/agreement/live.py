"""A live installation: gateway, worker and wall as processes, tokens to post with, and what a screen has shown."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from monitor.door import NewToken
from monitor.embedded.ports import free_port
from monitor.gateway import new_token
from monitor.wall.client import watch
from monitor.wall.picture import Row
from monitor.wire import encode_json
from rules.events import Accepted, Concluded, Event
from tests.acceptance.agreement.site import Process, Site

DAY = timedelta(days=1)
WINDOWS = new_token("windows", ("4301",))
"""The token of the hall's window system."""


class Live:
    """A site with its gateway, worker and wall; what the wall has shown first of each case, and last of each alert."""

    def __init__(self, site: Site, book: Path) -> None:
        self.site = site
        self._book = book
        self.worker = self._worker()
        self.shown: dict[str, tuple[Row, float]] = {}
        self.rows: dict[str, Row] = {}
        self._gateway = f"http://127.0.0.1:{site.settings.gateway.port}"

    def _worker(self) -> Process:
        return self.site.start("worker", "--book", self._book)

    def start_worker(self) -> None:
        self.worker = self._worker()

    async def answers(self) -> bool:
        """Whether the gateway has its broker."""
        try:
            async with aiohttp.ClientSession() as session, session.get(f"{self._gateway}/healthz") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    async def post(self, *events: Event, token: NewToken = WINDOWS) -> None:
        """As a window system does it; taken once the broker has them."""
        status, said = await self.answer(*events, token=token)
        assert status == 202, said

    async def answer(self, *events: Event, token: NewToken) -> tuple[int, Any]:
        """The gateway's status and JSON."""
        headers = {"Authorization": f"Bearer {token.token}", "Content-Type": "application/json"}
        async with aiohttp.ClientSession() as session:
            answer = await session.post(f"{self._gateway}/v1/events", data=encode_json(events), headers=headers)
            return answer.status, await answer.json()

    async def follow_wall(self) -> None:
        """Be one more screen."""
        async with contextlib.aclosing(watch(f"http://127.0.0.1:{self.site.settings.wall.port}/")) as updates:
            async for update in updates:
                for row in update.cards:
                    self.shown.setdefault(row.case, (row, time.time()))
                    self.rows[row.id] = row

    async def card(self, case: str) -> tuple[Row, float]:
        """The card of ``case`` once the wall shows it, and when that was (epoch s)."""

        async def is_shown() -> bool:
            return case in self.shown

        await self.site.until(is_shown, f"the card of {case} on the wall", pause=0.02)
        return self.shown[case]

    async def row(self, alert: str, state: str) -> Row:
        """That alert once the wall shows it in that state."""

        async def is_so() -> bool:
            return alert in self.rows and self.rows[alert].state == state

        await self.site.until(is_so, f"{alert} {state} on the wall", pause=0.02)
        return self.rows[alert]


@contextlib.asynccontextmanager
async def living(kafka: str, prefix: str, folder: Path, book: Path, *tokens: NewToken) -> AsyncIterator[Live]:
    """Everything running, the worker with its partitions and the wall followed."""
    (folder / "tokens.toml").write_text("".join(made.table for made in (WINDOWS, *tokens)), "utf-8")
    wall, gateway = free_port(), free_port()
    extra = f'[wall]\nport = {wall}\n[gateway]\nport = {gateway}\ntokens = "{folder / "tokens.toml"}"\n'
    site = Site(kafka, prefix, folder, extra)
    try:
        await site.open(create_time=False)
        site.start("gateway")
        site.start("wall")
        live = Live(site, book)
        following = asyncio.create_task(live.follow_wall())
        try:
            await site.ready(live.worker)
            await site.until(live.answers, "the gateway")
            yield live
        finally:
            following.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await following
    finally:
        site.close()


def accepted(case: str, at: datetime, department: str = "office", **more: str) -> Accepted:
    return Accepted(id=f"{case}-a", case=case, at=at, region="430100", hall="hall", department=department, promised="1d", **more)


def concluded(case: str, at: datetime) -> Concluded:
    return Concluded(id=f"{case}-c", case=case, at=at, region="430100", hall="hall", department="office")
