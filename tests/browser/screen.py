"""Debian's Chromium, driven by Playwright: the way every browser test opens a page, and the screenshots of the README.

``python -m tests.browser.screen URL FILE.png [WIDTH HEIGHT]`` takes a picture of a running wall.
"""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Page, async_playwright

CHROMIUM = Path("/usr/bin/chromium")
INSTALL = "apt-get update && apt-get install -y chromium fonts-noto-cjk"

_ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@asynccontextmanager
async def open_page(url: str, width: int = 1920, height: int = 1080) -> AsyncIterator[Page]:
    """The page at ``url`` in a browser with a profile of its own; an error in a script or a broken policy fails at the end."""
    complaints: list[str] = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        async with async_playwright() as playwright:
            context = await playwright.chromium.launch_persistent_context(
                profile,
                executable_path=CHROMIUM,
                args=_ARGUMENTS,
                viewport={"width": width, "height": height},
                locale="zh-CN",
            )
            try:
                page = context.pages[0]
                page.on("pageerror", lambda error: complaints.append(str(error)))
                page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
                await page.goto(url)
                yield page
            finally:
                await context.close()
    assert not complaints, complaints


async def take_picture(url: str, file: Path, width: int = 1920, height: int = 1080, settle: float = 6.0) -> None:
    """Open the wall, let a few cards come in, and save what is seen."""
    async with open_page(url, width, height) as page:
        await page.wait_for_selector("body[data-link=live] .card")
        await asyncio.sleep(settle)
        await page.screenshot(path=file)


if __name__ == "__main__":
    asyncio.run(take_picture(sys.argv[1], Path(sys.argv[2]), *map(int, sys.argv[3:5])))
