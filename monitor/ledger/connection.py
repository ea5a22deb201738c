"""Reaches the database: who connects, with which rights, and what is said when it does not answer."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.pq import Format

from monitor.settings import LedgerSettings
from rules.errors import SupervisionError

log = logging.getLogger(__name__)
WRITER = "supervise_ledger"
"""The role that writes. It may append to the audit log, and neither change nor delete what stands there."""
_PATIENCE = 10
"""Seconds for the database to take a connection."""
_OLDEST = 150_000


class LedgerUnavailable(SupervisionError):
    """The database did not answer, or refused us.

    Whose: the database's, or the settings'.
    Mend: see that a PostgreSQL runs at `ledger.dsn` and lets this user in.
    """


class LedgerMismatch(SupervisionError):
    """The database holds something else than what these settings and topics ask for.

    Whose: the operator's.
    Mend: do what the text says.
    """


class Json(bytes):
    """JSON as bytes, on its way into a column of type ``jsonb``."""


class _JsonDumper(psycopg.adapt.Dumper):
    """A ``str`` sent as jsonb would become a JSON *string*; these bytes are the value itself, behind jsonb's version number."""

    format = Format.BINARY
    oid = psycopg.adapters.types["jsonb"].oid

    def dump(self, obj: bytes) -> bytes:
        return b"\x01" + obj


psycopg.adapters.register_dumper(Json, _JsonDumper)


def audit_of(namespace: str) -> str:
    """The schema of the audit log that belongs to the installation. A rebuilt ledger shares it with the one it replaces."""
    return namespace if namespace.endswith("_audit") else f"{namespace.removesuffix('_next').removesuffix('_old')}_audit"


@contextmanager
def connected(settings: LedgerSettings, namespace: str = "", *, writer: bool = True) -> Iterator[psycopg.Connection]:
    """A connection whose search path is ``namespace`` (else that of the settings) and the audit log.

    A ``writer`` puts down all rights but those of :data:`WRITER`. Otherwise it is the user of the settings, who owns the tables.
    Whatever the database says no with is a :class:`LedgerUnavailable`.
    """
    space = namespace or settings.namespace
    try:
        with psycopg.connect(_reach(settings), connect_timeout=_PATIENCE) as connection:
            if connection.info.server_version < _OLDEST:
                raise LedgerMismatch(f"PostgreSQL {connection.info.server_version // 10_000} is too old: 15 or newer is needed")
            path = sql.SQL(", ").join([sql.Identifier(space), sql.Identifier(audit_of(space))])
            connection.execute(sql.SQL("SET search_path TO {}").format(path))
            # A crash of the database may take the last commits along. Offsets go with them, so they are read again.
            connection.execute("SET synchronous_commit TO off")
            if writer:
                connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(WRITER)))
            connection.commit()
            yield connection
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise unavailable(settings, error) from error
    except psycopg.errors.InsufficientPrivilege as error:
        raise LedgerUnavailable(f"the database refuses it: {_first_line(error)}. Which user is in ledger.dsn?") from error


def unavailable(settings: LedgerSettings, error: Exception) -> LedgerUnavailable:
    """What to raise from an error of the driver's; the password is in none of its words."""
    return LedgerUnavailable(f"no PostgreSQL for the ledger: {_first_line(error)}. Is it running, and is ledger.dsn right?")


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__


def _reach(settings: LedgerSettings) -> str:
    try:
        given = {"password": secret} if (secret := _password(settings)) else {}
        return make_conninfo(settings.dsn, application_name="supervise ledger", **given)
    except psycopg.ProgrammingError as error:
        raise LedgerUnavailable(f"ledger.dsn cannot be read: {_first_line(error)}") from error


def _password(settings: LedgerSettings) -> str:
    if settings.password_file is None:
        return settings.password.get_secret_value()
    try:
        return Path(settings.password_file).read_text("utf-8").strip()
    except OSError as error:
        raise LedgerUnavailable(f"ledger.password_file: {settings.password_file}: {error.strerror}") from error
