"""When the clock stands still, and when it does not."""

from datetime import datetime
from typing import Any

from rules.book import RuleBook
from rules.case import Case, Terms
from rules.families import Pause, pauses_of
from rules.families.order import last_ends
from rules.families.pauses import approved_days, cap_of
from rules.instant import to_instant
from tests.rules.story import book, day

DEFAULT = book()
TERMS = Terms(to_instant(day(0)), "430100", "", "", "", "", "10wd", "20wd")


def at(when: datetime) -> int:
    return to_instant(when)


def suspended(when: float, days: int = -1, procedure: str = "inspection") -> tuple[int, str, int]:
    return at(day(when)), procedure, days


def pauses(among: RuleBook = DEFAULT, **facts: Any) -> list[tuple[int, int]]:
    return [(pause.start, pause.end) for pause in pauses_of(Case("k", terms=TERMS, **facts), among)]


def test_a_suspension_stops_the_clock_until_resumed() -> None:
    case = Case("k", terms=TERMS, suspensions=(suspended(1, 5, "hearing"),), resumptions=(at(day(3)),))
    # 2026-03       Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09 Tu10
    # stopped       [=========] resumed
    # approved 5wd  |----1----2----3----.----.----4----5 not reached
    assert pauses_of(case, DEFAULT) == (Pause(at(day(1)), at(day(3)), "hearing"),)


def test_a_suspension_resumed_late_stops_the_clock_for_the_approved_days_only() -> None:
    # five working days from Tuesday: the Tuesday after, over one weekend
    # 2026-03       Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09 Tu10
    # approved 5wd  |----1----2----3----.----.----4----5 the clock stood still till here
    assert pauses(suspensions=(suspended(1, 5),), resumptions=(at(day(30)),)) == [(at(day(1)), at(day(8)))]


def test_a_suspension_that_lasts_is_taken_to_stop_the_clock_until_its_cap() -> None:
    assert pauses(suspensions=(suspended(1, 5),)) == [(at(day(1)), at(day(8)))]


def test_approved_days_may_be_natural_ones() -> None:
    natural = book(special={"unit": "d"})
    # 2026-03      Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09 Tu10 We11 Th12 Fr13
    # approved 8d            |----1----2----3----4----5----6----7----8 the clock goes on
    # or 5d        |----1----2----3----4----5 a Sunday: the clock goes on on Mo09
    assert pauses(natural, suspensions=(suspended(3, 8),)) == [(at(day(3)), at(day(11)))]
    # five from Tuesday end on a Sunday: resuming on Monday is in time (Civil Code art. 203), so the clock stands until then
    assert pauses(natural, suspensions=(suspended(1, 5),)) == [(at(day(1)), at(day(7)))]


def test_a_suspension_without_approved_days_stops_nothing() -> None:
    assert pauses(suspensions=(suspended(1),), resumptions=(at(day(3)),)) == []
    assert pauses(suspensions=(suspended(1, 0),), resumptions=(at(day(3)),)) == []
    assert cap_of(Case("k"), suspended(1), DEFAULT) == at(day(1))


def test_days_a_place_grants_without_approval_are_by_procedure() -> None:
    granting = book(special={"unapproved": {"inspection": 3}})
    assert approved_days("inspection", -1, granting) == 3
    assert approved_days("hearing", -1, granting) == -1
    assert approved_days("inspection", 7, granting) == 7


def test_max_days_caps_whatever_was_approved() -> None:
    capped = book(special={"max_days": 4, "unapproved": {"testing": 9}})
    assert [approved_days("testing", days, capped) for days in (-1, 3, 4, 5)] == [4, 3, 4, 4]
    assert approved_days("testing", 365, book(special={"max_days": 0})) == 365
    # 2026-03      Mo02 Tu03 We04 Th05 Fr06
    # at most 4wd  |----1----2----3----4 the clock goes on
    assert pauses(capped, suspensions=(suspended(0, 30),)) == [(at(day(0)), at(day(4)))]


def test_overlapping_suspensions_stop_the_clock_once() -> None:
    # 2026-03     Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09 Tu10
    # first 4wd   |----1----2----3----4
    # second 4wd            |----1----2----.----.----3----4
    # stopped     [=======================================]
    # resumed                    * ends both
    both = (suspended(0, 4), suspended(2, 4))
    assert pauses(suspensions=both) == [(at(day(0)), at(day(4))), (at(day(4)), at(day(8)))]
    assert pauses(suspensions=both, resumptions=(at(day(3)),)) == [(at(day(0)), at(day(3)))]


def test_one_suspension_within_another_adds_nothing() -> None:
    # 2026-03     Mo02 Tu03 We04 Th05     Mo09     Mo16
    # outer 10wd  |----1----2----3--------5--------10 the clock goes on
    # inner 2wd        |----1----2
    assert pauses(suspensions=(suspended(0, 10), suspended(1, 2))) == [(at(day(0)), at(day(14)))]


def test_a_suspension_within_another_does_not_hide_that_the_outer_one_still_lasts() -> None:
    # 2026-03     Mo02 Tu03 We04 Th05     Tu10     Mo16     Tu24
    # outer 10wd  |----1----2----3--------6--------10
    # inner 2wd        |----1----2
    # third 10wd                          |--------4--------10 the clock goes on
    nested = (suspended(0, 10), suspended(1, 2), suspended(8, 10))
    assert pauses(suspensions=nested) == [(at(day(0)), at(day(14))), (at(day(14)), at(day(22)))]


def test_a_resumption_ends_the_suspensions_before_it_only() -> None:
    case = Case("k", resumptions=(at(day(2)), at(day(9))))
    begun = [at(day(when)) for when in (1, 2, 3, 10)]
    assert last_ends(case, case.resumptions, begun, DEFAULT) == [at(day(2)), at(day(2)), at(day(9)), 0]


def test_a_supplement_asked_for_after_acceptance_stops_the_clock_until_it_comes() -> None:
    asked = {"requests": (at(day(2)),)}
    # 2026-03  Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09
    # stopped            [========================] asked for, and come
    assert pauses(**asked, supplements=(at(day(1)), at(day(7)))) == [(at(day(2)), at(day(7)))]
    assert pauses(book(supplement={"stops_clock": False}), **asked, supplements=(at(day(7)),)) == []


def test_a_supplement_that_does_not_come_stops_it_for_the_books_days() -> None:
    short = book(supplement={"max_days": 4})
    # 2026-03      Mo02 Tu03 We04 Th05 Fr06
    # at most 4wd  |----1----2----3----4 the clock goes on; the supplement comes on Su22, if at all
    assert pauses(short, requests=(at(day(0)),)) == [(at(day(0)), at(day(4)))]
    assert pauses(short, requests=(at(day(0)),), supplements=(at(day(20)),)) == [(at(day(0)), at(day(4)))]


def test_a_supplement_asked_for_before_acceptance_stops_nothing() -> None:
    assert pauses(requests=(at(day(-2)),), supplements=(at(day(-1)),)) == []
    assert pauses_of(Case("k", requests=(at(day(2)),), supplements=(at(day(3)),)), DEFAULT) == ()


def test_a_pause_names_the_procedure_that_stopped_the_clock() -> None:
    case = Case("k", terms=TERMS, suspensions=(suspended(0, 2, "tender"),), requests=(at(day(1)),), supplements=(at(day(4)),))
    assert [pause.why for pause in pauses_of(case, DEFAULT)] == ["tender", "supplement"]
