"""The simulated hall: repeatable, in order, valid, and like a hall."""

import tracemalloc
from collections import Counter, defaultdict
from itertools import islice, pairwise

import pytest

from monitor.simulate.hall import BadSimulation, generate
from monitor.simulate.rhythm import LUNCH, Rhythm, day_of, is_office_time
from monitor.wire import decode_record, encode_event
from rules.events import Accepted, Applied, Concluded, Consulted, Decided, Rated, StageEntered, Suspended
from rules.instant import DAY, HOUR, to_instant
from tests.monitor.simulate.halls import END, START, hall, instant


def test_the_same_seed_gives_the_same_records_to_the_byte() -> None:
    again = generate(7, START, END, 200)
    assert all(mine == yours for mine, yours in zip(hall(), again, strict=True))


def test_another_seed_gives_another_hall() -> None:
    other = list(islice(generate(8, START, END, 200), 500))
    assert other != hall()[:500]


def test_a_later_end_only_adds_records() -> None:
    short = list(generate(7, START, START + 10 * DAY + 11 * HOUR, 200))
    assert 0 < len(short) < len(hall())
    assert short == hall()[: len(short)]


def test_records_come_in_order_of_arrival_within_the_time_asked_for() -> None:
    arrivals = [arrived for arrived, _ in hall()]
    assert all(one <= other for one, other in pairwise(arrivals))
    assert arrivals[0] >= START
    assert arrivals[-1] < END


def test_a_start_at_noon_begins_with_the_afternoons_cases() -> None:
    noon = START + 12 * HOUR
    records = list(generate(7, noon, START + 3 * DAY, 200))
    assert records[0][0] >= noon
    begun = {event.case for _, event in records if isinstance(event, Applied | Consulted)}
    assert {event.case for _, event in records} - {""} == begun


def test_a_mark_keeps_two_simulations_apart() -> None:
    marked = [event for _, event in generate(7, START, START + 2 * DAY, 200, mark="b-")]
    assert {event.id for event in marked}.isdisjoint(event.id for _, event in hall())
    assert all(not event.case or event.case.startswith("b-") for event in marked)


def test_no_record_arrives_before_it_happened() -> None:
    assert all(to_instant(event.at) < arrived for arrived, event in hall())


def test_every_record_survives_the_wire() -> None:
    assert all(decode_record(encode_event(event)) == event for _, event in hall())


def test_every_record_has_an_id_of_its_own() -> None:
    assert len({event.id for _, event in hall()}) == len(hall())


def test_windows_work_in_office_hours_of_working_days_only() -> None:
    rhythm = Rhythm()
    at_home = {"applied"}
    for _, event in hall():
        if event.channel == "online" and event.__struct_config__.tag in at_home:
            continue
        at = to_instant(event.at)
        assert is_office_time(at), event
        assert rhythm.is_workday(day_of(at)), event


def test_records_outside_office_hours_come_from_late_typists_and_people_at_home_only() -> None:
    outside = [(arrived, event) for arrived, event in hall() if not is_office_time(arrived)]
    late = [
        arrived - to_instant(event.at)
        for arrived, event in outside
        if not (event.channel == "online" and isinstance(event, Applied))
    ]
    at_once_after_closing = [gap for gap in late if gap < 10_000]
    assert len(at_once_after_closing) < 0.001 * len(hall())
    assert any(gap > HOUR for gap in late)
    assert not any(_hour(arrived) < 8 for arrived, event in outside if event.channel != "online")


def test_online_applications_come_at_night_and_on_days_off_too() -> None:
    online = [arrived for arrived, event in hall() if event.channel == "online" and isinstance(event, Applied)]
    assert any(_hour(arrived) >= 20 for arrived in online)
    assert any(not Rhythm().is_workday(day_of(arrived)) for arrived in online)


def test_the_day_has_two_peaks_and_a_lunch_break() -> None:
    walked_in = Counter(
        _hour(to_instant(event.at)) for _, event in hall() if isinstance(event, Applied) and event.channel == "hall"
    )
    assert walked_in[9] + walked_in[10] > 0.38 * walked_in.total()
    assert walked_in[15] > 1.7 * walked_in[16]
    assert walked_in[12] == 0
    assert LUNCH[0] == 12 * HOUR


