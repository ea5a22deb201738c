"""What the hub makes of records, and when it speaks."""

from typing import get_args

import pytest

from monitor.wall.hub import CARDS_SHOWN, LINGER, Hub
from monitor.wall.picture import Delta, Picture, Totals, apply_delta
from monitor.wall.scope import Scope
from rules.alerts import STANDING, Reason, State
from tests.monitor.wall.records import alert, figures

ALL = Scope()


@pytest.fixture
def hub() -> Hub:
    hub = Hub()
    hub.open(ALL)
    return hub


def only(deltas: list[tuple[Scope, Delta]]) -> Delta:
    ((scope, delta),) = deltas
    assert scope == ALL
    return delta


def shown(hub: Hub, scope: Scope = ALL) -> Picture:
    return hub.snapshot(scope)[1]


def test_figures_are_summed_over_partitions_and_the_last_wins(hub: Hub) -> None:
    hub.put_figures(figures(0, accepted=10, open=4, concluded=6, on_time=5, yellow=1, at=1_000))
    hub.put_figures(figures(1, accepted=3, open=3, red=2, at=3_000))
    hub.put_figures(figures(0, accepted=11, open=4, concluded=7, on_time=6, yellow=0, at=2_000))
    delta = only(hub.flush(0))
    assert delta.seq == 1
    assert delta.totals == Totals(accepted=14, open=7, concluded=7, on_time=6, yellow=0, red=2)
    assert delta.at == 3_000
    assert [row.totals for row in shown(hub).departments] == [delta.totals]
    assert hub.clock == 3_000


def test_figures_that_are_deleted_leave_the_sums(hub: Hub) -> None:
    hub.put_figures(figures(0, open=4))
    hub.flush(0)
    hub.drop_figures(figures(0).key)
    assert only(hub.flush(0)).departments is not None
    assert shown(hub) == Picture()


def test_a_flush_without_news_sends_nothing(hub: Hub) -> None:
    hub.put_figures(figures(0, open=4))
    hub.flush(0)
    hub.put_figures(figures(0, open=4))
    assert hub.flush(0) == []
    assert hub.sequence(ALL) == 1


def test_departments_in_trouble_come_first(hub: Hub) -> None:
    hub.put_figures(figures(department="quiet", open=90))
    hub.put_figures(figures(department="yellow", yellow=5))
    hub.put_figures(figures(department="red", red=1))
    hub.flush(0)
    assert [row.department for row in shown(hub).departments] == ["red", "yellow", "quiet"]


def test_a_new_card_is_on_top_with_its_lag(hub: Hub) -> None:
    hub.put_alert(alert(1), 0)
    hub.put_alert(alert(2, "red", lag_ms=120), 0)
    delta = only(hub.flush(0))
    assert delta.cards is not None
    rows = [placed.row for placed in shown(hub).cards]
    assert [(row.case, row.level, row.raised_at - row.due_at) for row in rows] == [
        ("430104-00002", "red", 120),
        ("430104-00001", "yellow", 350),
    ]
    assert rows[0].reason_text == "超过时限"


def test_repeated_and_older_changes_have_no_effect(hub: Hub) -> None:
    assert hub.put_alert(alert(1, change=2, state="withdrawn", reason=Reason.LATE_RECORD), 0)
    hub.flush(0)
    assert not hub.put_alert(alert(1, change=2, state="withdrawn", reason=Reason.LATE_RECORD), 0)
    assert not hub.put_alert(alert(1, change=1), 0)
    assert hub.flush(0) == []


def test_a_withdrawn_card_is_struck_then_leaves_and_does_not_come_back(hub: Hub) -> None:
    hub.put_alert(alert(1), 1_000)
    hub.put_alert(alert(1, change=2, state="withdrawn", reason=Reason.LATE_RECORD), 5_000)
    hub.flush(5_000)
    assert [placed.row.state for placed in shown(hub).cards] == ["withdrawn"]
    assert [placed.row.reason_text for placed in shown(hub).notices] == ["迟到记录证明未超期"]
    assert hub.flush(5_000 + LINGER - 1) == []
    delta = only(hub.flush(5_000 + LINGER))
    assert delta.cards is not None
    assert delta.cards.gone == (alert(1).id,)
    assert shown(hub) == Picture()
    assert not hub.put_alert(alert(1, change=2, state="withdrawn"), 5_000)


