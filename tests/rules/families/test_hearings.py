"""Hearings: which wait a clock follows, what a decision came before, which announcement counts."""

from itertools import permutations

import pytest

from rules.book import ProcessRule, RuleBook
from rules.case import NEVER
from rules.families.hearings import decided_before, hearing_runs, short_notice
from rules.instant import to_instant
from tests.rules.story import Story, book, books, day

OFFERED, REQUESTED, NOTIFIED, HELD, WAIVED = (
    f"hearing_{step}" for step in ("offered", "requested", "notified", "held", "waived")
)
Told = tuple[str, float]


def at(days: float) -> int:
    return to_instant(day(days))


def story(*told: Told, accept: bool = True) -> Story:
    """Told in any order it is the same case; the first order is given."""
    stories = []
    orders = list(permutations(told))
    for order in (orders[0], orders[-1], orders[len(orders) // 2]):
        each = Story()
        if accept:
            each.tell("accepted", day(0), day(500), promised="60wd", statutory="90wd")
        for kind, when in order:
            each.tell(kind, day(when), day(500), **({"result": "granted"} if kind == "decided" else {}))
        stories.append(each)
    assert len({each.known.hearings for each in stories}) == 1, "whatever the order of arrival"
    return stories[0]


def rule_of(judged: RuleBook, rule: str) -> ProcessRule:
    return next(each for each in judged.process if each.id == rule)


def waits(*told: Told) -> list[tuple[float, float]]:
    """From when to when, in days after the beginning; NEVER as 0."""
    case, judged = story(*told).known, book()
    rule = next(each for each in judged.time_limits if each.clock == "hearing")
    spans = list(hearing_runs(case, rule, judged))
    assert [span.cycle for span in spans] == list(range(1, len(spans) + 1))
    return [(each.start, each.end) for each in spans]


def cut_short(*told: Told, within: str = "5wd") -> list[str]:
    judged = book(process=[{"id": "it", "finding": "decided-before-hearing", "within": within, "yellow": "at once"}])
    return [each.detail for each in decided_before(story(*told).known, rule_of(judged, "it"), judged)]


def noticed(*told: Told, within: str = "7d") -> list[str]:
    judged = book(process=[{"id": "it", "finding": "hearing-notice-short", "within": within, "yellow": "at once"}])
    return [each.detail for each in short_notice(story(*told).known, rule_of(judged, "it"), judged)]


def test_a_wait_runs_from_the_first_request_to_the_hearing() -> None:
    assert waits((REQUESTED, 1)) == [(at(1), NEVER)]
    # 2026-03    Tu03 We04 Th05
    # requested  *    *
    # wait       |---------x held
    assert waits((REQUESTED, 1), (REQUESTED, 2), (HELD, 3)) == [(at(1), at(3))]
    assert waits((REQUESTED, 1), (WAIVED, 2)) == [(at(1), at(2))]
    assert waits((REQUESTED, 1), (HELD, 1)) == [(at(1), at(1))]


def test_each_wait_is_numbered() -> None:
    assert waits((REQUESTED, 1), (HELD, 3), (HELD, 4), (REQUESTED, 5)) == [(at(1), at(3)), (at(5), NEVER)]


def test_offers_announcements_and_hearings_alone_are_no_wait() -> None:
    assert waits((OFFERED, 1), (NOTIFIED, 2), (HELD, 3), (WAIVED, 4)) == []


def test_a_wait_for_a_hearing_ends_with_the_decision_or_the_case() -> None:
    assert waits((REQUESTED, 1), ("decided", 2)) == [(at(1), at(2))]
    assert waits((REQUESTED, 1), ("concluded", 2)) == [(at(1), at(2))]
    assert waits((REQUESTED, 1), ("decided", 3), ("concluded", 2)) == [(at(1), at(2))]
    assert waits((REQUESTED, 1), ("concluded", 3), ("decided", 2)) == [(at(1), at(2))]
    assert waits((REQUESTED, 1), ("decided", 4), (HELD, 2)) == [(at(1), at(2))]
    assert waits((REQUESTED, 1), ("decided", 2), (HELD, 4)) == [(at(1), at(2))]
    assert waits((REQUESTED, 3), ("decided", 2)) == [(at(3), at(3))], "nothing runs backwards"


def test_a_decision_ends_the_hearing_clock_that_runs() -> None:
    told = Story(books())
    told.tell("accepted", day(0), promised="60wd", statutory="90wd")
    told.tell(REQUESTED, day(1))
    assert told.clocks["hearing/1"]
    told.tell("decided", day(2), result="granted")
    assert not told.clocks["hearing/1"]


def test_suspending_the_case_does_not_put_off_the_hearing() -> None:
    told = Story(books())
    told.tell("accepted", day(0), promised="60wd", statutory="90wd")
    told.tell(REQUESTED, day(1))
    due = told.deadline("hearing")
    told.tell("suspended", day(2), procedure="hearing", approved_days=20)
    # 2026-03       Tu03     Th05     Tu10     Tu17     Tu24     Tu31     Th02
    # hearing 20wd  |--------2--------5--------10-------15-------20 due, suspended or not
    # again 20wd             |--------3--------8--------13-------18-------20 due 10:30
    assert told.deadline("hearing") == due == day(29)  # 20 working days from Tuesday, 3 March
    told.tell("hearing_held", day(3))
    told.tell(REQUESTED, day(3, 1))  # asked for while the case is suspended already
    assert told.deadline("hearing", 2) == day(31, 1)


def test_a_decision_waits_until_the_time_to_ask_is_over() -> None:
    # 2026-03      Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09 Tu10
    # may ask 5wd  |----1----2----3----.----.----4----5
    # decided           *                             * both too soon; a second later it is not
    assert cut_short((OFFERED, 1), ("decided", 2)) == ["event=hearing_offered"]
    assert cut_short((OFFERED, 1), ("decided", 8)) == ["event=hearing_offered"], "on the very last instant"
    assert cut_short((OFFERED, 1), ("decided", 8 + 1 / 86_400)) == []
    assert cut_short((OFFERED, 1)) == []
    assert cut_short(("decided", 1), (OFFERED, 2)) == [], "told afterwards"


def test_a_decision_waits_for_the_last_of_several_who_were_offered_a_hearing() -> None:
    # 2026-03    Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09 Tu10 We11 Th12 Fr13
    # first 5wd  |----1----2----3----.----.----4----5
    # last 5wd                  |----.----.----1----2----3----4----5
    # decided                                            * too soon
    assert cut_short((OFFERED, 1), (OFFERED, 4), ("decided", 9)) == ["event=hearing_offered"]


def test_a_decision_waits_until_the_requested_hearing_is_held_or_given_up() -> None:
    assert cut_short((OFFERED, 1), (REQUESTED, 2), ("decided", 40)) == ["event=hearing_requested"]
    assert cut_short((REQUESTED, 2), (OFFERED, 3), ("decided", 40)) == ["event=hearing_requested"], (
        "telling another changes nothing"
    )
    assert cut_short((REQUESTED, 2), (NOTIFIED, 3), ("decided", 40)) == ["event=hearing_requested"]
    # 2026-03  We04     Fr13 Sa14 Su15
    # waits    [=============] requested, and held
    # decided           *    *    * the first too soon
    assert cut_short((REQUESTED, 2), (HELD, 12), ("decided", 13)) == []
    assert cut_short((REQUESTED, 2), (HELD, 12), ("decided", 12)) == []
    assert cut_short((REQUESTED, 2), (HELD, 12), ("decided", 11)) == ["event=hearing_requested"]
    assert cut_short((OFFERED, 2), (WAIVED, 3), ("decided", 3)) == []
    assert cut_short((REQUESTED, 2), (WAIVED, 3), (REQUESTED, 4), ("decided", 5)) == ["event=hearing_requested"]


@pytest.mark.parametrize(("year", "offered", "decided", "said"), [(2026, 1, 2, True), (2026, 1, 400, False), (2025, 1, 2, False)])
def test_a_decision_is_too_soon_only_where_the_calendar_covers_it(year: int, offered: float, decided: float, said: bool) -> None:
    """The days to ask in end after all that the calendar covers; so a decision that it does cover came before."""
    short = {"calendar": {"name": "short", "base": "weekends", "years": [year]}}
    judged = book(over=short, process=[{"id": "it", "finding": "decided-before-hearing", "within": "300wd", "yellow": "at once"}])
    case = story((OFFERED, offered), ("decided", decided)).known
    assert bool(decided_before(case, rule_of(judged, "it"), judged)) is said


@pytest.mark.parametrize(("held", "said"), [(7.5, ["announced=6"]), (7.7, [])])
def test_a_hearing_is_announced_in_time_on_the_seventh_date_before_it(held: float, said: list[str]) -> None:
    """Announced on 3 March at 12:30. Day 7.5 is 9 March 21:30, the sixth date after; day 7.7 is 10 March 02:18, the seventh."""
    # 2026-03    Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09 Tu10
    # notice 7d  |----1----2----3----4----5----6----7 in time from 00:00; Mo09 21:30 is the sixth date
    assert noticed((NOTIFIED, 1.125), (HELD, held)) == said


def test_the_first_announcement_since_the_last_hearing_counts() -> None:
    assert noticed((NOTIFIED, 1), (NOTIFIED, 9), (HELD, 10)) == []
    assert noticed((NOTIFIED, 1), (HELD, 10), (NOTIFIED, 11), (HELD, 12)) == ["announced=1"]
    assert noticed((NOTIFIED, 1), (HELD, 10), (HELD, 12)) == ["announced=never"]
    assert noticed((HELD, 10), (NOTIFIED, 11)) == ["announced=never"]
    assert noticed((NOTIFIED, 1)) == []


def test_a_notice_counts_in_working_days_where_the_book_says_so() -> None:
    # 2026-03     Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09 Tu10
    # notice 5wd  |----1----2----3----.----.----4----5
    # held                                      *    * too early; in time
    assert noticed((NOTIFIED, 1), (HELD, 8), within="5wd") == []
    assert noticed((NOTIFIED, 1), (HELD, 7), within="5wd") == ["announced=6"]


def test_a_notice_beyond_the_calendar_is_not_judged() -> None:
    short = {"calendar": {"name": "short", "base": "weekends", "years": [2026]}}
    judged = book(over=short, process=[{"id": "it", "finding": "hearing-notice-short", "within": "300wd", "yellow": "at once"}])
    case = story((NOTIFIED, 1), (HELD, 2)).known
    assert list(short_notice(case, rule_of(judged, "it"), judged)) == []
