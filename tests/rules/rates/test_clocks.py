"""Rates and volumes: clocks that follow from counts alone, and what becomes of their cards."""

from typing import Any

import pytest

from rules.book import RateRule, RuleBooks
from rules.case import COUNTERS, OVERDUE, UNREACHED, Case, first_day, month_of
from rules.drive import OneCase
from rules.errors import BadEvent, BadRuleBook
from rules.events import STAGES, TICK, Tallied
from rules.instant import DAY as LONG
from rules.instant import HOUR, to_datetime, to_instant
from rules.keys import TALLY_KEY
from tests.rules.case.test_tally import DAY, report
from tests.rules.story import ZONE, Story, book, day, event

RATES = [{"id": "late", "rate": "overdue", "of": ["department"], "at_least": 10, "warning": "10%", "red": "50%", "grace": "1d"}]
KEY = f"{TALLY_KEY}default-1/department"


def books(*rates: dict[str, Any], **keys: Any) -> RuleBooks:
    return RuleBooks([book(rates=list(rates) or RATES, **keys)])


def counts(when: int, judged: int, overdue: int = 0) -> tuple[int, ...]:
    cell = [0] * COUNTERS
    cell[OVERDUE - 1], cell[OVERDUE] = judged, overdue
    return (when, *cell)


def tally(*days: tuple[int, ...], upto: int = 1, **fields: Any) -> Tallied:
    return report(**{"case": KEY, "book": "default-1", "upto": upto, "days": days, **fields})


def close(when: int) -> int:
    """Midnight at the end of a day, Asia/Shanghai."""
    return (when + 1) * LONG - 8 * HOUR


class OneTally(OneCase):
    """One tally, its reports and ticks given at instants of their own."""

    def __init__(self, judged: RuleBooks | None = None) -> None:
        super().__init__(judged or books())

    @property
    def known(self) -> Case:
        assert self.case is not None
        return self.case

    @property
    def states(self) -> list[tuple[str, int, str, str]]:
        return [(alert.level, alert.cycle, alert.state, alert.reason) for alert in self.alerts]


def test_a_rate_falls_due_a_day_after_the_close_of_its_day_and_ends_when_it_is_forgotten() -> None:
    # 2026-09  Tu15 We16 Th17   A column is 00:00.
    # the day  [====]
    # grace         |----x due: the counts of the day have had a day to come
    story = OneTally()
    story.apply(tally(counts(DAY, 10, 1)), close(DAY))
    clock, following = story.known.clocks
    assert (clock.cycle, following.cycle) == (202609, 202610)
    assert clock.deadline == close(DAY)
    assert clock.start == close(DAY - 30)
    first, never, end = clock.thresholds
    assert (first, never) == (close(DAY + 1), UNREACHED)
    assert end == close(first_day(month_of(DAY) + 1)) + LONG, "the next month has a clock of its own"
    assert story.wake_at == first + 1


def test_a_warning_of_a_rate_expires_on_the_first_day_it_is_no_longer_reached() -> None:
    story = OneTally()
    story.apply(tally(counts(DAY, 10, 1), counts(DAY + 2, 10)), close(DAY))
    [clock] = story.known.clocks
    assert clock.thresholds[-1] == close(DAY + 2) + LONG, "20 judged, 1 overdue"

    for when in (clock.thresholds[0], clock.thresholds[0] + 1, clock.thresholds[-1], clock.thresholds[-1] + 1):
        story.apply(TICK, when)
    assert story.states == [("warning", 202609, "issued", "rate_reached"), ("warning", 202609, "expired", "rate_recovered")]
    assert story.alerts[0].detail == "overdue share=10.00% count=1 among=10 over=30"
    assert story.alerts[0].department == "市场监管局"


def test_counts_of_one_day_from_several_workers_are_added_up() -> None:
    story = OneTally()
    story.apply(tally(counts(DAY, 6, 1), source=0), close(DAY))
    assert not story.known.clocks, "six prove nothing"
    story.apply(tally(counts(DAY, 4, 0), source=1), close(DAY))
    story.apply(TICK, close(DAY + 1) + 1)
    assert [alert.detail for alert in story.alerts] == ["overdue share=10.00% count=1 among=10 over=30"]


def test_a_card_of_a_rate_keeps_the_figures_it_was_issued_with() -> None:
    story = OneTally()
    story.apply(tally(counts(DAY, 10, 1)), close(DAY))
    story.apply(TICK, close(DAY + 1) + 1)
    story.apply(tally(counts(DAY, 12, 6), upto=2), close(DAY + 2))
    assert [(alert.level, alert.state, alert.detail) for alert in story.alerts] == [
        ("warning", "issued", "overdue share=10.00% count=1 among=10 over=30"),
        ("warning", "superseded", "overdue share=10.00% count=1 among=10 over=30"),
        ("red", "issued", "overdue share=50.00% count=6 among=12 over=30"),
    ]


def test_a_volume_card_names_both_months_and_stands_until_the_next() -> None:
    rule = {"id": "volume", "rate": "volume-month", "of": ["department"], "at_least": 5, "warning": "20%", "grace": "1d"}
    story, month = OneTally(books(rule | {"per_workday": False})), month_of(DAY)
    volumes = tuple((when, volume, *[0] * (COUNTERS - 1)) for when, volume in ((month - 2, 9), (month - 1, 10), (month, 8)))
    story.apply(tally(months=volumes), close(DAY))
    first, following = story.known.clocks
    assert (first.start, first.deadline) == (close(first_day(month) - 1), close(first_day(month + 1) - 1))
    assert first.thresholds == (first.deadline + LONG, close(first_day(month + 2) - 1) + LONG)
    assert following.cycle == first.cycle + 1, "silence in the month after would be a fall, too"

    story.apply(TICK, first.thresholds[0] + 1)
    assert [alert.detail for alert in story.alerts] == ["volume-month change=-20.00% volume=8 before=10"]
    story.apply(TICK, first.thresholds[1] + 1)
    assert ("warning", first.cycle, "expired", "rate_recovered") in story.states


