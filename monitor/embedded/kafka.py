"""A real Apache Kafka on loopback: nothing to install, one data folder, gone when its parent is gone.

``with EmbeddedKafka(Path("data/kafka")) as kafka: connect(kafka.bootstrap)``. Everything it has lies in its folder:
``log/`` (the records), ``server.properties``, ``broker.log``, ``port``, ``broker.pid`` and two locks. The calls block;
from asyncio use ``await asyncio.to_thread(kafka.start)``.
"""

import os
import signal
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from monitor.embedded.broker import CONFIG, java, java_environment, new_cluster_id, write_config
from monitor.embedded.errors import EmbeddedError
from monitor.embedded.folder import is_locked, lock_broker, lock_owner, make_folder, require_space
from monitor.embedded.guard import GuardedProcess, spawn_guarded
from monitor.embedded.jars import Progress, ensure_jars
from monitor.embedded.ports import HOST, choose_port, free_port, taken
from monitor.embedded.probe import brokers

MINIMUM_FREE = 500_000_000
"""Bytes that must be free on the data folder's disk before a start: a broker whose disk fills up stops dead."""

_GRACE = 20.0  # seconds a broker gets to close its logs
_STARTING = 120.0  # seconds until we give up on a start; usual are 2 to 8
_TAIL = 15  # lines of broker.log shown when it fails
_LOG_KEPT = 10_000_000  # bytes of broker.log after which a start sets it aside
_ATTEMPTS = 3  # with ports of our own choice, since another program may take one in between


class EmbeddedKafka:
    """One broker on one data folder. ``start()`` and ``stop()`` may be called again and again; a context manager does both."""

    def __init__(
        self,
        data: Path,
        port: int | None = None,
        heap_mb: int = 512,
        progress: Progress | None = None,
        minimum_free: int = MINIMUM_FREE,
    ) -> None:
        """``port`` None or 0: a free one, remembered in the folder so that a restart keeps the address. Nothing starts yet."""
        self.data = data.absolute()
        self.bootstrap = ""
        self._port = port
        self._heap_mb = heap_mb
        self._progress: Progress = progress or (lambda _what, _done, _total: None)
        self._minimum_free = minimum_free
        self._process: GuardedProcess | None = None
        self._lock: int | None = None
        self._log_from = 0

    @property
    def pid(self) -> int | None:
        """The broker's own process id, or None while it does not run."""
        try:
            return int((self.data / "broker.pid").read_text()) if self.is_running() else None
        except (OSError, ValueError):
            return None

    def is_running(self) -> bool:
        """Whether the broker we started still runs."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> str:
        """Start the broker and wait until it answers; its address, ``127.0.0.1:PORT``. :class:`EmbeddedError` says why not."""
        if self.is_running():
            return self.bootstrap
        self.stop()
        make_folder(self.data, "or use another folder (--data)")
        self._lock = lock_owner(self.data)
        try:
            require_space(self.data, self._minimum_free)
            jars = ensure_jars(self._progress)
            self._progress("starting Apache Kafka", 0, 0)
            self._start(jars)
        except BaseException:
            self.stop()
            raise
        return self.bootstrap

    def stop(self) -> None:
        """End the broker: politely, so that it closes its logs, and with force after 20 s. Harmless when it does not run."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None
            self._bury()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
        self.bootstrap = ""

    def wait(self, timeout: float | None = None) -> int:
        """Wait until the broker ends by itself; its exit status. ``subprocess.TimeoutExpired`` after ``timeout`` seconds."""
        return self._process.wait(timeout) if self._process is not None else 0

    def failure(self) -> EmbeddedError:
        """Why the broker is not there, with the last lines of its log: for whoever finds that it ended by itself."""
        status = self._process.poll() if self._process is not None else None
        what = "no answer in time" if status is None else f"the broker ended with status {status}"
        tail = "\n".join(self._said().splitlines()[-_TAIL:]) or "(it wrote nothing)"
        return EmbeddedError(
            f"{what}; its last words:\n{tail}\n", self.data / "broker.log", "These lines say why; the file has the whole log"
        )

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def _start(self, jars: Path) -> None:
        inherited = lock_broker(self.data, patience=_GRACE + 5)
        try:
            for attempt in range(1, _ATTEMPTS + 1):
                port = choose_port(self._port, self.data / "port")
                write_config(self.data, port, free_port(avoid=port))
                self._format(jars)
                self._launch(jars, inherited)
                if self._answers(port):
                    break
                self._check_failure(port, last=bool(self._port) or attempt == _ATTEMPTS)
        finally:
            os.close(inherited)
        (self.data / "port").write_text(f"{port}\n")
        self.bootstrap = f"{HOST}:{port}"

    def _format(self, jars: Path) -> None:
        """Give a new folder its cluster id. Costs one Java start, once."""
        if (self.data / "log" / "meta.properties").exists():
            return
        arguments = ("kafka.tools.StorageTool", "format", "-t", new_cluster_id(), "-c", CONFIG)
        done = subprocess.run(
            java(jars, self._heap_mb, *arguments),
            cwd=self.data,
            env=java_environment(),
            stdin=subprocess.DEVNULL,
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
            )

    def _launch(self, jars: Path, inherited: int) -> None:
        self._log_from = self._rotate_log()
        with (self.data / "broker.log").open("ab") as log:
            self._process = spawn_guarded(
                java(jars, self._heap_mb, "kafka.Kafka", CONFIG),
                cwd=self.data,
                env=java_environment(),
                stdout=log,
                stderr=log,
                grace=_GRACE,
                pid_file=self.data / "broker.pid",
                pass_fds=(inherited,),
            )

    def _answers(self, port: int) -> bool:
        deadline = time.monotonic() + _STARTING
        while self.is_running() and time.monotonic() < deadline:
            if brokers(HOST, port):
                return self.is_running()  # else it was another program's broker that answered
            time.sleep(0.05)
        return False

    def _check_failure(self, port: int, last: bool) -> None:
        """The broker did not come up: return to try again if only a port was taken meanwhile, else say why."""
        collision = "Address already in use" in self._said()
        if collision and last:
            raise taken(port)
        if not collision:
            raise self.failure()
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _said(self) -> str:
        """What this run has written into ``broker.log``."""
        try:
            with (self.data / "broker.log").open("rb") as file:
                file.seek(self._log_from)
                return file.read().decode(errors="replace")
        except OSError:
            return ""

    def _bury(self) -> None:
        """End a broker whose guard was killed. The guard removes the pid file; where it lies still, the lock tells the rest."""
        pid_file = self.data / "broker.pid"
        if not pid_file.exists():
            return
        if is_locked(self.data / "broker.lock"):
            try:
                os.kill(int(pid_file.read_text()), signal.SIGKILL)
            except (ValueError, ProcessLookupError):
                pass
        pid_file.unlink(missing_ok=True)

    def _rotate_log(self) -> int:
        """Set a long ``broker.log`` aside; where this run's lines will begin."""
        log = self.data / "broker.log"
        size = log.stat().st_size if log.exists() else 0
        if size < _LOG_KEPT:
            return size
        log.replace(self.data / "broker.log.1")
        return 0
