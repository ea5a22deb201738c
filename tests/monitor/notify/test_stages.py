"""What a card gives rise to, stage by stage."""

from datetime import datetime, timedelta
from typing import Any

from rules.instant import SECOND, to_instant
from tests.monitor.notify.cards import MONDAY_9, ZONE, at, card, plan, stages

NOW = to_instant(MONDAY_9)
HEAD: dict[str, Any] = {"name": "head", "to": ["mail"], "unacknowledged": "4wh"}


def test_a_card_is_told_by_every_route_that_holds_it() -> None:
    routes = [
        {"name": "all", "to": ["group"], "wait": 0},
        {"name": "reds", "levels": ["red"], "to": ["mail"], "wait": 30},
        {"name": "yellows", "levels": ["yellow"], "to": ["mail"]},
    ]
    notices = stages(plan(route=routes)).notices(card(), NOW)
    assert [(n.by, n.channel, n.due - NOW) for n in notices] == [("all", "group", 0), ("reds", "mail", 30 * SECOND)]


def test_only_a_card_that_has_just_been_raised_is_told() -> None:
    of = stages(plan())
    assert of.notices(card(state="pending"), NOW)
    for state in ("acknowledged", "withdrawn", "superseded", "closed"):
        assert not of.notices(card(state=state, change=2), NOW)
    assert not of.notices(card(change=2), NOW), "recomputed: the same card with another due instant"
    again = card(change=3, raised=MONDAY_9)
    reinstated = type(again)(**{name: getattr(again, name) for name in again.__struct_fields__} | {"raised_at": again.changed_at})
    assert of.notices(reinstated, NOW), "withdrawn and back again"


def test_an_escalation_is_due_after_so_many_working_hours() -> None:
    late = datetime(2026, 3, 6, 16, 0, tzinfo=ZONE)  # Friday; offices close at 17:00
    [told, escalated] = stages(plan(escalation=[HEAD])).notices(card(raised=late), to_instant(late))
    assert (told.purpose, escalated.purpose) == ("told", "escalated")
    assert escalated.due == at(9, 12), "one hour on Friday, three on Monday morning"


def test_an_escalation_after_the_calendars_end_comes_a_day_later() -> None:
    far = datetime(2031, 3, 6, 16, 0, tzinfo=ZONE)
    [_, escalated] = stages(plan(escalation=[HEAD])).notices(card(raised=far), to_instant(far))
    assert escalated.due == to_instant(far + timedelta(days=1))


def test_a_silence_holds_messages_back_until_its_end_and_says_why() -> None:
    silence = {"reason": "moving", "since": datetime(2026, 3, 2, 8, tzinfo=ZONE), "until": datetime(2026, 3, 2, 18, tzinfo=ZONE)}
    [notice] = stages(plan(silence=[silence])).notices(card(), NOW)
    assert (notice.due, notice.delayed) == (at(2, 18), "silence: moving")
    [elsewhere] = stages(plan(silence=[silence | {"departments": ["税务局"]}])).notices(card(), NOW)
    assert elsewhere.due == NOW


def test_quiet_hours_delay_messages_and_a_route_may_have_its_own() -> None:
    night = datetime(2026, 3, 2, 23, tzinfo=ZONE)
    routes = [{"name": "all", "to": ["group"], "wait": 0}, {"name": "duty", "to": ["mail"], "wait": 0, "quiet": []}]
    [told, duty] = stages(plan(quiet=["22:00-07:30"], route=routes)).notices(card(raised=night), to_instant(night))
    assert (told.due, told.delayed) == (at(3, 7, 30), "quiet")
    assert (duty.due, duty.delayed) == (to_instant(night), "")


def test_a_silence_that_ends_at_night_ends_in_the_morning() -> None:
    silence = {"reason": "x", "since": datetime(2026, 3, 2, 8, tzinfo=ZONE), "until": datetime(2026, 3, 2, 23, tzinfo=ZONE)}
    [notice] = stages(plan(silence=[silence], quiet=["22:00-07:30"])).notices(card(), NOW)
    assert (notice.due, notice.delayed) == (at(3, 7, 30), "silence: x")
