"""One record, one id; and cases that come back: what stands follows from the records that count, however they were told."""

from collections.abc import Sequence
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from rules import events as ev
from rules.alerts import STANDING, STATES
from rules.book import RuleBooks
from rules.case import NEVER, Case, alert_id, cycles_of, is_over, last_cycle
from rules.drive import OneCase
from rules.events import TICK, Header
from rules.facts import home_of, read, retold, written
from rules.facts.retelling import FACTS
from rules.instant import DAY, to_instant
from tests.properties.complaints import EVERYTHING, on_cases, on_windows
from tests.properties.records import histories
from tests.properties.test_life_properties import OFFICES
from tests.properties.test_step_properties import END, PROFILES

BOOKS = {**PROFILES, **OFFICES, "everything": EVERYTHING}
books = st.sampled_from(sorted(BOOKS))
NOTHING = {name: getattr(Case(""), name) for name in FACTS}
cases = st.tuples(histories | on_cases, books)
told = cases | st.tuples(on_windows, st.just("everything"))
"""Records and the book they are judged by. Windows are judged by one that forgets nothing in the time of these tests: a card that
stood when its clock was forgotten stays."""
shuffles = st.randoms(use_true_random=False)
_LATER = 10 * 60_000
"""A correction is typed in ten minutes after all else."""


def told_at_once(records: Sequence[Header], among: RuleBooks) -> OneCase:
    """All of them, arrived at one instant, in this order; and then time."""
    one = OneCase(among, stored=True)
    for record in records:
        one.apply(record, END)
    one.apply(TICK, END + 200 * DAY)
    return one


def facts_of(case: Case | None) -> list[dict[str, object]]:
    """The facts of each cycle of which anything is left. Where a case was of which nothing is left is no fact."""
    if case is None:
        return []
    found = [{name: getattr(cycle, name) for name in FACTS} for cycle in cycles_of(case)]
    for facts in found:
        facts["corrections"] = _without_cards(facts["corrections"])
        if not facts["complaints"] and not facts["reviews"] and not facts["attendance"]:
            del facts["desk"]
    return [facts for facts in found if any(fact != NOTHING[name] for name, fact in facts.items())]


def _without_cards(corrections: Any) -> tuple[Any, ...]:
    """Whether a card had fallen when a correction came depends on when that was: that is what it is about."""
    return tuple(sorted((arrived, kind, how & 1) for arrived, kind, how in corrections))


def standing(case: Case | None) -> set[tuple[object, ...]]:
    cycles = cycles_of(case) if case is not None else ()
    return {
        (alert_id(cycle, card.rule, card.level, card.cycle), card.due, card.state)
        for cycle in cycles
        for card in cycle.cards
        if STATES[card.state] in STANDING
    }


def without_corrections(facts: list[dict[str, object]]) -> list[dict[str, object]]:
    kept = [{name: fact for name, fact in each.items() if name != "corrections"} for each in facts]
    return [each for each in kept if any(fact != NOTHING[name] for name, fact in each.items())]


@given(told, shuffles)
def test_corrections_retractions_and_second_cycles_lead_to_the_same_case_in_any_order(what, random):
    records, name = what
    shuffled = list(records)
    random.shuffle(shuffled)
    one, other = told_at_once(records, BOOKS[name]).case, told_at_once(shuffled, BOOKS[name]).case
    assert facts_of(one) == facts_of(other)
    assert standing(one) == standing(other)


@given(told, shuffles)
def test_every_record_twice_in_any_order_leads_to_the_same_case(what, random):
    records, name = what
    doubled = [*records, *records]
    random.shuffle(doubled)
    one, other = told_at_once(records, BOOKS[name]).case, told_at_once(doubled, BOOKS[name]).case
    assert facts_of(one) == facts_of(other)
    assert standing(one) == standing(other)


@given(told)
def test_a_case_is_what_its_journal_says_of_it(what):
    """What was joined record by record, and what the journal makes of them all at once."""
    records, name = what
    among = BOOKS[name]
    case = told_at_once(records, among).case
    if case is None:
        return
    entries = read(case.journal, home_of(case))
    retelling = map(_plain, retold(case, entries, among))
    assert facts_of(case) == [each for each in retelling if any(fact != NOTHING[name] for name, fact in each.items())]


