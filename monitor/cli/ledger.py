"""``supervise ledger, audit``: everything that happened, in PostgreSQL, and the proof that it was not changed."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor import app
from monitor.cli.options import kafka_options, metrics_option

if TYPE_CHECKING:
    from monitor.settings import Settings


@click.group(invoke_without_command=True)
@kafka_options
@metrics_option
@click.pass_context
def ledger(context: click.Context, bootstrap: str | None, prefix: str | None, metrics_port: int | None) -> None:
    """Writes everything that happened into PostgreSQL, exactly once. Several processes share the work.

    Database and password are settings: ledger.dsn, ledger.password.

    \b
    supervise postgres --data /var/lib/supervise/postgres &
    SUPERVISE_LEDGER__PASSWORD_FILE=/var/lib/supervise/postgres/password supervise ledger
    supervise --settings site.toml ledger --metrics-port 9105
    """
    file: Path | None = context.obj
    context.obj = app.options.settings(file, bootstrap, prefix, metrics_port=metrics_port)
    if context.invoked_subcommand is None:
        app.ledger.run(context.obj)


@ledger.command()
@click.option("--sql", is_flag=True, help="Print the SQL for a database that has nothing yet, and change nothing.")
@click.option("--down", is_flag=True, help="With --sql: what takes everything away again.")
@click.pass_obj
def migrate(chosen: "Settings", *, sql: bool, down: bool) -> None:
    """Brings the tables up to date, or prints what would, for a site's own administrator.

    \b
    supervise ledger migrate
    supervise ledger migrate --sql > ledger.sql
    """
    if down and not sql:
        raise click.UsageError("--down goes with --sql: nothing is taken away from here")
    app.ledger.migrate(chosen, sql=sql, down=down)


@ledger.command()
@click.pass_obj
def rebuild(chosen: "Settings") -> None:
    """Makes the ledger anew from the topics, beside the running one, and puts it in its place. The audit log stays.

    \b
    supervise ledger rebuild
    supervise --settings site.toml ledger rebuild
    """
    app.ledger.make_anew(chosen)


@click.group()
def audit() -> None:
    """The log of alert changes and human acts, append-only and hash-chained."""


@audit.command()
@kafka_options
@click.option("--without-kafka", is_flag=True, help="Look at the database alone: a log rewritten whole is not found then.")
@click.pass_obj
def verify(file: Path | None, bootstrap: str | None, prefix: str | None, *, without_kafka: bool) -> None:
    """Proves that nothing was changed, removed, reordered or rewritten, or names the first row that was.

    Exit status: 0 proven, 1 not as it was written, 2 cannot be said.

    \b
    supervise audit verify
    supervise --settings site.toml audit verify
    """
    sys.exit(app.ledger.audit(app.options.settings(file, bootstrap, prefix), with_kafka=not without_kafka))
