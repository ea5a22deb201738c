"""Drops months that are older than a site keeps. Their days' figures stay, and the audit log stays provable.

What is left of a day is added up before its rows go. What is left of a month of the audit log is a seal for each chain: from
which digest to which digest its rows led. All of it is one transaction, during which nobody writes.
"""

import logging
from datetime import date

import psycopg
from psycopg import sql

from monitor.ledger.audit.chain import Digests
from monitor.ledger.connection import connected
from monitor.ledger.months import BY_MONTH, later, months_of, part_of, schema_of
from monitor.settings import LedgerSettings

log = logging.getLogger(__name__)
_LOCK = 7_303_124
_PLACE = "region, hall, department, window_id, item, stage, measure"
_SEAL_FIGURES = f"""
    INSERT INTO sealed_figure (day, {_PLACE}, amount)
    SELECT day, {_PLACE}, sum(amount) FROM live_figure WHERE day < %(before)s GROUP BY day, {_PLACE}
    ON CONFLICT (day, {_PLACE}) DO UPDATE SET amount = sealed_figure.amount + excluded.amount"""
_MIDNIGHT = "(SELECT %(before)s::timestamp AT TIME ZONE zone FROM installation)"
_GONE = (
    "DELETE FROM case_state WHERE over_on < %(before)s",
    "DELETE FROM alert WHERE NOT is_standing AND changed_at < " + _MIDNIGHT,
    f"""DELETE FROM complaint_step s USING v_complaint c WHERE s.key = c.key AND s.complaint = c.complaint
        AND c.filed_at < {_MIDNIGHT} AND coalesce(c.closed_at, c.refused_at) < {_MIDNIGHT}""",
    f"DELETE FROM rating_step WHERE happened_at < {_MIDNIGHT}",
    f"DELETE FROM hearing_step WHERE happened_at < {_MIDNIGHT}",
    "DELETE FROM attendance_step WHERE happened_on < %(before)s",
    f"DELETE FROM act WHERE recorded_at < {_MIDNIGHT}",
)
"""What is not in monthly parts: what is over, and lies before the day."""
_SEAL_AUDIT = """
    SELECT chain, min(seq), max(seq), max(entered_at), (array_agg(record_offset ORDER BY seq DESC))[1],
        (array_agg(digest ORDER BY seq DESC))[1]
    FROM {} GROUP BY chain ORDER BY chain"""
_LAST_SEAL = "SELECT digest FROM audit_seal WHERE chain = %s ORDER BY last_seq DESC LIMIT 1"


def first_kept(today: date, months: int) -> date:
    """The first day that is kept: so many whole months, and the running one."""
    return later(date(today.year, today.month, 1), -months)


def drop_before(settings: LedgerSettings, before: date) -> list[str]:
    """Drop all months before the first day ``before`` of another; the names of the parts that are gone."""
    with connected(settings, writer=False) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        row = connection.execute("SELECT sealed_before FROM installation").fetchone()
        if row is not None and row[0] is not None and row[0] >= before:
            return []
        connection.execute("LOCK TABLE consumed IN EXCLUSIVE MODE")  # writers lock rows of it first
        connection.execute(_SEAL_FIGURES, {"before": before})
        for statement in _GONE:
            connection.execute(statement, {"before": before})
        gone = [name for table in BY_MONTH for name in _drop(connection, settings, table, before)]
        connection.execute("UPDATE installation SET sealed_before = %s", [before])
        connection.commit()
    if gone:
        log.info("dropped %s; the figures of their days are kept", ", ".join(gone))
    return gone


def _drop(connection: psycopg.Connection, settings: LedgerSettings, table: str, before: date) -> list[str]:
    schema, gone = schema_of(connection, table), []
    for month in months_of(connection, table):
        if month >= before:
            break
        part = sql.Identifier(schema, part_of(table, month))
        if table == "audit_entry":
            _seal(connection, settings, part, month)
        connection.execute(sql.SQL("DROP TABLE {}").format(part))
        gone.append(part_of(table, month))
    return gone


def _seal(connection: psycopg.Connection, settings: LedgerSettings, part: sql.Identifier, month: date) -> None:
    digests = Digests(settings.digest)
    for chain, first, last, entered_at, offset, digest in connection.execute(sql.SQL(_SEAL_AUDIT).format(part)).fetchall():
        sealed = connection.execute(_LAST_SEAL, [chain]).fetchone()
        before = sealed[0] if sealed is not None else digests.beginning(chain).digest
        connection.execute(
            "INSERT INTO audit_seal (chain, month, first_seq, last_seq, last_entered_at, last_offset, before, digest) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            [chain, month, first, last, entered_at, offset, before, digest],
        )