def _plain(facts: dict[str, object]) -> dict[str, object]:
    kept = {**facts, "corrections": _without_cards(facts["corrections"])}
    if not kept["complaints"] and not kept["reviews"] and not kept["attendance"]:
        del kept["desk"]
    return kept


@given(told)
def test_a_journal_survives_being_read_and_written_whatever_place_it_takes_for_granted(what):
    records, name = what
    case = told_at_once(records, BOOKS[name]).case
    if case is None:
        return
    entries = read(case.journal, home_of(case))
    assert written(entries, home_of(case)) == case.journal
    assert read(written(entries, None), None) == entries
    assert read(written(entries, ("430100", "", "", "", "")), ("430100", "", "", "", "")) == entries


@given(cases, st.data())
def test_a_record_taken_back_leaves_what_there_was_without_it(what, data):
    records, name = what
    gone = data.draw(st.sampled_from(records))
    rest = [record for record in records if record.id != gone.id]
    if not isinstance(gone, ev.Retracted):
        rest = [record for record in rest if not (isinstance(record, ev.Retracted) and record.record == gone.id)]
        take_back = ev.Retracted(
            id="taken-back", at=gone.at, record=gone.id, operator="李四", reason="误录", region=gone.region, case=gone.case,
            hall=gone.hall, department=gone.department, window=gone.window, numbered_by=gone.numbered_by,
        )  # fmt: skip
        one = told_at_once([*records, take_back], BOOKS[name]).case
        assert without_corrections(facts_of(one)) == without_corrections(facts_of(told_at_once(rest, BOOKS[name]).case))


@given(cases, st.data())
def test_a_record_corrected_without_a_revision_is_as_if_it_had_been_told_so_at_once(what, data):
    records, name = what
    among = BOOKS[name]
    exact = [record for record in records if not isinstance(record, ev.Retracted)]
    once = [msgspec.structs.replace(record, id=f"o{place}", revision=0) for place, record in enumerate(exact)]
    if not once:
        return
    place = data.draw(st.integers(0, len(once) - 1))
    wrong = msgspec.structs.replace(data.draw(st.sampled_from(once)), id=once[place].id)
    one = OneCase(among, stored=True)
    for arrived, record in [(END, wrong if at == place else each) for at, each in enumerate(once)] + [
        (END + _LATER, once[place])
    ]:
        one.apply(record, arrived)
    one.apply(TICK, END + 200 * DAY)
    right = told_at_once(once, among).case
    assert without_corrections(facts_of(one.case)) == without_corrections(facts_of(right))
    assert standing(one.case) == standing(right)


@given(histories, st.sampled_from(sorted(PROFILES)))
def test_nobody_escapes_by_being_accepted_again(records, name):
    """Told as it happens: an acceptance with a promise, after whatever ended the case, has a clock that runs."""
    one = OneCase(PROFILES[name], stored=True)
    for record in sorted(records, key=lambda record: record.at):
        one.apply(record, to_instant(record.at))
    last = END - 5 * DAY
    key = records[0]
    again = ev.Accepted(
        id="again", at=key.at.fromtimestamp(last / 1000, key.at.tzinfo), promised="5wd", statutory="20wd", region=key.region,
        case=key.case, hall=key.hall, department=key.department, window=key.window, item="licence",
    )  # fmt: skip
    before = one.case
    one.apply(again, last)
    case = one.case
    assert case is not None
    if before is None or is_over(last_cycle(before)) or last_cycle(before).terms is None or before.later:
        cycle = last_cycle(case)
        assert cycle.terms is not None
        over = is_over(last_cycle(before)) if before is not None else False
        if over and _had_begun(before):
            assert cycle.nth == len(cycles_of(before)) + 1 or cycle.terms.at == last
            assert any(not clock.end and clock.deadline for clock in cycle.clocks), "it has no clock"
    one.advance(last + 400 * DAY)


def _had_begun(case: Case | None) -> bool:
    if case is None:
        return False
    cycle = last_cycle(case)
    begun = [at for at in (cycle.applied, cycle.terms.at if cycle.terms is not None else NEVER) if at]
    return bool(begun) and cycle.concluded != NEVER and min(begun) <= cycle.concluded
