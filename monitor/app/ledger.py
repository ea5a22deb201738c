"""The ledger: run until it is stopped, its tables brought up to date."""

import click

from monitor.app.stopping import until_stopped
from monitor.door import serve_metrics
from monitor.ledger import as_sql, run_ledger, upgrade
from monitor.settings import Settings


def run(chosen: Settings) -> None:
    """Write what the topics say until it is stopped."""
    serve_metrics(chosen.metrics)
    until_stopped(run_ledger(chosen))


def migrate(chosen: Settings, *, sql: bool, down: bool) -> None:
    """Bring the tables up to date, or print the SQL that would."""
    if sql:
        for part in as_sql(chosen.ledger, down=down):
            click.echo(part, nl=False)
        return
    upgrade(chosen.ledger, zone=chosen.zone)
    click.echo(f"schema {chosen.ledger.namespace} is up to date", err=True)
