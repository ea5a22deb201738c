"""The probe tells a broker from whatever else may listen on a port."""

import socket
import threading

import pytest

from monitor.embedded.ports import free_port
from monitor.embedded.probe import brokers


def test_a_port_where_nobody_listens_has_no_brokers() -> None:
    assert brokers("127.0.0.1", free_port()) == 0


def test_a_listener_that_says_nothing_has_no_brokers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert brokers("127.0.0.1", silent.getsockname()[1], timeout=0.2) == 0


@pytest.mark.parametrize(
    "answer",
    [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x00\x00\x00\x02\x00\x00", b"\xff\xff\xff\xff", bytes(3), bytes(100)],
)
def test_a_listener_that_speaks_another_protocol_has_no_brokers(answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        assert brokers("127.0.0.1", server.getsockname()[1], timeout=1) == 0
        thread.join()
