"""What must hold for any case: the standing alerts are a function of what happened, not of how it was told."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from monitor.almanac import ALMANAC
from monitor.books.files import load_profile
from rules.alerts import STANDING
from rules.book import RuleBooks
from rules.bookfile import merge, parse_book
from rules.case import Case, decode_case, encode_case
from rules.drive import OneCase
from rules.events import TICK, Header
from rules.instant import DAY, to_instant
from rules.step import Delivery, Outcome, step, wake_at
from tests.properties.records import BEGIN, MINUTES, histories
from tests.rules.story import table

END = to_instant(BEGIN) + MINUTES * 60_000 + 90 * DAY
STAGES = {"handling": "3wd", "review": "1wd", "approval": "4wh"}


HALL = {"places": ["市政务服务中心"], "terminals": ["T-"], "cashiers": ["大厅收费处"]}
ITEMS = [{"code": "licence", "flow": ["acceptance", "handling", "review", "approval"]}, {"code": "stopped", "suspended": True}]


def _books(profile: str, **over: object) -> RuleBooks:
    """The profile with something for every finding to look at, but for back-entry, which is about the order of arrival."""
    rules = [rule for rule in table(profile)["process"] if rule["finding"] != "back-entry"]
    over = {"stages": STAGES, "hall": HALL, "items": ITEMS, "process": rules, "drop": ["process"], **over}
    return RuleBooks([parse_book(profile, merge(table(profile), over), ALMANAC)])


PROFILES = {name: _books(name) for name in ("default", "hunan", "jiangsu", "chengdu", "zhanjiang")}
LASTING = {name: _books(name, time_limits=[{"id": "minor-expiry", "off": True}]) for name in PROFILES}
"""Reminders and warnings expire so long after they were raised; without that, arrival decides nothing."""
profiles = st.sampled_from(sorted(PROFILES))


def play(history: Sequence[Header], books: RuleBooks, *, arrive: int = END) -> tuple[Case | None, list]:
    """All records in this order, all arrived at ``arrive``."""
    one = OneCase(books)
    for record in history:
        one.apply(record, arrive)
    return one.case, one.alerts


def standing(case: Case | None) -> set:
    return set() if case is None else {(c.rule, c.level, c.cycle, c.due, c.state) for c in case.cards if c.state < 2}


def facts(case: Case | None) -> tuple:
    """Clocks that watch cards stand in the order of the cards, which is that of being raised."""
    if case is None:
        return ()
    return (case.terms, case.applied, case.concluded, case.entered, case.left, set(case.clocks), case.due, case.marks)


@given(histories, profiles, st.randoms(use_true_random=False))
def test_any_order_of_arrival_leads_to_the_same_case(history, profile, random):
    shuffled = list(history)
    random.shuffle(shuffled)
    one, _ = play(history, PROFILES[profile])
    other, _ = play(shuffled, PROFILES[profile])
    assert standing(one) == standing(other)
    assert facts(one) == facts(other)


@given(histories, profiles)
def test_every_record_twice_changes_nothing(history, profile):
    once, alerts = play(history, PROFILES[profile])
    twice, more = play([record for record in history for _ in range(2)], PROFILES[profile])
    assert facts(once) == facts(twice)
    assert [(a.id, a.change) for a in alerts] == [(a.id, a.change) for a in more]


@given(histories, profiles)
def test_a_redelivered_offset_changes_nothing(history, profile):
    books = PROFILES[profile]
    case, _ = play(history, books)
    if case is None:
        return
    for offset in range(case.offset + 1):
        again = step(case, Delivery(history[offset], END, offset), books, END)
        assert again.case is case and not again.alerts


def live(history: Sequence[Header], books: RuleBooks, ticks: Sequence[int], *, end: int = END) -> tuple[Case | None, list, dict]:
    """Records arrive as they happen; ``ticks`` are minutes at which time is told besides, and ``end`` an instant."""
    moments = sorted(
        [(to_instant(record.at), 1, index, record) for index, record in enumerate(history)]
        + [(to_instant(BEGIN) + minute * 60_000, 0, index, TICK) for index, minute in enumerate(ticks)]
        + [(end, 2, 0, TICK)],
        key=lambda moment: moment[:3],
    )
    one = OneCase(books)
    for at, _, _, record in moments:
        one.apply(record, at)
    return one.case, one.alerts, {alert.id: (alert.due_at, alert.state) for alert in one.alerts}


@given(histories, profiles, st.lists(st.integers(0, MINUTES), max_size=12))
def test_extra_ticks_decide_when_an_alert_is_seen_never_whether(history, profile, ticks):
    books = PROFILES[profile]
    one, _, one_ended = live(history, books, ())
    other, _, other_ended = live(history, books, ticks)
    assert standing(one) == standing(other)
    assert one_ended == other_ended


@given(histories, profiles)
def test_a_case_told_at_once_or_as_it_happened_has_the_same_standing_cards(history, profile):
    """Clamping to arrival aside (nothing here arrives before it happens), arrival time decides nothing."""
    books = LASTING[profile]
    slow, _, _ = live(history, books, ())
    fast, _ = play(history, books)
    assert standing(slow) == standing(fast)


@given(histories, profiles)
def test_no_alert_changes_before_the_wake_up(history, profile):
    books = PROFILES[profile]
    case, offset = None, 0
    for record in sorted(history, key=lambda record: record.at):
        now = to_instant(record.at)
        outcome = step(case, Delivery(record, now, offset), books, now)
        case, offset = outcome.case, offset + 1
        if case is None:
            continue
        assert outcome.wake_at == wake_at(case, books, now)
        if outcome.wake_at is not None:
            assert outcome.wake_at > now
            early = step(case, Delivery(TICK, outcome.wake_at - 1, offset), books, outcome.wake_at - 1)
            assert early.case is case and not early.alerts
            due: Outcome = step(case, Delivery(TICK, outcome.wake_at, offset), books, outcome.wake_at)
            assert due.alerts, "woken for nothing"
            assert all(alert.raised_at > alert.due_at for alert in due.alerts if alert.change == 1)


@given(histories, profiles)
def test_a_case_survives_its_encoding(history, profile):
    case, _ = play(history, PROFILES[profile])
    if case is not None:
        assert decode_case(encode_case(case)) == case


@given(histories, profiles)
def test_no_alert_twice_and_every_change_numbered(history, profile):
    _, alerts, _ = live(history, PROFILES[profile], ())
    seen: dict[str, int] = {}
    for alert in alerts:
        assert alert.change == seen.get(alert.id, 0) + 1
        seen[alert.id] = alert.change
        assert alert.book and alert.rule and alert.region == "430100"
        if alert.change == 1:
            assert alert.state in STANDING | {"superseded", "expired"}


@given(histories, profiles)
def test_counted_days_of_every_card_add_up_to_its_limit(history, profile):
    from rules.worktime import NATURAL_TIME, OFFICE_TIME, Limit, Unit

    _, alerts, _ = live(history, PROFILES[profile], ())
    for alert in alerts:
        if alert.limit:
            limit = Limit.kept(alert.limit)
            granted = sum(span.days for span in alert.spans if span.counted and not span.ms)
            if limit.value and limit.unit in (Unit.working_days, Unit.calendar_days):
                assert granted == limit.value + (limit.more.value if limit.more else 0), alert
            elif limit.value and limit.unit in (*OFFICE_TIME, *NATURAL_TIME):
                length = limit.value * (OFFICE_TIME | NATURAL_TIME)[limit.unit]
                assert sum(span.ms for span in alert.spans) == length, alert
                assert granted == (limit.more.value if limit.more else 0), alert


@given(histories, profiles)
def test_one_mark_is_kept_of_each_finding_in_a_single_record(history, profile):
    case, _ = play(history, PROFILES[profile])
    if case is not None:
        found = [finding for _, finding, _ in case.marks]
        assert len(found) == len(set(found))
        assert list(case.marks) == sorted(case.marks)


def test_the_default_profile_is_the_shipped_one():
    assert load_profile("default").version == "default-1"
