"""A child that can never outlive its parent: ``python -m monitor.embedded.guard -- CMD…``.

The guard stands between the two. It runs CMD in a process group of its own and watches its own standard input: a pipe whose
other end only the parent holds. However the parent ends, SIGKILL and a crash included, the kernel closes that end. The guard
reads end-of-file and ends the whole group: SIGTERM first (or SIGINT where a server wants that), SIGKILL once the grace is over.
SIGTERM, SIGINT or SIGHUP to the guard do the same; SIGQUIT kills at once. All of it is plain POSIX, without prctl: Linux and
macOS alike.

A process forked from the parent (``multiprocessing``) inherits the pipe and would keep it open. The guard therefore looks every
second whether the parent is still its parent.

The guard's exit status is the child's. It is 128 + signal where a signal ended the child, as shells have it, and 126 or 127
where CMD could not be run. The guard imports nothing but the standard library: it starts as a plain file in no time.
"""

import argparse
import os
import select
import signal
import subprocess
import sys
import time
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import IO, Any

GRACE = 10.0  # seconds between SIGTERM and SIGKILL
_ORPHAN_CHECK = 1.0  # seconds between two looks at the parent

Stream = int | IO[Any] | None


class GuardedProcess(subprocess.Popen[bytes]):
    """A child under its guard. ``pid`` and ``returncode`` are the guard's; a return code is the child's exit status.

    ``terminate()`` ends the child gracefully (SIGTERM, then SIGKILL after the grace), ``kill()`` at once; follow either
    with ``wait()``. A negative return code means that the guard was ended before it began. Dropping the object ends the
    child as well, because the pipe goes with it.
    """

    def __init__(self, command: list[str], **options: Any) -> None:
        reader, writer = os.pipe()
        self._lifeline = weakref.finalize(self, os.close, writer)
        try:
            super().__init__(command, stdin=reader, **options)
        except BaseException:
            self._lifeline()
            raise
        finally:
            os.close(reader)

    def poll(self) -> int | None:
        """As ``Popen.poll``; lets go of the pipe once the child has ended."""
        return self._ended(super().poll())

    def wait(self, timeout: float | None = None) -> int:
        """As ``Popen.wait``; lets go of the pipe once the child has ended."""
        status = super().wait(timeout)
        self._ended(status)
        return status

    def kill(self) -> None:
        """Kill the child's group at once. Never SIGKILL to the guard itself: that would leave the child alone."""
        self.send_signal(signal.SIGQUIT)

    def __del__(self) -> None:
        # Popen keeps a dropped but living child in a list of its own, so the finalizer alone would not run now.
        if lifeline := getattr(self, "_lifeline", None):
            lifeline()
        super().__del__()

    def _ended(self, status: int | None) -> int | None:
        if status is not None:
            self._lifeline()
        return status


def spawn_guarded(
    argv: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    stdout: Stream = None,
    stderr: Stream = None,
    cwd: Path | str | None = None,
    grace: float = GRACE,
    ends_by: signal.Signals = signal.SIGTERM,
    pid_file: Path | None = None,
    pass_fds: Sequence[int] = (),
) -> GuardedProcess:
    """Start ``argv`` under a guard, out of reach of the terminal's Ctrl-C: the parent alone decides when it ends.

    ``grace`` is in seconds, ``ends_by`` the signal before it. ``pid_file`` is written with the child's own pid
    while it runs. ``pass_fds`` stay open in guard and child, which is how a lock can be held by all of them. The child's
    standard input is empty.
    """
    guard = [sys.executable, "-I", "-S", str(Path(__file__).resolve())]
    options = ["--grace", str(grace), "--ends-by", ends_by.name, "--parent", str(os.getpid())]
    if pid_file is not None:
        options += ["--pid-file", str(pid_file.resolve())]
    return GuardedProcess(
        [*guard, *options, "--", *map(str, argv)],
        env=dict(env) if env is not None else None,
        stdout=stdout,
        stderr=stderr,
        cwd=cwd,
        pass_fds=tuple(pass_fds),
        start_new_session=True,
    )


class _Guard:
    """One child, its signals and its end."""

    def __init__(self, grace: float, ends_by: signal.Signals, parent: int) -> None:
        self.grace = grace
        self.ends_by = ends_by
        self.parent = parent
        self.ending = False
        self.killing = False
        self._wake, wake = os.pipe()
        os.set_blocking(self._wake, False)
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
            signal.signal(number, self._on_signal)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)  # only to leave select()

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        self.ending = True
        self.killing |= number == signal.SIGQUIT

    def watch(self, child: "subprocess.Popen[bytes]") -> int:
        """Wait for the child or for a reason to end it; its exit status, 128 + n for signal n."""
        inputs = [0, self._wake]
        while child.poll() is None and not self.ending:
            ready, _, _ = select.select(inputs, [], [], _ORPHAN_CHECK)
            self._drain(ready)
            self.ending |= (0 in ready and not os.read(0, 4096)) or os.getppid() != self.parent
        if child.poll() is None and not self.killing:
            _signal_group(child.pid, self.ends_by)
            self._wait(child)
        _signal_group(child.pid, signal.SIGKILL)  # the child if it would not listen, and whatever it left behind
        status = child.wait()
        return status if status >= 0 else 128 - status

    def _wait(self, child: "subprocess.Popen[bytes]") -> None:
        deadline = time.monotonic() + self.grace
        while child.poll() is None and not self.killing and (left := deadline - time.monotonic()) > 0:
            self._drain(select.select([self._wake], [], [], left)[0])

    def _drain(self, ready: list[int]) -> None:
        if self._wake in ready:
            os.read(self._wake, 4096)


def _signal_group(group: int, number: signal.Signals) -> None:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):  # macOS answers EPERM for a group of zombies
        pass


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m monitor.embedded.guard",
        description="Run CMD; end it when standard input reaches end-of-file, that is, when the parent is gone.",
        epilog="example: sleep 5 | python -m monitor.embedded.guard -- sleep 1000",
    )
    parser.add_argument(
        "--grace", type=float, default=GRACE, help="seconds from the first signal to SIGKILL (default %(default)s)"
    )
    parser.add_argument(
        "--ends-by", default="SIGTERM", choices=["SIGTERM", "SIGINT"], help="the first signal (default %(default)s)"
    )
    parser.add_argument("--parent", type=int, default=os.getppid(), help="pid whose end ends CMD (default: the parent)")
    parser.add_argument("--pid-file", type=Path, help="file that holds CMD's pid while it runs")
    parser.add_argument("command", nargs="+", metavar="CMD")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the guard; its exit status."""
    options = _parse(arguments)
    guard = _Guard(options.grace, signal.Signals[options.ends_by], options.parent)
    try:
        # close_fds=False hands on what the parent handed to us on purpose; all else of ours is not inheritable.
        child = subprocess.Popen(options.command, stdin=subprocess.DEVNULL, process_group=0, close_fds=False)
    except OSError as error:
        sys.stderr.write(f"guard: cannot run {options.command[0]}: {error.strerror}\n")
        return 127 if isinstance(error, FileNotFoundError) else 126
    try:
        if options.pid_file:
            options.pid_file.write_text(f"{child.pid}\n")
        return guard.watch(child)
    finally:
        _signal_group(child.pid, signal.SIGKILL)  # whatever became of us, the child does not stay
        if options.pid_file:
            options.pid_file.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
