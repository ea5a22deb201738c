"""Proves the audit log, or names the first row that cannot be as it was written.

Every row's digest is held against the row before it, the seals of dropped months, and the heads that Kafka was told. Whoever
changes a row breaks its link. Whoever links everything anew comes to other digests than Kafka's.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import psycopg

from monitor.ledger.audit.chain import Digests, Link, Linked, end_of
from monitor.ledger.connection import connected
from monitor.settings import LedgerSettings
from monitor.wire import AuditHead
from rules.instant import to_instant

_ROWS = """
    SELECT chain, seq, entered_at, kind, subject, record_offset, body, digest FROM audit_entry
    WHERE chain = %s AND seq >= %s ORDER BY seq, entered_at"""
_SEALS = """
    SELECT first_seq, last_seq, last_entered_at, last_offset, before, digest, month FROM audit_seal
    WHERE chain = %s ORDER BY first_seq"""
_AT_ONCE = 5_000


class ChainBreach(NamedTuple):
    """Where a chain is not as it was written: the first row of which that can be said, and what is wrong, for people."""

    chain: str
    seq: int
    kind: str
    """broken, missing, reordered, rewritten, cut, seal."""
    text: str


class Proof(NamedTuple):
    """What became of one chain: its rows that were looked at, the last number, the last head Kafka has, the first breach."""

    chain: str
    rows: int
    last: int
    head: int
    breach: ChainBreach | None


class _Chain:
    """One chain on its way from its beginning to its end."""

    def __init__(self, connection: psycopg.Connection, digests: Digests, chain: str, heads: Iterable[AuditHead]) -> None:
        self._connection = connection
        self._digests = digests
        self.chain = chain
        self.heads: dict[int, set[str]] = defaultdict(set)
        for head in heads:
            self.heads[head.seq].add(head.digest)
        self.last = digests.beginning(chain)
        self.rows = 0

    def prove(self) -> Proof:
        breach = self._seals() or self._links() or self._end()
        return Proof(self.chain, self.rows, self.last.seq, max(self.heads, default=0), breach)

    def _breach(self, seq: int, kind: str, text: str) -> ChainBreach:
        return ChainBreach(self.chain, seq, kind, f"{self.chain}: {text}")

    def _seals(self) -> ChainBreach | None:
        """Months that were dropped: each seal begins where the one before it ended."""
        for first, last, entered_at, offset, before, digest, month in self._connection.execute(_SEALS, [self.chain]).fetchall():
            if first != self.last.seq + 1 or before != self.last.digest:
                text = f"the seal of {month:%Y-%m} (rows {first} to {last}) does not follow row {self.last.seq}"
                return self._breach(first, "seal", text)
            self.last = Link(last, to_instant(entered_at), offset, digest)
            if (breach := self._against_heads()) is not None:
                return breach
        return None

    def _links(self) -> ChainBreach | None:
        for row in self._stored(self.last.seq + 1):
            if row.seq != self.last.seq + 1:
                return self._gap(row.seq)
            if row.digest != self._digest(row):
                return self._changed(row)
            self.rows += 1
            self.last = end_of(row)
            if (breach := self._against_heads()) is not None:
                return breach
        return None

    def _end(self) -> ChainBreach | None:
        """Rows that Kafka knows of and that are not there."""
        told = max(self.heads, default=0)
        if told <= self.last.seq:
            return None
        return self._breach(
            self.last.seq + 1, "cut", f"rows {self.last.seq + 1} to {told} are missing at the end; Kafka knows of them"
        )

    def _against_heads(self) -> ChainBreach | None:
        told = self.heads.get(self.last.seq)
        if told is None or told == {self.last.digest.hex()}:
            return None
        text = f"row {self.last.seq} has a digest that Kafka was never told: everything up to it has been written anew"
        if len(told) > 1:
            text = f"Kafka was told {len(told)} digests of row {self.last.seq}: there were two logs"
        return self._breach(self.last.seq, "rewritten", text)

    def _gap(self, found: int) -> ChainBreach:
        missing = self.last.seq + 1
        if found <= self.last.seq:
            return self._breach(found, "broken", f"row {found} is there twice")
        what = f"row {missing} is" if found == missing + 1 else f"rows {missing} to {found - 1} are"
        return self._breach(missing, "missing", f"{what} missing: {self.last.seq} is followed by {found}")

    def _changed(self, row: Linked) -> ChainBreach:
        """A row that does not follow from the one before it. Does another one?"""
        for other in self._stored(row.seq + 1):
            if other.digest == self._digest(other._replace(seq=row.seq)):
                return self._breach(row.seq, "reordered", f"rows {row.seq} and {other.seq} stand in each other's place")
        text = (
            f"row {row.seq} ({row.kind} {row.subject}) does not follow from row {self.last.seq}: one of its columns was changed"
        )
        return self._breach(row.seq, "broken", text)

    def _digest(self, row: Linked) -> bytes:
        return self._digests.of(
            self.last.digest, self.chain, row.seq, row.entered_at, row.kind, row.subject, row.offset, row.body
        )

    def _stored(self, start: int) -> Iterator[Linked]:
        with self._connection.cursor(name=f"audit_{start}") as cursor:
            cursor.itersize = _AT_ONCE
            cursor.execute(_ROWS, [self.chain, start])
            for chain, seq, entered_at, kind, subject, offset, body, digest in cursor:
                yield Linked(chain, seq, to_instant(entered_at), kind, subject, offset, body, digest)


def verify(settings: LedgerSettings, heads: Iterable[AuditHead]) -> list[Proof]:
    """Every chain there is, or was by what Kafka says. Without heads nobody can find one that was rewritten whole, or cut off."""
    by_chain: dict[str, list[AuditHead]] = defaultdict(list)
    for head in heads:
        by_chain[head.chain].append(head)
    with connected(settings, writer=False) as connection:
        # One picture of it all: the ledger goes on writing meanwhile.
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        digests = Digests(settings.digest)
        return [
            _Chain(connection, digests, chain, by_chain[chain]).prove() for chain in sorted(_chains(connection) | by_chain.keys())
        ]


def _chains(connection: psycopg.Connection[Any]) -> set[str]:
    return {chain for (chain,) in connection.execute("SELECT DISTINCT chain FROM audit_entry UNION SELECT chain FROM audit_seal")}
