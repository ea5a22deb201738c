"""What one case adds to the figures."""

from collections import Counter

import pytest
from msgspec.structs import replace

from rules.case import ACCEPTED, IRREGULAR, JUDGED, OVERDUE, REFUSED, SETTLED, WARNED, Case
from rules.events import STAGES
from rules.instant import DAY
from rules.rates.contributions import counted, counted_of_parts, paces, same_contribution
from tests.rules.story import Story, books, day


def figures(story: Story) -> Counter[tuple[int, int]]:
    """Day after the first, counter."""
    return Counter((when - local(0), counter) for when, counter in counted(story.known, books().at(0)))


def to_day(instant: int) -> int:
    return books().at(0).worktime.clock.to_local(instant) // DAY


def local(days: int) -> int:
    return to_day(int(day(days).timestamp() * 1000))


def told(*records: tuple[str, float, dict[str, object]]) -> Story:
    story = Story(books())
    for kind, days, fields in records:
        story.tell(kind, day(days), **fields)
    return story


def test_a_running_case_is_overdue_on_the_day_its_promise_will_run_out() -> None:
    story = told(("accepted", 0, {"promised": "5d"}))
    due = to_day(story.known.due) - local(0)
    assert due >= 5
    assert figures(story) == {(0, ACCEPTED): 1, (due, JUDGED): 1, (due, OVERDUE): 1}


def test_a_case_concluded_in_time_is_judged_and_not_overdue() -> None:
    story = told(("accepted", 0, {"promised": "5d"}), ("concluded", 1, {}))
    assert figures(story) == {(0, ACCEPTED): 1, (1, JUDGED): 1, (1, SETTLED): 1}


def test_a_case_concluded_late_stays_overdue_on_the_day_its_promise_ran_out() -> None:
    story = told(("accepted", 0, {"promised": "1d"}), ("concluded", 9, {}))
    found = figures(story)
    assert found[9, SETTLED] == 1
    assert sum(number for (_, counter), number in found.items() if counter == OVERDUE) == 1
    assert (9, OVERDUE) not in found


@pytest.mark.parametrize(
    ("kind", "fields"),
    [("concluded", {"how": "returned"}), ("not_accepted", {}), ("concluded", {"how": "normal"})],
)
def test_a_case_turned_away_or_returned_counts_as_refused(kind: str, fields: dict[str, object]) -> None:
    story = told(("applied", 0, {}), ("accepted", 0.1, {"promised": "5d"}), (kind, 1, fields))
    assert figures(story)[1, SETTLED] == 1
    assert figures(story)[1, REFUSED] == int(fields.get("how") != "normal")


def test_a_case_refused_at_the_door_is_settled_and_refused_but_was_not_accepted() -> None:
    assert figures(told(("applied", 0, {}), ("not_accepted", 1, {}))) == {(1, SETTLED): 1, (1, REFUSED): 1}


def test_a_case_decided_as_refused_counts_as_refused() -> None:
    story = told(("accepted", 0, {"promised": "5d"}), ("decided", 0.5, {"result": "refused"}), ("concluded", 1, {}))
    assert figures(story)[1, REFUSED] == 1


def test_alerts_count_once_on_the_day_of_the_first_unless_they_were_withdrawn() -> None:
    story = told(("accepted", 0, {"promised": "20wd", "channel": "off-hall"}))
    story.tick(day(1))
    assert figures(story)[0, IRREGULAR] == 1
    assert figures(story)[0, WARNED] == 1
    late = told(("concluded", 0, {}))
    late.tick(day(4))
    assert figures(late)[1, IRREGULAR] == 1, "concluded without acceptance, found a working day later"
    late.tell("accepted", day(-3), day(5), promised="20wd")
    assert IRREGULAR not in {counter for _, counter in figures(late)}


def test_the_time_a_stage_took_counts_once_the_case_is_concluded() -> None:
    steps = [("accepted", 0, {"promised": "20wd"}), ("stage_entered", 0, {"stage": "handling"})]
    story = told(*steps, ("stage_left", 1.5, {"stage": "handling"}))
    assert list(paces(story.known, books().at(0))) == []
    story.tell("concluded", day(2))
    [(when, stage, minutes)] = paces(story.known, books().at(0))
    assert (when, stage, minutes) == (to_day(int(day(1.5).timestamp() * 1000)), 5, 36 * 60)


def test_a_conclusion_changes_what_a_case_contributes() -> None:
    before = told(("accepted", 0, {"promised": "20wd"}))
    after = told(("accepted", 0, {"promised": "20wd"}))
    first: Case = before.known
    assert same_contribution(first, first)
    after.tell("concluded", day(1))
    assert not same_contribution(first, after.known)


