"""Months: partitions made ahead, or when a record of theirs comes, and dropped when they are older than a site keeps.

There is no default partition: a row without a month is a month that must be made. Months are those of UTC. Made by the owner of
the tables, on a connection of its own.
"""

import logging
from collections.abc import Iterable
from datetime import UTC, date, datetime

import psycopg
from psycopg import sql

from monitor.ledger.connection import connected
from monitor.settings import LedgerSettings

log = logging.getLogger(__name__)
BY_MONTH = {"event": "recorded_at", "alert_change": "changed_at", "dead_letter": "recorded_at", "audit_entry": "entered_at"}
"""Tables in monthly parts, and by which of their columns."""
_LOCK = 7_303_123


def month_of(time: datetime) -> date:
    """The first day of its month, in UTC."""
    when = time.astimezone(UTC)
    return date(when.year, when.month, 1)


def later(month: date, months: int) -> date:
    """The month so many months later, or earlier."""
    number = month.year * 12 + month.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def begin(month: date) -> datetime:
    """When it begins."""
    return datetime(month.year, month.month, 1, tzinfo=UTC)


def part_of(table: str, month: date) -> str:
    """What a table's part of that month is called."""
    return f"{table}_{month:%Y_%m}"


def ahead(today: date, months: int) -> list[date]:
    """The month of today and those after it."""
    first = date(today.year, today.month, 1)
    return [later(first, number) for number in range(months + 1)]


def make_months(settings: LedgerSettings, namespace: str, wanted: Iterable[tuple[str, date]]) -> None:
    """Make the parts that are missing. Nobody waits for it: a new part is attached without a lock that others feel."""
    with connected(settings, namespace, writer=False) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        for table, month in sorted(set(wanted)):
            if months_of(connection, table, only=month):
                continue
            names = {
                "part": sql.Identifier(schema_of(connection, table), part_of(table, month)),
                "whole": sql.Identifier(table),
                "begin": sql.Literal(begin(month)),
                "end": sql.Literal(begin(later(month, 1))),
            }
            connection.execute(sql.SQL("CREATE TABLE {part} (LIKE {whole} INCLUDING DEFAULTS INCLUDING INDEXES)").format(**names))
            connection.execute(
                sql.SQL("ALTER TABLE {whole} ATTACH PARTITION {part} FOR VALUES FROM ({begin}) TO ({end})").format(**names)
            )
            if table == "audit_entry":  # of triggers for whole statements a part has its own, or none
                connection.execute(
                    sql.SQL(
                        "CREATE TRIGGER audit_entry_stays BEFORE TRUNCATE ON {part} "
                        "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()"
                    ).format(**names)
                )
        connection.commit()


def schema_of(connection: psycopg.Connection, table: str) -> str:
    """The schema in which a table of the search path stands."""
    row = connection.execute(
        "SELECT relnamespace::regnamespace::text FROM pg_class WHERE oid = to_regclass(%s)", [table]
    ).fetchone()
    assert row is not None
    return str(row[0])


def months_of(connection: psycopg.Connection, table: str, *, only: date | None = None) -> list[date]:
    """The months a table has parts of, earliest first."""
    rows = connection.execute(
        "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = to_regclass(%s)", [table]
    ).fetchall()
    found = sorted(date(int(name[-7:-3]), int(name[-2:]), 1) for (name,) in rows)
    return found if only is None else [month for month in found if month == only]
