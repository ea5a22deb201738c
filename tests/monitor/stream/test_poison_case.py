"""A case that somebody fills up, on the real broker: its worker lives, the others get their cards, a restart recovers."""

from datetime import timedelta
from typing import Any

import pytest

from monitor.kafka import topic_config
from monitor.wire import MAX_ROW_BYTES
from rules.case import encode_case
from rules.events import ComplaintFiled, Event, StageEntered
from tests.monitor.stream.hall import MONDAY, Feed, Hall, accepted, concluded, feed, ticks
from tests.monitor.stream.raw import case_names

pytestmark = pytest.mark.kafka

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
NUMBER = 3000
LATER = MONDAY + 60 * DAY


def _poison(kind: type[Any], case: str, **fields: Any) -> list[Feed]:
    """So many valid records of one case within 0.3 s."""
    records: list[Event] = []
    for place in range(NUMBER):
        named = {"complaint": f"TS-{place:06}"} if kind is ComplaintFiled else {}
        at = MONDAY + SECOND + timedelta(milliseconds=place / 10)
        records.append(kind(id=f"{case}-{place}", case=case, at=at, region="430100", hall="h", department="d", **named, **fields))
    return [feed(record) for record in records]


async def test_a_case_filled_up_stops_neither_its_worker_nor_the_cards_of_others(hall: Hall) -> None:
    await hall.open(create_time=True)
    poisoned, staged, *others = case_names(8, partition=1)
    flood = [*_poison(ComplaintFiled, poisoned), *_poison(StageEntered, staged, stage="handling")]
    await hall.append([feed(accepted(case, MONDAY, "5d")) for case in (poisoned, staged, *others)])
    await hall.append(flood)
    await hall.append([feed(concluded(staged, MONDAY + DAY)), *ticks(LATER)])
    worker = hall.worker()
    await hall.caught_up(240)

    letters = await hall.dead_letters()
    assert {letter.reason for letter in letters} == {"too_many_records"}
    assert {letter.key for letter in letters} == {flood[0].key, flood[-1].key}
    assert {letter.partition for letter in letters} == {1}
    assert len({letter.offset for letter in letters}) == len(letters) > NUMBER
    cases = await hall.cases()
    assert sum(case.refused for case in cases.values()) == len(letters)
    assert cases[staged].concluded, "the end of a full case is taken"
    assert max(len(encode_case(case)) for case in cases.values()) < 900_000
    late = {alert.case for alert in await hall.alerts() if (alert.rule, alert.level) == ("case-promise", "yellow")}
    assert late == {poisoned, *others}, "a full case is late as any other; the one concluded in time is not"
    assert "bytes (partition 1)" in hall.log_of(worker), "who it is stands in the log"
    assert await hall.stop(worker) == 0

    again = hall.worker()
    await hall.append([feed(concluded(others[0], LATER + DAY)), *ticks(LATER + 2 * DAY)])
    await hall.caught_up()
    assert (await hall.cases())[others[0]].concluded, "the one that takes over recovers and goes on"
    assert len(await hall.dead_letters()) == len(letters), "and buries nothing twice"
    assert await hall.stop(again) == 0


async def test_the_changelog_takes_the_largest_row(hall: Hall) -> None:
    await hall.open(create_time=True)
    worker = hall.worker()
    await hall.ready(worker)
    settings = await topic_config(hall.settings.kafka, hall.changelog)
    assert int(settings["max.message.bytes"]) == MAX_ROW_BYTES
    assert await hall.stop(worker) == 0
