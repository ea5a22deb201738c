"""Mappings and what became of rows, for the tests of readers."""

from pathlib import Path
from typing import Any

from monitor.mapping import MappedRow, Mapping, map_file, parse_mapping

ZONE = "Asia/Shanghai"


def mapping(
    source: dict[str, Any] | None = None,
    times: dict[str, Any] | None = None,
    codes: dict[str, Any] | None = None,
    **event: Any,
) -> Mapping:
    """Accepted cases with the columns ``no``, ``at`` and ``dept``."""
    return parse_mapping(
        "m",
        {
            "source": {"zone": ZONE} | (source or {}),
            "times": times or {"at": "%Y-%m-%d %H:%M:%S"},
            "codes": codes or {},
            "common": {"case": "{no}", "region": "430100", "department": "{dept}"},
            "event": [{"type": "accepted", "id": "{no}-a", "at": "at", "promised": "10wd"} | event],
        },
    )


def told(rows: list[MappedRow]) -> list[tuple[int, str]]:
    """(row number, case, reason or why it was passed over) of each row."""
    return [(row.number, row.error.reason if row.error else row.passed or row.arrivals[0].event.case) for row in rows]


def read(path: Path, made: Mapping | None = None) -> list[tuple[int, str]]:
    """What became of the rows of a file."""
    return told(list(map_file(made or mapping(), path)))


CSV = "no,at,dept\nA-1,2026-03-02 09:30:00,公安局\nA-2,2026-03-03 10:00:00,民政局\n"
GOOD = [(2, "A-1"), (3, "A-2")]
