"""The driver: what it does with time and wake-ups. What the rules make of a record is tried elsewhere."""

from datetime import datetime
from typing import Any

import pytest

from rules.alerts import Alert
from rules.book import RuleBooks
from rules.cards import AlertChange, alert_of
from rules.case import Case, decode_case, encode_case
from rules.drive import Cases, OneCase
from rules.errors import BadEvent
from rules.events import TICK
from rules.instant import HOUR, to_instant
from rules.keys import TALLY_KEY
from rules.step import Delivery, decide, step
from tests.rules.story import MONDAY, book, books, day, event

ACCEPTED = event("accepted", day(0), promised="5wd", statutory="10wd")


def at(days: float, hours: float = 0, minutes: float = 0) -> int:
    return to_instant(day(days, hours, minutes))


def accepted(rule_books: RuleBooks | None = None, **more: Any) -> OneCase:
    """A case accepted on Monday, as soon as it was known."""
    one = OneCase(rule_books or books(), **more)
    one.apply(ACCEPTED, at(0))
    return one


def cards_of(one: OneCase) -> set[tuple[Any, ...]]:
    assert one.case is not None
    return {(card.rule, card.level, card.due, card.state) for card in one.case.cards}


def seen(changes: Any) -> list[tuple[str, str, datetime]]:
    alerts = [alert_of(change) if isinstance(change, AlertChange) else change for change in changes]
    return [(alert.level, alert.state, alert.changed_at) for alert in alerts]


# Mon 2nd |--- 3wd: warning ---> Thu 5th |--- 5wd: promise ---> Mon 9th |--- 10wd: statutory ---> Mon 16th
FALLING_DUE = [("warning", "issued"), ("warning", "superseded"), ("yellow", "issued"), ("red", "issued")]


