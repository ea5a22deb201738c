"""A real Apache Kafka on loopback: nothing to install, one data folder, gone when its parent is gone.

``with EmbeddedKafka(Path("data/kafka")) as kafka: connect(kafka.bootstrap)``. Beside what every
:class:`~monitor.embedded.server.EmbeddedServer` has, its folder holds ``log/`` (the records) and ``server.properties``.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from monitor.embedded.broker import CONFIG, java, java_environment, new_cluster_id, write_config
from monitor.embedded.jars import ShowProgress, ensure_jars
from monitor.embedded.ports import HOST, free_port
from monitor.embedded.probe import brokers
from monitor.embedded.server import EmbeddedServer

MINIMUM_FREE = 500_000_000
"""Bytes that must be free on the data folder's disk before a start: a broker whose disk fills up stops dead."""


class EmbeddedKafka(EmbeddedServer):
    """One broker on one data folder."""

    name = "broker"
    product = "embedded Kafka"
    grace = 20.0  # to close its logs
    starting = 120.0  # usual are 2 to 8

    def __init__(
        self,
        data: Path,
        port: int | None = None,
        heap_mb: int = 512,
        progress: ShowProgress | None = None,
        minimum_free: int = MINIMUM_FREE,
    ) -> None:
        """See :class:`EmbeddedServer`; ``heap_mb`` is Java's."""
        super().__init__(data, port, progress, minimum_free)
        self.bootstrap = ""
        self._heap_mb = heap_mb

    @property
    def address(self) -> str:
        """``127.0.0.1:PORT``."""
        return self.bootstrap

    def _listens_at(self, port: int) -> None:
        self.bootstrap = f"{HOST}:{port}" if port else ""

    def _prepared(self) -> Callable[[int], Sequence[str | Path]]:
        jars = ensure_jars(self._progress)
        self._progress("starting Apache Kafka", 0, 0)
        return lambda port: self._command(jars, port)

    def _command(self, jars: Path, port: int) -> Sequence[str | Path]:
        write_config(self.data, port, free_port(avoid=port))
        self._format(jars)
        return java(jars, self._heap_mb, "kafka.Kafka", CONFIG)

    def _is_there(self, port: int) -> bool:
        return brokers(HOST, port) > 0

    def _environment(self) -> Mapping[str, str]:
        return java_environment()

    def _format(self, jars: Path) -> None:
        """Give a new folder its cluster id. Costs one Java start, once."""
        if (self.data / "log" / "meta.properties").exists():
            return
        arguments = ("kafka.tools.StorageTool", "format", "-t", new_cluster_id(), "-c", CONFIG)
        self._prepare_folder(java(jars, self._heap_mb, *arguments))
