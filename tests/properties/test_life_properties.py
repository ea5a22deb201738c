"""What must hold whatever people do with cards, in whatever order: nothing but refusals, and the same state again."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from monitor.almanac import ALMANAC
from rules import events as ev
from rules.alerts import LEVELS, STANDING, STATES, Alert
from rules.book import RuleBooks
from rules.bookfile import parse_book
from rules.cards import judge
from rules.cards.acts import ACTS, TRANSITIONS, state_after
from rules.case import Case, alert_id, cycles_of, decode_case, encode_case, is_card
from rules.clocks import clocks_of
from rules.drive import OneCase
from rules.errors import BadEvent
from rules.events import TICK, Header
from rules.instant import DAY, to_instant
from rules.worktime import Limit
from tests.properties.records import BEGIN, CASE, MINUTES, events, moments, numbered
from tests.rules.story import named, table

END = to_instant(BEGIN) + MINUTES * 60_000 + 90 * DAY
STAGES = {"handling": "3wd", "review": "1wd", "approval": "4wh"}
_OFFICE = {**table("office"), "stages": STAGES}
_HELD = [{**rule, "hold": [lv for lv in LEVELS if lv in rule]} if rule["id"] == "case-promise" else rule
         for rule in _OFFICE["time_limits"]]  # fmt: skip
OFFICES = {
    "office": RuleBooks([parse_book("office", _OFFICE, ALMANAC)]),
    "held": RuleBooks([parse_book("held", {**_OFFICE, "time_limits": _HELD}, ALMANAC)]),
}
offices = st.sampled_from(sorted(OFFICES))
_PROCESS = [rule for rule in _OFFICE["process"] if rule["finding"] != "back-entry"]
UNHURRIED = RuleBooks([parse_book("unhurried", {**_OFFICE, "process": _PROCESS}, ALMANAC)])
"""Without the rule that is about the order of arrival itself."""

ACT_KINDS: dict[str, tuple[type[ev.Action], dict[str, Any]]] = {
    "confirm": (ev.AlertConfirmed, {}),
    "acknowledge": (ev.AlertAcknowledged, {}),
    "reply": (ev.AlertReplied, {}),
    "open_followup": (ev.FollowupOpened, {}),
    "rectify": (ev.FollowupRectified, {}),
    "close": (ev.AlertClosed, {}),
    "appeal": (ev.AlertAppealed, {}),
    "uphold": (ev.AppealDecided, {"outcome": "upheld"}),
    "reject": (ev.AppealDecided, {"outcome": "rejected"}),
    "pass_up": (ev.AppealDecided, {"outcome": "passed-up"}),
    "remove": (ev.AlertRemoved, {"reason": "停电", "cause": "other"}),
    "revoke": (ev.AlertRevoked, {"reason": "发牌有误"}),
}
Doing = tuple[int, Any, int, bool]
"""Which of the cards there are by then, when, which act, and whether only of those that are possible."""
lives = st.lists(st.tuples(st.integers(0, 5), moments, st.integers(0, 11), st.booleans()), max_size=24)


def _reported(kind: type[Header], **fields: Any) -> st.SearchStrategy[Header]:
    return st.builds(lambda at, **values: named(kind(id="-", at=at, item="licence", **CASE, **values)), at=moments, **fields)


by_hand = _reported(
    ev.CardIssuedByHand, level=st.sampled_from(["yellow", "red"]), reason=st.just("态度"), operator=st.just("李四")
)
overdue = st.builds(
    lambda promised, statutory: ev.Accepted(
        id="first", at=BEGIN, item="licence", promised=promised, statutory=statutory, **{**CASE, "department": "市场监管局"}
    ),
    st.sampled_from(["0wd", "1wd", "5wd"]),
    st.sampled_from(["1wd", "10wd"]),
)
"""Most cases of these tests get their cards early, so that there is something to act on."""
told = st.tuples(st.lists(overdue, max_size=1), st.lists(by_hand, max_size=2), numbered(st.lists(events, max_size=6))).map(
    lambda parts: [record for part in parts for record in part]
)


def _act(case: Case, doing: Doing, number: int) -> ev.Action | None:
    """An act on one of the cards of the case, preferring cards to reminders and warnings."""
    choice, at, wish, wise = doing
    cards = [(cycle, card) for cycle in cycles_of(case) for card in cycle.cards]
    cards.sort(key=lambda each: not is_card(each[1].level))
    if not cards:
        return None
    cycle, card = cards[choice % len(cards)]
    possible = [act for state, act in TRANSITIONS if state == STATES[card.state]]
    if STATES[card.state] in ("appealed", "escalated"):
        possible.append("reject")
    acts = possible if wise and possible else ACTS
    kind, values = ACT_KINDS[acts[wish % len(acts)]]
    alert = alert_id(cycle, card.rule, card.level, card.cycle)
    return kind(id=str(number), at=at, operator="张三", alert=alert, **{**CASE, "department": ""}, **values)


def _moments(history: list[Header], life: list[Doing], ticks: list[int]) -> list[tuple[int, int, Any]]:
    moments = [(to_instant(record.at), 1, record) for record in history]
    moments += [(to_instant(doing[1]), 2, doing) for doing in life]
    moments += [(to_instant(BEGIN) + minute * 60_000, 0, TICK) for minute in ticks]
    return [*sorted(moments, key=lambda moment: moment[:2]), (END, 3, TICK)]


def live(
    history: list[Header], life: list[Doing], books: RuleBooks, ticks: list[int] | None = None
) -> tuple[Case | None, list[Alert], list[tuple[int, Any]]]:
    """Everything as it happens; the case, its alerts, and the records that were taken with their arrival."""
    one = OneCase(books)
    taken: list[tuple[int, Any]] = []
    for number, (at, _, told) in enumerate(_moments(history, life, ticks or [])):
        record = _act(one.case, told, number) if isinstance(told, tuple) and one.case is not None else told
        if record is None or isinstance(record, tuple):
            continue
        try:
            one.apply(record, at)
        except BadEvent as error:
            assert isinstance(record, ev.Action), error
            assert error.reason in ("unknown_alert", "illegal_transition")
            continue
        before = one.case
        one.case = before and decode_case(encode_case(before))
        assert one.case == before
        taken.append((at, record))
    return one.case, one.alerts, taken


def cards(case: Case | None) -> set[Any]:
    """All there is to say of the cards, but when they were seen and how often they changed."""
    if case is None:
        return set()
    return {(of.nth, c.rule, c.level, c.cycle, c.due, c.state, c.acts) for of in cycles_of(case) for c in of.cards}


@given(told, lives, offices)
def test_any_act_is_taken_or_refused_and_every_change_is_numbered(history, life, office):
    case, alerts, _ = live(history, life, OFFICES[office])
    seen: dict[str, int] = {}
    for alert in alerts:
        assert alert.change == seen.get(alert.id, 0) + 1
        seen[alert.id] = alert.change
    if case is not None:
        last = {alert.id: alert.state for alert in alerts}
        assert last == {alert_id(case, c.rule, c.level, c.cycle): STATES[c.state] for c in case.cards}


@given(told, lives, offices)
def test_a_refused_record_leaves_no_trace(history, life, office):
    """The records that were taken, told alone, lead to the very same case."""
    books = OFFICES[office]
    case, alerts, taken = live(history, life, books)
    again = OneCase(books)
    for at, record in taken:
        again.apply(record, at)
    assert cards(again.case) == cards(case)
    assert {(a.id, a.state, a.due_at) for a in again.alerts} == {(a.id, a.state, a.due_at) for a in alerts}


@given(told, lives, offices, st.randoms())
def test_a_case_judged_anew_from_its_facts_alone_stays_as_it_is(history, life, office, random):
    """Whatever is taken over from before, because nothing it depends on has changed, is what working it out again gives."""
    books = OFFICES[office]
    _, _, taken = live(history, life, books)
    one = OneCase(books)
    late = sorted((at + random.randrange(10) // 7 * random.randrange(9 * DAY), number) for number, (at, _) in enumerate(taken))
    for arrived, number in late:
        try:
            one.apply(taken[number][1], arrived)
        except BadEvent:
            continue
        case = one.case
        if case is not None:
            book = books.get(case.book)
            anew = judge(clocks_of(case, book), case.cards, book, one.now)
            assert (anew.changes, anew.clocks, anew.wake_at) == ((), case.clocks, one.wake_at)


@given(told, lives, offices, st.lists(st.integers(0, MINUTES), max_size=8))
def test_extra_ticks_decide_only_when_an_alert_is_seen(history, life, office, ticks):
    """The acts name cards that stand in the untroubled course, so that both are told the same."""
    books = OFFICES[office]
    case, _, taken = live(history, life, books)
    moments = sorted(
        [(at, 1, offset, record) for offset, (at, record) in enumerate(taken)]
        + [(to_instant(BEGIN) + minute * 60_000, 0, offset, TICK) for offset, minute in enumerate(ticks)],
        key=lambda moment: moment[:3],
    )
    other = OneCase(books)
    for at, _, _, record in moments:
        other.apply(record, at)
    assert cards(other.case) == cards(case)


@given(told, lives, offices)
def test_every_act_twice_is_as_good_as_once(history, life, office):
    books = OFFICES[office]
    case, alerts, taken = live(history, life, books)
    twice = OneCase(books)
    for at, record in [record for record in taken for _ in range(2)]:
        twice.apply(record, at)
    assert cards(twice.case) == cards(case)
    assert [(a.id, a.change) for a in twice.alerts] == [(a.id, a.change) for a in alerts]


@given(st.lists(st.sampled_from(range(len(ACTS))), max_size=12), st.sampled_from(["pending", "issued"]))
def test_the_state_of_a_card_is_its_first_or_one_an_act_leads_to(acts, first):
    state = state_after(first, [(number, act) for number, act in enumerate(acts)])
    assert state in {first, *TRANSITIONS.values()}


@given(told, lives, offices)
def test_the_days_of_every_alert_about_an_alert_add_up_to_its_limit(history, life, office):
    """Time under appeal is not counted."""
    _, alerts, _ = live(history, life, OFFICES[office])
    for alert in alerts:
        if alert.rule in ("reply", "followup-opening", "followup") and alert.limit:
            assert sum(span.days for span in alert.spans if span.counted) == Limit.parse(alert.limit).value, alert
            assert alert.detail.startswith(f"alert={alert.id.rsplit('/', 3)[0]}/")


@given(told, st.randoms(use_true_random=False))
def test_alerts_about_alerts_are_the_same_ones_in_any_order_of_arrival(history, random):
    books, ended = UNHURRIED, []
    for _ in range(2):
        one = OneCase(books)
        for record in history:
            one.apply(record, END)
        one.apply(TICK, END + 60 * DAY)
        ended.append({card for card in cards(one.case) if STATES[card[5]] in STANDING})
        random.shuffle(history)
    assert ended[0] == ended[1]
