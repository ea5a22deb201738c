"""Counting cases for tallies: by differences, in any number of partitions, and from anew after a recovery."""

import random
from typing import Any

from rules.book import RuleBooks
from rules.case import Case, Tally, tallied
from rules.drive import Cases
from rules.events import Tallied
from rules.instant import to_instant
from rules.keys import TALLY_KEY
from rules.rates import Tallies
from rules.rates.counting import Account, accounts_of
from tests.driven import as_it_happens
from tests.rules.story import Story, book, books, day, event

NOW = int(to_instant(day(40)))


def cases(number: int, seed: int = 1) -> list[list[Case]]:
    """Histories of cases: each a list of what the case was, one after the other."""
    dice = random.Random(seed)
    told = []
    for place in range(number):
        story, states = Story(books()), []
        item, window = dice.choice(["licence", "permit"]), dice.choice(["A01", "A02"])
        steps: list[tuple[str, float, dict[str, Any]]] = [("accepted", 0, {"promised": "5d"})]
        steps += [("stage_entered", 0.1, {"stage": "handling"}), ("stage_left", dice.random() * 9, {"stage": "handling"})]
        if dice.random() < 0.3:
            steps.append(("branch_opened", 0.2, {"department": dice.choice(["消防局", "环保局"]), "limit": "3wd"}))
            steps.append(("branch_concluded", dice.random() * 9, {"department": "消防局"}))
        if dice.random() < 0.8:
            steps.append(("concluded", dice.random() * 12, {"how": dice.choice(["normal", "returned"])}))
        for kind, days, fields in sorted(steps, key=lambda step: step[1]):
            story.tell(kind, day(days + place % 20), item=item, window=window, case=f"c{place}", **fields)
            states.append(story.known)
        story.tick(day(40))
        states.append(story.known)
        told.append(states)
    return told


def joined(reports: list[Tallied]) -> dict[str, Tally]:
    known: dict[str, Tally] = {}
    for report in reports:
        tally = tallied(known.get(report.case), report)
        assert tally is not None
        known[report.case] = tally
    return known


def summed(known: dict[str, Tally]) -> dict[str, Any]:
    """Counts by account and kind, whoever told them."""
    sums: dict[str, Any] = {}
    for key, tally in known.items():
        for kind, cells, width in (("day", tally.days, 2), ("month", tally.months, 2), ("pace", tally.month_paces, 3)):
            for cell in cells:
                total = sums.setdefault((key, kind, *cell[1:width]), [0] * (len(cell) - width))
                for index, amount in enumerate(cell[width:]):
                    total[index] += amount
    return {place: total for place, total in sums.items() if any(total)}


def test_counting_by_differences_comes_to_the_same_as_counting_at_the_end() -> None:
    told = cases(60)
    by_steps, at_end = Tallies(books(), 0), Tallies(books(), 0)
    reports: list[Tallied] = []
    for place, states in enumerate(told):
        for before, after in zip([None, *states], states, strict=False):
            by_steps.change(before, after)
        if place % 7 == 0:
            reports += by_steps.take(NOW, place)
        at_end.change(None, states[-1])
    reports += by_steps.take(NOW, 1000)
    assert summed(joined(reports)) == summed(joined(at_end.take(NOW, 1)))


def test_counting_in_any_number_of_partitions_comes_to_the_same() -> None:
    told = cases(60)
    one, several = Tallies(books(), 0), [Tallies(books(), source) for source in range(4)]
    for place, states in enumerate(told):
        one.change(None, states[-1])
        several[place % 4].change(None, states[-1])
    reports = [report for part in several for report in part.take(NOW, 1)]
    assert summed(joined(reports)) == summed(joined(one.take(NOW, 1)))


def test_a_recovered_count_reports_everything_and_counts_nothing_twice() -> None:
    told = cases(40)
    tallies = Tallies(books(), 0)
    for states in told[:30]:
        tallies.change(None, states[-1])
    before = tallies.take(NOW, 29)
    for states in told[30:]:  # told to nobody: the worker died
        tallies.change(None, states[-1])
    recovered = Tallies(books(), 0)
    for states in told:
        recovered.change(None, states[-1])
    after = recovered.take(NOW, 39)
    assert all(report.whole for report in after)
    assert summed(joined(before + after)) == summed(joined(after))


def test_only_cells_that_changed_are_reported() -> None:
    tallies = Tallies(books(), 3)
    tallies.change(None, cases(1)[0][-1])
    first = tallies.take(NOW, 5)
    assert {report.kind for report in first} == {"department", "window", "item"}
    assert {(report.source, report.upto, report.whole) for report in first} == {(3, 5, True)}
    assert tallies.take(NOW, 6) == []
    story = Story(books())
    story.tell("accepted", day(1), case="another", item="", window="A09")
    tallies.change(None, story.known)
    second = tallies.take(NOW, 7)
    assert sorted(report.kind for report in second) == ["department", "window"], "it has no item"
    assert not any(report.whole for report in second)


def test_a_new_book_gets_all_counts_and_an_old_one_its_end() -> None:
    old = book(version="old")
    new = book(version="new", effective_from=day(30))
    tallies = Tallies(RuleBooks([old]), 0)
    story = Story(RuleBooks([old]))
    story.tell("accepted", day(0))
    tallies.change(None, story.known)
    assert {report.book for report in tallies.take(NOW, 1)} == {"old"}
    tallies.books = RuleBooks([old, new])
    told = tallies.take(NOW, 2)
    assert {(report.book, report.until, report.whole) for report in told} == {
        ("old", to_instant(day(30)), True),
        ("new", 0, True),
    }


def test_tallies_are_not_counted_themselves() -> None:
    driven = Cases(books(), tallied=True)
    for place in range(3):
        at = day(place)
        as_it_happens(driven, event("accepted", at, case=f"c{place}"), int(to_instant(at)))
    driven.advance(NOW)
    keys = [key for key in driven.cases if key.startswith(TALLY_KEY)]
    assert len(keys) == 3
    assert all(sum(cell[2] for cell in driven.cases[key].tally.months) == 3 for key in keys)  # type: ignore[union-attr]


def test_a_place_counts_for_whom_it_names() -> None:
    assert list(accounts_of(("430100", "H", "", "A01", ""))) == [Account("window", "430100", "H", "", "A01", "")]
    assert Account("item", "430100", "H", "D", "", "i").key("b-1") == "tally:b-1/item/430100/H/D//i"


def test_a_department_that_only_has_parts_of_cases_has_figures_of_its_own() -> None:
    story = Story(books())
    story.tell("accepted", day(0), promised="20wd")
    story.tell("branch_opened", day(0), department="消防局", limit="1wd")
    counts = Tallies(books(), 0)
    counts.change(None, story.known)
    reports = [report for report in counts.take(to_instant(day(3)), 1) if report.department == "消防局"]
    assert [report.kind for report in reports] == ["department"], "parts are no window's and no item's"
    opened, judged = reports[0].days
    assert opened[1:] == (1, 0, 0, 0, 0, 0, 0) and judged[1:] == (0, 0, 0, 1, 1, 0, 0)
    before = story.known
    story.tell("branch_concluded", day(0, 5), department="消防局")
    counts.change(before, story.known)
    [mended] = [report for report in counts.take(to_instant(day(3)), 2) if report.department == "消防局"]
    assert mended.days == ((opened[0], 1, 1, 0, 1, 0, 0, 0), (judged[0], 0, 0, 0, 0, 0, 0, 0))
