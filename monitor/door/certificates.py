"""TLS by files that are read again when they change, so that a certificate is renewed without a restart."""

import logging
import ssl
import time
from pathlib import Path

from monitor.metrics import CERTIFICATE_UNUSABLE
from rules.errors import SupervisionError

log = logging.getLogger(__name__)
_LOOK_EVERY = 1.0
"""Seconds between two looks at the files."""


class BadServerCertificate(SupervisionError):
    """A certificate, key or client authority of a server of ours cannot be used.

    Whose: the operator's.
    Mend: name readable PEM files that fit together.
    """


class Certificates:
    """The TLS context of one server. New connections get what the files held at the last look; standing ones keep theirs."""

    def __init__(self, server: str, certificate: Path, key: Path, client_ca: Path | None = None) -> None:
        """:class:`BadServerCertificate` where the files cannot be used. With ``client_ca`` a client needs a certificate of it."""
        self._server = server
        self._certificate, self._key, self._client_ca = certificate, key, client_ca
        self._unusable = CERTIFICATE_UNUSABLE.labels(server=server)
        self._stamp = self._stat()
        self._looked_at = time.monotonic()
        self.context = self._made()
        self._unusable.set(0)

    def refresh(self) -> None:
        """Take the files' new content, if they changed and can be used; otherwise say so and go on with the old."""
        now = time.monotonic()
        if now - self._looked_at < _LOOK_EVERY:
            return
        self._looked_at = now
        stamp = self._stat()
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._made()  # tried apart from the one in use: a certificate without its key would leave that unusable
            self._load(self.context)
        except BadServerCertificate as error:
            self._unusable.set(1)
            log.error("%s; the certificate read before stays in use", error)
        else:
            self._unusable.set(0)
            log.info("%s: certificate read anew from %s", self._server, self._certificate)

    def _made(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._load(context)
        return context

    def _load(self, context: ssl.SSLContext) -> None:
        try:
            context.load_cert_chain(self._certificate, self._key, password=_no_password)
        except OSError as error:
            raise BadServerCertificate(f"{self._server}: {self._certificate}, {self._key}: {_reason(error)}") from None
        if self._client_ca is not None:
            try:
                context.load_verify_locations(self._client_ca)
            except OSError as error:
                raise BadServerCertificate(f"{self._server}: {self._client_ca}: {_reason(error)}") from None
            context.verify_mode = ssl.CERT_REQUIRED

    def _stat(self) -> tuple[tuple[int, ...], ...]:
        return tuple(_stamp(path) for path in (self._certificate, self._key, self._client_ca) if path is not None)


def _no_password() -> bytes:
    """An encrypted key would ask at the terminal of a server that has none."""
    return b""


def _stamp(path: Path) -> tuple[int, ...]:
    try:
        stat = path.stat()
    except OSError:
        return ()
    return (stat.st_ino, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size)


def _reason(error: OSError) -> str:
    return "no certificates in PEM that fit together" if isinstance(error, ssl.SSLError) else error.strerror or str(error)
