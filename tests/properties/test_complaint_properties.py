"""Complaints and bad reviews hold to what the whole machine holds to: what stands follows from what happened."""

from hypothesis import given
from hypothesis import strategies as st

from rules.case import Case, count, decode_case, encode_case, place_of
from rules.events import TICK, Rated, RatingAppealDecided, key_of
from rules.instant import to_instant
from rules.step import Delivery, step, wake_at
from tests.properties.complaints import EVERYTHING, histories, on_windows
from tests.properties.records import MINUTES
from tests.properties.test_step_properties import END, live, play, standing


def facts(case: Case | None) -> tuple:
    if case is None:
        return ()
    clocks = sorted(case.clocks, key=lambda clock: (clock.rule, clock.cycle))  # those of cards stand in the order of the cards
    return (
        case.complaints,
        case.reviews,
        case.attendance,
        case.horizon,
        case.terms,
        place_of(case),
        case.desk,
        case.book,
        clocks,
        case.due,
        case.marks,
    )


@given(histories, st.randoms(use_true_random=False))
def test_any_order_of_arrival_leads_to_the_same_case(history, random):
    shuffled = list(history)
    random.shuffle(shuffled)
    one, _ = play(history, EVERYTHING)
    other, _ = play(shuffled, EVERYTHING)
    assert standing(one) == standing(other)
    assert facts(one) == facts(other)


@given(histories)
def test_every_record_twice_changes_nothing(history):
    once, alerts = play(history, EVERYTHING)
    twice, more = play([record for record in history for _ in range(2)], EVERYTHING)
    assert facts(once) == facts(twice)
    assert [(a.id, a.change) for a in alerts] == [(a.id, a.change) for a in more]


@given(histories)
def test_a_case_told_again_to_the_end_is_the_very_same_case(history):
    case, _ = play(history, EVERYTHING)
    for number, record in enumerate(history):
        again = step(case, Delivery(record, END, len(history) + number), EVERYTHING, END)
        assert again.case is case and not again.alerts


@given(histories, st.lists(st.integers(0, MINUTES), max_size=12))
def test_extra_ticks_decide_when_an_alert_is_seen_never_whether(history, ticks):
    one, _, one_ended = live(history, EVERYTHING, ())
    other, _, other_ended = live(history, EVERYTHING, ticks)
    assert standing(one) == standing(other)
    assert one_ended == other_ended


@given(histories)
def test_a_case_told_at_once_or_as_it_happened_has_the_same_standing_cards(history):
    slow, _, _ = live(history, EVERYTHING, ())
    fast, _ = play(history, EVERYTHING)
    assert standing(slow) == standing(fast)


@given(histories)
def test_no_alert_changes_before_the_wake_up(history):
    case, offset = None, 0
    for record in sorted(history, key=lambda record: record.at):
        now = to_instant(record.at)
        outcome = step(case, Delivery(record, now, offset), EVERYTHING, now)
        case, offset = outcome.case, offset + 1
        if case is None:
            continue
        assert outcome.wake_at == wake_at(case, EVERYTHING, now)
        if outcome.wake_at is not None:
            assert outcome.wake_at > now
            early = step(case, Delivery(TICK, outcome.wake_at - 1, offset), EVERYTHING, outcome.wake_at - 1)
            assert early.case is case and not early.alerts
            due = step(case, Delivery(TICK, outcome.wake_at, offset), EVERYTHING, outcome.wake_at)
            assert due.alerts, "woken for nothing"


@given(histories)
def test_a_case_survives_its_encoding(history):
    case, _ = play(history, EVERYTHING)
    if case is not None:
        assert decode_case(encode_case(case)) == case


@given(on_windows)
def test_a_window_is_no_case_in_any_figure_and_its_cards_have_a_place(history):
    case, alerts, _ = live(history, EVERYTHING, ())
    assert {key_of(record).partition(":")[2] for record in history} == {"430100/市政务服务中心/A01"}
    if case is not None:
        assert case.due == 0 and count(case)[:4] == (0, 0, 0, 0)
    for alert in alerts:
        assert (alert.region, alert.hall, alert.window) == ("430100", "市政务服务中心", "A01")
        assert alert.department in ("市场监管局", "城管局")


@given(histories)
def test_upheld_appeals_leave_nothing_standing_of_the_reviews_they_name(history):
    named = [record for record in history if not isinstance(record, Rated) or record.rating]
    case, _ = play(named, EVERYTHING)
    for offset, rated in enumerate([record for record in named if isinstance(record, Rated)], len(named)):
        same = {name: getattr(rated, name) for name in ("id", "at", "region", "hall", "department", "window", "case", "rating")}
        case = step(case, Delivery(RatingAppealDecided(**same, upheld=True), END, offset), EVERYTHING, END).case
    assert not [rule for rule, *_ in standing(case) if rule == "bad" or rule.startswith("review-")]
