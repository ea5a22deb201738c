"""A server on one data folder, as a child that cannot outlive us: what the embedded Kafka and PostgreSQL have in common.

Everything it has lies in its folder, beside its records: ``NAME.log``, ``NAME.pid``, ``port`` and two locks. The calls block;
from asyncio use ``await asyncio.to_thread(server.start)``.
"""

import os
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from monitor.embedded.errors import EmbeddedError
from monitor.embedded.folder import is_locked, lock_owner, lock_server, make_folder, require_space
from monitor.embedded.guard import GuardedProcess, spawn_guarded
from monitor.embedded.jars import ShowProgress
from monitor.embedded.ports import choose_port, taken

_TAIL = 15  # lines of the log shown when it fails
_LOG_KEPT = 10_000_000  # bytes of the log after which a start sets it aside
_ATTEMPTS = 3  # with ports of our own choice, since another program may take one in between


class EmbeddedServer(ABC):
    """One server on one data folder. ``start()`` and ``stop()`` may be called again and again; a context manager does both."""

    name: ClassVar[str]
    """Of its log, pid file and lock."""
    product: ClassVar[str]
    """As people call it."""
    grace: ClassVar[float]
    """Seconds it gets to close its files."""
    starting: ClassVar[float]
    """Seconds until we give up on a start."""
    ends_by: ClassVar[signal.Signals] = signal.SIGTERM
    """The signal that ends it politely."""

    def __init__(self, data: Path, port: int | None, progress: ShowProgress | None, minimum_free: int) -> None:
        """``port`` None or 0: a free one, remembered in the folder so that a restart keeps the address. Nothing starts yet.

        ``minimum_free``: bytes that must be free on the folder's disk before a start.
        """
        self.data = data.absolute()
        self._port = port
        self._progress: ShowProgress = progress or (lambda _what, _done, _total: None)
        self._minimum_free = minimum_free
        self._process: GuardedProcess | None = None
        self._lock: int | None = None
        self._log_from = 0

    @property
    def log(self) -> Path:
        """What the server writes."""
        return self.data / f"{self.name}.log"

    @property
    def pid(self) -> int | None:
        """The server's own process id, or None while it does not run."""
        try:
            return int(self._pid_file.read_text()) if self.is_running() else None
        except (OSError, ValueError):
            return None

    def is_running(self) -> bool:
        """Whether the server we started still runs."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> str:
        """Start the server and wait until it answers; its address. :class:`EmbeddedError` says why not."""
        if self.is_running():
            return self.address
        self.stop()
        make_folder(self.data, "or use another folder (--data)")
        self._lock = lock_owner(self.data)
        try:
            require_space(self.data, self._minimum_free)
            self._start(self._prepared())
        except BaseException:
            self.stop()
            raise
        return self.address

    def stop(self) -> None:
        """End the server: politely, so that it closes its files, and with force after its grace. Harmless where none runs."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None
            self._bury()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
        self._listens_at(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait until the server ends by itself; its exit status. ``subprocess.TimeoutExpired`` after ``timeout`` seconds."""
        return self._process.wait(timeout) if self._process is not None else 0

    def failure(self) -> EmbeddedError:
        """Why the server is not there, with the last lines of its log: for whoever finds that it ended by itself."""
        status = self._process.poll() if self._process is not None else None
        what = "no answer in time" if status is None else f"the {self.name} ended with status {status}"
        tail = "\n".join(self._said().splitlines()[-_TAIL:]) or "(it wrote nothing)"
        return EmbeddedError(
            f"{what}; its last words:\n{tail}\n", self.log, "These lines say why; the file has the whole log", self.product
        )

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    @property
    @abstractmethod
    def address(self) -> str:
        """Where it listens; empty while it does not run."""

    @abstractmethod
    def _listens_at(self, port: int) -> None:
        """Keep the port it was given; 0 once it has ended."""

    @abstractmethod
    def _prepared(self) -> Callable[[int], Sequence[str | Path]]:
        """Fetch what a start needs, and make the command line that listens on a port."""

    @abstractmethod
    def _is_there(self, port: int) -> bool:
        """Whether the server answers on that port."""

    @property
    def hint(self) -> str:
        """What whoever wants to connect must know besides the address; empty where that is all."""
        return ""

    def _environment(self) -> Mapping[str, str]:
        return os.environ

    def _is_collision(self, said: str) -> bool:
        """Whether its last words say that another program had the port."""
        return "Address already in use" in said

    def _prepare_folder(self, command: Sequence[str | Path], said: str = "") -> None:
        """Run a program that makes what a new folder needs; ``said`` goes to its standard input."""
        done = subprocess.run(
            command,
            cwd=self.data,
            env=self._environment(),
            input=said.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if done.returncode:
            tail = "\n".join(done.stdout.decode(errors="replace").splitlines()[-_TAIL:])
            raise EmbeddedError(
                f"the data folder could not be prepared (status {done.returncode}):\n{tail}\n",
                self.data,
                "If the folder holds nothing you need, remove it and start again",
                self.product,
            )

    @property
    def _pid_file(self) -> Path:
        return self.data / f"{self.name}.pid"

    def _start(self, command: Callable[[int], Sequence[str | Path]]) -> None:
        inherited = lock_server(self.data, self.name, patience=self.grace + 5)
        try:
            for attempt in range(1, _ATTEMPTS + 1):
                port = choose_port(self._port, self.data / "port")
                self._launch(command(port), inherited)
                if self._answers(port):
                    break
                self._check_failure(port, last=bool(self._port) or attempt == _ATTEMPTS)
        finally:
            os.close(inherited)
        (self.data / "port").write_text(f"{port}\n")
        self._listens_at(port)

    def _launch(self, command: Sequence[str | Path], inherited: int) -> None:
        self._log_from = self._rotate_log()
        with self.log.open("ab") as log:
            self._process = spawn_guarded(
                command,
                cwd=self.data,
                env=self._environment(),
                stdout=log,
                stderr=log,
                grace=self.grace,
                ends_by=self.ends_by,
                pid_file=self._pid_file,
                pass_fds=(inherited,),
            )

    def _answers(self, port: int) -> bool:
        deadline = time.monotonic() + self.starting
        while self.is_running() and time.monotonic() < deadline:
            if self._is_there(port):
                return self.is_running()  # else it was another program's server that answered
            time.sleep(0.05)
        return False

    def _check_failure(self, port: int, last: bool) -> None:
        """The server did not come up: return to try again if only a port was taken meanwhile, else say why."""
        collision = self._is_collision(self._said())
        if collision and last:
            raise taken(port)
        if not collision:
            raise self.failure()
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _said(self) -> str:
        """What this run has written into its log."""
        try:
            with self.log.open("rb") as file:
                file.seek(self._log_from)
                return file.read().decode(errors="replace")
        except OSError:
            return ""

    def _bury(self) -> None:
        """End a server whose guard was killed. The guard removes the pid file; where it lies still, the lock tells the rest."""
        if not self._pid_file.exists():
            return
        if is_locked(self.data / f"{self.name}.lock"):
            try:
                os.kill(int(self._pid_file.read_text()), signal.SIGKILL)
            except (ValueError, ProcessLookupError):
                pass
        self._pid_file.unlink(missing_ok=True)

    def _rotate_log(self) -> int:
        """Set a long log aside; where this run's lines will begin."""
        size = self.log.stat().st_size if self.log.exists() else 0
        if size < _LOG_KEPT:
            return size
        self.log.replace(self.log.with_suffix(".log.1"))
        return 0
