"""The SQL by which a batch becomes rows. Rows come by COPY into temporary tables of the connection, and from there into place."""

from monitor.ledger.rows.tables import ALERT, ALERT_CHANGE, CASE, DEAD_LETTER, EVENT, SMALL, STAGED_ALERT, LedgerTable

STAGED = (*SMALL, EVENT, DEAD_LETTER, STAGED_ALERT, CASE)
"""What comes by way of a temporary table."""


def staging(table: LedgerTable) -> str:
    """The temporary table of a table; it is empty again after every transaction."""
    columns = ", ".join(f'"{name}" {kind}' for name, kind in table.columns)
    return f"CREATE TEMPORARY TABLE in_{table.name} ({columns}) ON COMMIT DELETE ROWS"


def insert_new(table: LedgerTable) -> str:
    """Rows that are not there yet."""
    names = _names(table)
    return f"INSERT INTO {table.name} ({names}) SELECT {names} FROM in_{table.name} ON CONFLICT DO NOTHING"


LOCK = """
    SELECT c.topic, c.partition, c.next, c.reached, c.owner
    FROM consumed c JOIN unnest(%s::text[], %s::int[]) AS mine (topic, partition) USING (topic, partition)
    ORDER BY topic, partition FOR UPDATE OF c"""
"""Whoever writes a partition has its row. Rows are taken in one order, so that no two wait for each other."""
CLAIM = """
    INSERT INTO consumed (topic, partition, next, reached, owner) VALUES (%s, %s, 0, 0, %s)
    ON CONFLICT (topic, partition) DO UPDATE SET owner = excluded.owner, claimed_at = now()
    RETURNING next, reached"""
ADVANCE = """
    UPDATE consumed SET next = %s, reached = greatest(reached, %s)
    WHERE topic = %s AND partition = %s AND next = %s AND owner = %s"""
"""Again with all its conditions: a rebuilt ledger may have taken this table's place since the lock."""

SEALED = """
    SELECT sealed_before, sealed_before::timestamp AT TIME ZONE zone FROM installation WHERE sealed_before IS NOT NULL"""
"""Before which day only figures are left, and when that day begins."""

REPEATED_ALERTS = """
    DELETE FROM in_alert i USING alert a WHERE a.id = i.id AND a.change >= i.change
    RETURNING i.record_partition, i.record_offset"""
"""A change that is known, or older than what is known: a worker repeated it after a crash."""
_CHANGES = ", ".join(f'"{name}"' for name in ALERT_CHANGE.names)
ALERT_CHANGES = f"""
    INSERT INTO alert_change ({_CHANGES}) SELECT {_CHANGES} FROM in_alert WHERE changed_at >= %s ON CONFLICT DO NOTHING"""
_ALERT_NAMES = ", ".join(f'"{name}"' for name in ALERT.names)
_FIRST_ISSUED = ", ".join(
    f'min("{name}") OVER (PARTITION BY id)' if name in ("issued_at", "issued_on") else f'"{name}"' for name in ALERT.names
)
_ALERT_SETS = ", ".join(
    f'"{name}" = coalesce(alert."{name}", excluded."{name}")'
    if name in ("issued_at", "issued_on")
    else f'"{name}" = excluded."{name}"'
    for name in ALERT.names
    if name != "id"
)
ALERTS = f"""
    INSERT INTO alert ({_ALERT_NAMES}) SELECT DISTINCT ON (id) {_FIRST_ISSUED} FROM in_alert ORDER BY id, change DESC
    ON CONFLICT (id) DO UPDATE SET {_ALERT_SETS} WHERE alert.change < excluded.change"""

CASES_GONE = "DELETE FROM case_state WHERE key = ANY(%s)"
CYCLES_GONE = """
    DELETE FROM case_state c
    USING (SELECT key, max(cycle) AS cycles, max(record_offset) AS record_offset FROM in_case_state GROUP BY key) i
    WHERE c.key = i.key AND c.cycle > i.cycles AND c.record_offset <= i.record_offset"""
_CASE_NAMES = ", ".join(f'"{name}"' for name in CASE.names)
_CASE_SETS = ", ".join(f'"{name}" = excluded."{name}"' for name in CASE.names if name not in ("key", "cycle"))
CASES = f"""
    INSERT INTO case_state ({_CASE_NAMES}) SELECT {_CASE_NAMES} FROM in_case_state WHERE over_on IS NULL OR over_on >= %s
    ON CONFLICT (key, cycle) DO UPDATE SET {_CASE_SETS} WHERE case_state.record_offset <= excluded.record_offset"""
"""A frozen worker may have written late: the state that knows more stays."""

LAST_ENTRY = """
    SELECT seq, entered_at, record_offset, digest FROM audit_entry WHERE chain = %s
    UNION ALL SELECT last_seq, last_entered_at, last_offset, digest FROM audit_seal WHERE chain = %s
    ORDER BY seq DESC LIMIT 1"""


def _names(table: LedgerTable) -> str:
    return ", ".join(f'"{name}"' for name in table.names)
