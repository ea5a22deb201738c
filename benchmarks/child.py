"""A contender's process: started under a guard, its processor time and memory sampled from outside."""

import os
import sys
import threading
import time
from pathlib import Path
from typing import Self

from monitor.embedded.guard import spawn_guarded
from rules.errors import SupervisionError

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_SAMPLE_EVERY = 0.05
_PATIENCE = 30.0


class BenchmarkFailed(SupervisionError):
    """A run came to nothing; the text says why and where its log is."""


def python_of(home: Path | None) -> Path:
    """The interpreter of a checkout; without one, that which runs this. :class:`BenchmarkFailed` where none is installed."""
    if home is None:
        return Path(sys.executable)
    python = home.resolve() / ".venv" / "bin" / "python"
    if not python.exists():
        raise BenchmarkFailed(f"{home}: no .venv there; check the other commit out into it and run make install in it")
    return python


class Child:
    """``python -m`` something, between entering and leaving. ``samples`` are (time.time(), processor seconds).

    ``home`` is another checkout of the project: its own ``.venv`` runs, in its own folder.
    """

    def __init__(self, name: str, folder: Path, *arguments: str, home: Path | None = None) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self.samples: list[tuple[float, float]] = []
        self._pid_file = folder / f"{name}.pid"
        self._home = home
        self._command = [str(python_of(home)), "-m", *arguments]
        self._ended = threading.Event()

    def __enter__(self) -> Self:
        with self.log.open("wb") as log:
            self._process = spawn_guarded(self._command, stdout=log, stderr=log, pid_file=self._pid_file, cwd=self._home)
        self._pid = self._wait_for_pid()
        self._sampler = threading.Thread(target=self._sample, daemon=True)
        self._sampler.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._process.terminate()
        self._process.wait()
        self._sampler.join()

    def check(self) -> None:
        """:class:`BenchmarkFailed` with its last words if it has ended."""
        if self._process.poll() is not None:
            words = "\n  ".join(self.log.read_text("utf-8", "replace").splitlines()[-12:])
            raise BenchmarkFailed(f"{self.name} ended by itself:\n  {words}")

    def rss(self) -> int:
        """Bytes resident now."""
        return int(Path(f"/proc/{self._pid}/statm").read_text().split()[1]) * _PAGE

    def peak_rss(self) -> int:
        """The most bytes that were ever resident."""
        status = Path(f"/proc/{self._pid}/status").read_text()
        return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))

    def cpu_between(self, begin: float, end: float) -> float:
        """Processor seconds spent between two instants (``time.time()``)."""
        return self._cpu_at(end) - self._cpu_at(begin)

    def _cpu_at(self, when: float) -> float:
        before = self.samples[0]
        for sample in self.samples:
            if sample[0] >= when:
                share = (when - before[0]) / (sample[0] - before[0]) if sample[0] > before[0] else 0.0
                return before[1] + share * (sample[1] - before[1])
            before = sample
        return before[1]

    def _wait_for_pid(self) -> int:
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            try:
                return int(self._pid_file.read_text())
            except (OSError, ValueError):
                self.check()
                time.sleep(0.01)
        raise BenchmarkFailed(f"{self.name} did not start within {_PATIENCE:.0f} s")

    def _sample(self) -> None:
        while not self._ended.wait(_SAMPLE_EVERY):
            try:
                fields = Path(f"/proc/{self._pid}/stat").read_text().rpartition(")")[2].split()
            except OSError:
                return
            self.samples.append((time.time(), (int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND))