@pytest.mark.parametrize(
    "change",
    [
        {"due": 1}, {"not_accepted": 1}, {"decided": 1}, {"granted": True}, {"how": "returned"}, {"terms": None},
        {"cards": ()}, {"entered": ((1, 0),)}, {"left": ((1, 0),)},
    ],
)  # fmt: skip
def test_a_change_of_any_fact_that_counts_is_noticed(change: dict[str, object]) -> None:
    story = told(("accepted", 0, {"promised": "1d"}), ("stage_entered", 1, {"stage": "review"}), ("concluded", 9, {}))
    assert story.known.cards
    assert not same_contribution(story.known, replace(story.known, **change))


def test_a_stage_never_left_has_no_pace_and_each_is_left_by_its_own_record() -> None:
    story = told(
        ("accepted", 0, {"promised": "9d"}),
        ("stage_entered", 1, {"stage": "handling"}),
        ("stage_entered", 1.5, {"stage": "review"}),
        ("stage_left", 2, {"stage": "review"}),
        ("stage_left", 3, {"stage": "approval"}),
        ("concluded", 4, {}),
    )
    assert [(when - local(0), STAGES[stage], minutes) for when, stage, minutes in paces(story.known, books().at(0))] == [
        (2, "review", 12 * 60)
    ]


def parts(story: Story) -> set[tuple[str, int, int]]:
    """Department, day after the first, counter."""
    found = list(counted_of_parts(story.known, story.books.at(0)))
    assert len(set(found)) == len(found)
    return {(department, when - local(0), counter) for department, when, counter in found}


WHOLE = ("accepted", 0, {"promised": "20wd"})
PART = ("branch_opened", 1, {"department": "消防局", "limit": "3wd"})


def test_a_part_counts_for_the_department_that_has_it() -> None:
    story = told(WHOLE, PART)
    # 2026-03   Tu03 We04 Th05 Fr06
    # part 3wd  |----1----2----3 due: would be overdue
    # done           * settled and judged here instead
    assert parts(story) == {("消防局", 1, ACCEPTED), ("消防局", 4, JUDGED), ("消防局", 4, OVERDUE)}
    story.tell("branch_concluded", day(2), department="消防局")
    assert parts(story) == {("消防局", 1, ACCEPTED), ("消防局", 2, SETTLED), ("消防局", 2, JUDGED)}
    assert (2, SETTLED) not in figures(story), "the whole goes on"


def test_a_part_that_is_late_counts_on_the_day_its_limit_ran_out() -> None:
    # 2026-03   Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09
    # part 3wd  |----1----2----3 due: judged, overdue and warned
    # done                                    * settled; told on Tu10 to have been done on Th05, it is in time
    story = told(WHOLE, PART)
    story.tick(day(6))
    assert parts(story) == {("消防局", 1, ACCEPTED), *(("消防局", 4, each) for each in (JUDGED, OVERDUE, WARNED))}
    story.tell("branch_concluded", day(7), department="消防局")
    assert parts(story) == {
        ("消防局", 1, ACCEPTED), ("消防局", 7, SETTLED), *(("消防局", 4, each) for each in (JUDGED, OVERDUE, WARNED))
    }  # fmt: skip
    story.tell("branch_concluded", day(3), day(8), department="消防局")  # it had been done in time
    assert parts(story) == {("消防局", 1, ACCEPTED), ("消防局", 3, SETTLED), ("消防局", 3, JUDGED)}


def test_a_part_ends_with_the_case() -> None:
    story = told(WHOLE, PART, ("concluded", 2, {}))
    assert parts(story) == {("消防局", 1, ACCEPTED), ("消防局", 2, SETTLED), ("消防局", 2, JUDGED)}


def test_a_part_without_a_limit_is_never_judged() -> None:
    assert parts(told(WHOLE, ("branch_opened", 1, {"department": "消防局"}))) == {("消防局", 1, ACCEPTED)}


def test_each_part_is_judged_by_its_own_limit_and_that_of_the_department_with_the_whole_not_at_all() -> None:
    story = told(
        WHOLE,
        ("branch_opened", 0, {"department": "市场监管局", "limit": "1wd"}),
        ("branch_opened", 1, {"department": "消防局", "limit": "3wd"}),
        ("branch_opened", 1, {"department": "环保局", "limit": "5wd"}),
    )
    story.tick(day(5))
    assert parts(story) == {
        ("消防局", 1, ACCEPTED), *(("消防局", 4, each) for each in (JUDGED, OVERDUE, WARNED)),
        ("环保局", 1, ACCEPTED), ("环保局", 8, JUDGED), ("环保局", 8, OVERDUE),
    }  # fmt: skip


def test_a_change_of_any_fact_that_a_part_counts_for_is_noticed() -> None:
    story = told(WHOLE, PART)
    story.tick(day(2))
    known = story.known
    assert same_contribution(known, known)
    for change in ({"branches": ()}, {"branch_ends": ((1, "消防局"),)}, {"clocks": ()}):
        assert not same_contribution(known, replace(known, **change))
    whole = told(WHOLE).known
    assert same_contribution(whole, replace(whole, clocks=())), "without parts no clock but the promise counts"
