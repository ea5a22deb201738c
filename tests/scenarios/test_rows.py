"""Each row of the field's tables has a scenario that holds, and fails once the row is broken."""

from pathlib import Path

import pytest

from monitor.scenarios.play import play
from monitor.scenarios.script import BadScenario, Scenario
from rules.cards import acts as life
from tests.scenarios.rows import TABLES, Row, page
from tests.scenarios.test_scenarios import SCENARIOS

ROWS = {f"{number}: {row.what}": row for number, row in enumerate(row for rows in TABLES.values() for row in rows)}
PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "law-and-scenarios.md"


@pytest.mark.parametrize("name", ROWS)
def test_the_scenario_of_a_row_holds_and_fails_once_the_row_is_broken(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    row = ROWS[name]
    scenario = SCENARIOS[row.scenario]
    assert holds(scenario, Row("", "", "", "")), "unbroken it holds"
    if row.forgotten[0]:
        monkeypatch.delitem(life.TRANSITIONS, row.forgotten)  # type: ignore[arg-type]
    assert not holds(scenario, row)


def holds(scenario: Scenario, row: Row) -> bool:
    """A record that the engine now refuses, or a rule the book no longer has, is a failure as good as an expectation not met."""
    try:
        return not play(scenario, row.change)
    except BadScenario as error:
        refused = ("the engine refuses the record", "is no rule of the book")
        assert any(text in str(error) for text in refused), error
        return False


def test_the_tables_have_at_least_sixty_rows_and_none_twice() -> None:
    told = [row.what for rows in TABLES.values() for row in rows]
    assert len(told) >= 60 and len({row.scenario for rows in TABLES.values() for row in rows}) >= 60
    assert len(set(told)) == len(told)


def test_the_acceptance_page_shows_the_list_of_rows() -> None:
    assert page() in PAGE.read_text("utf-8")
