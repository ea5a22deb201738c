"""Rule books that change under running engines: open cases are judged anew, and nothing depends on when."""

from datetime import datetime
from functools import lru_cache

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from monitor.books import calendar_record
from monitor.books.record import Published
from monitor.stream.partition.engine import SLICE_STEPS
from rules.book import RuleBooks
from tests.monitor.stream.changing_books import DAY, NAME, NEXT, OTHER, WEDNESDAY, calendar, new_log, second_book, with_records
from tests.monitor.stream.hall import MONDAY, Feed, accepted, case_key, concluded, feed, ms, ticks
from tests.monitor.stream.raw import Raw, case_names


def test_a_changed_calendar_withdraws_the_card_and_moves_the_limit_at_the_next_tick() -> None:
    # 2026-03      Mo02 Tu03 We04 Th05 Fr06 Sa07
    # promise 3wd  |----1----2----3 due, yellow
    # changed 3wd  |----1----h----2----3 due: We04 is a holiday now (h)
    log = new_log()
    log.feed(feed(accepted(NAME, MONDAY, "3wd")), *ticks(MONDAY + 3.5 * DAY))
    assert [(alert.rule, alert.level) for alert in log.alerts if alert.state == "issued"][-1] == ("case-promise", "yellow")
    due = log.case(NAME).due
    assert log.change(with_records(calendar(WEDNESDAY))) == 1
    assert log.case(NAME).due == due, "only records change a case"
    log.feed(*ticks(MONDAY + 3.5 * DAY))
    moved = log.case(NAME)
    assert moved.due == due + 24 * 3_600_000
    yellow = [alert for alert in log.alerts if alert.level == "yellow"][-1]
    assert (yellow.state, yellow.reason) == ("withdrawn", "limit_moved")
    log.feed(*ticks(MONDAY + 5 * DAY))
    assert [alert.state for alert in log.alerts if alert.level == "yellow"] == ["issued", "withdrawn", "issued"]


def test_a_case_judged_by_a_changed_calendar_is_woken_at_once_and_once() -> None:
    log = new_log()
    log.feed(feed(accepted(NAME, MONDAY, "3wd")))
    waiting = log.engine.scoreboard.waiting
    assert log.change(with_records(calendar(WEDNESDAY))) == 1
    now = log.engine.clock.now
    assert log.engine.wakeups.earliest_current(now) == now
    assert log.engine.scoreboard.waiting == waiting
    assert log.engine.reexamine(log.engine.cases.keys()) == 0, "it is due already"
    log.feed(*ticks(MONDAY))
    assert log.engine.wakeups.earliest_current(now) > now
    assert log.engine.scoreboard.waiting == waiting
    assert log.change(with_records(calendar(WEDNESDAY))) == 0, "judged by that already"


def test_a_case_that_waited_for_nothing_is_woken_too() -> None:
    log = new_log()
    log.feed(feed(accepted(NAME, datetime.fromisoformat("2026-12-31T09:00:00+08:00"), "30wd")))
    assert log.engine.scoreboard.uncovered == 1
    longer = calendar_record("cn", {"name": "cn", "base": "cn", "years": [2027]}, "")
    assert log.change(with_records(longer)) == 1
    log.feed(*ticks(datetime.fromisoformat("2026-12-31T10:00:00+08:00")))
    assert log.engine.scoreboard.uncovered == 0
    assert log.case(NAME).due


def test_a_case_that_is_over_or_not_concerned_is_left_alone() -> None:
    log = new_log()
    gone = msgspec.structs.replace(concluded(NAME, MONDAY + DAY), how="withdrawn")
    log.feed(feed(accepted(NAME, MONDAY, "3wd")), feed(gone), feed(accepted(OTHER, MONDAY + DAY, "3wd")))
    assert log.change(with_records(second_book())) == 0, "a new version is for new cases"
    changed = log.change(with_records(second_book(), calendar(WEDNESDAY)))
    assert log.engine.wakeups.pop_due(log.engine.clock.now, 9) == [case_key(OTHER)]
    assert changed == 1


