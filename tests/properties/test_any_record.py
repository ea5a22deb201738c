"""Whatever record meets whatever state: taken, or refused with a reason that the dead letters know; never anything else."""

from hypothesis import given
from hypothesis import strategies as st

from monitor.wire import DEAD_LETTER_REASONS, decode_record, encode_event
from rules.alerts import LEVELS, STATES, Alert
from rules.book import RuleBooks
from rules.cards import alert_of
from rules.case import alert_id, cycles_of, decode_case, encode_case
from rules.drive import Cases
from rules.errors import BadEvent
from rules.events import EVENT_TYPES
from rules.keys import key_of_alert, number_of_case, parse_alert_id, space_of
from tests.properties.every_event import BOOKS, Arriving, aimed, any_act, any_event, arriving, every_type, last_word
from tests.properties.test_life_properties import overdue

everything = st.sampled_from(sorted(BOOKS))
logs = arriving(st.one_of(any_event, any_event, overdue, any_act))


def _through(records: list[Arriving], books: RuleBooks) -> tuple[Cases, list[Alert]]:
    """All of them through the rules. A refused one leaves every case as time alone had made it."""
    driven, alerts = Cases(books), []
    for each in records:
        arrived = each.arrived
        alerts += map(alert_of, driven.advance(arrived))
        event = aimed(each, driven.cases)
        before = dict(driven.cases)
        try:
            alerts += map(alert_of, driven.apply(event, arrived))
        except BadEvent as error:
            assert error.reason in DEAD_LETTER_REASONS
            assert str(error)
            assert driven.cases == before
        for key, case in driven.cases.items():
            if case is not before.get(key):
                driven.cases[key] = decode_case(encode_case(case))
                assert driven.cases[key] == case
    alerts += map(alert_of, driven.advance(last_word()))
    return driven, alerts


def test_every_type_is_drawn():
    assert set(every_type) == set(EVENT_TYPES)


@given(any_event)
def test_every_record_survives_the_wire(event):
    assert decode_record(encode_event(event)) == event


@given(logs, everything)
def test_no_state_and_no_record_raise_anything_but_a_refusal(records, name):
    _through(records, BOOKS[name])


@given(logs, everything)
def test_every_card_has_a_rule_and_none_stands_twice(records, name):
    books = BOOKS[name]
    driven, alerts = _through(records, books)
    changes: dict[str, int] = {}
    last: dict[str, Alert] = {}
    for alert in alerts:
        assert alert.change == changes.get(alert.id, 0) + 1, "a change is missing or told twice"
        changes[alert.id], last[alert.id] = alert.change, alert
        name = parse_alert_id(alert.id)
        assert name is not None
        assert (name.rule, name.level, name.cycle) == (alert.rule, alert.level, alert.cycle)
        assert (space_of(name.key), number_of_case(name.key)) == (alert.numbered_by, alert.case)
        [rule] = [rule for rule in books.get(alert.book).rules if rule.id == alert.rule]
        assert LEVELS.index(alert.level) in rule.levels
    for key, case in driven.cases.items():
        cards = [(cycle, card) for cycle in cycles_of(case) for card in cycle.cards]
        names = [alert_id(cycle, card.rule, card.level, card.cycle) for cycle, card in cards]
        assert len(names) == len(set(names))
        assert {name: STATES[card.state] for name, (_, card) in zip(names, cards, strict=True)} == {
            alert.id: alert.state for alert in last.values() if key_of_alert(alert.id) == key
        }
