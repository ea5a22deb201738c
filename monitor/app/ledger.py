"""The ledger: run until it is stopped, brought up to date, made anew; its audit log proven."""

import asyncio
from collections import deque

import click

from monitor.app.stopping import until_stopped
from monitor.door import serve_metrics
from monitor.ledger import Proof, as_sql, read_heads, rebuild, run_ledger, upgrade, verify
from monitor.settings import Settings


def run(chosen: Settings) -> None:
    """Write what the topics say until it is stopped."""
    hindrances = deque(["it has no partitions yet"], maxlen=1)
    serve_metrics(chosen.metrics, lambda: hindrances[-1])
    until_stopped(run_ledger(chosen, hindrances.append))


def migrate(chosen: Settings, *, sql: bool, down: bool) -> None:
    """Bring the tables up to date, or print the SQL that would."""
    if sql:
        for part in as_sql(chosen.ledger, down=down):
            click.echo(part, nl=False)
        return
    upgrade(chosen.ledger, zone=chosen.zone)
    click.echo(f"schema {chosen.ledger.namespace} is up to date", err=True)


def make_anew(chosen: Settings) -> None:
    """Rebuild the ledger beside the running one, and put it in its place."""
    records = asyncio.run(rebuild(chosen))
    click.echo(f"{records:,} records read; the ledger was made anew and is in place", err=True)


def audit(chosen: Settings, *, with_kafka: bool) -> int:
    """Prove the audit log; the exit status: 0 proven, 1 not as it was written."""
    heads = asyncio.run(read_heads(chosen)) if with_kafka else []
    proofs = verify(chosen.ledger, heads)
    for proof in proofs:
        click.echo(_told(proof, with_kafka=with_kafka))
    if not proofs:
        click.echo("the audit log is empty")
    if not with_kafka:
        click.echo("not asked of Kafka: a log rewritten whole, or cut off at its end, would not be found", err=True)
    return int(any(proof.breach for proof in proofs))


def _told(proof: Proof, *, with_kafka: bool) -> str:
    if proof.breach is not None:
        return f"NOT AS WRITTEN  {proof.breach.text}"
    head = f"; Kafka knows row {proof.head}" if with_kafka else ""
    return f"proven          {proof.chain}: {proof.rows:,} rows, the last is {proof.last}{head}"
