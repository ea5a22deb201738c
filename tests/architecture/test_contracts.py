"""The import contracts of pyproject.toml refuse what they are there to refuse, wherever a new module may stand.

Each case plants one import in a copy of the sources and asks import-linter, as ``make check`` does.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLANTED = {
    "faust in a part that is there": ("monitor/explain/people.py", "import faust", "faust"),
    "faust in the worker, beside its door": ("monitor/stream/worker.py", "import faust", "faust"),
    "faust in a new module": ("monitor/wall/brand_new.py", "from faust import App", "faust"),
    "websockets in a part that is there": ("monitor/explain/people.py", "import websockets", "websockets"),
    "websockets in the gateway": ("monitor/gateway/server.py", "import websockets", "websockets"),
    "the database driver in the wall": ("monitor/wall/hub.py", "import psycopg", "database"),
    "SQLAlchemy in the ledger's neighbour": ("monitor/replay/feed.py", "import sqlalchemy", "database"),
    "SQLite in another reader": ("monitor/mapping/readers/workbook.py", "import sqlite3", "database"),
    "the database driver in the core": ("rules/case/case.py", "import psycopg", "database"),
    "a deep import from outside": ("monitor/explain/people.py", "import rules.case.case", "faces"),
    "China's calendar beside its door": ("monitor/books/files.py", "import chinese_calendar", "calendars"),
    "zones in the core": ("rules/worktime/zone.py", "import zoneinfo", "pure"),
    "a clock in the core": ("rules/cards/judge.py", "import time", "pure"),
    "logging in a new module of the core": ("rules/families/brand_new.py", "import logging", "pure"),
    "a family that looks up at the cards": ("rules/families/stale.py", "import rules.cards", "floors-of-the-core"),
    "a new room of the core without a floor": ("rules/attic.py", "", "floors-of-the-core"),
    "siblings that import each other": ("monitor/gateway/server.py", "import monitor.wall", "floors-of-the-monitor"),
    "a new room of the monitor without a floor": ("monitor/attic/__init__.py", "", "floors-of-the-monitor"),
    "the core that looks up at the monitor": ("rules/alerts.py", "import monitor.settings", "stands-on"),
    "a dashboard that imports the monitor": ("dashboards/__init__.py", "import monitor.settings", "stands-on"),
}


def _holds(tree: Path, *contracts: str) -> bool:
    """Whether ``tree`` keeps those contracts, named by their id; without any, all of them."""
    asked = f"lint_imports(limit_to_contracts={contracts}, no_cache=True)"
    command = f"from importlinter.cli import lint_imports; raise SystemExit({asked})"
    run = subprocess.run([sys.executable, "-c", command], cwd=tree, capture_output=True, text=True, check=False)
    assert "Contracts:" in run.stdout, run.stdout + run.stderr
    return run.returncode == 0


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources beside their contracts, in a folder of their own."""
    tree = tmp_path_factory.mktemp("copy")
    for package in ("monitor", "rules", "dashboards"):
        shutil.copytree(ROOT / package, tree / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tree)
    return tree


def test_an_untouched_copy_keeps_every_contract(copy: Path) -> None:
    assert _holds(copy)


@pytest.mark.parametrize(("file", "planted", "contract"), PLANTED.values(), ids=PLANTED)
def test_a_planted_import_breaks_the_contract_that_forbids_it(copy: Path, file: str, planted: str, contract: str) -> None:
    path = copy / file
    before = path.read_text("utf-8") if path.exists() else None
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"{before or ''}\n{planted}\n", "utf-8")
    try:
        assert not _holds(copy, contract)
    finally:
        if before is not None:
            path.write_text(before, "utf-8")
        else:
            path.unlink()
            if not any(path.parent.iterdir()):
                path.parent.rmdir()
