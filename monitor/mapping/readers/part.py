"""What readers take and give: a part of a file, and its rows."""

import io
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from monitor.mapping.mapping import BadMapping
from rules.errors import BadEvent

HEAD = 65_536
"""Bytes of the beginning, by which a file's kind and encoding are known."""


class Passed(str):
    """Why a row was passed over: ``title``, ``blank`` or ``total``."""


class RawRow(NamedTuple):
    """One row before the mapping. ``number`` counts as a spreadsheet does; ``raw`` is its text, its lines or its cells.

    ``part`` names the sheet, where a file has several.
    """

    number: int
    cells: dict[str, object] | BadEvent | Passed
    raw: object
    part: str = ""


class Part:
    """One table of bytes: a file, or one of those in an archive. ``label`` names it within the file."""

    def __init__(self, stream: BinaryIO, where: str, label: str = "", path: Path | None = None) -> None:
        self.where = where
        self.label = label
        self.head = _first(stream)
        self.stream = io.BufferedReader(_Again(self.head, stream), HEAD)
        self._rest = stream
        self._path = path
        self._copy: BinaryIO | None = None

    @contextmanager
    def seekable(self) -> Iterator[BinaryIO]:
        """The bytes as a file that can be read from anywhere, as often as needed."""
        if self._path is not None:
            with self._path.open("rb") as stream:
                yield stream
            return
        if self._copy is None:
            self._copy = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115  # closed with the part
            shutil.copyfileobj(self.stream, self._copy)
        self._copy.seek(0)
        yield self._copy

    def close(self) -> None:
        """Forget the copy."""
        if self._copy is not None:
            self._copy.close()

    def refuse(self, *defects: str) -> BadMapping:
        """The error that this part does not fit."""
        return BadMapping(f"{self.where}/{self.label}" if self.label else self.where, list(defects))


def _first(stream: BinaryIO) -> bytes:
    """The first bytes, however few a read returns."""
    head = b""
    while len(head) < HEAD and (block := stream.read(HEAD - len(head))):
        head += block
    return head


class _Again(io.RawIOBase):
    """A stream whose first bytes have been read already, for streams that cannot go back."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # any writable buffer
        block = self._head[: len(buffer)] if self._head else self._rest.read(len(buffer))
        self._head = self._head[len(block) :]
        buffer[: len(block)] = block
        return len(block)

    def close(self) -> None:
        self._rest.close()
        super().close()
