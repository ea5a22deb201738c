"""Every key of a TOML file is found on its line, however it is written."""

from pathlib import Path

import pytest

from monitor.books.files import book_text, profiles
from monitor.lint.positions import positions


def test_a_key_is_found_on_its_line_however_it_is_written() -> None:
    text = (
        'a.b = 1\n"c d" = """x\n[no.table]\n"""\nlist = [ # comment ]\n  { k = 1 },\n  [2,\n   3],\n]\n'
        "[t.u]\nv = 2026-01-01 09:00:00\n[[t.w]]\nx = '''it's\n'''\n[[t.w]]\n  [t.w.y]\n  z = [{ q = 'a]b', r = \"}\" }]\n"
    )
    assert positions(text) == {
        ("a",): 1,
        ("a", "b"): 1,
        ("c d",): 2,
        ("list",): 5,
        ("list", 0): 6,
        ("list", 0, "k"): 6,
        ("list", 1): 7,
        ("list", 1, 0): 7,
        ("list", 1, 1): 8,
        ("t", "u"): 10,
        ("t", "u", "v"): 11,
        ("t", "w"): 12,
        ("t", "w", 0): 12,
        ("t", "w", 0, "x"): 13,
        ("t", "w", 1): 15,
        ("t", "w", 1, "y"): 16,
        ("t", "w", 1, "y", "z"): 17,
        ("t", "w", 1, "y", "z", 0): 17,
        ("t", "w", 1, "y", "z", 0, "q"): 17,
        ("t", "w", 1, "y", "z", 0, "r"): 17,
    }


@pytest.mark.parametrize("profile", profiles())
def test_every_shipped_book_is_scanned_to_its_end(profile: str) -> None:
    text = book_text(Path(profile))
    found = positions(text)
    for (*_, last), line in found.items():
        if isinstance(last, str):
            assert last in text.splitlines()[line - 1]
    assert max(found.values()) == len(text.rstrip().splitlines())