class TestOneCase:
    def test_advancing_shows_each_card_a_millisecond_after_it_fell_due(self) -> None:
        one = accepted()
        changes = one.advance(at(30))
        assert [(level, state) for level, state, _ in seen(changes)] == FALLING_DUE
        assert [to_instant(when) for _, _, when in seen(changes)] == [at(3) + 1, at(7) + 1, at(7) + 1, at(14) + 1]
        assert one.now == at(30) and one.wake_at is None

    def test_a_tick_tells_the_time_in_one_go(self) -> None:
        one = accepted()
        changes = one.apply(TICK, at(30))
        assert {when for _, _, when in seen(changes)} == {day(30)}
        again = accepted()
        again.advance(at(30))
        assert cards_of(one) == cards_of(again), "when they were seen differs, nothing else"

    def test_advancing_stops_at_its_instant_and_goes_on_from_there(self) -> None:
        one = accepted()
        assert not one.advance(at(3)), "on the very threshold nothing has passed yet"
        assert [level for level, _, _ in seen(one.advance(at(3) + 1))] == ["warning"]
        assert one.wake_at == at(7) + 1
        assert not one.advance(at(6))

    def test_now_never_goes_back(self) -> None:
        one = accepted()
        one.advance(at(2))
        one.apply(event("stage_entered", day(1), stage="review"), at(1))
        assert one.now == at(2)
        one.advance(at(1))
        assert one.now == at(2)

    def test_a_refused_record_leaves_the_case_and_its_wake_up_as_they_were(self) -> None:
        one = accepted()
        case, wake = one.case, one.wake_at
        with pytest.raises(BadEvent):
            one.apply(event("accepted", day(-1), promised="soon"), at(20))
        assert (one.case, one.wake_at) == (case, wake)
        late = [(level, state) for level, state, _ in seen(one.advance(at(20)))]
        assert late == [("warning", "superseded"), ("yellow", "issued"), ("red", "issued")], (
            "told at once, for the record came late"
        )

    def test_a_record_delivered_again_changes_nothing(self) -> None:
        one = accepted()
        case = one.case
        assert one.apply(event("concluded", day(1)), at(20), offset=0) == ()
        assert one.case is case and one.wake_at == at(3) + 1, "what fell due meanwhile is still to be told"
        assert {level for level, _, _ in seen(one.apply(event("concluded", day(20)), at(20)))} == {"warning", "yellow", "red"}
        assert one.case is not None and one.case.concluded

    def test_alerts_are_the_changes_described_each_once(self) -> None:
        one = accepted()
        one.advance(at(4))
        first = one.alerts[0]
        one.advance(at(30))
        assert one.alerts[0] is first
        assert one.alerts == [alert_of(change) for change in one.changes]

    def test_a_copy_goes_its_own_way(self) -> None:
        one = accepted()
        one.advance(at(4))
        other = one.copy()
        other.apply(event("concluded", day(4), how="returned"), at(4))
        other.advance(at(30))
        assert [alert.state for alert in other.alerts] == ["issued", "expired"]
        assert len(one.alerts) == 1
        one.advance(at(30))
        assert [(alert.level, alert.state) for alert in one.alerts] == FALLING_DUE

    def test_stored_cases_come_through_their_codec(self) -> None:
        one, plain = accepted(stored=True), accepted()
        assert one.case == plain.case
        kept = one.case
        one.advance(at(30))
        plain.advance(at(30))
        assert one.case is not kept and one.case == plain.case and one.case == decode_case(encode_case(plain.case or Case("")))

    def test_another_book_is_heeded_by_the_next_record_and_by_time_alone(self) -> None:
        calendar = {"name": "own", "base": "weekends", "years": [2026]}
        holidays = [{"date": day(1).date(), "name": "停电"}]
        for by_record in (True, False):
            one = accepted(books(calendar=calendar))
            one.advance(at(2))
            one.use(books(calendar={**calendar, "holidays": holidays}))
            if by_record:
                one.apply(event("stage_entered", day(2), stage="review"), at(2))
            else:
                one.advance(at(2))
            assert one.case is not None and one.case.due == at(8), "a day later for the day without power"
            assert one.wake_at == at(4) + 1

    def test_a_case_nobody_told_of_asks_for_nothing(self) -> None:
        one = OneCase(books())
        one.use(books())
        assert not one.advance(at(30)) and one.apply(TICK, at(31)) == ()
        assert (one.case, one.wake_at, one.alerts) == (None, None, [])


RECORDS = [
    (event("applied", day(0)), 0.0),
    (event("accepted", day(1), promised="5wd", statutory="6wd"), 1.0),
    (event("consulted", day(2)), 2.0),
    (event("alert_acknowledged", day(9), alert="430100-市场监管局/430100-2026-000001/case-promise/yellow/1"), 9.0),
    (event("suspended", day(3), procedure="hearing", approved_days=4), 10.0),
    (event("card_issued_by_hand", day(11), level="red", reason="态度恶劣"), 11.0),
    (event("concluded", day(12)), 40.0),
]


@pytest.mark.parametrize("advancing", [False, True])
def test_a_driver_decides_what_step_decides_without_any_promise(advancing: bool) -> None:
    """It promises ``in_time`` where nothing is due; that must never show."""
    rule_books, case, alerts = books("office"), None, list[Alert]()
    one = OneCase(rule_books)
    for record, when in RECORDS:
        if advancing:
            one.advance(at(when))
        one.apply(record, at(when))
    bare, offset, now, wake = RuleBooks([book("office")]), -1, 0, None
    for record, when in RECORDS:
        while advancing and wake is not None and wake <= at(when):
            offset, now = offset + 1, wake
            case, more, wake = step(case, Delivery(TICK, now, offset), bare, now)
            alerts += more
        offset, now = offset + 1, max(now, at(when))
        case, more, wake = step(case, Delivery(record, at(when), offset), bare, now)
        alerts += more
    assert one.case == case and one.wake_at == wake
    assert one.alerts == alerts and len(alerts) > 8


