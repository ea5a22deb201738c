"""One file, many ways, the same result to the record: alert identities, their due instants and final states, every case.

The truth is the file straight through the core. Every other way is real: the shared Kafka, worker processes as the command
line starts them, SIGKILL where a kill is said.
"""

import asyncio
from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime

import pytest

from rules.alerts import Alert
from rules.case import alert_id, cycles_of
from rules.instant import to_instant
from rules.keys import case_key
from tests.acceptance.agreement import files
from tests.acceptance.agreement.delivery import cuts_at_limits, deliver, halves, in_order, regular_cuts, twice_and_shuffled
from tests.acceptance.agreement.files import Source
from tests.acceptance.agreement.ledger import Ledger
from tests.acceptance.agreement.offline import Judged, command_lines
from tests.acceptance.agreement.result import Ending, Result, differences
from tests.acceptance.agreement.site import KILLED, Site

pytestmark = [pytest.mark.kafka, pytest.mark.slow]


def assert_same(found: Result, truth: Result) -> None:
    """Identities, due instants, final states and cases, all of them."""
    assert differences(found, truth) == {}
    assert found.cases == truth.cases


def test_offline_replay_prints_what_the_core_decides(source: Source, offline_result: Judged) -> None:
    alerts = [line for line in command_lines(source) if "rule" in line]
    cases = [line for line in command_lines(source) if "rule" not in line]

    assert alerts == [_line(alert) for alert in offline_result.changes]
    found = {_key(line): (_instant(line["due_at"]), line["state"]) for line in cases}
    assert found == offline_result.result.cases
    assert len(found) == len(cases)


async def test_one_worker_comes_to_what_offline_replay_says(source: Source, offline_result: Judged, site: Site) -> None:
    await site.run("replay", source.file, "--mapping", source.mapping)
    site.start("worker", "--book", source.book)
    async with Ledger(site) as ledger:
        await ledger.all_done()
        assert_same(await ledger.result(), offline_result.result)


async def test_two_workers_one_killed_midway_come_to_what_offline_replay_says(
    source: Source, offline_result: Judged, site: Site
) -> None:
    first, second = halves(in_order(offline_result.feed))
    await site.open(create_time=True)
    victim, heir = site.start("worker", "--book", source.book), site.start("worker", "--book", source.book)
    await site.ready(victim, heir)
    async with Ledger(site) as ledger:
        await deliver(site.settings, first)
        await site.until(ledger.has_alerts, "some of it consumed", pause=0.01)
        victim.kill()
        await deliver(site.settings, second)
        await ledger.all_done()
        assert_same(await ledger.result(), offline_result.result)
    assert heir.says("ready: partitions [0, 1, 2, 3]"), heir.log.read_text()


async def test_a_worker_stopped_and_started_again_comes_to_what_offline_replay_says(
    source: Source, offline_result: Judged, site: Site
) -> None:
    first, second = halves(in_order(offline_result.feed))
    await site.open(create_time=True)
    worker = site.start("worker", "--book", source.book)
    async with Ledger(site) as ledger:
        await deliver(site.settings, first)
        await site.until(ledger.has_alerts, "some of it consumed", pause=0.01)
        worker.stop()
        await deliver(site.settings, second)
        site.start("worker", "--book", source.book)
        await ledger.all_done()
        assert_same(await ledger.result(), offline_result.result)


async def test_a_worker_killed_between_the_alerts_and_the_changelog_comes_to_what_offline_replay_says(
    source: Source, offline_result: Judged, site: Site
) -> None:
    """It dies, by SIGKILL, when the alerts of its third batch are on the broker and the state that implies them is not."""
    await site.open(create_time=True)
    await deliver(site.settings, in_order(offline_result.feed))
    worker = site.start("worker", "--book", source.book, fault="after-alerts:3")
    async with Ledger(site) as ledger:
        assert await asyncio.to_thread(worker.guarded.wait, 60) == KILLED
        known = {
            alert_id(cycle, card.rule, card.level, card.cycle)
            for case in await ledger.cases()
            for cycle in cycles_of(case)
            for card in cycle.cards
        }
        orphans = {alert.id for alert in await ledger.alerts()} - known
        assert orphans, "alerts are out whose cases know nothing of them yet"
        site.start("worker", "--book", source.book)
        await ledger.all_done()
        alerts = await ledger.alerts()
        assert len(alerts) > len({(alert.id, alert.change) for alert in alerts}), "the orphans were said again"
        assert_same(await ledger.result(), offline_result.result)


@pytest.mark.parametrize("source", files.without_late_records(), indirect=True)
async def test_every_record_twice_in_shuffled_batches_comes_to_what_offline_replay_says(
    source: Source, offline_result: Judged, site: Site
) -> None:
    """Batches that no limit passes through, of a file where nobody reports late: the same to the record."""
    cuts = cuts_at_limits(offline_result.cases)
    assert_same(await _shuffled(offline_result, cuts, source, site), offline_result.result)


@pytest.mark.parametrize("source", files.names() if files.IS_LONG else ["hall"], indirect=True)
async def test_limits_that_pass_within_a_shuffled_batch_change_only_alerts_that_came_and_went_in_it(
    source: Source, offline_result: Judged, site: Site
) -> None:
    """Six hours in a batch. Nothing differs but alerts that came and went within one: whether they did is a matter of order.

    A limit passes at 10:05, the record that proves it was kept comes at 10:20, and both lie in one batch: read in order, the
    card falls and is withdrawn; with the record read first, it never falls. What stands is the same.
    """
    truth, cuts = offline_result.result, regular_cuts(offline_result.feed)
    found = await _shuffled(offline_result, cuts, source, site)

    def came_and_went_in_one_batch(ending: Ending) -> bool:
        within = bisect_right(cuts, ending.raised_at) == bisect_right(cuts, ending.changed_at)
        return ending.state == "withdrawn" and within

    assert found.cases == truth.cases
    fleeting = differences(found, truth)
    endings = [ending for pair in fleeting.values() for ending in pair if ending is not None]
    assert [ending for ending in endings if not came_and_went_in_one_batch(ending)] == []
    assert found.standing == truth.standing
    print(
        f"{source.name}: {len(truth.alerts)} alerts, {len(truth.standing)} standing, {len(fleeting)} came and went in one batch"
    )


async def _shuffled(judged: Judged, cuts: Sequence[int], source: Source, site: Site) -> Result:
    await site.open(create_time=True)
    await deliver(site.settings, twice_and_shuffled(judged.feed, cuts))
    site.start("worker", "--book", source.book)
    async with Ledger(site) as ledger:
        await ledger.all_done()
        return await ledger.result()


def _line(alert: Alert) -> dict[str, str]:
    return {
        "case": alert.case,
        "rule": alert.rule,
        "level": alert.level,
        "state": alert.state,
        "due_at": alert.due_at.isoformat(),
        "raised_at": alert.raised_at.isoformat(),
        "reason": alert.reason,
        "numbered_by": alert.numbered_by,
    }


def _key(line: dict[str, str]) -> str:
    return case_key(line["numbered_by"], line["case"]) if line["numbered_by"] else line["case"]


def _instant(text: str | None) -> int | None:
    return None if text is None else to_instant(datetime.fromisoformat(text))
