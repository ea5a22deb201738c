"""Rule books and calendars published to a running worker, on the real broker."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from monitor.books import append, calendar_record
from monitor.rulebook import check_books, publish
from monitor.wire import decode_record
from rules.alerts import STANDING
from rules.events import Tick
from tests.monitor.stream.hall import AROUND_THE_CLOCK, MONDAY, Feed, Hall, accepted, feed, ms, ticks

pytestmark = pytest.mark.kafka

DAY = timedelta(days=1)
NEXT = MONDAY + 10 * DAY
"""When the published book takes effect."""
TOWN = """\
name = "cn"
base = "cn"
holidays = [{ date = 2026-03-17, name = "停电" }]
"""
"""Tuesday after :data:`NEXT`."""


async def publish_book(hall: Hall, folder: Path) -> list[str]:
    """The worker's own rules as ``city-2``, from :data:`NEXT` on."""
    text = AROUND_THE_CLOCK.read_text("utf-8").replace("around-the-clock-1", f'city-2"\neffective_from = {NEXT.isoformat()}\n#"')
    file = folder / "city.toml"
    file.write_text(text, "utf-8")
    return await publish.publish_books(hall.settings, check_books([file], date(2026, 3, 2)), by="王监察", replace=False)


async def publish_days(hall: Hall, folder: Path) -> list[str]:
    """The Tuesday is a holiday now."""
    (folder / "cn.toml").write_text(TOWN, "utf-8")
    return await publish.publish_calendar(hall.settings, str(folder / "cn.toml"), by="王监察", replace=False)


async def told(hall: Hall, worker: object, text: str, times: int = 1) -> None:
    await hall.until(lambda: hall.log_of(worker).count(text) >= times, f"{text} {times} times")  # type: ignore[arg-type]


async def standing(hall: Hall) -> set[tuple[str, str, str, datetime]]:
    last = {alert.id: alert for alert in sorted(await hall.alerts(), key=lambda alert: alert.change)}
    return {(alert.id, alert.book, alert.state, alert.due_at) for alert in last.values() if alert.state in STANDING}


OLD = [feed(accepted("old", MONDAY, "3wd"))]
NEW = [feed(accepted("new", NEXT, "3wd")), feed(accepted("longer", NEXT, "8wd"))]
DUE = ticks(NEXT + 5.5 * DAY)
"""Wednesday: three working days after Thursday have passed, unless Tuesday was a holiday."""
END = ticks(NEXT + 6.5 * DAY)


async def test_a_published_book_judges_new_cases_and_changed_days_open_ones_whenever_they_were_read(
    hall: Hall, kafka: str, tmp_path: Path
) -> None:
    await hall.open(create_time=True)
    worker = hall.worker()
    await hall.ready(worker)
    await hall.append(OLD)
    await hall.caught_up()

    said = await publish_book(hall, tmp_path)
    assert any("city-2 (digest" in line and "from 2026-03-12T09:00:00+08:00 on" in line for line in said), said
    await told(hall, worker, "open cases to be judged anew: 0")
    assert "city-2" in hall.log_of(worker)
    await hall.append([*NEW, *DUE])
    await hall.caught_up()
    yellow = {alert.case: alert for alert in await hall.alerts() if alert.rule == "case-promise" and alert.level == "yellow"}
    assert {case: alert.book for case, alert in yellow.items()} == {"old": "around-the-clock-1", "new": "city-2"}
    cases = await hall.cases()
    due = cases["longer"].due

    said = await publish_days(hall, tmp_path)
    assert "  2026-03-17: not worked (停电)" in said
    await told(hall, worker, "open cases to be judged anew: 3")
    await hall.append(DUE)
    await hall.caught_up()
    new = [alert for alert in await hall.alerts() if alert.id == yellow["new"].id]
    assert [(alert.state, alert.reason) for alert in new] == [("issued", "limit_passed"), ("withdrawn", "limit_moved")]
    cases = await hall.cases()
    assert cases["longer"].due == due + 24 * 3_600_000

    await append(hall.settings, [(b"rulebook:city-2", None)])
    await hall.append([Feed(b"rulebook:city-3", b"rubbish", 0), Feed(b"what", b"{}", 0)], hall.topics.catalog)
    await told(hall, worker, "cannot be used", 3)
    assert worker.poll() is None

    assert await hall.stop(worker) == 0
    await publish_book(hall, tmp_path)
    again = hall.worker()
    await hall.ready(again)
    await hall.append(END)
    await hall.caught_up()
    new = [alert for alert in await hall.alerts() if alert.id == yellow["new"].id]
    assert [alert.state for alert in new] == ["issued", "withdrawn", "issued"]
    assert (await hall.cases())["longer"].due == due + 24 * 3_600_000
    assert await hall.stop(again) == 0

    late = Hall(kafka, f"{hall.topics.prefix}late", tmp_path / "late")
    (tmp_path / "late").mkdir()
    try:
        await late.open(create_time=True)
        await late.append([*OLD, *NEW, *DUE, *END])
        await publish_book(late, tmp_path)
        await publish_days(late, tmp_path)
        late.worker()
        await late.caught_up()
        assert await standing(late) == await standing(hall)
        assert {key: (case.book, case.due) for key, case in (await late.cases()).items()} == {
            key: (case.book, case.due) for key, case in (await hall.cases()).items()
        }
    finally:
        late.close()


async def test_a_live_worker_judges_open_cases_anew_by_itself(hall: Hall) -> None:
    now = datetime.now(UTC)
    years = [now.year - 1, now.year, now.year + 1, now.year + 2]
    off = [{"date": (now + number * DAY).date(), "name": "停电"} for number in range(1, 30)]

    def days(**more: object) -> list[tuple[bytes, object]]:
        record = calendar_record("cn", {"name": "cn", "base": "weekends", "years": years, **more}, "")
        return [(record.key, record)]

    await hall.open(create_time=False)
    await append(hall.settings, days())  # type: ignore[arg-type]
    worker = hall.worker()
    await hall.append([feed(accepted("c", now, "2wd"))])
    await hall.caught_up()
    due = (await hall.cases())["c"].due

    await append(hall.settings, days(holidays=off))  # type: ignore[arg-type]
    await told(hall, worker, "open cases to be judged anew: 1")
    moved = due
    for _ in range(100):
        moved = (await hall.cases())["c"].due
        if moved != due:
            break
        await asyncio.sleep(0.1)
    assert moved >= ms(now + 30 * DAY)
    records = await hall.read(hall.topics.events)
    ticks = [decode_record(record.value) for record in records if record.key is None and record.value is not None]
    assert all(isinstance(tick, Tick) for tick in ticks)
    assert 1 <= len(ticks) <= 2, "its own ticks: one was enough, or one more once it was sure of the time"