@pytest.mark.parametrize("state", sorted(set(get_args(State)) - {"issued"}))
def test_a_card_stays_while_people_are_at_work_on_it_and_leaves_when_they_ended_it(hub: Hub, state: State) -> None:
    hub.put_alert(alert(1), 1_000)
    hub.put_alert(alert(1, change=2, state=state, reason=Reason.REMOVED), 5_000)
    hub.flush(5_000)
    assert [placed.row.state for placed in shown(hub).cards] == [state]
    assert [placed.row.reason_text for placed in shown(hub).notices] == ([] if state in STANDING else ["摘牌"])
    hub.flush(5_000 + LINGER)
    assert [placed.row.state for placed in shown(hub).cards] == ([state] if state in STANDING else [])
    assert shown(hub).notices == ()


def test_a_reinstated_card_stays(hub: Hub) -> None:
    hub.put_alert(alert(1, change=2, state="withdrawn", reason=Reason.LATE_RECORD), 0)
    hub.put_alert(alert(1, change=3, reason=Reason.REINSTATED), 10)
    hub.flush(LINGER * 2)
    assert [placed.row.state for placed in shown(hub).cards] == ["issued"]
    assert shown(hub).notices == ()


def test_minor_alerts_are_notices_while_they_stand(hub: Hub) -> None:
    hub.put_alert(alert(1, "warning", reason=Reason.LIMIT_NEAR), 0)
    hub.flush(0)
    assert shown(hub).cards == ()
    assert [placed.row.level for placed in shown(hub).notices] == ["warning"]
    hub.put_alert(alert(1, "warning", "expired", 2, reason=Reason.CLOSED_IN_TIME), 0)
    hub.flush(0)
    assert shown(hub).notices == ()


def test_a_card_beyond_the_limit_moves_up_when_one_leaves(hub: Hub) -> None:
    for number in range(CARDS_SHOWN + 1):
        hub.put_alert(alert(number), 0)
    hub.flush(0)
    assert len(shown(hub).cards) == CARDS_SHOWN
    assert shown(hub).cards[-1].row.case.endswith("00001")
    hub.put_alert(alert(CARDS_SHOWN, change=2, state="withdrawn"), 0)
    hub.flush(LINGER)
    assert len(shown(hub).cards) == CARDS_SHOWN
    assert shown(hub).cards[-1].row.case.endswith("00000")


def test_only_the_scopes_concerned_get_a_delta() -> None:
    hub = Hub()
    city, other = Scope("4301"), Scope("4302")
    hub.open(city)
    hub.open(other)
    hub.put_alert(alert(1, region="430104"), 0)
    assert [scope for scope, _ in hub.flush(0)] == [city]
    assert shown(hub, other) == Picture()
    hub.close(city)
    hub.put_alert(alert(2, region="430104"), 0)
    assert hub.flush(0) == []


def test_a_card_moves_with_its_case_to_another_department() -> None:
    hub = Hub()
    first, second = Scope(department="first"), Scope(department="second")
    hub.open(first)
    hub.open(second)
    hub.put_alert(alert(1, department="first"), 0)
    hub.flush(0)
    hub.put_alert(alert(1, change=2, department="second"), 0)
    assert {scope for scope, _ in hub.flush(0)} == {first, second}
    assert (len(shown(hub, first).cards), len(shown(hub, second).cards)) == (0, 1)


def test_a_screen_that_comes_between_two_flushes_gets_what_was_published(hub: Hub) -> None:
    hub.put_alert(alert(1), 0)
    hub.flush(0)
    hub.put_alert(alert(2), 0)
    seq, picture = hub.snapshot(ALL)
    assert (seq, len(picture.cards)) == (1, 1)
    delta = only(hub.flush(0))
    assert delta.seq == 2
    assert apply_delta(picture, delta) == shown(hub)


def test_a_blank_scope_shows_nothing_until_the_first_flush() -> None:
    hub = Hub()
    hub.put_figures(figures(open=4))
    hub.open(ALL, blank=True)
    assert hub.snapshot(ALL) == (0, Picture())
    assert only(hub.flush(0)).totals == Totals(open=4)


def test_a_reset_keeps_the_sequence(hub: Hub) -> None:
    hub.put_figures(figures(open=4))
    hub.put_alert(alert(1), 0)
    hub.flush(0)
    hub.reset()
    hub.put_figures(figures(open=5))
    hub.put_alert(alert(1), 0)
    delta = only(hub.flush(0))
    assert (delta.seq, delta.totals, delta.cards) == (2, Totals(open=5), None)
