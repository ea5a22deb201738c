"""``supervise cards verify`` on a real installation: a hall, a worker, then somebody writes into the alerts topic."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiokafka import AIOKafkaProducer

from monitor.backtest import from_topic
from monitor.kafka import client_options
from monitor.verify import VerifyReport
from rules.alerts import Alert
from rules.keys import key_of_alert
from tests.acceptance.agreement.ledger import Ledger
from tests.acceptance.agreement.site import PATIENCE, Site

pytestmark = [pytest.mark.kafka, pytest.mark.slow]


async def verified(site: Site, *arguments: str | Path) -> tuple[int, str]:
    """Exit status and output of ``supervise cards verify``."""
    process = site.start("cards", "verify", *arguments)
    status = await asyncio.to_thread(process.guarded.wait, PATIENCE)
    return status, process.log.read_text("utf-8")


async def forge(site: Site, *alerts: Alert) -> None:
    """Append to the alerts topic what no worker has issued."""
    async with AIOKafkaProducer(**client_options(site.settings.kafka)) as producer:
        for alert in alerts:
            await producer.send_and_wait(site.topics.alerts, msgspec.json.encode(alert), key=key_of_alert(alert.id).encode())


def changed(alert: Alert, **fields: Any) -> Alert:
    return msgspec.structs.replace(alert, **fields)


async def test_issued_cards_are_as_recomputed_until_somebody_writes_into_the_alerts(site: Site, tmp_path: Path) -> None:
    book, report_file = tmp_path / "book.toml", tmp_path / "report.json"
    await site.open(create_time=True)
    await site.run("simulate", "--book", book)
    hall = {"start": "2025-03-03T09:00:00+0800", "backfill-days": "30", "cases-per-day": "25", "seconds": "1", "seed": "3"}
    worker = site.start("worker", "--book", book)
    await site.run("simulate", *(word for key, value in hall.items() for word in (f"--{key}", value)))
    async with Ledger(site) as ledger:
        await ledger.all_done()
        alerts = await ledger.alerts()
    worker.stop()

    status, said = await verified(site, "--book", book, "--lang", "en", "--out", report_file)
    report = msgspec.json.decode(report_file.read_bytes(), type=VerifyReport)
    assert (status, report.alerts, report.agreed, report.examples) == (0, len({a.id for a in alerts}), report.alerts, []), said
    assert report.alerts > 50
    assert f"{report.alerts:,} cards and alerts, all as recomputed" in said

    records = (await from_topic(site.settings, None, None, tmp_path, lambda _: None)).path
    status, said = await verified(site, records, "--book", book)
    assert (status, "复算全部一致" in said) == (0, True), said

    last = {alert.id: alert for alert in alerts}
    issued = [alert for alert in last.values() if alert.state == "issued" and alert.spans]
    removed, moved, told_again, model = issued[:4]
    await forge(
        site,
        changed(removed, state="removed", reason="removed", change=removed.change + 1),
        changed(moved, due_at=moved.due_at + timedelta(days=1), change=moved.change + 1),
        changed(told_again, note="told otherwise"),
        changed(model, id=f"{key_of_alert(model.id)}/{model.rule}/red/77", level="red", cycle=77, change=1),
    )
    status, said = await verified(site, "--book", book, "--lang", "en", "--out", report_file)
    report = msgspec.json.decode(report_file.read_bytes(), type=VerifyReport)
    assert status == 1, said
    assert {(example.kind, example.id, example.fields) for example in report.examples} == {
        ("different", removed.id, ("state",)),
        ("different", moved.id, ("due_at",)),
        ("contradicted", told_again.id, ("change",)),
        ("unfounded", f"{key_of_alert(model.id)}/{model.rule}/red/77", ()),
    }
    assert report.alerts - report.agreed == 4
    assert all(example.recomputed is None or example.recomputed.spans for example in report.examples)
    assert sum(group.count for group in report.groups) == 4
    assert "4 not as recomputed" in said
    assert f"different {removed.id} (state)" in said

    status, said = await verified(site, "--book", "hunan", "--json", "--examples", "0")
    assert status == 1
    assert f'"unknown_books":{{"{issued[0].book}":' in said
    assert '"missing"' in said, "what the other book would have issued"