def test_a_promise_spares_time_only_where_time_has_nothing_to_say() -> None:
    one, late = accepted(), event("concluded", day(2))
    assert one.case is not None
    plain = decide(one.case, Delivery(late, at(2), 1), one.books, at(2))
    assert decide(one.case, Delivery(late, at(2), 1), one.books, at(2), in_time=True) == plain


class TestCases:
    def test_wake_ups_of_many_cases_come_in_the_order_of_time(self) -> None:
        driven = Cases(books())
        for name, promised in (("slow", "9wd"), ("quick", "1wd"), ("usual", "5wd")):
            driven.advance(at(0))
            driven.apply(event("accepted", day(0), case=name, promised=promised, statutory="100wd"), at(0))
        changes = [alert_of(change) for change in driven.advance(at(60)) if change.level == "yellow"]
        assert [alert.case for alert in changes] == ["quick", "usual", "slow"]
        assert [alert.changed_at for alert in changes] == sorted(alert.changed_at for alert in changes)

    def test_each_case_is_as_one_driven_alone(self) -> None:
        driven, alone = Cases(books("office")), OneCase(books("office"))
        changes: list[AlertChange] = []
        for record, when in RECORDS:
            changes += driven.advance(at(when))
            for other in ("a", "b"):
                driven.apply(event("accepted", day(when), case=other, promised="1wd"), at(when))
            changes += driven.apply(record, at(when))
            alone.advance(at(when))
            alone.apply(record, at(when))
        mine = [change for change in changes if change.case.key == "430100-市场监管局/430100-2026-000001"]
        assert seen(mine) == seen(alone.changes)
        assert alone.case is not None
        assert driven.cases[alone.case.key].cards == alone.case.cards

    def test_a_tick_wakes_whoever_is_due_at_its_own_time(self) -> None:
        driven = Cases(books())
        driven.apply(ACCEPTED, at(0), 7)
        assert not driven.apply(TICK, at(3), 8)
        assert seen(driven.apply(TICK, at(3, 0, 1), 9)) == [("warning", "issued", day(3, 0, 1))]
        assert driven.cases["430100-市场监管局/430100-2026-000001"].offset == 9
        assert not driven.apply(TICK, at(4), 10), "nobody is woken twice"

    def test_a_wake_up_that_moved_does_not_fire(self) -> None:
        driven = Cases(books())
        driven.apply(ACCEPTED, at(0))
        driven.apply(event("suspended", day(1), procedure="hearing", approved_days=20), at(1))
        assert not driven.advance(at(12))

    def test_a_refused_record_leaves_every_case_as_it_was(self) -> None:
        driven = Cases(books())
        driven.apply(ACCEPTED, at(0))
        before = dict(driven.cases)
        with pytest.raises(BadEvent):
            driven.apply(event("accepted", day(0), case="other", promised="soon"), at(1))
        assert driven.cases == before and driven.now == at(1)

    def test_cases_are_counted_and_reported_at_the_end_of_each_day_where_it_is_asked_for(self) -> None:
        rates = [{"id": "late", "rate": "overdue", "of": ["department"], "at_least": 1, "warning": "10%", "grace": "1d"}]
        for tallied in (False, True):
            driven = Cases(RuleBooks([book(rates=rates)]), tallied=tallied)
            driven.apply(event("accepted", day(0), promised="1wd", statutory="100wd"), at(0))
            changes = list(driven.advance(at(9)))
            rated = {change.card_change.card.rule for change in changes if change.case.key.startswith(TALLY_KEY)}
            assert rated == ({"late"} if tallied else set())
            assert any(key.startswith(TALLY_KEY) for key in driven.cases) is tallied

    def test_a_day_on_which_nothing_was_counted_is_passed_at_once(self) -> None:
        driven = Cases(RuleBooks([book(rates=[])]), tallied=True)
        driven.apply(ACCEPTED, at(0))
        driven.advance(to_instant(MONDAY) + 300 * 24 * HOUR)
        assert [key for key in driven.cases if key.startswith(TALLY_KEY)] == []
