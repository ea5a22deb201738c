"""``[source]``: how the files of an old system are written, and what of them counts."""

import codecs
from typing import Literal, cast, get_args
from zoneinfo import ZoneInfo

import msgspec

from monitor.mapping.spoilt import SpoiltText
from monitor.mapping.table import Table

Format = Literal["csv", "json", "jsonl", "xlsx", "html", "xml", "xes", "parquet", "sqlite"]
LimitHours = Literal["natural", "working"]
"""What bare hours and minutes of limits are: such of the clock, or of the office."""
FORMATS: tuple[str, ...] = get_args(Format)
TOTALS = ("合计", "总计", "小计")
"""What the first cell of a row of sums says, unless the mapping says otherwise."""


class FileFormat(msgspec.Struct, frozen=True):
    """How files of the old system are written. ``columns`` names them where a table has no heading.

    ``first_row`` is the row of the heading, or of the first data where there is none; 0 looks for it. ``rows`` is the path
    to the rows in JSON and XML. ``table`` names a sheet or a table. ``members`` is a pattern of files of an archive.
    """

    format: str = "csv"
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    columns: tuple[str, ...] = ()
    optional: frozenset[str] = frozenset()
    empty: frozenset[str] = frozenset()
    no_time: frozenset[str] = frozenset()
    spoilt: SpoiltText = "clean"
    first_row: int = 0
    rows: str = ""
    table: str = ""
    members: str = "*"
    fill_down: tuple[str, ...] = ()
    totals: tuple[str, ...] = TOTALS
    extra_cells: Literal["refuse", "drop"] = "refuse"
    hours: LimitHours = "natural"


def parse_source(table: Table) -> tuple[FileFormat, ZoneInfo]:
    """Read ``[source]``; the zone belongs to the times."""
    kind = _one_of(table, "format", FORMATS)
    encoding = table.get("encoding", str, "utf-8")
    try:
        codecs.lookup(encoding)
    except LookupError:
        table.wrong("encoding", f"{encoding!r} is not known; GBK exports read as gb18030")
        encoding = "utf-8"
    delimiter, quote = table.get("delimiter", str, ","), table.get("quote", str, '"')
    if len(delimiter) != 1:
        table.wrong("delimiter", "must be one character")
    if len(quote) > 1 or quote == delimiter:
        table.wrong("quote", 'must be one character that is not the delimiter, or "" where nothing is quoted')
    first = table.get("first_row", int, 0)
    if first < 0:
        table.wrong("first_row", "must be the number of a row, counted from 1")
    source = FileFormat(
        format=kind,
        encoding=encoding,
        delimiter=delimiter,
        quote=quote,
        columns=table.texts("columns"),
        optional=frozenset(table.texts("optional")),
        empty=frozenset(table.texts("empty")),
        no_time=frozenset(table.texts("no_time")),
        spoilt=cast("SpoiltText", _one_of(table, "spoilt", get_args(SpoiltText))),
        first_row=first,
        rows=table.get("rows", str, ""),
        table=table.get("table", str, ""),
        members=table.get("members", str, "*"),
        fill_down=table.texts("fill_down"),
        totals=table.texts("totals") if table.has("totals") else TOTALS,
        extra_cells=cast("Literal['refuse', 'drop']", _one_of(table, "extra_cells", ("refuse", "drop"))),
        hours=cast("LimitHours", _one_of(table, "hours", get_args(LimitHours))),
    )
    for text in source.no_time:
        if len(text) != 10 or text[4::3] != "--":
            table.wrong("no_time", f"{text!r} is no day written as 0000-00-00")
    zone = _zone(table)
    table.close()
    return source, zone


def _one_of(table: Table, name: str, words: tuple[str, ...]) -> str:
    word = table.get(name, str, words[0])
    if word not in words:
        table.wrong(name, f"must be one of {', '.join(words)}")
        return words[0]
    return word


def _zone(table: Table) -> ZoneInfo:
    name = table.need("zone", str, "Asia/Shanghai")
    try:
        return ZoneInfo(name)
    except Exception:  # ZoneInfo raises what its file system raises
        table.wrong("zone", f"no such time zone: {name!r}")
        return ZoneInfo("Asia/Shanghai")