def test_a_pace_card_names_its_mean_the_usual_one_and_the_spread_in_hours() -> None:
    rule = {
        "id": "pace",
        "rate": "stage-pace",
        "of": ["item"],
        "stages": ["review"],
        "at_least": 10,
        "warning": "2σ",
        "grace": "1d",
    }
    story, stage = OneTally(books(rule)), STAGES.index("review")
    usual = (month_of(DAY) - 1, stage, 10, 10 * 600, 10 * (600 * 600 + 300 * 300))  # ten hours, give or take five
    lately = (DAY, stage, 10, 10 * 1200, 10 * 1200 * 1200)
    counted = {"kind": "item", "item": "licence", "case": f"{TALLY_KEY}default-1/item"}
    story.apply(tally(month_paces=(usual,), day_paces=(lately,), **counted), close(DAY))
    story.apply(TICK, close(DAY + 1) + 1)
    told = [alert.detail for alert in story.alerts]
    assert told == ["stage-pace sigmas=2.0 mean=20.0 usual=10.0 spread=5.0 visits=10 over=30"]


def test_a_rate_is_judged_only_on_days_on_which_its_book_was_in_force() -> None:
    story = OneTally()
    story.apply(tally(counts(DAY, 10, 9), until=close(DAY - 1)), close(DAY + 9))
    assert not story.known.clocks
    story = OneTally(books(effective_from=day(0)))
    before = (to_instant(day(0)) + 8 * HOUR) // LONG
    story.apply(tally(counts(before - 5, 10, 9), day=before + 9), close(before + 20))
    [*clocks] = story.known.clocks
    assert min(clock.deadline for clock in clocks) > to_instant(day(0))


def test_a_month_that_is_judged_no_more_keeps_what_stands_and_forgets_what_is_over() -> None:
    story = OneTally()
    story.apply(tally(counts(DAY, 10, 5)), close(DAY + 3))
    assert {(alert.level, alert.state) for alert in story.alerts} == {("warning", "superseded"), ("red", "issued")}
    later = first_day(month_of(DAY) + 2)
    heard = len(story.alerts)
    story.apply(tally(upto=2, day=later), close(later))
    assert [card.rule for card in story.known.cards if card.cycle == 202609] == ["late"], "the warning is forgotten"
    assert not [alert for alert in story.alerts[heard:] if alert.cycle == 202609], "and nobody is told anything"
    [card] = [card for card in story.known.cards if card.cycle == 202609]
    assert card.detail == "overdue share=50.00% count=5 among=10 over=30"
    act = event("alert_acknowledged", to_datetime(close(later), ZONE), case=KEY, alert=f"{KEY}/late/red/202609")
    story.apply(act, close(later) + 1)
    assert story.alerts[-1].state == "acknowledged"
    assert story.alerts[-1].detail == card.detail, "what it was issued for can still be shown"


def test_a_record_of_a_case_under_the_key_of_a_tally_is_refused() -> None:
    story = OneTally()
    with pytest.raises(BadEvent, match="no case may be called"):
        story.apply(event("accepted", day(0), case=KEY), to_instant(day(0)))
    story.apply(tally(counts(DAY, 10, 5)), close(DAY))
    with pytest.raises(BadEvent, match="no case may be called"):
        story.apply(event("accepted", day(0), case=KEY), close(DAY))


def test_a_year_the_calendar_does_not_cover_is_not_judged() -> None:
    own = {"name": "own", "base": "weekends", "years": [2026]}
    rate = {"id": "month", "rate": "volume-month", "of": ["department"], "at_least": 1, "per_workday": True, "red": "10%"}
    story = OneTally(books(rate, calendar=own))
    december = 2026 * 12 + 11
    cells = tuple((month, 100, 0, 0, 0, 0, 0, 0) for month in (december - 2, december - 1, december))
    story.apply(tally(day=first_day(december + 1) - 1, months=cells), close(first_day(december + 1) - 1))
    assert not [clock for clock in story.known.clocks if clock.cycle > 202612], "January has no working days that anybody knows"


def test_a_share_may_have_decimals_and_a_pace_is_written_in_sigmas() -> None:
    [late] = [rule for rule in book(rates=[RATES[0] | {"warning": "2.5%", "red": "10.25%"}]).rules if rule.id == "late"]
    assert isinstance(late, RateRule) and late.shares == (250, 1025)
    with pytest.raises(BadRuleBook, match=r"2\.5σ"):
        book(rates=[{"id": "pace", "rate": "stage-pace", "of": ["item"], "stages": ["review"], "red": "2%"}])
    with pytest.raises(BadRuleBook, match=r"stages of different items are not alike"):
        book(rates=[{"id": "pace", "rate": "stage-pace", "of": ["item", "department"], "stages": ["review"], "red": "3σ"}])


def test_a_rate_may_be_switched_off_where_it_is_written() -> None:
    assert not book(rates=[RATES[0] | {"off": True}]).rates


def test_a_single_case_has_no_clock_of_a_rate() -> None:
    story = Story(books())
    story.tell("accepted", day(0), promised="5d")
    assert story.known.tally is None
    assert "late/1" not in story.clocks
