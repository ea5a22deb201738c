"""Stale cases, beside what tests/scenarios/office/stale.toml tells of them."""

from tests.rules.story import Story, books, day


def test_a_hearing_is_a_step_of_the_case() -> None:
    story = Story(books("office"))
    story.tell("accepted", day(0), promised="200wd", statutory="300wd")
    story.tell("hearing_requested", day(10))
    # 2026-03    Mo02     Th12     Sa11     Mo11     We10
    # accepted   *
    # stale 90d           |--------30-------60-------90 due; We10 is 10 June
    assert story.deadline("stale") == day(100)


def test_a_case_that_was_over_before_its_acceptance_was_never_stale() -> None:
    story = Story(books("office"))
    story.tell("concluded", day(1))
    story.tell("accepted", day(5), promised="20wd")
    rules = story.books.at(0).rules
    assert "stale" not in {rules[clock.rule].id for clock in story.known.clocks}
