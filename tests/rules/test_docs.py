"""The reference of rule books says what the code does: keys, defaults, clocks, findings, states, reasons, rules, thresholds."""

import re
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from monitor.books.files import load_book, profiles
from monitor.scenarios.play import play
from monitor.scenarios.script import load_scenarios
from rules.alerts import LEVELS, STATES, Reason
from rules.book import Defaults, Extension, Hall, Item, Special, Supplement
from rules.book.rules import RATES
from rules.bookfile import written
from rules.events import STAGES, Procedure
from rules.families import FINDING, KIND
from rules.worktime import Counting, calendar_table
from rules.worktime import hours as workhours
from tests.rules.story import own_rules
from tests.scenarios.test_scenarios import FOLDER

PAGES = ("rule-book", "kinds", "findings", "cards", "profiles", "scenarios")
TEXT = "\n".join((Path(__file__).parents[2] / "docs" / "reference" / f"{page}.md").read_text("utf-8") for page in PAGES)
SECTIONS = dict(re.findall(r"^#{2,3} (.+?)\n(.*?)(?=^#{2,3} |\Z)", TEXT, re.MULTILINE | re.DOTALL))

STRUCTS: dict[str, type[msgspec.Struct]] = {
    "The book": written.WrittenBook,
    "`[counting]`": Counting,
    "`[defaults]`": Defaults,
    "`[special]`": Special,
    "`[supplement]`": Supplement,
    "`[extension]`": Extension,
    "`[[items]]`": Item,
    "`[[time_limits]]`": written.WrittenTimeLimit,
    "`[hall]`": Hall,
    "`[[process]]`": written.WrittenProcess,
    "`[[rates]]`": written.WrittenRate,
}
NAMES = {
    "`[calendar]`": calendar_table._KEYS,
    "`[office_hours]`": workhours._KEYS,
    "`[[office_hours.seasons]]`": workhours._SEASON_KEYS,
    "Clocks": tuple(KIND),
}


def rows(section: str) -> list[list[str]]:
    """The cells of every table row of a section, headings and rules left out."""
    lines = [line.strip("|").split("|") for line in SECTIONS[section].splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line] for line in lines]
    return [row for row in cells if row[0] not in ("key", "clock", "profile", "state", "reason", "what") and set(row[0]) != {"-"}]


def keys(section: str) -> dict[str, str]:
    """Each key of a section's table to its third cell, the default."""
    return {row[0].strip("`"): row[2].strip("`") for row in rows(section)}


def shown(field: msgspec.structs.FieldInfo) -> str:
    """A default as TOML would write it."""
    value: Any = field.default
    if field.default_factory is not msgspec.NODEFAULT:
        value = field.default_factory()
    if value is msgspec.NODEFAULT:
        return "required"
    if value is None:
        return "none"
    return msgspec.json.encode(value).decode().replace('","', '", "')


@pytest.mark.parametrize("section", STRUCTS)
def test_every_key_of_a_rule_book_is_documented_with_its_default(section: str) -> None:
    documented = keys(section)
    if section == "The book":
        assert documented.pop("extends") == documented.pop("catalog") == "none"  # resolved before the book is read
    assert documented == {field.name: shown(field) for field in msgspec.structs.fields(STRUCTS[section])}


@pytest.mark.parametrize("section", NAMES)
def test_every_name_in_a_table_of_names_is_documented(section: str) -> None:
    assert sorted(keys(section)) == sorted(NAMES[section])


def test_every_stage_procedure_finding_level_state_and_reason_is_documented() -> None:
    words = set(re.findall(r"`([a-z_-]+)`", TEXT))
    wanted = {*STAGES, *get_args(Procedure), *FINDING, *RATES, *LEVELS, *STATES, *(reason.code for reason in Reason)}
    assert not wanted - words


def thresholds(rule: dict[str, Any]) -> str:
    levels = ", ".join(f"{level} {rule[level]}" for level in LEVELS if level in rule)
    return f"{rule['limit']}: {levels or 'expires'}"


def looked_for(rule: dict[str, Any]) -> str:
    told = [rule["finding"]] if rule["finding"] != rule["id"] else []
    told += [f"{key} {rule[key]}" for key in ("count", "within") if key in rule]
    levels = ", ".join(f"{level} {rule[level]}" for level in LEVELS if level in rule)
    return f"{', '.join(told)}: {levels}" if told else levels


def compared(rule: dict[str, Any]) -> str:
    told = [rule["rate"]]
    told += [f"{key} {rule[key]}" for key in ("over", "at_least") if key in rule]
    told += ["per working day"] if rule.get("per_workday") else []
    return f"{', '.join(told)}: " + ", ".join(f"{level} {rule[level]}" for level in LEVELS if level in rule)


TABLES = {
    "Rules shipped, with their source and scenario": ("time_limits", thresholds),
    "Process rules shipped, with their source and scenario": ("process", looked_for),
    "Rates and volumes shipped, with their source and scenario": ("rates", compared),
}


@pytest.mark.parametrize("section", TABLES)
def test_the_table_of_rules_is_that_of_the_books(section: str) -> None:
    kind, said = TABLES[section]
    documented = {(row[0], row[1].strip("`")): row[3] for row in rows(section) if len(row) == 5}
    assert documented == {(profile, rule["id"]): said(rule) for profile in profiles() for rule in own_rules(profile, kind)}


@pytest.mark.parametrize("section", TABLES)
def test_every_rule_has_the_scenarios_the_table_names(section: str) -> None:
    for row in rows(section):
        if len(row) == 5:
            shown_by = load_scenarios(FOLDER / row[4])
            wanted = row[1].strip("`")
        else:
            file, _, name = row[3].partition(" ")
            shown_by = load_scenarios(FOLDER / file)
            wanted = name.strip("(`)")
        assert any(wanted in scenario.rows for scenario in shown_by), row


def examples() -> list[str]:
    return re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)


def test_the_examples_are_a_good_book_and_a_scenario_that_holds(tmp_path: Path) -> None:
    book, small, scenario = (tmp_path / name for name in ("book.toml", "small.toml", "scenario.toml"))
    for path, text in zip((book, small, scenario), examples(), strict=True):
        path.write_text(text, "utf-8")
    assert [rule.id for rule in load_book(small).process] == ["back-entry"]
    assert "delivery" not in {rule.id for rule in load_book(small).time_limits}
    assert load_book(book).version == "yuelu-2026-1"
    assert [play(each) for each in load_scenarios(scenario)] == [[]]
