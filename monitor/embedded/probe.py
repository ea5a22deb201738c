"""Does a broker answer? One Metadata request over a plain socket, so that nothing but the standard library is needed.

An open port proves little: a broker listens before it serves. A Metadata answer that names a broker means that it has joined
its cluster and takes requests. Wire format: the Kafka protocol guide, Metadata v1.
"""

import socket
import struct

_METADATA, _VERSION, _CORRELATION = 3, 1, 7
_CLIENT = b"supervise"


def brokers(host: str, port: int, timeout: float = 2.0) -> int:
    """How many brokers the one at ``host:port`` knows; 0 while nothing there answers as a broker. ``timeout`` in seconds."""
    header = struct.pack(">hhih", _METADATA, _VERSION, _CORRELATION, len(_CLIENT)) + _CLIENT
    request = header + struct.pack(">i", 0)  # an empty list of topics: brokers only
    try:
        with socket.create_connection((host, port), timeout) as connection:
            connection.sendall(struct.pack(">i", len(request)) + request)
            (size,) = struct.unpack(">i", _exactly(connection, 4))
            correlation, count = struct.unpack_from(">ii", _exactly(connection, min(max(size, 0), 65536)))
    except (OSError, EOFError, struct.error):
        return 0
    return count if correlation == _CORRELATION else 0


def _exactly(connection: socket.socket, size: int) -> bytes:
    received = b""
    while len(received) < size:
        chunk = connection.recv(size - len(received))
        if not chunk:
            raise EOFError
        received += chunk
    return received
