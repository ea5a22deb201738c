"""``supervise kafka`` and ``supervise postgres``: an embedded server in the foreground, with its progress on the screen."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.progress import Progress as Bars

from monitor.embedded.jars import ShowProgress
from monitor.embedded.kafka import EmbeddedKafka
from monitor.embedded.postgres import EmbeddedPostgres
from monitor.embedded.server import EmbeddedServer

_LOOK = 0.5  # seconds between two looks at the server


@contextmanager
def shown_progress() -> Iterator[ShowProgress]:
    """A :data:`ShowProgress` drawn on standard error: a bar with bytes, speed and time left while downloading, else a line."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Bars(*columns, console=console) as bars:
        tasks = {}

        def show(what: str, done: int, total: int) -> None:
            if not total:
                console.print(f"{what} …")
                return
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        yield show


def run_kafka(data: Path, port: int | None = None) -> None:
    """Start the embedded Kafka, print its address on standard output, and keep it until SIGINT or SIGTERM."""
    _run(lambda progress: EmbeddedKafka(data, port, progress=progress), "Apache Kafka")


def run_postgres(data: Path, port: int | None = None) -> None:
    """The same for the embedded PostgreSQL. Its password lies in the file that the hint on standard error names."""
    _run(lambda progress: EmbeddedPostgres(data, port, progress=progress), "PostgreSQL")


def _run(make: Callable[[ShowProgress], EmbeddedServer], product: str) -> None:
    """Until SIGINT or SIGTERM.

    Raises :class:`~monitor.embedded.errors.EmbeddedError` where it does not start, or ends by itself. For the main thread
    only, because of the signals.
    """
    asked = threading.Event()
    previous = {number: signal.signal(number, lambda *_: asked.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with shown_progress() as progress:
            server = make(_unless(asked, progress))
            server.start()
        with server:
            click.echo(server.address)
            for line in (f"{product} keeps its data in {server.data}; Ctrl-C ends it", server.hint):
                if line:
                    click.echo(line, err=True)
            while not asked.wait(_LOOK):
                if not server.is_running():
                    raise server.failure()
    except KeyboardInterrupt:
        pass
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _unless(asked: threading.Event, progress: ShowProgress) -> ShowProgress:
    """``progress``, but leaving off (by ``KeyboardInterrupt``) once the user asked to end."""

    def show(what: str, done: int, total: int) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        progress(what, done, total)

    return show
