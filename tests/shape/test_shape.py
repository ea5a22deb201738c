"""A made-up house, small enough to count by hand."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shape.__main__ import renew
from tests.shape.arrows import circles, floors
from tests.shape.measure import measure
from tests.shape.source import read
from tests.shape.words import docstrings, leans, sentences, words

HOUSE = {
    "rules/__init__.py": '''
"""The face."""
from rules.step import step
''',
    "rules/step.py": """
from rules import case
from rules.case.case import Case, Visit
import rules.instant
def step():
    return 1
""",
    "rules/instant.py": """
class Clock: ...
""",
    "rules/case/__init__.py": """
from rules.case.case import Case as Case
""",
    "rules/case/case.py": """
from ..instant import Clock
from . import codec  # both ways
class Case: ...
class Visit: ...
""",
    "rules/case/codec.py": """
# a comment
from rules.case.case import Case
""",
    "monitor/__init__.py": "",
    "monitor/app/services.py": """
from rules import step
from rules.case import Case
from rules.case.case import Visit
from rules.instant import Clock
""",
    "monitor/wall.py": """
from rules.case import Case
class Clock: ...
def long():
"""
    + "    print()\n" * 40,
    "dashboards/page.py": """
from rules.case import codec
""",
    "tests/test_app.py": """
from rules.case.codec import secret
def test_of_it(): ...
class TestIt:
    def test_a_card_stands(self): ...
