"""The outbox: nobody is told twice, nobody is told what is true no more, and nothing is lost."""

from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from monitor.notify.notice import Notice, decode_notice, encode_notice
from monitor.notify.notices import GIVE_UP_AFTER, INSTEAD_AFTER, LONGEST_RETRY, REMEMBERED, Notices
from monitor.notify.plan import MessagePlan
from rules.instant import HOUR, MINUTE, SECOND, to_instant
from tests.monitor.notify.cards import MONDAY_9, card, plan, stages

NOW = to_instant(MONDAY_9)
ESCALATED: dict[str, Any] = {"escalation": [{"name": "head", "to": ["mail"], "unacknowledged": "4wh"}]}


def outbox(**tables: Any) -> Notices:
    of = plan(**tables)
    return Notices(of, stages(of))


def sends(box: Notices, now: int) -> list[Notice]:
    """All that is due, taken by its channel."""
    due = box.due(now)
    box.sent(due, "m", now)
    return due


def purposes(notices: Sequence[Notice]) -> list[str]:
    return sorted(notice.purpose for notice in notices)


def test_an_alert_read_twice_is_told_once() -> None:
    box = outbox()
    assert len(box.put(card(), NOW)) == 1
    assert box.put(card(), NOW + SECOND) == []
    assert len(sends(box, NOW)) == 1
    assert box.put(card(), NOW + SECOND) == []
    assert sends(box, NOW + HOUR) == []


def test_a_card_that_stands_no_longer_is_not_told() -> None:
    box = outbox(route=[{"name": "all", "to": ["group"], "wait": 600}])
    box.put(card(), NOW)
    [gone] = box.put(card(state="withdrawn", change=2), NOW + MINUTE)
    assert (gone.purpose, gone.fate) == ("told", "overtaken")
    assert sends(box, NOW + HOUR) == []


def test_a_withdrawn_card_is_taken_back_from_those_who_were_told() -> None:
    box = outbox()
    box.put(card(), NOW)
    [told] = sends(box, NOW)
    [withdrawn] = box.put(card(state="withdrawn", change=2), NOW + MINUTE)
    assert (withdrawn.purpose, withdrawn.channel, withdrawn.alert) == ("withdrawn", told.channel, told.alert)
    assert purposes(sends(box, NOW + MINUTE)) == ["withdrawn"]
    assert box.put(card(state="withdrawn", change=2), NOW + HOUR) == []


def test_a_route_may_keep_withdrawals_to_itself() -> None:
    box = outbox(route=[{"name": "all", "to": ["group"], "wait": 0, "withdrawals": False}])
    box.put(card(), NOW)
    sends(box, NOW)
    assert box.put(card(state="withdrawn", change=2), NOW + MINUTE) == []


def test_an_acknowledged_card_is_not_escalated() -> None:
    box = outbox(**ESCALATED)
    box.put(card(), NOW)
    assert purposes(sends(box, NOW + HOUR)) == ["told"]
    [gone] = box.put(card(state="acknowledged", change=2), NOW + 2 * HOUR)
    assert (gone.purpose, gone.fate) == ("escalated", "overtaken")
    assert sends(box, NOW + 100 * HOUR) == []


def test_a_card_nobody_acknowledges_is_escalated_when_its_hours_are_over() -> None:
    box = outbox(**ESCALATED)
    made = box.put(card(), NOW)
    due = next(notice.due for notice in made if notice.purpose == "escalated")
    sends(box, NOW)
    assert sends(box, due - 1) == []
    assert purposes(sends(box, due)) == ["escalated"]


def test_a_card_withdrawn_while_its_message_is_under_way_is_told_and_taken_back() -> None:
    box = outbox()
    box.put(card(), NOW)
    under_way = box.due(NOW)
    assert box.put(card(state="withdrawn", change=2), NOW + 1) == []
    changed = box.sent(under_way, "m", NOW + 2)
    assert [(n.purpose, n.fate) for n in changed] == [("told", "sent"), ("withdrawn", "waiting")]


