"""The processes of the demo: started under a guard, watched, ended together, their last words shown when one fails."""

import sys
from pathlib import Path
from typing import IO

from monitor.embedded.guard import GuardedProcess, spawn_guarded
from rules.errors import SupervisionError

_LAST_LINES = 12


class ChildEnded(SupervisionError):
    """A part of the demo ended by itself.

    Whose: the machine's, or ours.
    Mend: read the part's log, which the text names.
    """


class Children:
    """All children of one demo. None outlives this process, however it ends."""

    def __init__(self, settings: Path, logs: Path) -> None:
        logs.mkdir(parents=True, exist_ok=True)
        self._settings, self._logs = settings, logs
        self._running: dict[str, GuardedProcess] = {}

    def log_of(self, name: str) -> Path:
        """Where a child writes what it has to say."""
        return self._logs / f"{name}.log"

    def start(self, name: str, *arguments: str) -> None:
        """Start ``supervise NAME`` with the demo's settings."""
        log: IO[bytes]
        with self.log_of(name).open("wb") as log:
            command = [sys.executable, "-m", "monitor", "--settings", str(self._settings), name, *arguments]
            self._running[name] = spawn_guarded(command, stdout=log, stderr=log)

    def check(self) -> None:
        """Raise :class:`ChildEnded` with the last lines of its log where one has ended."""
        for name, process in self._running.items():
            status = process.poll()
            if status is not None:
                lines = self.log_of(name).read_text("utf-8", "replace").splitlines()[-_LAST_LINES:]
                words = "\n  ".join(lines)
                raise ChildEnded(f"{name} ended with status {status}; its last words ({self.log_of(name)}):\n  {words}")

    def stop(self) -> None:
        """End all, the last started first."""
        for process in reversed(self._running.values()):
            process.terminate()
        for process in self._running.values():
            process.wait()
        self._running.clear()
