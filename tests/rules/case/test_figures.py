"""What one case adds to the figures of its department."""

import msgspec

from rules.case import NOTHING, Card, Case, Origin, count, counted_at, is_uncovered, same_count
from tests.rules.story import Story, books, day


def story() -> Story:
    told = Story()
    told.tell("applied", day(0), department="城管局")
    return told


def test_a_case_before_its_acceptance_counts_for_nothing_but_has_a_place() -> None:
    told = story()
    assert count(None) == NOTHING and count(told.case) == NOTHING
    assert counted_at(told.known) == ("430100", "市政务服务中心", "城管局")
    assert counted_at(Case("k")) == ("", "", "")


def test_a_card_counts_before_the_acceptance_of_its_case() -> None:
    told = story()
    told.tick(day(8))
    assert count(told.case) == (0, 0, 0, 0, 1, 0)


def test_the_acceptance_settles_the_place() -> None:
    told = story()
    told.tell("accepted", day(1), department="市场监管局", promised="5wd", statutory="10wd")
    assert counted_at(told.known)[2] == "市场监管局"
    assert count(told.case) == (1, 1, 0, 0, 0, 0)


def test_a_case_concluded_on_the_deadline_is_on_time_and_one_after_it_is_not() -> None:
    # 2026-03      Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09
    # promise 5wd  |----1----2----3----4----.----.----5 concluded at 09:30 on time, at 09:31 late
    for minutes, expected in ((0, (1, 0, 1, 1, 0, 0)), (1, (1, 0, 1, 0, 1, 0))):
        told = Story()
        told.tell("accepted", day(0), promised="5wd", statutory="10wd")
        told.tell("concluded", day(7, 0, minutes))
        assert count(told.case) == expected


def test_a_case_counts_as_many_yellow_and_red_cards_as_stand() -> None:
    told = Story()
    told.tell("accepted", day(0), promised="5wd", statutory="10wd")
    told.tick(day(15))
    assert count(told.case) == (1, 1, 0, 0, 1, 1)
    told.tell("concluded", day(10), arrived=day(16))
    assert count(told.case) == (1, 0, 1, 0, 1, 0)


def test_a_case_without_a_limit_is_on_time_whenever_it_is_concluded() -> None:
    told = Story(books(defaults={"statutory": ""}))
    told.tell("accepted", day(0))
    told.tell("concluded", day(300))
    assert count(told.case) == (1, 0, 1, 1, 0, 0)


def test_a_case_turned_away_is_neither_open_nor_concluded() -> None:
    told = Story()
    told.tell("accepted", day(0))
    told.tell("not_accepted", day(1))
    assert count(told.case) == (1, 0, 0, 0, 0, 0)
    conclusion_alone = Story()
    conclusion_alone.tell("concluded", day(0))
    assert count(conclusion_alone.case) == NOTHING


def test_two_cases_count_the_same_only_where_count_and_scope_are_the_same() -> None:
    told = Story()
    told.tell("accepted", day(0), promised="5wd", statutory="10wd")
    case = told.known
    changed = [
        {},
        {"offset": 99, "ahead": True},
        {"terms": None, "origin": Origin(1, "430100", "h", "d", "w", "i")},
        {"terms": msgspec.structs.replace(told.known.terms, department="城管局")},
        {"concluded": case.due},
        {"concluded": case.due + 1},
        {"concluded": case.due + 1, "due": case.due + 1},
        {"not_accepted": case.due},
        {"cards": (Card("r", 2, 1, 1, 1, 1, 1),)},
    ]
    cases = [msgspec.structs.replace(case, **fields) for fields in changed]
    for before in cases:
        for after in cases:
            same = (count(before), counted_at(before)) == (count(after), counted_at(after))
            assert not same_count(before, after) or same
    assert same_count(cases[0], cases[1])


def test_a_case_is_uncovered_only_while_a_clock_without_a_deadline_runs() -> None:
    told = Story(books(calendar={"name": "own", "base": "weekends", "years": [2025]}))
    told.tell("accepted", day(0))
    assert is_uncovered(told.known)
    told.tell("concluded", day(1), how="withdrawn")
    assert not is_uncovered(told.known)
    assert not is_uncovered(Case("k"))
