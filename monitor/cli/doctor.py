"""``supervise doctor``: flags of the examination of a cluster."""

import sys
from pathlib import Path

import click

from monitor import app
from monitor.cli.options import kafka_options


@click.command()
@click.option("--json", "as_json", is_flag=True, help="The findings as JSON.")
@click.option("--trial/--no-trial", default=True, show_default=True, help="Make, write, read and delete a topic of its own.")
@kafka_options
@click.pass_obj
def doctor(settings_file: Path | None, as_json: bool, trial: bool, bootstrap: str | None, prefix: str | None) -> None:
    """Examine a Kafka cluster before the first day: each finding with its mend.

    Reachability, versions, codecs, topic settings, replication, clocks, permissions, partition counts.
    Exit status 0 if all is well, 1 if something needs a mend, 2 if the cluster cannot be reached.

    \b
    supervise doctor --bootstrap k1:9092,k2:9092
    supervise --settings site.toml doctor --json
    """
    sys.exit(app.doctor.doctor(app.options.settings(settings_file, bootstrap, prefix), trial=trial, as_json=as_json))
