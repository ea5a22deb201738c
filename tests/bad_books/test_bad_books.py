"""One defect per file, named by the defect: each is refused before it can go live, and the message names the key at fault."""

from pathlib import Path

import pytest

from monitor.books.files import load_book, load_books
from rules.errors import BadRuleBook

FOLDER = Path(__file__).parent
FILES = sorted(FOLDER.glob("*.toml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_book_with_one_defect_is_refused_with_its_key(path: Path) -> None:
    named = path.read_text("utf-8").partition("\n")[0].removeprefix("# names: ")
    with pytest.raises(BadRuleBook) as caught:
        load_book(path)
    assert named in str(caught.value)
    assert str(path) in str(caught.value)
    assert len(caught.value.defects) == 1, "one defect per file, and one message for it"


def test_a_bad_book_is_good_but_for_its_defect(tmp_path: Path) -> None:
    """What most of them begin with is itself a book, so what is refused is the defect."""
    book = tmp_path / "book.toml"
    book.write_text('extends = "default"\nname = "bad"\nversion = "bad-1"\n', "utf-8")
    assert load_book(book).version == "bad-1"


def test_every_defect_of_a_book_is_named_at_once(tmp_path: Path) -> None:
    book = tmp_path / "book.toml"
    book.write_text(
        'extends = "default"\nname = "b"\nversion = "b"\nzone = "Nowhere"\n[stages]\nsigning = "x"\n[defaults]\npromised = "y"\n',
        "utf-8",
    )
    with pytest.raises(BadRuleBook) as caught:
        load_book(book)
    assert [defect.partition(":")[0] for defect in caught.value.defects] == [
        "defaults.promised",
        "stages.signing",
        "stages.signing",
        "zone",
    ]


def test_a_missing_book_is_refused_with_the_profiles_there_are(tmp_path: Path) -> None:
    with pytest.raises(BadRuleBook, match="hunan"):
        load_book(tmp_path / "missing.toml")


def test_two_books_of_one_version_or_one_day_are_refused(tmp_path: Path) -> None:
    paths = []
    for name, version in (("a", "1"), ("b", "1"), ("c", "2")):
        path = tmp_path / f"{name}.toml"
        path.write_text(f'extends = "default"\nname = "{name}"\nversion = "{version}"\n', "utf-8")
        paths.append(path)
    with pytest.raises(BadRuleBook, match="version"):
        load_books(paths[:2])
    with pytest.raises(BadRuleBook, match="effective_from"):
        load_books(paths[1:])
