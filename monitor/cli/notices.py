"""``supervise notify``: flags of the part that writes to people."""

import sys
from datetime import datetime
from pathlib import Path

import click

from monitor import app
from monitor.cli.options import INSTANT, PATH, kafka_options, metrics_option
from rules.alerts import LEVELS


@click.group()
def notify() -> None:
    """Messages: who is told of which cards, by which channel, when."""


@notify.command()
@click.option("--plan", type=PATH, help="The plan (default: notify.plan of the settings).")
@kafka_options
@metrics_option
@click.pass_obj
def run(file: Path | None, plan: Path | None, bootstrap: str | None, prefix: str | None, metrics_port: int | None) -> None:
    """Tell people of cards as they fall. One per installation; a second one takes the first one's place.

    \b
    supervise notify run --plan notify.toml
    """
    app.notices.run(app.options.settings(file, bootstrap, prefix, metrics_port=metrics_port, notify={"plan": plan}))


@notify.command()
@click.argument("plan", type=PATH)
def check(plan: Path) -> None:
    """Check a plan and that every secret it names can be read.

    \b
    supervise notify check notify.toml
    """
    app.notices.check(plan)


@notify.command()
@click.argument("plan", type=PATH)
@click.option("--alert", help="Id of an alert of the alerts topic; without it a card is made up from the options below.")
@click.option("--level", type=click.Choice(LEVELS), default="red", show_default=True)
@click.option("--rule", default="case-promise", show_default=True)
@click.option("--region", default="430100", show_default=True)
@click.option("--hall", default="")
@click.option("--department", default="市场监管局", show_default=True)
@click.option("--at", type=INSTANT, help="When it falls, with offset (default: now).")
@click.option("--book", "books", multiple=True, type=PATH, help="Rule book with the office hours (default: the settings').")
@click.option("--send", is_flag=True, help="Send the messages at once, too, whatever the hour.")
@kafka_options
@click.pass_obj
def test(
    file: Path | None,
    plan: Path,
    alert: str | None,
    level: str,
    rule: str,
    region: str,
    hall: str,
    department: str,
    at: datetime | None,
    books: tuple[Path, ...],
    send: bool,
    bootstrap: str | None,
    prefix: str | None,
) -> None:
    """Show who would be told of a card, how and when. Exit status 1 if a channel did not take what was sent.

    \b
    supervise notify test notify.toml --level red --department 住建局
    supervise notify test notify.toml --alert 430102-民政局/2026-0001/case-promise/red/1
    supervise notify test notify.toml --send
    """
    chosen = app.options.settings(file, bootstrap, prefix, worker={"books": books or None})
    made_up = {"level": level, "rule": rule, "region": region, "hall": hall, "department": department}
    sys.exit(app.notices.test(chosen, plan, alert, made_up, at, send=send))


@notify.command()
@click.option("--fate", type=click.Choice(["waiting", "sent", "overtaken", "failed"]), help="Only these.")
@click.option("--alert", help="Only of this alert, or of all whose id begins so.")
@kafka_options
@click.pass_obj
def fates(file: Path | None, fate: str | None, alert: str | None, bootstrap: str | None, prefix: str | None) -> None:
    """What became of every notice, one JSON object per line.

    \b
    supervise notify fates --fate failed
    """
    app.notices.fates(app.options.settings(file, bootstrap, prefix), fate, alert or "")