def test_a_channel_that_refuses_is_tried_again_ever_later() -> None:
    box = outbox()
    box.put(card(), NOW)
    now, pauses = NOW, []
    for _ in range(12):
        due = box.due(now)
        assert len(due) == 1
        [again] = box.refused(due, "45009: api freq out of limit", now)
        pauses.append(again.due - now)
        now = again.due
    assert pauses[:4] == [5 * SECOND, 10 * SECOND, 20 * SECOND, 40 * SECOND]
    assert max(pauses) == pauses[-1] == LONGEST_RETRY


def test_the_stand_in_gets_a_notice_once_after_a_quarter_of_an_hour() -> None:
    channels = {
        "group": {"kind": "webhook", "url": "http://127.0.0.1:1/", "instead": "mail"},
        "mail": {"kind": "mail", "host": "127.0.0.1", "sender": "office@example.org", "to": ["a@b"]},
    }
    box = outbox(channels=channels)
    box.put(card(), NOW)
    now, instead = NOW, []
    while now < NOW + 2 * HOUR:
        due = [notice for notice in box.due(now) if notice.channel == "group"]
        changed = box.refused(due, "down", now)
        instead += [(notice, now) for notice in changed if notice.channel == "mail"]
        now = next(notice.due for notice in changed if notice.channel == "group")
    [(notice, when)] = instead
    assert notice.alert == card().id
    assert INSTEAD_AFTER <= when - NOW <= INSTEAD_AFTER + LONGEST_RETRY


def test_a_notice_refused_for_a_day_is_given_up_and_says_so() -> None:
    box = outbox()
    box.put(card(), NOW)
    [failed] = box.refused(box.due(NOW), "down", NOW + GIVE_UP_AFTER)
    assert (failed.fate, failed.error) == ("failed", "down")
    assert box.due(NOW + 2 * GIVE_UP_AFTER) == []


def test_a_notice_over_for_long_is_forgotten_and_one_that_waits_is_not() -> None:
    box = outbox(**ESCALATED)
    box.put(card(), NOW)
    [told] = sends(box, NOW)
    assert box.forget(NOW + REMEMBERED) == []
    assert box.forget(NOW + REMEMBERED + SECOND) == [told.id]
    assert len(box) == 1


_STATES = ("issued", "acknowledged", "withdrawn")
_STORY = st.lists(st.sampled_from(["change", "repeat", "restart", "send", "refuse", "wait"]), max_size=30)


@given(story=_STORY, states=st.lists(st.sampled_from(_STATES), max_size=8))
def test_a_notice_is_sent_at_most_once_and_a_raised_card_is_told_or_overtaken(story: list[str], states: list[str]) -> None:
    of: MessagePlan = plan(**ESCALATED)
    box = Notices(of, stages(of))
    topic: dict[str, bytes] = {}
    log = [card()]
    sent: list[str] = []
    now = NOW
    fresh = iter(states)

    def written(notices: Sequence[Notice]) -> None:
        topic.update({notice.id: encode_notice(notice) for notice in notices})

    written(box.put(log[0], now))
    for step in story:
        now += 10 * MINUTE
        if step == "change" and (state := next(fresh, None)) is not None:
            log.append(card(state=state, change=len(log) + 1))
            written(box.put(log[-1], now))
        elif step == "repeat":
            for alert in log:
                written(box.put(alert, now))
        elif step == "restart":
            box = Notices(of, stages(of))
            for key, value in topic.items():
                box.restore(key, decode_notice(value))
        elif step == "send":
            due = box.due(now)
            sent += [notice.id for notice in due]
            written(box.sent(due, "m", now))
        elif step == "refuse":
            written(box.refused(box.due(now), "down", now))
    assert len(sent) == len(set(sent))
    told = [decode_notice(value) for value in topic.values() if decode_notice(value).purpose == "told"]
    assert len(told) == 1
    assert told[0].fate == "sent" or told[0].fate == "waiting" or any(alert.state == "withdrawn" for alert in log)
