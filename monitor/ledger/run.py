"""``supervise ledger``: makes the tables ready, follows the topics, keeps the months."""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime

from monitor.ledger.connection import LedgerUnavailable
from monitor.ledger.follow import LedgerReader
from monitor.ledger.months import BY_MONTH, ahead, make_months
from monitor.ledger.retention import drop_before, first_kept
from monitor.ledger.schema import check, upgrade
from monitor.settings import Settings

log = logging.getLogger(__name__)
_PAUSE, _LONGEST = 0.5, 15.0
_EVERY = 3600.0
"""Seconds between two looks at the months."""


async def run_ledger(settings: Settings, says: Callable[[str], object] = lambda why: None) -> None:
    """Follow the topics until cancelled. A database or broker that is away is waited for.

    ``says`` is told what keeps the ledger from its work, and "" once nothing does.
    """
    await _prepared(settings, says)
    keeping = asyncio.create_task(_keep_months(settings))
    try:
        await LedgerReader(settings, says).run()
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


async def _prepared(settings: Settings, says: Callable[[str], object]) -> None:
    """Tables at the version this release wants; waits for a database that does not answer yet."""
    pause, said = _PAUSE, ""
    while True:
        try:
            if settings.ledger.migrate:
                await asyncio.to_thread(upgrade, settings.ledger, zone=settings.zone)
            else:
                await asyncio.to_thread(check, settings.ledger, zone=settings.zone)
            return
        except LedgerUnavailable as error:
            says(str(error))
            if str(error) != said:
                said = str(error)
                log.warning("%s (trying again)", error)
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST)


async def _keep_months(settings: Settings) -> None:
    """Once an hour: months made ahead, and what is older than a site keeps dropped."""
    while True:
        today = datetime.now(UTC).date()
        try:
            wanted = [(table, month) for table in BY_MONTH for month in ahead(today, settings.ledger.months_ahead)]
            await asyncio.to_thread(make_months, settings.ledger, "", wanted)
            if settings.ledger.retention_months:
                await asyncio.to_thread(drop_before, settings.ledger, first_kept(today, settings.ledger.retention_months))
        except LedgerUnavailable as error:
            log.warning("months were neither made nor dropped: %s", error)
        await asyncio.sleep(_EVERY)
