"""The worker as a process, on the real broker."""

import asyncio
import socket
import time
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import ClientSession
from prometheus_client.parser import text_string_to_metric_families

from monitor.wire import decode_record
from rules.events import Tick
from tests.monitor.stream.hall import MONDAY, PARTITIONS, Feed, Hall, accepted, case_key, concluded, feed, ms, ticks
from tests.monitor.stream.raw import case_names

pytestmark = pytest.mark.kafka

DAY = timedelta(days=1)


def now() -> datetime:
    return datetime.now(UTC)


async def test_cards_fall_with_the_feeders_ticks(hall: Hall) -> None:
    await hall.open(create_time=True)
    cases = [f"c{number}" for number in range(20)]
    later = MONDAY + 60 * DAY
    await hall.append([feed(accepted(case, MONDAY, "5d")) for case in cases])
    await hall.append([feed(concluded("c0", MONDAY + DAY)), *ticks(later)])
    worker = hall.worker()
    await hall.caught_up()

    alerts = [alert for alert in await hall.alerts() if alert.rule.startswith("case-")]
    assert {alert.case for alert in alerts} == set(cases) - {"c0"}
    assert {(alert.rule, alert.level) for alert in alerts} >= {("case-promise", "yellow"), ("case-statutory", "red")}
    assert all(alert.raised_at == later for alert in alerts)
    assert len([r for r in await hall.read(hall.topics.events) if r.key is None]) == PARTITIONS, "no ticks of its own"
    assert await hall.stop(worker) == 0
    figures = (await hall.figures()).values()
    assert sum(f.accepted for f in figures) == 20
    assert sum(f.open for f in figures) == 19
    assert sum(f.red for f in figures) == 19


async def test_a_live_worker_makes_the_tick_that_brings_the_card(hall: Hall) -> None:
    await hall.open(create_time=False)
    worker = hall.worker()
    await hall.ready(worker)
    due = now() + timedelta(seconds=2)
    await hall.append([feed(accepted(case, due - DAY, "1d", statutory="30d")) for case in case_names(40)])
    await asyncio.sleep(max(0.0, (due - now()).total_seconds()) + 0.6)

    alerts = await hall.alerts()
    assert [(alert.rule, alert.level) for alert in alerts] == [("case-promise", "yellow")] * 40
    assert all(abs(alert.due_at - due) < timedelta(milliseconds=1) for alert in alerts)
    assert max(alert.raised_at for alert in alerts) - due < timedelta(milliseconds=250)
    stamps = [record.timestamp for record in await hall.read(hall.topics.alerts)]
    assert max(stamps) - ms(due) < 500
    made = [record for record in await hall.read(hall.topics.events) if record.key is None]
    assert 1 <= len(made) <= 3
    assert {type(decode_record(record.value)) for record in made} == {Tick}
    assert await hall.stop(worker) == 0


async def test_downtime_with_closing_events_meanwhile_raises_no_false_card(hall: Hall) -> None:
    await hall.open(create_time=False)
    worker = hall.worker()
    await hall.ready(worker)
    due = now() + timedelta(seconds=4)
    closed, forgotten = case_names(2)
    await hall.append([feed(accepted(case, due - DAY, "1d", statutory="30d")) for case in (closed, forgotten)])
    await hall.caught_up()
    assert await hall.stop(worker) == 0
    assert now() < due, "the worker must be down before the deadline"
    await hall.append([feed(concluded(closed, now()))])
    await asyncio.sleep((due - now()).total_seconds() + 0.5)
    assert not await hall.alerts()

    back = hall.worker()
    await hall.until(lambda: "ready: partitions" in hall.log_of(back), "the worker to be back")
    await asyncio.sleep(1)
    await hall.caught_up()
    assert [alert.case for alert in await hall.alerts()] == [forgotten]


async def test_a_window_whose_clock_is_a_year_ahead_makes_no_card_fall(hall: Hall) -> None:
    await hall.open(create_time=False)
    worker = hall.worker()
    await hall.ready(worker)
    [patient, hasty] = case_names(2)
    ahead = now() + timedelta(days=365)
    await hall.append([feed(accepted(patient, now(), "5d")), feed(accepted(hasty, ahead, "5d"), ahead)])
    await hall.append([feed(concluded(hasty, ahead + DAY), ahead + DAY)])
    await hall.caught_up()
    await asyncio.sleep(0.5)
    assert not [alert for alert in await hall.alerts() if alert.case == patient]
    clocks = await hall.clocks()
    assert max(clock[0] for clock in clocks.values()) < ms(now()) + 1000


async def test_bad_input_goes_to_the_dead_letters_and_the_rest_goes_on(hall: Hall) -> None:
    await hall.open(create_time=True)
    [good] = case_names(1)
    value = feed(accepted(good, MONDAY)).value
    at = ms(MONDAY)
    records = [
        Feed(b"k", b"{", 0, at),
        Feed(b"k", b'{"type":"accepted","id":"\xff"}', 0, at),
        Feed(None, value, 0, at),
        Feed(b"other", value, 0, at),
        Feed(b"k", None, 0, at),
        Feed(b"k", b'{"type":"accepted","id":"' + b"x" * 900_000 + b'"}', 0, at),
        Feed(case_key(good), value, 0, at),
    ]
    await hall.append(records)
    hall.worker()
    await hall.caught_up()
    letters = sorted(await hall.dead_letters(), key=lambda letter: letter.offset)
    assert [letter.reason for letter in letters] == [
        "invalid_json", "invalid_utf8", "missing_key", "key_mismatch", "invalid_json", "invalid_field",
    ]  # fmt: skip
    assert [letter.source for letter in letters] == [f"{hall.topics.events}/0/{offset}" for offset in range(6)]
    assert letters[1].value == records[1].value
    assert letters[5].size == len(records[5].value or b"")
    assert set(await hall.cases()) == {good}


