"""A partition restored from its changelog goes on as if nothing had happened."""

from datetime import timedelta

import pytest

from monitor.kafka import partition_of
from monitor.stream.faust.table import Recovered
from monitor.stream.partition.clock import PartitionClock
from monitor.stream.partition.engine import PartitionEngine
from monitor.stream.partition.slices import Slice
from monitor.stream.recovery import restore
from monitor.wire import encode_event
from rules.events import TICK
from tests.monitor.stream.hall import MONDAY, PARTITIONS, accepted, case_key, concluded, feed, minutes, ms, ticks
from tests.monitor.stream.raw import BOOKS, Raw, alerts_of, case_names, engine, partition_log, run, states_of

DAY = timedelta(days=1)


def changelog(parts: list[Slice]) -> dict[bytes, bytes | None]:
    recovered = Recovered()
    for part in parts:
        for key, value in part.changes.items():
            recovered.put(key, value)
    return recovered.rows


async def reborn(parts: list[Slice]) -> PartitionEngine:
    return await restore("t.events", 0, changelog(parts), BOOKS, lambda key: partition_of(key, PARTITIONS))


def hall_log() -> tuple[list[str], list[Raw]]:
    names = case_names(12)
    feeds = [feed(accepted(name, MONDAY + minutes(n), f"{1 + n % 3}d")) for n, name in enumerate(names)]
    feeds += [feed(concluded(name, MONDAY + DAY + minutes(n))) for n, name in enumerate(names[:4])]
    feeds += ticks(MONDAY + 1.5 * DAY)
    # an arrival before its predecessor's: record time stands still meanwhile
    feeds += [feed(accepted("late-" + names[0], MONDAY), MONDAY)._replace(partition=0)]
    feeds += ticks(MONDAY + 2.5 * DAY)
    feeds += [feed(concluded(name, MONDAY + 2.6 * DAY)) for name in names[4:8]]
    feeds += ticks(MONDAY + 9 * DAY)
    return names, partition_log(feeds)


@pytest.mark.parametrize("size", [1, 3, 5])
async def test_a_crash_after_any_batch_changes_nothing(size: int) -> None:
    """However much of the changelog got out, and from wherever the offsets say, alerts and cases come out the same."""
    names, log = hall_log()
    straight = engine()
    expected = run(straight, log, size)
    for crash in range(0, len(log), size):
        for behind in (0, size, 2 * size):
            before = run(engine(), log[:crash], size)
            again = await reborn(before)
            after = run(again, log[max(0, crash - behind) :], size)
            assert states_of(again, names) == states_of(straight, names)
            assert {(a.id, a.change, a.raised_at) for a in alerts_of(before + after)} == {
                (a.id, a.change, a.raised_at) for a in alerts_of(expected)
            }
            assert again.clock.now == straight.clock.now
            assert again.scoreboard.open == straight.scoreboard.open
            assert again.scoreboard.waiting == straight.scoreboard.waiting


async def test_a_deadline_that_passed_before_the_crash_but_was_not_judged_fires_after_it() -> None:
    due, other = case_names(2)
    log = partition_log([feed(accepted(due, MONDAY, "1d")), feed(accepted(other, MONDAY + 2 * DAY, "5d"))])
    again = await reborn(run(engine(), log))
    assert 0 < again.wakeups.earliest_current(again.clock.now) <= again.clock.now
    parts = run(again, [Raw(2, ms(MONDAY + 2 * DAY) + 5, 0, None, encode_event(TICK))])
    assert [(alert.case, alert.level) for alert in alerts_of(parts)] == [(due, "yellow")]


async def test_an_overdue_case_that_was_judged_is_not_woken_for_nothing() -> None:
    [name] = case_names(1)
    log = partition_log([feed(accepted(name, MONDAY, "1d", statutory="20d")), *ticks(MONDAY + 2 * DAY)])
    again = await reborn(run(engine(), log))
    assert again.wakeups.earliest() == ms(MONDAY + 20 * DAY) + 1
    assert again.scoreboard.waiting == 1


async def test_figures_are_recounted_whole() -> None:
    _, log = hall_log()
    before = engine()
    parts = run(before, log)
    again = await reborn(parts)
    shown = {scope: count for part in parts for scope, count in part.figures.items()}
    assert again.recount().figures == shown


async def test_record_time_and_who_makes_it_are_restored() -> None:
    [name] = case_names(1)
    parts = run(engine(), partition_log([feed(accepted(name, MONDAY))], live=True))
    again = await reborn(parts)
    assert again.clock.now == ms(MONDAY)
    assert again.clock.is_live


def test_a_frozen_workers_late_words_do_not_undo_its_successors() -> None:
    [name] = case_names(1)
    key = case_key(name)
    parts = run(engine(), partition_log([feed(accepted(name, MONDAY)), feed(concluded(name, MONDAY + DAY))]), size=1)
    recovered = Recovered()
    for part in [parts[1], parts[0]]:
        for each, value in part.changes.items():
            recovered.put(each, value)
    assert recovered.rows[key] == parts[1].changes[key]
    assert PartitionClock(recovered.rows[b"\0clock"]).now == ms(MONDAY + DAY)
    recovered.put(key, None)
    assert recovered.rows[key] is None
