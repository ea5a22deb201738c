"""``supervise ledger``: everything that happened, in PostgreSQL."""

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
    supervise --settings site.toml ledger --metrics-port 9104
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
