"""A listening socket that lets in so many connections, in all and from each peer, and is not thrown by having no descriptor left.

asyncio takes connections by :meth:`Listener.accept`. What is over a bound is closed right there, before anything is made for it.
Only asyncio's own loop calls it: uvloop takes connections past Python.
"""

import errno
import logging
import os
import resource
import socket
import ssl
from collections import Counter
from collections.abc import Callable
from typing import Any

from monitor.door.certificates import Certificates
from monitor.door.peers import peer_of
from monitor.metrics import CONNECTIONS, DOOR_REFUSALS
from monitor.settings import CannotListen, ListenSettings

log = logging.getLogger(__name__)
_BACKLOG = 512
_EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
_OWN_DESCRIPTORS = 128
"""Kept for what is no connection: the broker, files, logs."""
_FULL = b"HTTP/1.1 %s\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_STATUS = {"peer": b"429 Too Many Requests", "all": b"503 Service Unavailable"}


class _Connection(socket.socket):
    """A connection that says when it is over."""

    leave: Callable[[], None] | None = None

    def close(self) -> None:
        super().close()
        if self.leave is not None:
            leave, self.leave = self.leave, None
            leave()


class Listener(socket.socket):
    """Made by :meth:`Door.open`."""

    door: "Door"
    _spare: int | None = None

    def accept(self) -> tuple[socket.socket, Any]:
        """The next connection within the bounds. One beyond them is closed, and the loop comes back for the one after it."""
        try:
            plain, address = super().accept()
        except OSError as error:
            if error.errno in _EXHAUSTED:
                self._turn_one_away()
                raise BlockingIOError from None
            raise
        connection = _Connection(plain.family, plain.type, plain.proto, fileno=plain.detach())
        if not self.door.let_in(connection, peer_of(address)):
            raise ConnectionAbortedError
        return connection, address

    def hold_spare(self) -> None:
        """Keep a descriptor in hand: with it one can be told to go when there is no other."""
        if self._spare is None:
            try:
                self._spare = os.open(os.devnull, os.O_RDONLY)
            except OSError:
                self._spare = None

    def close(self) -> None:
        super().close()
        if self._spare is not None:
            os.close(self._spare)
            self._spare = None

    def _turn_one_away(self) -> None:
        self.door.refused("descriptors")
        log.warning("%s: no descriptor is left for a connection; raise LimitNOFILE or lower connections", self.door.server)
        if self._spare is not None:
            os.close(self._spare)
            self._spare = None
            try:
                super().accept()[0].close()
            except OSError:
                pass
        self.hold_spare()


class Door:
    """The way in to one server: its socket, its bounds, its certificate."""

    def __init__(self, server: str, listen: ListenSettings) -> None:
        """``server`` is its name and its section of the settings. :class:`~monitor.door.certificates.BadServerCertificate`."""
        self.server = server
        self._listen = listen
        self._inside: Counter[str] = Counter()
        self._all = 0
        self._gauge = CONNECTIONS.labels(server=server)
        self._most = listen.connections
        self._certificates: Certificates | None = None
        if listen.certificate and listen.key:
            self._certificates = Certificates(server, listen.certificate, listen.key, listen.client_ca)
        self.url = ""

    @property
    def tls(self) -> ssl.SSLContext | None:
        """For new connections; None: plain HTTP."""
        return self._certificates.context if self._certificates else None

    def open(self) -> Listener:
        """The listening socket; ``url`` is set then. :class:`~monitor.settings.CannotListen`."""
        host, port = self._listen.host, self._listen.port
        try:
            family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
            listener = Listener(family, kind, proto)
            try:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                listener.bind(address)
                listener.listen(_BACKLOG)
            except OSError:
                listener.close()
                raise
        except OSError as error:
            raise CannotListen(
                f"the {self.server} cannot listen on {host}:{port}: {error.strerror or error}. "
                f"Choose another {self.server}.host or {self.server}.port"
            ) from None
        listener.setblocking(False)
        listener.door = self
        listener.hold_spare()
        wanted = self._listen.connections
        self._most = max(1, min(wanted, _descriptors(wanted + _OWN_DESCRIPTORS) - _OWN_DESCRIPTORS))
        scheme = "https" if self._certificates else "http"
        self.url = f"{scheme}://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"
        return listener

    def let_in(self, connection: _Connection, peer: str) -> bool:
        """Whether there is room for one more of this peer; otherwise it is closed, with a word where it can read one."""
        most = self._most if peer in self._listen.proxies else min(self._most, self._listen.connections_per_peer)
        full = "all" if self._all >= self._most else "peer" if self._inside[peer] >= most else ""
        if full:
            self._tell_full(connection, peer, full)
            return False
        self._inside[peer] += 1
        self._all += 1
        self._gauge.inc()
        connection.leave = lambda: self._leave(peer)
        if self._certificates is not None:
            self._certificates.refresh()
        return True

    def refused(self, reason: str) -> None:
        """Count somebody who was not let in."""
        DOOR_REFUSALS.labels(server=self.server, reason=reason).inc()

    def _leave(self, peer: str) -> None:
        self._all -= 1
        self._gauge.dec()
        self._inside[peer] -= 1
        if not self._inside[peer]:
            del self._inside[peer]

    def _tell_full(self, connection: _Connection, peer: str, full: str) -> None:
        self.refused(full)
        of_whom = f"from {peer}" if full == "peer" else "in all"
        log.warning(
            "%s: too many connections %s, the last one of %s is turned away",
            self.server,
            of_whom,
            peer,
            extra={"kind": full + peer},
        )
        try:
            if self._certificates is None:
                connection.send(_FULL % _STATUS[full])
        except OSError:
            pass
        finally:
            connection.close()


def _descriptors(wanted: int) -> int:
    """How many files and sockets this process may have open: as many as wanted, where it may allow itself so many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if allowed <= soft:
        return soft
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    except (OSError, ValueError):
        return soft
    return allowed
