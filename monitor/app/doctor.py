"""``supervise doctor``: starts the examination and prints its report."""

import asyncio

import click

from monitor.doctor import examine
from monitor.settings import Settings
from monitor.wire import encode_json


def doctor(chosen: Settings, *, trial: bool, as_json: bool) -> int:
    """The report on stdout; 0 if all is well, else 1."""
    report = asyncio.run(examine(chosen, trial=trial))
    if as_json:
        click.echo(encode_json(report).decode())
    else:
        for line in report.lines():
            click.echo(line)
    return 0 if report.is_well else 1
