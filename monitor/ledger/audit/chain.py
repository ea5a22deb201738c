"""How one row of the audit log is linked to the next: pure, so that whoever doubts us can do it, too.

``digest = H(digest of the row before + head + newline + body)``. H is SHA-256 or SM3. ``head`` is JSON without spaces, UTF-8:
``[chain, seq, entered_at, kind, subject, record_offset]``, ``entered_at`` in epoch milliseconds. The first row of a chain is
linked to H of the chain's name.

A chain is a function of its topic: its rows are the records in their order, repetitions left out. Whoever reads the topic again
comes to the same digests.
"""

import hashlib
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from rules.errors import SupervisionError
from rules.instant import Instant

_encode = msgspec.json.Encoder().encode


class NoSuchDigest(SupervisionError):
    """The digest of the settings is not to be had here.

    Whose: the operator's.
    Mend: set `ledger.digest` to `sha256`, or install an OpenSSL that has SM3.
    """


class AuditEntry(NamedTuple):
    """What a row says, before it is linked. ``recorded_at`` is the record's time on the broker, epoch ms."""

    kind: str
    subject: str
    offset: int
    recorded_at: Instant
    body: bytes


class Link(NamedTuple):
    """The end of a chain: its last row's number, time, offset and digest."""

    seq: int
    entered_at: Instant
    offset: int
    digest: bytes


class Linked(NamedTuple):
    """A row of the audit log."""

    chain: str
    seq: int
    entered_at: Instant
    kind: str
    subject: str
    offset: int
    body: bytes
    digest: bytes


class Digests:
    """H by its name in the settings. Raises :class:`NoSuchDigest` where Python's OpenSSL does not have it."""

    def __init__(self, algorithm: str) -> None:
        self.algorithm = algorithm
        try:
            hashlib.new(algorithm)
        except ValueError as error:
            raise NoSuchDigest(f"ledger.digest: {algorithm} is not in this Python's OpenSSL") from error
        self._new: Callable[[bytes], hashlib._Hash] = lambda data: hashlib.new(algorithm, data)

    def beginning(self, chain: str) -> Link:
        """What the first row of a chain is linked to."""
        return Link(0, 0, -1, self._new(chain.encode()).digest())

    def of(
        self, before: bytes, chain: str, seq: int, entered_at: Instant, kind: str, subject: str, offset: int, body: bytes
    ) -> bytes:
        """The digest of a row behind one with the digest ``before``."""
        made = self._new(before)
        made.update(_encode((chain, seq, entered_at, kind, subject, offset)))
        made.update(b"\n")
        made.update(body)
        return made.digest()

    def link(self, chain: str, last: Link, entry: AuditEntry) -> Linked:
        """The row of ``entry`` behind ``last``. Its time is never earlier, so a month that is dropped is a chain's beginning."""
        seq, entered_at = last.seq + 1, max(last.entered_at, entry.recorded_at)
        digest = self.of(last.digest, chain, seq, entered_at, entry.kind, entry.subject, entry.offset, entry.body)
        return Linked(chain, seq, entered_at, entry.kind, entry.subject, entry.offset, entry.body, digest)


def end_of(row: Linked) -> Link:
    """The chain's end once ``row`` is its last."""
    return Link(row.seq, row.entered_at, row.offset, row.digest)
