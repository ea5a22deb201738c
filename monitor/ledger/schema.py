"""Brings the tables to a version, up or down, in the database or as SQL for a site's own administrator.

The ledger and the audit log have a schema and a line of versions each. Alembic keeps which version a schema is at; what a
version does is plain SQL in ``monitor/ledger/migrations/sql/``.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import psycopg
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from psycopg import sql
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from monitor.ledger.connection import LedgerMismatch, audit_of, connected
from monitor.settings import LedgerSettings

VersionLine = Literal["audit", "ledger"]
_LINES: tuple[VersionLine, ...] = ("audit", "ledger")
_HERE = Path(__file__).parent / "migrations"
_LOCK = 7_303_122
"""Of all who migrate in one database, one does."""


def newest(line: VersionLine) -> str:
    """The version this release wants."""
    head = _script(line).get_current_head()
    assert head is not None
    return head


def upgrade(settings: LedgerSettings, namespace: str = "", zone: str = "Asia/Shanghai") -> None:
    """Bring audit log and ledger to the newest version, and note what zone its days are of.

    Several processes may do so at once. :class:`~monitor.ledger.connection.LedgerMismatch` where the ledger was made for
    another zone, or by a newer release.
    """
    space = namespace or settings.namespace
    with _migrating(settings, space) as (connection, borrowed):
        for line in _LINES:
            _migrate(connection, borrowed, line, _schema_of(line, space), newest(line))
        _grant(connection, space)
        connection.execute("INSERT INTO installation (zone) VALUES (%s) ON CONFLICT DO NOTHING", [zone])
    check(settings, space, zone)


def downgrade(settings: LedgerSettings, line: VersionLine, to: str = "base", namespace: str = "") -> None:
    """Take versions back; ``base`` takes all away."""
    space = namespace or settings.namespace
    with _migrating(settings, space) as (connection, borrowed):
        _migrate(connection, borrowed, line, _schema_of(line, space), to, down=True)


def check(settings: LedgerSettings, namespace: str = "", zone: str = "") -> None:
    """Refuse a database that is behind, ahead, or of another zone."""
    space = namespace or settings.namespace
    with connected(settings, space, writer=False) as connection:
        for line in _LINES:
            found, wanted = current(connection, _schema_of(line, space)), newest(line)
            if found != wanted:
                raise LedgerMismatch(
                    f"schema {_schema_of(line, space)} is at version {found or 'none'}, this release wants {wanted}: "
                    "supervise ledger migrate brings it there, or prints the SQL with --sql"
                )
        row = connection.execute("SELECT zone FROM installation").fetchone()
    if zone and row is not None and row[0] != zone:
        raise LedgerMismatch(
            f"the ledger's days are those of {row[0]}, zone is {zone} now: supervise ledger rebuild makes it anew"
        )


def current(connection: psycopg.Connection, schema: str) -> str:
    """The version a schema is at; empty if it has none."""
    there = connection.execute("SELECT to_regclass(%s)", [f'"{schema}".alembic_version']).fetchone()
    if there is None or there[0] is None:
        return ""
    row = connection.execute(sql.SQL("SELECT version_num FROM {}").format(sql.Identifier(schema, "alembic_version"))).fetchone()
    return row[0] if row is not None else ""


def as_sql(settings: LedgerSettings, *, down: bool = False) -> Iterator[str]:
    """All versions as SQL, for a database that has none of them."""
    for line in _LINES if not down else reversed(_LINES):
        schema, out = _schema_of(line, settings.namespace), io.StringIO()
        with _environment(line, "base" if down else newest(line), down=down, as_sql=True) as environment:
            at = newest(line) if down else None
            environment.configure(
                dialect_name="postgresql",
                output_buffer=out,
                starting_rev=at,
                version_table_schema=schema,
                transactional_ddl=False,
            )
            environment.run_migrations()
        yield f'CREATE SCHEMA IF NOT EXISTS "{schema}";\n' if not down else ""
        yield f'SET search_path TO "{schema}", "{audit_of(settings.namespace)}";\n\n'
        yield out.getvalue()
    if not down:
        spaces = f'"{settings.namespace}", "{audit_of(settings.namespace)}"'
        yield f"GRANT USAGE ON SCHEMA {spaces} TO supervise_ledger, supervise_reader;\n"


def _schema_of(line: VersionLine, namespace: str) -> str:
    return namespace if line == "ledger" else audit_of(namespace)


def _script(line: VersionLine) -> ScriptDirectory:
    return ScriptDirectory.from_config(_config(line))


def _config(line: VersionLine) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE / line).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@contextmanager
def _migrating(settings: LedgerSettings, namespace: str) -> Iterator[tuple[psycopg.Connection, Any]]:
    """One transaction, as the driver has it and as SQLAlchemy has it; one process at a time."""
    with connected(settings, namespace, writer=False) as connection:
        engine = create_engine("postgresql+psycopg://", creator=lambda: connection, poolclass=StaticPool)
        with engine.connect() as borrowed:
            connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])  # to the end of the connection, whatever Alembic commits
            yield connection, borrowed
            connection.commit()


def _migrate(
    connection: psycopg.Connection, borrowed: Any, line: VersionLine, schema: str, to: str, *, down: bool = False
) -> None:
    identifier = sql.Identifier(schema)
    connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(identifier))
    # What is made without a schema's name before it is made in the first of the path.
    connection.execute(sql.SQL("SET LOCAL search_path TO {}, {}").format(identifier, sql.Identifier(audit_of(schema))))
    with _environment(line, to, down=down, as_sql=False) as environment:
        environment.configure(connection=borrowed, version_table_schema=schema, transactional_ddl=False)
        environment.run_migrations()


def _environment(line: VersionLine, to: str, *, down: bool, as_sql: bool) -> EnvironmentContext:
    script = _script(line)

    def steps(found: Any, _: Any) -> Any:
        return script._downgrade_revs(to, found) if down else script._upgrade_revs(to, found)

    return EnvironmentContext(_config(line), script, fn=steps, as_sql=as_sql)


def _grant(connection: psycopg.Connection, namespace: str) -> None:
    spaces = sql.SQL(", ").join([sql.Identifier(namespace), sql.Identifier(audit_of(namespace))])
    connection.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO supervise_ledger, supervise_reader").format(spaces))
