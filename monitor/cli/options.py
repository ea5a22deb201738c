"""Flags that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

_F = TypeVar("_F", bound=Callable[..., Any])
PATH = click.Path(path_type=Path)
INSTANT = click.DateTime(["%Y-%m-%dT%H:%M:%S%z"])
DAY = click.DateTime(["%Y-%m-%d"])


def kafka_options(command: _F) -> _F:
    """Flags that every part that talks to Kafka shares."""
    command = click.option("--prefix", help="Prefix of the topic names (default: supervision).")(command)
    return click.option("--bootstrap", help="Kafka, host:port (default: 127.0.0.1:9092).")(command)


def by_option(command: _F) -> _F:
    """Who does it: kept in the record."""
    return click.option("--by", help="Who publishes; kept in the record (default: your login name).")(command)
