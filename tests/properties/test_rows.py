"""What the row of a kind says of it holds for its function: it reads no other facts, and needs what it says it needs."""

from collections import defaultdict
from operator import attrgetter
from typing import Any

import msgspec
from hypothesis import given

from rules.book import ProcessRule, RateRule, RuleBook, RuleBooks, TimeLimit
from rules.case import Case
from rules.clocks import clocks_of
from rules.drive import Cases
from rules.events import STAGES, Header
from rules.families import FINDINGS
from rules.families.kinds import KINDS
from rules.instant import to_instant
from tests.properties import complaints, records
from tests.rules.families.oddities import HALL, ITEMS
from tests.rules.story import book


def _everything() -> RuleBook:
    """The default book with a rule for each row of both tables; of those with named limits, one for each."""
    limits = [
        {
            "id": f"{kind.name}-{limit}",
            "clock": kind.name,
            "limit": limit,
            "ends_with": ends,
            "yellow": "deadline",
            "red": "1d after",
        }
        for kind in KINDS
        if not kind.watches_cards
        for limit, ends in [(limit, "conclusion") for limit in kind.limits] or [("2d", "conclusion"), ("3wd", "decision")]
    ]
    limits = [{**rule, "id": f"{rule['clock']}-{place}"} for place, rule in enumerate(limits)]
    process = [
        {
            "id": f"found-{finding.name}",
            "finding": finding.name,
            "yellow": "at once",
            **({"within": "10wd"} if finding.needs_within else {}),
            "count": max(finding.counts_from, 1),
        }
        for finding in FINDINGS
    ]
    return book(time_limits=limits, process=process, items=ITEMS, hall=HALL, stages=dict.fromkeys(STAGES, "2wd"))


BOOK = _everything()
BOOKS = RuleBooks([BOOK])
_NOTHING = Case("")
Row = TimeLimit | ProcessRule
courses = records.histories | complaints.histories


def cases(events: list[Header]) -> list[Case]:
    """Every case after each record, which arrives as it happens."""
    driven = Cases(BOOKS)
    found = {}
    for event in sorted(events, key=attrgetter("at")):
        driven.apply(event, to_instant(event.at))
        found.update({id(case): case for case in driven.cases.values() if case is not None})
    return list(found.values())


class Watched:
    """A case that notes which of its facts were read."""

    def __init__(self, case: Case) -> None:
        self._case, self.seen = case, set[str]()

    def __getattr__(self, fact: str) -> Any:
        self.seen.add(fact)
        return getattr(self._case, fact)


def by_reads(book: RuleBook) -> dict[frozenset[str], list[int]]:
    """The places of the rules that read the same facts."""
    places = defaultdict(list)
    for place, rule in enumerate(book.rules):
        if isinstance(rule, ProcessRule):
            places[rule.finding.reads].append(place)
        elif isinstance(rule, TimeLimit) and not rule.kind.watches_cards:
            places[rule.kind.reads].append(place)
    return places


def look(case: Case | Watched, rule: Row) -> list[object]:
    asked = rule.finding.look if isinstance(rule, ProcessRule) else rule.kind.runs
    return list(asked(case, rule, BOOK)) if asked is not None else []


def needs(rule: Row) -> tuple[str, ...]:
    if isinstance(rule, ProcessRule):
        return rule.finding.needs
    return (rule.ends_with == "decision" and rule.kind.needs_by_decision) or rule.kind.needs


def test_the_book_of_these_tests_has_every_kind_and_every_finding():
    assert {rule.clock for rule in BOOK.time_limits} == {kind.name for kind in KINDS if not kind.watches_cards}
    assert {rule.finding.name for rule in BOOK.process} == {finding.name for finding in FINDINGS}


@given(courses, courses)
def test_the_clocks_of_a_rule_depend_on_no_facts_but_those_its_row_names(events, others):
    pool = cases(others)
    for number, case in enumerate(cases(events)):
        other = pool[number % len(pool)] if pool else _NOTHING
        clocks = clocks_of(case, BOOK)
        for reads, places in by_reads(BOOK).items():
            facts = {field: getattr(case, field) for field in (*reads, "spans")}  # any fact may have a span
            mixed = msgspec.structs.replace(other, key=case.key, tally=None, **facts)
            same = [clock for clock in clocks_of(mixed, BOOK) if clock.rule in places]
            assert same == [clock for clock in clocks if clock.rule in places], {BOOK.rules[place].id for place in places}


@given(courses)
def test_the_function_of_a_rule_reads_no_facts_but_those_its_row_names(events):
    for case in cases(events):
        for rule in BOOK.rules:
            if not isinstance(rule, RateRule):
                watched = Watched(case)
                look(watched, rule)
                row = rule.finding if isinstance(rule, ProcessRule) else rule.kind
                assert watched.seen <= row.reads | {"key", "spans"}, rule.id


@given(courses)
def test_a_rule_finds_nothing_in_a_case_without_any_of_the_facts_its_row_needs(events):
    for case in cases(events):
        for rule in BOOK.rules:
            if not isinstance(rule, RateRule):
                without = msgspec.structs.replace(case, **{field: getattr(_NOTHING, field) for field in needs(rule)})
                assert look(without, rule) == [], rule.id
