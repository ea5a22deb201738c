"""A pull from small databases: its file, its mapping, and a sink that remembers."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from monitor.pull import Cursor, Pass, PullSpec, SourceTable, pull_once
from monitor.wire import DeadLetter
from rules.events import Event
from tests.monitor.mapping.files import mapping

ZONE = ZoneInfo("Asia/Shanghai")
MAPPING = mapping(times={"at": "iso"})


class Remembering:
    """Keeps what it is given; refuses the ``failing``-th delivery, as a broker that is gone."""

    def __init__(self, failing: int = 0) -> None:
        self.cases: list[str] = []
        self.letters: list[DeadLetter] = []
        self._left = failing

    async def deliver(self, events: Sequence[Event], letters: Sequence[DeadLetter]) -> None:
        self._left -= 1
        if self._left == 0:
            raise ConnectionError
        self.cases += [event.case for event in events]
        self.letters += letters


def spec(folder: Path, database: str, **changes: Any) -> PullSpec:
    """``cases`` by ``changed``; batches of two."""
    fields = {"table": "cases", "key": "changed", "batch": 2, "cursor": str(folder / "cursor.json")} | changes
    return PullSpec(database=database, **fields)


def spoil(made: PullSpec) -> None:
    """Leave half a cursor behind."""
    Path(made.cursor).write_bytes(b"{")


async def pulled(made: PullSpec, sink: Remembering) -> Pass:
    """One pass as after a start: the cursor is read from its file."""
    table = SourceTable(made, MAPPING.columns)
    try:
        return await pull_once(made, table, MAPPING, ZONE, Cursor(made), sink)
    finally:
        table.close()
