"""Counts of many cases: joined in any order, replaced by who told them, forgotten in time."""

from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.case import Tally, first_day, first_judged, month_of, oldest_kept, tallied
from rules.errors import BadEvent
from rules.events import Tallied
from rules.keys import TALLY_KEY

ZONE = timezone(timedelta(hours=8))
DAY = (date(2026, 9, 15) - date(1970, 1, 1)).days
MONTH = 2026 * 12 + 8


def report(*, source: int = 0, upto: int = 1, day: int = DAY, **fields: Any) -> Tallied:
    at = datetime(1970, 1, 1, 12, tzinfo=ZONE) + timedelta(days=day)
    told: dict[str, Any] = {
        "id": "t", "case": f"{TALLY_KEY}b/department", "region": "430100", "department": "市场监管局", "kind": "department",
        "book": "b", "source": source, "upto": upto, "day": day, "at": at, **fields,
    }  # fmt: skip
    return Tallied(**told)


def cell(day: int, accepted: int) -> tuple[int, ...]:
    return (day, accepted, 0, 0, 0, 0, 0, 0)


def joined(*reports: Tallied) -> Tally:
    known = None
    for each in reports:
        known = tallied(known, each)
    assert known is not None
    return known


def test_the_month_and_its_first_day_follow_from_the_number_of_a_day() -> None:
    assert month_of(DAY) == MONTH
    assert first_day(MONTH) == DAY - 14
    assert month_of(first_day(MONTH) - 1) == MONTH - 1
    assert first_judged(joined(report())) == MONTH - 1


def test_a_report_replaces_what_its_source_said_of_the_same_days() -> None:
    tally = joined(report(days=(cell(DAY, 3),)), report(upto=5, days=(cell(DAY, 4), cell(DAY - 1, 1))))
    assert tally.days == ((0, DAY - 1, 1, 0, 0, 0, 0, 0, 0), (0, DAY, 4, 0, 0, 0, 0, 0, 0))


def test_a_report_replaces_nothing_of_another_source() -> None:
    tally = joined(report(days=(cell(DAY, 3),)), report(source=1, days=(cell(DAY, 4),)))
    assert [counts[2] for counts in tally.days] == [3, 4]


def test_a_repeated_or_older_report_is_the_very_same_tally() -> None:
    tally = joined(report(upto=5, days=(cell(DAY, 3),)))
    assert tallied(tally, report(upto=5, days=(cell(DAY, 9),))) is tally
    assert tallied(tally, report(upto=4, days=(cell(DAY, 9),))) is tally


def test_a_whole_report_leaves_nothing_else_of_its_source() -> None:
    before = (report(days=(cell(DAY, 3), cell(DAY - 1, 2))), report(source=1, days=(cell(DAY, 4),)))
    tally = joined(*before, report(upto=2, whole=True, days=(cell(DAY, 1),)))
    assert [counts[:3] for counts in tally.days] == [(0, DAY, 1), (1, DAY, 4)]


def test_a_cell_without_counts_is_no_cell() -> None:
    assert joined(report(days=(cell(DAY, 3),)), report(upto=2, days=(cell(DAY, 0),))).days == ()


def test_paces_are_kept_for_each_stage_by_itself() -> None:
    tally = joined(
        report(day_paces=((DAY, 4, 1, 60, 3600), (DAY, 6, 1, 30, 900))), report(upto=2, day_paces=((DAY, 4, 2, 90, 4500),))
    )
    assert tally.day_paces == ((0, DAY, 4, 2, 90, 4500), (0, DAY, 6, 1, 30, 900))
    monthly = ((MONTH, 4, 1, 60, 3600), (MONTH, 6, 1, 30, 900))
    assert joined(report(month_paces=monthly)).month_paces == tuple((0, *pace) for pace in monthly)


def test_counts_older_than_any_rule_can_ask_for_are_forgotten() -> None:
    oldest_day, oldest_month = oldest_kept(DAY)
    told = report(days=(cell(oldest_day - 1, 1), cell(oldest_day, 1)), months=(cell(oldest_month - 1, 1), cell(oldest_month, 1)))
    tally = joined(told)
    assert [counts[1] for counts in tally.days] == [oldest_day]
    assert [counts[1] for counts in tally.months] == [oldest_month]
    later = joined(told, report(upto=2, day=DAY + 31))
    assert not later.days and not later.months


def test_the_latest_report_says_until_when_the_book_holds() -> None:
    early, late = report(until=0), report(source=1, day=DAY + 1, until=99)
    for order in ((early, late), (late, early)):
        assert (joined(*order).until, joined(*order).day) == (99, DAY + 1)


def test_a_tally_under_the_key_of_a_case_is_refused() -> None:
    with pytest.raises(BadEvent, match="tally:") as refused:
        tallied(None, report(case="430100-1"))
    assert (refused.value.reason, refused.value.field) == ("invalid_field", "case")


cells = st.lists(st.tuples(st.integers(DAY - 120, DAY + 20), st.integers(0, 3)), max_size=4).map(
    lambda pairs: tuple(cell(day, accepted) for day, accepted in dict(pairs).items())
)


@given(
    st.lists(st.lists(st.tuples(cells, st.integers(0, 40), st.booleans()), min_size=1, max_size=4), min_size=1, max_size=4),
    st.randoms(use_true_random=False),
)
def test_reports_of_several_sources_in_any_order_and_twice_make_the_same_tally(told: Any, random: Any) -> None:
    """Each source's reports come in its own order (one partition, one producer); repeats and the other sources anywhere."""
    queues = [
        [
            report(source=source, upto=upto, day=DAY + days, days=counts, whole=whole)
            for upto, (counts, days, whole) in enumerate(reports)
        ]
        for source, reports in enumerate(told)
    ]
    plain = joined(*[each for queue in queues for each in queue])
    heard: list[Tallied] = []
    waiting = [list(queue) for queue in queues]
    while any(waiting):
        queue = random.choice([queue for queue in waiting if queue])
        heard.append(queue.pop(0))
        if random.random() < 0.5:
            heard.append(random.choice(heard))
    mixed = joined(*heard)
    keep = oldest_kept(plain.day)[0]
    assert (mixed.at, mixed.day, mixed.seen) == (plain.at, plain.day, plain.seen)
    assert {counts for counts in mixed.days if counts[1] >= keep} == {counts for counts in plain.days if counts[1] >= keep}
