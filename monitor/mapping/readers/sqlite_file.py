"""A table or view of an SQLite file, read only."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from monitor.mapping.readers.part import Part


def sqlite_rows(part: Part, table: str, *, columns: frozenset[str]) -> Iterator[dict[str, object]]:
    """Every row of ``table``; without a name, of the only table that has the columns."""
    with TemporaryDirectory(prefix="supervise-") as folder:
        copy = Path(folder) / "copy.db"  # of the file alone: what a running system has not yet written there is not seen
        with part.seekable() as stream, copy.open("wb") as out:
            while block := stream.read(1 << 20):
                out.write(block)
        try:
            with closing(sqlite3.connect(f"{copy.as_uri()}?mode=ro&immutable=1", uri=True)) as database:
                yield from _rows(database, part, table, columns)
        except sqlite3.DatabaseError as error:
            raise part.refuse(f"is no whole SQLite file: {error}: fetch it once more") from None


def _rows(database: sqlite3.Connection, part: Part, table: str, columns: frozenset[str]) -> Iterator[dict[str, object]]:
    names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY 1")]
    fitting = [name for name in names if columns <= set(_columns(database, name))]
    if table not in names and (table or len(fitting) != 1):
        what = f"has no table {table!r}" if table else f"has {len(fitting)} tables with these columns: name one, table = …"
        raise part.refuse(f"{what}; it has {', '.join(names)}")
    cursor = database.execute(f"SELECT * FROM {_quoted(table or fitting[0])}")  # noqa: S608  # a name cannot be a parameter
    header = [each[0] for each in cursor.description]
    for row in cursor:
        yield dict(zip(header, row, strict=True))


def _columns(database: sqlite3.Connection, table: str) -> list[str]:
    return [each[0] for each in database.execute(f"SELECT * FROM {_quoted(table)} LIMIT 0").description]  # noqa: S608


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