async def test_a_record_in_the_wrong_partition_is_sent_on_once_with_its_time(hall: Hall) -> None:
    await hall.open(create_time=True)
    [stray] = case_names(1, partition=2)
    record = feed(accepted(stray, MONDAY))
    await hall.append([record._replace(partition=0), *ticks(MONDAY + 60 * DAY)])
    hall.worker()
    await hall.caught_up()
    await hall.append(ticks(MONDAY + 61 * DAY))
    await hall.caught_up()
    lying = [r for r in await hall.read(hall.topics.events) if r.key is not None]
    assert [(r.partition, r.timestamp, r.value) for r in lying] == [(0, record.at, record.value), (2, record.at, record.value)]
    rows = [row for row in await hall.read(hall.changelog) if row.key == case_key(stray)]
    assert {row.partition for row in rows} == {2}
    assert {alert.case for alert in await hall.alerts()} == {stray}


async def test_the_next_worker_knows_all_that_the_last_one_knew(hall: Hall) -> None:
    """Cases, wake-ups, figures and record time come back from the changelog."""
    await hall.open(create_time=True)
    cases = [f"c{number}" for number in range(30)]
    worker = hall.worker()
    await hall.append([feed(accepted(case, MONDAY + DAY, "5d", statutory="6d")) for case in cases])
    await hall.caught_up()
    known = await hall.cases()
    assert await hall.stop(worker) == 0

    # records stamped earlier than what has been seen: record time must not fall back to theirs
    await hall.append([feed(accepted(f"n{case}", MONDAY, "5d", statutory="6d")) for case in cases])
    again = hall.worker()
    await hall.caught_up()
    assert {case: known[case] for case in cases} == {case: (await hall.cases())[case] for case in cases}
    assert "30 cases" in hall.log_of(again)
    assert {clock[0] for clock in (await hall.clocks()).values()} == {ms(MONDAY + DAY)}
    await hall.append(ticks(MONDAY + 30 * DAY))
    await hall.caught_up()
    alerts = await hall.alerts()
    assert {alert.case for alert in alerts} == {*cases, *(f"n{case}" for case in cases)}
    assert len({(alert.id, alert.change) for alert in alerts}) == len(alerts)
    await hall.stop(again)
    assert sum(f.open for f in (await hall.figures()).values()) == 60


async def test_the_worker_counts_what_it_does_in_its_metrics(hall: Hall) -> None:
    await hall.open(create_time=True)
    names = case_names(10)
    [stray] = case_names(1, partition=1)
    await hall.append([feed(accepted(name, MONDAY, "5d")) for name in names])
    await hall.append([Feed(b"k", b"{", 0, ms(MONDAY)), feed(accepted(stray, MONDAY, "5d"))._replace(partition=0)])
    await hall.append([feed(concluded(names[0], MONDAY + DAY)), *ticks(MONDAY + 6 * DAY)])
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    hall.worker(metrics_port=port)
    await hall.caught_up()
    async with ClientSession() as client, client.get(f"http://127.0.0.1:{port}/metrics") as answer:
        text = await answer.text()
    measured = {
        sample.name + "".join(f" {value}" for _, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert measured["supervise_events_total applied accepted"] == 11
    assert measured["supervise_events_total rerouted accepted"] == 1
    assert measured["supervise_events_total dead "] == 1
    assert measured["supervise_events_total applied tick"] == PARTITIONS
    assert measured["supervise_dead_letters_total invalid_json"] == 1
    assert measured["supervise_rerouted_total"] == 1
    assert measured["supervise_alerts_total yellow case-promise issued"] >= 9
    assert measured["supervise_detection_lag_seconds_count"] >= 9
    assert measured["supervise_cases 0"] == 10
    assert measured["supervise_open_cases 0"] == 9
    assert measured["supervise_wakeups_pending 0"] >= 9
    assert measured["supervise_consumer_lag_records 0"] == 0
    assert measured["supervise_uncovered_cases 0"] == 0
    assert measured["supervise_batch_records_count"] >= 2
    assert measured["supervise_batch_seconds_count"] == measured["supervise_batch_records_count"]
    assert measured["supervise_settle_seconds_count"] >= 2
    assert measured["supervise_recovery_seconds"] > 0


async def test_a_worker_under_load_stops_within_seconds_and_loses_nothing(hall: Hall) -> None:
    await hall.open(create_time=True)
    cases = [f"c{number}" for number in range(20_000)]
    await hall.append([feed(accepted(case, MONDAY, "5d")) for case in cases])
    worker = hall.worker(max_batch=500)
    await hall.until(lambda: "ready: partitions" in hall.log_of(worker), "the worker to begin")
    await asyncio.sleep(0.1)
    began = time.monotonic()
    assert await hall.stop(worker) == 0
    assert time.monotonic() - began < 8
    hall.worker()
    await hall.caught_up()
    assert set(await hall.cases()) == set(cases)
