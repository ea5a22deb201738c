"""The cases of one partition, encoded: about one allocation each, nothing for the garbage collector to walk.

A row is the instant its case waits for (8 bytes, 0 for none), followed by the case as the changelog has it. The instant tells
the wake-up queue what is current. It is a cache of what the rules derive, and never written anywhere.
"""

import msgspec

from rules.case import FORMAT, Case, decode_case, encode_case

_WIDTH = 8


class _Judged(msgspec.Struct, array_like=True, gc=False, tag=FORMAT):
    """The first fields of an encoded :class:`rules.case.Case`."""

    key: str
    offset: int
    book: str = ""
    digest: str = ""
    later: tuple["_Judged", ...] = ()


_judged = msgspec.msgpack.Decoder(_Judged).decode


class OpenedCase:
    """A case while a stretch works on it."""

    __slots__ = ("before", "case", "wake")

    def __init__(self, case: Case | None) -> None:
        self.before = case
        self.case = case
        self.wake: int | None = None


class CaseTable:
    """Case key to case. Instants are epoch milliseconds, 0 for none."""

    def __init__(self) -> None:
        self._rows: dict[bytes, bytes] = {}
        self.bytes = 0
        """Of all rows together."""

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, key: bytes) -> bool:
        return key in self._rows

    def get(self, key: bytes) -> Case | None:
        """The case, decoded afresh."""
        row = self._rows.get(key)
        return None if row is None else decode_case(row[_WIDTH:])

    def keys(self) -> list[bytes]:
        """All there are at this moment."""
        return list(self._rows)

    def judged_by(self, key: bytes) -> tuple[tuple[str, str], ...]:
        """Version and digest of the book that each cycle of the case was judged by last; empty if there is no such case."""
        row = self._rows.get(key)
        if row is None:
            return ()
        head = _judged(memoryview(row)[_WIDTH:])
        return tuple([(cycle.book, cycle.digest) for cycle in (head, *head.later)])

    def waits_for(self, key: bytes) -> int:
        """For which instant the case waits; 0 if for none or if there is no such case."""
        row = self._rows.get(key)
        return 0 if row is None else int.from_bytes(row[:_WIDTH], "little")

    def put(self, key: bytes, case: Case, wake: int) -> bytes:
        """Keep ``case``, which waits for ``wake``; its encoding, as the changelog gets it."""
        encoded = encode_case(case)
        self.restore(key, encoded, wake)
        return encoded

    def restore(self, key: bytes, encoded: bytes, wake: int) -> None:
        """Keep a case as it came from the changelog."""
        self.bytes += len(encoded) + _WIDTH - len(self._rows.get(key, b""))
        self._rows[key] = wake.to_bytes(_WIDTH, "little") + encoded

    def wake(self, key: bytes, wake: int) -> None:
        """The case of ``key`` is unchanged but waits for another instant."""
        self._rows[key] = wake.to_bytes(_WIDTH, "little") + self._rows[key][_WIDTH:]

    def drop(self, key: bytes) -> None:
        """Forget a case."""
        self.bytes -= len(self._rows.pop(key, b""))
