"""Looking at real processes: whether one is there, and waiting until it is gone."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[3]


def is_alive(pid: int) -> bool:
    """Whether a process runs. One that has ended but was not yet collected by its parent (a zombie) does not."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout.strip()
    return state != "" and not state.startswith("Z")


def wait_until(condition: Callable[[], bool], timeout: float = 10.0) -> bool:
    """Whether ``condition`` came true within ``timeout`` seconds."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def all_gone(*pids: int, timeout: float = 10.0) -> bool:
    """Whether all of these processes ended within ``timeout`` seconds."""
    return wait_until(lambda: not any(map(is_alive, pids)), timeout)


def python(code: str, *arguments: object, prefix: tuple[str, ...] = (), **options: object) -> "subprocess.Popen[str]":
    """Start a Python program that can import the project, its standard output and error piped as text."""
    command = [*prefix, sys.executable, "-W", "error", "-c", code, *map(str, arguments)]
    defaults = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "cwd": ROOT}
    return subprocess.Popen(command, **(defaults | options))  # type: ignore[call-overload, no-any-return]
