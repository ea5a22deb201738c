"""Every row of the tables is whole: a name and a code of its own, a function, words, a scenario, a line of the reference.

``tests/properties/test_rows.py`` holds what a row says of its function against the function.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.words import FINDINGS as WORDS
from monitor.words.clocks import RUNS
from rules.book import ClockKind, FindingKind
from rules.events import EVENT_TYPES
from rules.families import FINDING, FINDINGS, KIND
from rules.families.kinds import KINDS
from tests.rules.story import book
from tests.scenarios.test_scenarios import SCENARIOS

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"
every_clock = pytest.mark.parametrize("kind", KINDS, ids=list(KIND))
every_finding = pytest.mark.parametrize("finding", FINDINGS, ids=list(FINDING))


def lines(page: str) -> Iterator[tuple[str, str]]:
    """Each name in the first cell of a row, with its source, of the tables that have such a column at their end."""
    has_source = False
    for line in (REFERENCE / page).read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|"):
            has_source = False
        elif cells[-1] == "source":
            has_source = True
        elif has_source:
            for name in re.findall(r"`([a-z-]+)`", cells[0]):
                yield name, cells[-1]


def shown() -> Iterator[str]:
    """The names of kinds and findings that a scenario shows: a row of it is a rule of that kind in its book."""
    for scenario in SCENARIOS.values():
        judged = book(scenario.book, scenario.over)
        for rule in judged.time_limits:
            if any(rule.id == row or rule.id.startswith(f"{row}-") for row in scenario.rows):
                yield rule.kind.name
        for found in judged.process:
            if found.id in scenario.rows:
                yield found.finding.name


def test_no_name_and_no_code_stands_twice() -> None:
    assert len(KIND) == len(KINDS) and len(FINDING) == len(FINDINGS)
    assert len({finding.code for finding in FINDINGS}) == len(FINDINGS)


@every_clock
def test_a_kind_of_clock_has_what_follows_from_its_function(kind: ClockKind) -> None:
    assert bool(kind.runs) == bool(kind.reads) == bool(kind.needs)
    assert set(kind.needs) <= kind.reads
    assert set(kind.needs_by_decision) <= kind.reads
    assert {tag for tag, _ in kind.tried_by} <= set(EVENT_TYPES)


@every_finding
def test_a_finding_has_what_follows_from_where_it_is_seen(finding: FindingKind) -> None:
    assert set(finding.needs) <= finding.reads
    assert (finding.sees is not None) == bool(finding.seen_in) == ("marks" in finding.reads)
    assert not finding.by_hand or finding.sees is not None


@every_clock
def test_a_kind_of_clock_has_words(kind: ClockKind) -> None:
    assert (kind.name, "") in RUNS or {(kind.name, "conclusion"), (kind.name, "decision")} <= set(RUNS)


@every_finding
def test_a_finding_has_words(finding: FindingKind) -> None:
    assert all(WORDS[finding.name])


def test_words_are_of_no_kind_that_is_not_there() -> None:
    assert {name for name, _ in RUNS} == set(KIND) and set(WORDS) == set(FINDING)


def test_every_kind_and_finding_has_a_scenario() -> None:
    assert {*KIND, *FINDING} - set(shown()) == set()


@every_clock
def test_a_kind_of_clock_has_a_line_of_the_reference_with_its_source(kind: ClockKind) -> None:
    [source] = [source for name, source in lines("kinds.md") if name == kind.name]
    assert kind.source in source


@every_finding
def test_a_finding_has_a_line_of_the_reference_with_its_source(finding: FindingKind) -> None:
    [source] = [source for name, source in lines("findings.md") if name == finding.name]
    assert finding.source in source
