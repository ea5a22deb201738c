"""Prints the shape of a tree, alone or beside what it was."""

import argparse
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from tests.shape.measure import LONG_FILE, LONG_FUNCTION, measure
from tests.shape.words import LONGEST_SENTENCE

HERE = Path(__file__).resolve().parents[2]

BEGIN, END = "<!-- shape -->", "<!-- /shape -->"
"""Round the table of a page that ``--page`` renews."""

Data = dict[str, Any]

PACKAGE_ROWS: tuple[tuple[str, Callable[[Data], Any]], ...] = (
    ("files", lambda of: of["files"]),
    ("lines", lambda of: of["lines"]),
    ("rooms", lambda of: len(of["rooms"])),
    ("floors, of rooms", lambda of: of["room_floors"]),
    ("floors, of files", lambda of: of["file_floors"]),
    ("arrows, room to room", lambda of: of["room_arrows"]),
    ("arrows, file to file", lambda of: of["file_arrows"]),
    ("circles of rooms", lambda of: len(of["room_circles"])),
    ("circles of files", lambda of: len(of["file_circles"])),
    (f"files over {LONG_FILE} lines", lambda of: len(of["long_files"])),
    ("of them without a why on top", lambda of: len(of["long_files_without_why"])),
    ("lines of the longest file", lambda of: of["longest_files"][0]["lines"] if of["longest_files"] else 0),
    ("functions", lambda of: of["functions"]),
    (f"functions over {LONG_FUNCTION} lines", lambda of: len(of["long_functions"])),
    ("lines of the longest function", lambda of: of["longest_functions"][0]["lines"] if of["longest_functions"] else 0),
    ("sentences in docstrings", lambda of: of["sentences"]),
    (f"sentences over {LONGEST_SENTENCE} words", lambda of: len(of["long_sentences"])),
    ("words a sentence, median", lambda of: f"{of['words_median']:g}"),
    ("words a sentence, 90 % have at most", lambda of: f"{of['words_p90']:g}"),
    ("lines with a comment", lambda of: of["comments"]),
)

ROWS: tuple[tuple[str, Callable[[Data], Any]], ...] = (
    *((f"`rules/` {label}", lambda of, cell=cell: cell(of["rules"])) for label, cell in PACKAGE_ROWS),
    ("`rules/` names imported from outside", lambda of: of["outside"]["names"]),
    ("out of so many modules", lambda of: of["outside"]["modules"]),
    ("of them from the face of a package", lambda of: of["outside"]["from_faces"]),
    ("of them from a room of one file", lambda of: of["outside"]["from_single_files"]),
    ("of them past a face", lambda of: len(of["outside"]["past_a_face"])),
    *((f"`monitor/` {label}", lambda of, cell=cell: cell(of["monitor"])) for label, cell in PACKAGE_ROWS),
    ("class names that stand more than once", lambda of: len(of["classes_twice"])),
    ("test functions", lambda of: of["tests"]["functions"]),
    ("of them named after a conjunction, preposition or pronoun", lambda of: len(of["tests"]["leaning"])),
    (f"`tests/` files over {LONG_FILE} lines", lambda of: len(of["tests"]["long_files"])),
)


def table(*shapes: tuple[str, Data]) -> Iterator[str]:
    """A Markdown table: a row per measure, a column per tree."""
    rows = [("", *(name for name, _ in shapes)), *((label, *(str(cell(data)) for _, data in shapes)) for label, cell in ROWS)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for number, (label, *cells) in enumerate(rows):
        cells = [cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True)]
        yield f"| {label.ljust(widths[0])} | {' | '.join(cells)} |"
        if not number:
            yield f"|{'-' * (widths[0] + 2)}|{''.join('-' * (width + 1) + ':|' for width in widths[1:])}"


def names(data: Data) -> Iterator[str]:
    """What the table counts, by name: the longest, the circles, and what ought not to be."""
    for package in ("rules", "monitor"):
        of = data[package]
        yield f"{package}/ longest files: {_lengths(of['longest_files'])}"
        yield f"{package}/ longest functions: {_lengths(of['longest_functions'])}"
        for what in ("room_circles", "file_circles"):
            yield from (f"{package}/ circle: {' → '.join(circle)}" for circle in of[what])
    yield from (f"past a face: {name}" for name in data["outside"]["past_a_face"])
    yield from (f"more than once: class {name} ({count})" for name, count in data["classes_twice"].items())
    yield from (f"over {LONG_FILE} lines: {file['name']} ({file['lines']})" for file in data["tests"]["long_files"])
    yield from (f"leans on something unsaid: {name}" for name in data["tests"]["leaning"])


def renew(page: str, lines: Iterable[str]) -> str:
    """The page with those lines between its marks. Raises ``ValueError`` where it has none."""
    before, begin, rest = page.partition(f"{BEGIN}\n")
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the page has no lines {BEGIN} and {END}: put them round its table")
    return "".join([before, begin, *(f"{line}\n" for line in lines), end, after])


def _lengths(things: list[Data]) -> str:
    return ", ".join(f"{thing['name']} ({thing['lines']})" for thing in things)


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m tests.shape", description=__doc__)
    options.add_argument("--root", type=Path, default=HERE, help="the folder that holds rules/ and monitor/; else this one")
    options.add_argument("--json", action="store_true", help="everything as data, the lists in full")
    options.add_argument("--page", type=Path, help="a Markdown file whose table is renewed instead of printed")
    options.add_argument("--against", type=Path, help="what --json printed of another tree, shown in a column before")
    chosen = options.parse_args()
    now = measure(chosen.root).as_data()
    if chosen.json:
        print(json.dumps(now, ensure_ascii=False, indent=1))
        return
    before = [("before", json.loads(chosen.against.read_text("utf-8")))] if chosen.against else []
    lines = list(table(*before, ("now", now)))
    if chosen.page:
        chosen.page.write_text(renew(chosen.page.read_text("utf-8"), lines), "utf-8")
        return
    print(*lines, "", *names(now), sep="\n")


if __name__ == "__main__":
    main()
