"""Starts processes of ours under a guard each, writes what they say into one log, and starts again what ends.

Each child has a thread, which reads its lines and waits for its end. No child outlives this process, however it ends. SIGTERM and
SIGINT are handed on: every child ends in order, and gets as long as its unit for systemd would give it.
"""

import logging
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path

from monitor.embedded.guard import GuardedProcess, spawn_guarded
from monitor.supervisor.backoff import BackOff
from rules.errors import SupervisionError

log = logging.getLogger(__name__)

GRACE = 30.0
"""Seconds a process gets to end in order."""
_LAST_LINES = 5


class NotAProcess(SupervisionError):
    """``supervise run`` was given something that does not run until it is stopped.

    Whose: the operator's.
    Mend: name one of the processes that the text lists.
    """


def run_processes(commands: Sequence[str], known: Collection[str], base: Sequence[str]) -> None:
    """Keep each of ``commands`` running until SIGTERM or SIGINT: a process with its flags, as in ``worker --metrics-port 9101``.

    ``base`` is what stands before a command on the command line. For the main thread only, because of the signals. Raises
    :class:`NotAProcess` before anything is started.
    """
    kept = [Kept(name, (*base, *words)) for name, words in named(commands, known)]
    stop = threading.Event()
    previous = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        for each in kept:
            each.start()
        stop.wait()
        log.info("stopping")
    finally:
        for each in kept:
            each.end()
        for each in kept:
            each.join()
        for number, handler in previous.items():
            signal.signal(number, handler)


def named(commands: Sequence[str], known: Collection[str]) -> list[tuple[str, list[str]]]:
    """Each command with a name of its own for the log: ``worker-1``, ``worker-2``, ``wall``."""
    split = [shlex.split(command) for command in commands]
    for words in split:
        if not words or words[0] not in known:
            raise NotAProcess(f"{' '.join(words) or '(nothing)'}: supervise run keeps these running: {', '.join(sorted(known))}")
    total, seen = Counter(words[0] for words in split), Counter[str]()
    names = []
    for words in split:
        seen[words[0]] += 1
        names.append(f"{words[0]}-{seen[words[0]]}" if total[words[0]] > 1 else words[0])
    return list(zip(names, split, strict=True))


class Kept(threading.Thread):
    """One process that is kept running until :meth:`end`."""

    def __init__(self, name: str, command: Sequence[str | Path], pauses: BackOff | None = None) -> None:
        super().__init__(name=name, daemon=True)
        self._command = command
        self._pauses = pauses or BackOff()
        self._ending = threading.Event()
        self._turn = threading.Lock()
        self._process: GuardedProcess | None = None

    def run(self) -> None:
        """The thread's work."""
        while not self._ending.is_set():
            began = time.monotonic()
            status, last = self._once()
            if self._ending.is_set():
                log.info("%s ended", self.name)
                return
            pause = self._pauses.after(time.monotonic() - began)
            self._say(status, time.monotonic() - began, pause, last)
            self._ending.wait(pause)

    def end(self) -> None:
        """End it in order; nothing is started any more."""
        self._ending.set()
        with self._turn:
            if self._process is not None:
                self._process.terminate()

    def _once(self) -> tuple[int, list[str]]:
        """Run it to its end: its exit status and last lines."""
        with self._turn:
            if self._ending.is_set():
                return 0, []
            process = self._process = spawn_guarded(self._command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, grace=GRACE)
        log.info("%s started", self.name)
        last: list[str] = []
        assert process.stdout is not None
        with process.stdout as lines:
            for raw in lines:
                line = raw.decode("utf-8", "replace").rstrip("\n")
                sys.stderr.write(f"{self.name}: {line}\n")
                sys.stderr.flush()
                last = [*last[1 - _LAST_LINES :], line]
        status = process.wait()
        with self._turn:
            self._process = None
        return status, last

    def _say(self, status: int, ran: float, pause: float, last: list[str]) -> None:
        how = f"by signal {status - 128}" if status > 128 else f"with status {status}"
        if not self._pauses.is_looping:
            log.warning("%s ended %s after %.0f s; started again in %.0f s", self.name, how, ran, pause)
            return
        log.error(
            "%s HAS ENDED %d TIMES IN A ROW, %s after %.0f s: something must be mended before it can run. Its last words: %s. "
            "It is started again every %.0f s from now on",
            self.name,
            self._pauses.ends,
            how,
            ran,
            " | ".join(last) or "(none)",
            pause,
        )
