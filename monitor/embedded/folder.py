"""Folders of the embedded parts: made, checked for space, and locked so that one process uses them at a time.

The locks are the kernel's (``flock``), so none outlives its holders and there is no stale one to clear away. A data folder has
two: ``lock`` is the starting process's, ``NAME.lock`` is inherited by the server. By them a run that was killed differs from one
that lives. The next run waits until the killed one's server has really ended.
"""

import errno
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from monitor.embedded.errors import EmbeddedError

_RETRY = 0.1  # seconds between two attempts at a lock


def make_folder(folder: Path, remedy: str) -> None:
    """Make ``folder`` (only its owner may enter) and prove that a file can be written there."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _no_space(folder, 0, 0) from error
        reason = error.strerror or str(error)
        raise EmbeddedError(
            f"the folder cannot be written: {reason}", folder, f"Give this user the right to write there; {remedy}"
        ) from error


def require_space(folder: Path, needed: int) -> None:
    """Refuse to begin what the disk of ``folder`` has no room for. ``needed`` in bytes."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise _no_space(folder, free, needed)


def _no_space(folder: Path, free: int, needed: int) -> EmbeddedError:
    need = f", {needed / 1e6:.0f} MB are needed" if needed else ""
    return EmbeddedError(
        f"no space left on the disk: {free / 1e6:.0f} MB free{need}", folder, "Free some space, or use a folder on another disk"
    )


@contextmanager
def holding(path: Path) -> Iterator[None]:
    """Hold the lock file ``path``, waiting for whoever has it."""
    descriptor = _open(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def lock_owner(folder: Path) -> int:
    """Lock a data folder for this process; the open descriptor, which the caller closes. In use elsewhere is an error."""
    descriptor = _open(folder / "lock")
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = os.pread(descriptor, 32, 0).decode(errors="replace").strip() or "?"
        os.close(descriptor)
        raise EmbeddedError(
            f"the data folder is in use by process {owner}", folder, "Stop that process first, or use another folder (--data)"
        ) from None
    os.truncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    return descriptor


def lock_server(folder: Path, name: str, patience: float) -> int:
    """Take the lock that a server inherits; the open descriptor, to be handed to the server and then closed.

    While the server of a run that was killed is still being ended by its guard, wait for it, ``patience`` seconds at most.
    """
    descriptor = _open(folder / f"{name}.lock")
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                os.close(descriptor)
                raise EmbeddedError(
                    f"the {name} of an earlier run still has the data folder",
                    folder,
                    f"End the process whose number stands in {folder / f'{name}.pid'}, or use another folder (--data)",
                ) from None
            time.sleep(_RETRY)
        else:
            return descriptor


def is_locked(path: Path) -> bool:
    """Whether some process holds the lock file ``path``."""
    descriptor = _open(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
