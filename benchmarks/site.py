"""Where a benchmark takes place: a temporary folder with an embedded Kafka and what the processes need to find it."""

import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from monitor.embedded.kafka import EmbeddedKafka
from monitor.embedded.run import shown_progress
from monitor.settings import Settings, load_settings

PARTITIONS = 4


class Site:
    """One broker and its folder; ``settings`` are those that name ``prefix`` and ``group``."""

    def __init__(self, folder: Path, bootstrap: str) -> None:
        self.folder = folder
        self.bootstrap = bootstrap

    def settings(self, prefix: str, group: str, book: Path, metrics_port: int = 0) -> tuple[Path, Settings]:
        """Write a settings file for one process of one run; the file and what it says."""
        file = self.folder / f"{group}.toml"
        file.write_text(
            f'[kafka]\nbootstrap = "{self.bootstrap}"\n'
            f'[topics]\nprefix = "{prefix}"\npartitions = {PARTITIONS}\n'
            f'[worker]\ngroup = "{group}"\nbooks = ["{book.as_posix()}"]\n'
            f"[metrics]\nport = {metrics_port}\n",
            "utf-8",
        )
        return file, load_settings(file)


@contextmanager
def site(kafka: str | None = None) -> Iterator[Site]:
    """A fresh site, gone without a trace afterwards; ``kafka`` names a broker that runs already."""
    previous = signal.signal(signal.SIGTERM, _end)  # so that what is below is undone then too
    folder = Path(tempfile.mkdtemp(prefix="supervise-bench-"))
    try:
        if kafka is not None:
            yield Site(folder, kafka)
            return
        with shown_progress() as progress:
            broker = EmbeddedKafka(folder / "kafka", heap_mb=768, progress=progress)
            broker.start()
        with broker:
            yield Site(folder, broker.bootstrap)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        signal.signal(signal.SIGTERM, previous)


def _end(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
