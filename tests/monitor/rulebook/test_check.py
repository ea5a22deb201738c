"""Every kind of defect, one per file: the check names its line and key, and finds nothing else."""

from datetime import date
from pathlib import Path

import pytest

from monitor.books.files import profiles
from monitor.rulebook import check_books

TODAY = date(2026, 3, 2)
BAD = sorted((Path(__file__).parent / "bad_books").glob("*.toml"))


@pytest.mark.parametrize("file", BAD, ids=lambda file: file.stem)
def test_a_defect_is_found_where_it_stands(file: Path) -> None:
    severity, line, *key = file.read_text("utf-8").splitlines()[0].removeprefix("# ").split()
    horizon = 365 if file.stem == "calendar_ends_soon" else 120
    diagnoses = [diagnosis for diagnosis in check_books([file], TODAY, horizon).diagnoses if not _inherited(diagnosis.key, file)]
    assert [(found.severity, found.line, found.key) for found in diagnoses] == [(severity, int(line), "".join(key))]
    assert str(diagnoses[0]).startswith(f"{file}:{line}: {severity}: ")


def _inherited(key: str, file: Path) -> bool:
    """The default book's stage rule watches nothing unless there are stages; that is no defect of the file."""
    return key.startswith("time_limits") and "time_limits" not in file.read_text("utf-8")


@pytest.mark.parametrize("profile", profiles())
def test_a_shipped_profile_has_no_error(profile: str) -> None:
    diagnoses = check_books([Path(profile)], TODAY).diagnoses
    assert {diagnosis.severity for diagnosis in diagnoses} <= {"warning"}
    assert all("watches nothing" in diagnosis.text for diagnosis in diagnoses)


def test_every_defect_of_a_book_is_named_not_only_the_first(tmp_path: Path) -> None:
    book = tmp_path / "many.toml"
    book.write_text(
        'extends = "default"\nname = "many"\nversion = "1"\nzone = 8\ncolour = "red"\n\n'
        '[special]\nunit = "weeks"\nmax_days = -1\nwhy = "?"\n\n[[items]]\ncode = "a"\npromised = 5\nstatutory = "ten"\n',
        "utf-8",
    )
    found = [(diagnosis.line, diagnosis.key) for diagnosis in check_books([book], TODAY).diagnoses]
    assert found == [
        (4, "zone"),
        (5, "colour"),
        (8, "special.unit"),
        (9, "special.max_days"),
        (10, "special.why"),
        (14, "items[0].promised"),
        (15, "items[0].statutory"),
    ]


def test_a_set_of_books_is_checked_as_a_set(tmp_path: Path) -> None:
    files = [tmp_path / "one.toml", tmp_path / "two.toml"]
    for file in files:
        file.write_text('extends = "hunan"\nversion = "same"\neffective_from = 2026-01-01T00:00:00+08:00\n', "utf-8")
    errors = [diagnosis for diagnosis in check_books(files, TODAY).diagnoses if diagnosis.severity == "error"]
    assert len(errors) == 1
    assert "same version" in errors[0].text
    files[1].write_text('extends = "hunan"\nversion = "other"\neffective_from = 2027-01-01T00:00:00+08:00\n', "utf-8")
    assert not [diagnosis for diagnosis in check_books(files, TODAY).diagnoses if diagnosis.severity == "error"]


def test_a_missing_file_is_one_finding(tmp_path: Path) -> None:
    (diagnosis,) = check_books([tmp_path / "none.toml"], TODAY).diagnoses
    assert (diagnosis.severity, diagnosis.line) == ("error", 0)
    assert "cannot be read" in diagnosis.text


def test_a_file_that_breaks_off_is_found_at_its_last_line(tmp_path: Path) -> None:
    book = tmp_path / "cut.toml"
    book.write_text('extends = "hunan"\nversion = "b"\nzone = ', "utf-8")
    (diagnosis,) = check_books([book], TODAY).diagnoses
    assert (diagnosis.line, diagnosis.key) == (3, "")
    assert "is no TOML: Invalid value (at end of document)" in diagnosis.text


def test_a_calendar_that_is_no_toml_is_found_where_the_book_names_it(tmp_path: Path) -> None:
    (tmp_path / "days.toml").write_text("name = \n", "utf-8")
    book = tmp_path / "city.toml"
    book.write_text('extends = "hunan"\nversion = "b"\n\ncalendar = "days.toml"\n', "utf-8")
    (diagnosis,) = check_books([book], TODAY).diagnoses
    assert (diagnosis.line, diagnosis.key) == (4, "calendar")
    assert diagnosis.text.startswith("days.toml: is no TOML: Invalid value (at line 1")


def test_the_law_of_one_country_is_not_held_against_another(tmp_path: Path) -> None:
    book = tmp_path / "boston.toml"
    book.write_text('extends = "default"\nversion = "b"\nzone = "America/New_York"\n[extension]\nmax_days = 30\n', "utf-8")
    assert not [diagnosis for diagnosis in check_books([book], TODAY).diagnoses if diagnosis.key == "extension.max_days"]


def test_a_rule_that_is_switched_off_is_no_rule_that_watches_nothing(tmp_path: Path) -> None:
    book = tmp_path / "city.toml"
    book.write_text(
        'extends = "hunan"\nname = "city"\nversion = "1"\n[stages]\nreview = "3wd"\n\n'
        '[[time_limits]]\nid = "certificate"\noff = true\n',
        "utf-8",
    )
    assert check_books([book], TODAY).diagnoses == []
