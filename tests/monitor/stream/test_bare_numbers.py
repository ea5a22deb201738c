"""A log whose records lie under the bare numbers of their cases, as they did until cases had their numberer in the key."""

from datetime import timedelta

import msgspec
import pytest

from monitor.kafka import partition_of
from monitor.wire import encode_event
from rules.alerts import STANDING
from rules.events import AlertAcknowledged, Event, key_of
from tests.monitor.stream.hall import MONDAY, PARTITIONS, Feed, Hall, accepted, concluded, minutes, ms, ticks

pytestmark = pytest.mark.kafka

DAY = timedelta(days=1)


def bare(event: Event) -> Feed:
    """``event`` as it was appended then: by its number alone."""
    key = event.case.encode()
    return Feed(key, encode_event(event), partition_of(key, PARTITIONS), ms(event.at))


async def test_a_log_of_bare_numbers_read_anew_leads_to_the_same_cards_with_the_times_it_has(hall: Hall) -> None:
    """The way of docs/howto/upgrade.md: the topic keeps the times of its records, and each is sent on under its right key."""
    await hall.open(create_time=True)
    numbers = [f"n{number}" for number in range(12)]
    here = [accepted(number, MONDAY, "5d", statutory="30d") for number in numbers]
    there = [msgspec.structs.replace(each, region="430104", at=each.at + minutes(7)) for each in here]
    closed = [concluded(number, MONDAY + DAY) for number in numbers[:6]]
    alert = f"{numbers[7]}/case-promise/yellow/1"
    act = AlertAcknowledged(id="k", at=MONDAY + 8 * DAY, region="430100", case=numbers[7], alert=alert, operator="张三")
    await hall.append([*map(bare, [*here, *there, *closed]), *ticks(MONDAY + 8 * DAY), bare(act), *ticks(MONDAY + 9 * DAY)])
    worker = hall.worker()
    for _ in range(3):  # what is sent on lies behind what was there
        await hall.caught_up()
    await hall.append(ticks(MONDAY + 10 * DAY))
    await hall.caught_up()
    last = {alert.id: alert for alert in await hall.alerts() if alert.rule == "case-promise" and alert.level == "yellow"}
    standing = {id: alert for id, alert in last.items() if alert.state in STANDING}
    open_ones = [*here[6:], *there]
    assert set(standing) == {f"{key_of(each)}/case-promise/yellow/1" for each in open_ones}
    assert {alert.due_at for alert in standing.values() if alert.region == "430100"} == {MONDAY + 5 * DAY}
    assert {alert.counted_from for alert in standing.values() if alert.region == "430104"} == {MONDAY + minutes(7)}
    [letter] = await hall.dead_letters()
    assert (letter.reason, letter.key) == ("unknown_alert", numbers[7].encode()), "an act names the card of old"
    assert await hall.stop(worker) == 0
