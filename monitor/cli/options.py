"""Flags that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

_F = TypeVar("_F", bound=Callable[..., Any])
PATH = click.Path(path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
INSTANT = click.DateTime(["%Y-%m-%dT%H:%M:%S%z"])
DAY = click.DateTime(["%Y-%m-%d"])


def kafka_options(command: _F) -> _F:
    """Flags that every part that talks to Kafka shares."""
    command = click.option("--prefix", help="Prefix of the topic names (default: supervision).")(command)
    return click.option("--bootstrap", help="Kafka, host:port (default: 127.0.0.1:9092).")(command)


def by_option(command: _F) -> _F:
    """Who does it: kept in the record."""
    return click.option("--by", help="Who publishes; kept in the record (default: your login name).")(command)


def metrics_option(command: _F) -> _F:
    """Port of a part that counts what it does."""
    return click.option("--metrics-port", type=click.IntRange(0, 65535), help="Serve Prometheus metrics here (default: off).")(
        command
    )


def lang_option(command: _F) -> _F:
    """Language of what is printed for people."""
    return click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)(command)
