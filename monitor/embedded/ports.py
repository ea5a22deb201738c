"""Loopback ports: whether one is free, and which one a data folder keeps."""

import random
import socket
from pathlib import Path

from monitor.embedded.errors import EmbeddedError

HOST = "127.0.0.1"
# Below every system's range for outgoing connections, so that no passing connection sits on it at the next start.
_RANGE = range(20_000, 32_000)
_ATTEMPTS = 200


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket() as asking:
        asking.settimeout(1)
        if asking.connect_ex((HOST, port)) == 0:
            return False
    with socket.socket() as trying:
        trying.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as Java does: connections winding down do not count
        try:
            trying.bind((HOST, port))
        except OSError:
            return False
    return True


def free_port(avoid: int = 0) -> int:
    """A free loopback port other than ``avoid``, chosen at random so that several starts at once seldom meet."""
    for port in random.sample(_RANGE, _ATTEMPTS):
        if port != avoid and is_free(port):
            return port
    raise EmbeddedError("no free port found", f"{HOST}:{_RANGE.start}-{_RANGE.stop}", "Stop programs that listen there")


def choose_port(wanted: int | None, remembered: Path) -> int:
    """The wanted port, or else the one remembered in the file ``remembered`` if it is still free, or else a free one.

    A wanted port that is taken is an error; a remembered one is nobody's order, so another is taken in its place.
    """
    if wanted:
        if not is_free(wanted):
            raise taken(wanted)
        return wanted
    port = _read(remembered)
    return port if port and is_free(port) else free_port()


def taken(port: int) -> EmbeddedError:
    """The error of a port that another program has."""
    return EmbeddedError(
        "the port is taken by another program",
        f"{HOST}:{port}",
        "Stop that program, or choose another port (--port N, or 0 for any free one)",
    )


def _read(path: Path) -> int:
    try:
        port = int(path.read_text())
    except (OSError, ValueError):
        return 0
    return port if 0 < port < 65536 else 0
