"""Where the real records lie: beside the repository, in ``../shared/data``, or where ``SUPERVISE_DATA`` says. Never in it."""

import csv
import gzip
import io
import os
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from monitor.books.files import load_books
from monitor.mapping import load_mapping
from monitor.replay import OfflineReplay, replay_offline

FOLDER = Path(os.environ.get("SUPERVISE_DATA", Path(__file__).parents[3] / "shared" / "data"))


def data_file(name: str) -> Path:
    """The file of that name; the test is skipped, saying where it was looked for, when it is missing."""
    path = FOLDER / name
    if not path.is_file():
        pytest.skip(f"{path} is missing: set SUPERVISE_DATA to the folder that holds {name}")
    return path


def rows_of(path: Path) -> list[dict[str, str]]:
    """A CSV file, gzipped or not."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


class Verdict(NamedTuple):
    """What the monitor made of a file: the last change of each (case, rule, level), and each case's line."""

    summary: OfflineReplay
    alerts: dict[tuple[str, str, str], dict[str, Any]]
    cases: dict[str, dict[str, Any]]

    def standing(self, level: str) -> set[str]:
        """The cases on which a card of that level stands in the end."""
        return {case for (case, _, of), last in self.alerts.items() if of == level and last["state"] in ("pending", "issued")}


def judged(file: Path, folder: Path, **options: Any) -> Verdict:
    """Replay ``file`` offline with the folder's mapping and book."""
    out = io.BytesIO()
    books = load_books([folder / "book.toml"])
    summary = replay_offline([(file, load_mapping(folder / "mapping.toml"))], books, out, cases=True, **options)
    alerts, cases = {}, {}
    for line in out.getvalue().splitlines():
        told = msgspec.json.decode(line)
        if "rule" in told:
            alerts[told["case"], told["rule"], told["level"]] = told
        else:
            cases[told["case"]] = told
    return Verdict(summary, alerts, cases)