""",
}


@pytest.fixture
def house(tmp_path: Path) -> Path:
    for name, text in HOUSE.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def test_rooms_are_what_lies_directly_in_the_package_without_its_face(house: Path) -> None:
    assert measure(house).rules.rooms == ["case", "instant", "step"]


def test_an_arrow_leads_to_the_module_imported_whatever_names_are_taken_from_it(house: Path) -> None:
    # face → step · step → case, case/case, instant · case → case/case · case/case → instant, codec · codec → case/case
    assert measure(house).rules.file_arrows == 8
    assert measure(house).rules.room_arrows == 3  # step → case, step → instant, case → instant


def test_floors_are_the_longest_way_and_files_in_a_circle_share_one(house: Path) -> None:
    assert measure(house).rules.file_floors == 5  # instant, case with codec, case/__init__, step, face
    assert measure(house).rules.room_floors == 3


def test_a_circle_of_files_in_one_room_is_named_and_is_none_between_rooms(house: Path) -> None:
    shape = measure(house)
    assert shape.rules.file_circles == [["rules.case.case", "rules.case.codec", "rules.case.case"]]
    assert shape.rules.room_circles == []


def test_a_circle_between_rooms_is_named_by_its_shortest_way_round() -> None:
    graph = {name: frozenset(ends.split()) for name, ends in {"a": "b", "b": "c d", "c": "a", "d": "b e", "e": ""}.items()}
    assert circles(graph) == [["a", "b", "c", "a"]]
    assert floors(graph) == 2


def test_names_from_outside_are_pairs_of_module_and_name_and_those_of_tests_do_not_count(house: Path) -> None:
    outside = measure(house).outside
    # rules.step · rules.case: Case · rules.case.case: Visit · rules.instant: Clock · rules.case.codec
    assert (outside.names, outside.modules) == (5, 5)
    assert (outside.from_faces, outside.from_single_files) == (1, 2)
    assert outside.past_a_face == ["rules.case.case.Visit", "rules.case.codec"]


def test_a_function_is_measured_from_its_def_to_its_last_line(house: Path) -> None:
    longest = measure(house).monitor.longest_functions[0]
    assert (longest.name, longest.lines) == ("monitor/wall.py:long", 41)
    assert measure(house).monitor.long_functions == [longest]


def test_a_file_over_300_lines_is_named_until_it_says_why_on_top(house: Path) -> None:
    assert measure(house).rules.long_files_without_why == []
    file = house / "rules" / "instant.py"
    file.write_text('"""Instants."""\n' + "x = 1\n" * 300, "utf-8")
    assert measure(house).rules.long_files_without_why == ["rules/instant.py"]
    file.write_text('"""Instants, in one file: they are one union."""\n' + "x = 1\n" * 300, "utf-8")
    assert measure(house).rules.long_files_without_why == []
    assert [named.lines for named in measure(house).rules.long_files] == [301]


def test_a_class_name_that_stands_in_the_core_and_outside_is_counted_twice(house: Path) -> None:
    assert measure(house).classes_twice == {"Clock": 2}


def test_a_test_name_leans_when_it_begins_with_a_word_for_something_unsaid(house: Path) -> None:
    assert measure(house).tests.leaning == ["tests/test_app.py: test_of_it"]
    assert measure(house).tests.functions == 2
    assert [name for name in ("test_unless_told", "test_nobody_waits", "test_it_ends", "test_italy_wins") if leans(name)] == [
        "test_unless_told",
        "test_it_ends",
    ]


def test_comments_count_behind_code_and_alone(house: Path) -> None:
    assert measure(house).rules.comments == 2


def test_sentences_end_at_a_stop_before_a_capital_and_each_item_of_a_list_is_its_own() -> None:
    told = "One fact here, by art. 42 of the law. ``Two`` facts\nthere: this and that; no more.\n\n- an item\n- another\n  one\n"
    assert list(sentences(told)) == [
        "One fact here, by art 42 of the law.",
        "``Two`` facts there: this and that; no more.",
        "an item",
        "another one",
    ]


def test_tables_literal_blocks_and_doctests_are_no_sentences() -> None:
    shown = "    not this\n\n| nor | this |\n|---|---|\n\n>>> nor(this)\n\n\b\nnor this\nnor this"
    assert list(sentences(f"Read this::\n\n{shown}\n\nAnd this.")) == ["Read this::", "And this."]


def test_words_hold_a_letter_or_a_digit() -> None:
    assert words("5 working days · that is 5 – not 6.") == 8


def test_strings_after_a_constant_are_docstrings_too(house: Path) -> None:
    (house / "rules" / "instant.py").write_text('"""Top."""\nDAY = 1\n"""Of a constant."""\nf("no docstring")\n', "utf-8")
    assert list(docstrings(read(house, "rules")["rules.instant"])) == ["Top.", "Of a constant."]


def test_a_folder_without_rules_is_refused_with_what_to_name(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="--root names the folder"):
        measure(tmp_path)


def test_the_command_prints_what_was_beside_what_is(house: Path, tmp_path: Path) -> None:
    before = tmp_path / "before.json"
    before.write_text(_printed("--root", str(house), "--json"), "utf-8")
    assert json.loads(before.read_text("utf-8"))["rules"]["room_arrows"] == 3
    (house / "rules" / "step.py").write_text("def step(): ...\n", "utf-8")
    lines = [line for line in _printed("--root", str(house), "--against", str(before)).splitlines() if "room to room" in line]
    assert [cell.strip() for cell in lines[0].strip("|").split("|")] == ["`rules/` arrows, room to room", "3", "1"]


def test_the_table_of_a_page_is_renewed_between_its_marks(house: Path, tmp_path: Path) -> None:
    page = tmp_path / "shape.md"
    page.write_text("Above.\n<!-- shape -->\nold\n<!-- /shape -->\nBelow.\n", "utf-8")
    assert _printed("--root", str(house), "--page", str(page)) == ""
    above, *table, below = page.read_text("utf-8").splitlines()
    assert (above, below) == ("Above.", "Below.")
    assert any("rooms" in line for line in table) and "old" not in table
    with pytest.raises(ValueError, match="put them round its table"):
        renew("no marks", [])


def _printed(*options: str) -> str:
    return subprocess.run([sys.executable, "-m", "tests.shape", *options], check=True, capture_output=True, text=True).stdout