def test_mondays_are_busier_than_fridays() -> None:
    days = Counter(event.at.weekday() for _, event in hall() if isinstance(event, Applied) and event.channel == "hall")
    assert days[0] > 1.2 * days[4]
    assert days[5] + days[6] < 0.05 * days.total()


def test_cases_per_day_is_what_was_asked_for() -> None:
    rhythm = Rhythm()
    worked = sum(rhythm.is_workday(day) for day in range(day_of(START), day_of(END)))
    applied = sum(isinstance(event, Applied) for _, event in hall())
    assert applied / worked == pytest.approx(200, rel=0.08)


def test_a_third_of_the_cases_are_instant_items() -> None:
    accepted = [event for _, event in hall() if isinstance(event, Accepted)]
    assert sum(event.promised == "0wd" for event in accepted) / len(accepted) == pytest.approx(0.35, abs=0.03)


def test_late_typing_and_back_entry_happen_but_are_not_the_rule() -> None:
    gaps = [arrived - to_instant(event.at) for arrived, event in hall()]
    assert 0.005 < sum(HOUR / 2 <= gap <= DAY for gap in gaps) / len(gaps) < 0.05
    assert 0.0005 < sum(gap > DAY for gap in gaps) / len(gaps) < 0.02


def test_some_applications_are_made_outside_the_hall_and_online() -> None:
    channels = Counter(event.channel for _, event in hall() if isinstance(event, Applied))
    assert 0.002 < channels["off-hall"] / channels.total() < 0.03
    assert 0.15 < channels["online"] / channels.total() < 0.35


def test_every_way_a_case_can_go_occurs() -> None:
    kinds = Counter(event.__struct_config__.tag for _, event in hall())
    assert kinds.keys() >= {
        "applied", "accepted", "not_accepted", "supplement_requested", "supplemented", "suspended", "resumed", "extended",
        "decided", "transferred", "stage_entered", "stage_left", "concluded", "issued", "delivered", "archived", "fee_charged",
        "rated", "consulted", "complaint_filed", "complaint_accepted", "complaint_answered", "complaint_closed",
        "rating_verified", "rating_rectified", "rating_callback",
    }  # fmt: skip
    assert {event.how for _, event in hall() if isinstance(event, Concluded)} == {"normal", "returned", "voided", "withdrawn"}
    assert all(event.approved_days for _, event in hall() if isinstance(event, Suspended))
    assert {event.score for _, event in hall() if isinstance(event, Rated)} == {1, 2, 3, 4, 5}


def test_a_case_goes_through_its_stages_in_order() -> None:
    entered: dict[str, list[str]] = defaultdict(list)
    order = ["pre-review", "handling", "review", "approval"]
    for _, event in sorted(hall(), key=lambda record: record[1].at):
        if isinstance(event, StageEntered | Decided | Concluded):
            entered[event.case].append(event.stage if isinstance(event, StageEntered) else "end")
    first = [list(dict.fromkeys(stages)) for stages in entered.values()]
    assert all(stages == [stage for stage in [*order, "end"] if stage in stages] for stages in first)


def test_complaints_may_name_no_case_but_always_a_window() -> None:
    complaints = [event for _, event in hall(cases_per_day=500) if event.__struct_config__.tag == "complaint_filed"]
    assert any(not event.case for event in complaints)
    assert all(event.window or event.channel == "off-hall" for event in complaints)


def test_the_memory_of_a_hall_does_not_grow_with_its_length() -> None:
    records = generate(7, instant("2020-01-01T00:00"), instant("2026-01-01T00:00"), 20)
    tracemalloc.start()
    try:
        for _ in islice(records, 15_000):
            pass
        early, _ = tracemalloc.get_traced_memory()
        for _ in islice(records, 45_000):
            pass
        late, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert late < 1.5 * early


@pytest.mark.parametrize(
    ("end", "cases", "says"),
    [("2050-01-01T00:00", 10, "calendar ends at"), ("2026-03-03T00:00", 0, "above 0")],
)
def test_a_hall_that_cannot_be_simulated_is_refused(end: str, cases: int, says: str) -> None:
    with pytest.raises(BadSimulation, match=says):
        generate(1, START, instant(end), cases)


def _hour(at: int) -> int:
    return (at + 8 * HOUR) % DAY // HOUR
