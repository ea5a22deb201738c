"""``supervise``: the group all commands hang on, the version, and what a crash looks like to a script."""

import sys
import traceback
from pathlib import Path
from typing import Any

import click

from monitor import app
from monitor.cli import cases, catalogs, doctor, ledger, mappings, notices, publications, records, rulebooks, services, tokens
from monitor.cli.options import PATH
from rules.errors import SupervisionError

_DEFECT = 70
"""Exit status of a defect of ours (EX_SOFTWARE of BSD's sysexits). No script takes it for 1, which says: a check found some."""


class _Supervise(click.Group):
    """Says what is wrong in one line, without a traceback, where the error is somebody's to mend."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SupervisionError as error:
            click.echo(f"supervise: {error}", err=True)
            sys.exit(2)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception:
            traceback.print_exc()
            sys.exit(_DEFECT)


@click.group(cls=_Supervise, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--settings", "file", type=PATH, help="TOML file with settings; SUPERVISE_… variables and flags override it.")
@click.option("--log-level", type=click.Choice(["debug", "info", "warning", "error"]), default="info", show_default=True)
@click.version_option(package_name="supervise")
@click.pass_context
def main(ctx: click.Context, file: Path | None, log_level: str) -> None:
    """Real-time electronic supervision monitor for government service halls (行政审批电子监察).

    \b
    supervise demo                        everything at once, on this machine, with a simulated hall
    supervise worker --book hunan         the rule engine against a Kafka
    supervise replay cases.csv --mapping old-system.toml --book hunan --offline
    """
    app.options.configure_logging(log_level)
    ctx.obj = file


for _command in (
    services.demo,
    services.worker,
    services.gateway,
    services.wall,
    ledger.ledger,
    ledger.audit,
    services.kafka,
    services.postgres,
    services.simulate,
    services.run,
    tokens.token,
    records.replay,
    records.pull,
    records.backtest,
    records.explain,
    mappings.mapping,
    rulebooks.rulebook,
    publications.calendar,
    catalogs.catalog,
    cases.cards,
    notices.notify,
    doctor.doctor,
):
    main.add_command(_command)
