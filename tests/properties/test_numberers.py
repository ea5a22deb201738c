"""Cases that share a number but not who gave it never touch: any interleaving comes to what each of them comes to alone."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from rules.cards import AlertChange
from rules.drive import Cases
from rules.errors import BadEvent
from rules.events import Action, Header, key_of
from rules.keys import name_alert
from tests.properties.every_event import BOOKS, Arriving, any_event, arriving, last_word

HERE, THERE, PROVINCE = "430100-市场监管局", "430104-市场监管局", "湖南省"
SPACES = {
    HERE: {"region": "430100", "department": "市场监管局", "numbered_by": ""},
    THERE: {"region": "430104", "department": "市场监管局", "numbered_by": ""},
    PROVINCE: {"region": "430100", "department": "市场监管局", "numbered_by": PROVINCE},
}
NUMBER = "2026-0017"
everything = st.sampled_from(sorted(BOOKS))


def numbered(event: Header, space: str) -> Header:
    """The same of the case that ``space`` has given that number; an act, on one of its cards."""
    place = SPACES[space]
    if isinstance(event, Action):
        alert = (
            name_alert(f"{space}/{NUMBER}", *event.alert.rsplit("/", 3)[1:3], 1) if event.alert.count("/") > 2 else event.alert
        )
        return msgspec.structs.replace(event, alert=alert, case="", region=place["region"], department="")
    if event.case:
        return msgspec.structs.replace(event, case=NUMBER, **place)
    return msgspec.structs.replace(event, region=place["region"])  # a window of that place


def told(records: list[tuple[int, Header]], book: str) -> tuple[dict[str, object], list[tuple[object, ...]]]:
    """Cards of every case by its key, and every change in order, as it was told at its time."""
    driven = Cases(BOOKS[book])
    changes: list[AlertChange] = []
    for arrived, event in records:
        changes += driven.advance(arrived)
        try:
            changes += driven.apply(event, arrived)
        except BadEvent:
            continue
    changes += driven.advance(last_word())
    cards = {key: (case.cards, case.clocks, case.terms, case.concluded) for key, case in driven.cases.items()}
    return cards, [(change.id, change.now, change.state, change.card_change.card.change) for change in changes]


@given(arriving(st.tuples(any_event, st.sampled_from(sorted(SPACES))).map(lambda drawn: numbered(*drawn)), most=24), everything)
def test_two_cases_of_one_number_come_to_what_each_comes_to_alone(log: list[Arriving], book: str) -> None:
    records = [(each.arrived, each.event) for each in log]
    together, changes = told(records, book)
    alone: dict[str, object] = {}
    separate: list[tuple[object, ...]] = []
    for key in {key_of(event) for _, event in records}:
        cards, own = told([(arrived, event) for arrived, event in records if key_of(event) == key], book)
        alone |= cards
        separate += own
    assert together == alone
    assert sorted(changes) == sorted(separate)