def test_a_record_of_the_case_judges_it_anew_before_any_tick() -> None:
    log = new_log()
    log.feed(feed(accepted(NAME, MONDAY, "3wd")), *ticks(MONDAY + 3.5 * DAY))
    log.change(with_records(calendar(WEDNESDAY)))
    log.feed(feed(concluded(NAME, MONDAY + 3.6 * DAY)), *ticks(MONDAY + 4 * DAY))
    yellow = [(alert.state, alert.reason) for alert in log.alerts if alert.level == "yellow"]
    assert yellow == [("issued", "limit_passed"), ("withdrawn", "limit_moved")]
    assert not log.standing()


def test_each_card_names_the_version_its_case_was_accepted_under() -> None:
    log = new_log()
    log.feed(feed(accepted(NAME, MONDAY, "3wd")))
    log.change(with_records(second_book()))
    log.feed(feed(accepted(OTHER, NEXT, "3wd")), *ticks(NEXT + 60 * DAY))
    assert {(alert.case, alert.book) for alert in log.alerts} == {(NAME, "around-the-clock-1"), (OTHER, "city-2")}


def test_thousands_of_cases_are_judged_anew_slice_by_slice() -> None:
    names = case_names(2 * SLICE_STEPS + 5)
    log = new_log()
    log.feed(*(feed(accepted(name, MONDAY, "3wd")) for name in names))
    assert log.change(with_records(calendar(WEDNESDAY))) == len(names)
    [tick] = [Raw(len(names), ms(MONDAY + DAY), 0, each.key, each.value) for each in ticks(MONDAY + DAY)[:1]]
    parts = list(log.engine.apply([tick]))
    assert max(len(part.changes) for part in parts) <= SLICE_STEPS + 1
    assert sum(len(part.changes) for part in parts) == len(names) + 1
    assert len({case.due for case in map(log.case, names)}) == 1


STEPS = st.lists(st.tuples(st.sampled_from(["open", "close", "tick"]), st.integers(0, 5), st.floats(0, 0.9)), max_size=30)


NAMES = case_names(6, prefix="p")


def story(steps: list[tuple[str, int, float]]) -> list[list[Feed]]:
    """Some days in a hall: each step is a record, or a tick, of one day after the other."""
    days = []
    for number, (what, case, hours) in enumerate(steps):
        at = MONDAY + (number + hours) * DAY
        name = NAMES[case]
        record = {"open": accepted(name, at, "3wd"), "close": concluded(name, at)}.get(what)
        days.append([feed(record)] if record is not None else ticks(at))
    return days


@lru_cache
def published(*, book: bool = True, days: bool = True) -> RuleBooks:
    """The books there are once one or both publications have been read."""
    records: list[Published] = [second_book()] if book else []
    return with_records(*records, *([calendar(WEDNESDAY, (NEXT + 4 * DAY).date())] if days else []))


@given(STEPS, st.integers(0, 10), st.integers(0, 30))
def test_a_publication_read_at_any_time_leads_to_the_same_standing_cards(
    steps: list[tuple[str, int, float]], book: int, days: int
) -> None:
    """A new version read any time before it takes effect, a calendar read any time at all."""
    late, early = new_log(), new_log(published())
    for number, feeds in enumerate(story(steps)):
        if number in (book, days):
            late.change(published(book=number >= book, days=number >= days))
        late.feed(*feeds)
        early.feed(*feeds)
    late.change(published())
    for log in (late, early):
        log.feed(*ticks(MONDAY + 40 * DAY), *ticks(MONDAY + 41 * DAY))
    assert late.standing() == early.standing()
    for name in NAMES:
        if (case := early.engine.cases.get(case_key(name))) is not None:
            assert (late.case(name).book, late.case(name).due) == (case.book, case.due)
