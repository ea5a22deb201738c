"""Tokens files: who may come in, by the hash of a token; read again when the file changes, and closed when it cannot be read.

Dead at once is a table that is gone or commented out, and a token past its ``expires`` or ``until``. So is every table of a file
that is gone, empty or cannot be opened. A file that is no valid tokens file lets in nobody new. Of those let in before, it keeps
only whose hash still stands in it: a slip in one table shuts out neither everybody nor nobody.
"""

import hashlib
import logging
import secrets
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Generic, NamedTuple, TypeVar

import msgspec

from monitor.metrics import TOKENS_UNUSABLE
from rules.errors import SupervisionError

log = logging.getLogger(__name__)
PREFIX = "sv1_"
"""Begins every token, so that one that leaked into a log or a repository can be searched for."""
LONGEST_NAME = 64
_TELL_AGAIN = 60.0
"""Seconds after which a tokens file that still cannot be used is complained of again."""

Hash = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class BadTokens(SupervisionError):
    """The operator's tokens file cannot be used; the text names the table and key.

    Whose: the operator's.
    Mend: correct the table that the text names; `supervise token new` writes one.
    """


class Previous(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The token that was valid before a rotation, and until when it still is."""

    sha256: Hash
    until: Moment


class Credential(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What every table of a tokens file has: the hash of its token, the one before, and an end."""

    sha256: Hash
    previous: Previous | None = None
    expires: Moment | None = None
    name: str = ""

    def hashes(self) -> Iterator[tuple[str, float]]:
        """Each hash that opens this table, and until when (seconds since the epoch; infinity: no end)."""
        end = self.expires.timestamp() if self.expires else float("inf")
        yield self.sha256, end
        if self.previous:
            yield self.previous.sha256, min(end, self.previous.until.timestamp())


C = TypeVar("C", bound=Credential)


class _Entry(NamedTuple, Generic[C]):
    holder: C
    until: float


def parse_tables(text: str, where: str, kind: type[C]) -> tuple[C, ...]:
    """The tables of a tokens file as ``kind``, strict: :class:`BadTokens` with every defect."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadTokens(f"{where}: is no TOML: {error}") from None
    found, defects = [], []
    for name, table in data.items():
        try:
            found.append(msgspec.structs.replace(msgspec.convert(table, kind), name=name))
        except msgspec.ValidationError as error:
            message, _, path = str(error).partition(" - at `$")
            defects.append(f"[{name}]{path.rstrip('`')}: {message}")
        if not name.strip() or len(name) > LONGEST_NAME:
            defects.append(f"[{name}]: a name of 1 to {LONGEST_NAME} characters is needed")
    if not data:
        defects.append("has no tables: make one with `supervise token new NAME`")
    hashes = [each for holder in found for each, _ in holder.hashes()]
    defects += [
        f"[{holder.name}].sha256: another table has the same"
        for holder in found
        if any(hashes.count(each) > 1 for each, _ in holder.hashes())
    ]
    if defects:
        raise BadTokens(f"{where}: " + "; ".join(defects))
    return tuple(found)


class Tokens(Generic[C]):
    """A tokens file in force. Asked for every request; only a changed file is read."""

    def __init__(self, path: Path | None, parse: Callable[[str, str], Sequence[C]], server: str) -> None:
        """Without a file nobody is let in. :class:`BadTokens` when there is one that cannot be used: nothing starts then."""
        self._path = path
        self._parse = parse
        self._unusable = TOKENS_UNUSABLE.labels(server=server)
        self._stamp = self._stat()
        self._complaint = ""
        self._told_at = 0.0
        self._entries: dict[str, _Entry[C]] = {}
        if path is not None:
            self._entries = self._parsed(_content(path))
        self._unusable.set(0)

    def find(self, token: str) -> C | None:
        """Whose token it is, by the file as it is now; None for a wrong or outlived one.

        Looked up by its hash: how long that takes says nothing about any token.
        """
        self.refresh()
        entry = self._entries.get(token_hash(token))
        return entry.holder if entry is not None and time.time() < entry.until else None

    def bearer(self, authorization: str) -> C | None:
        """As :meth:`find`, for the value of an ``Authorization`` header."""
        scheme, _, token = authorization.partition(" ")
        return self.find(token.strip()) if scheme.lower() == "bearer" else None

    def refresh(self) -> None:
        """Read the file anew if it changed. What is wrong with it goes to the log, again each minute, and into a metric."""
        if self._path is None:
            return
        stamp = self._stat()
        if stamp != self._stamp:
            self._stamp = stamp
            self._complaint = self._read(self._path)
            self._told_at = 0.0
            self._unusable.set(bool(self._complaint))
        if self._complaint and time.monotonic() - self._told_at > _TELL_AGAIN:
            self._told_at = time.monotonic()
            log.error("%s; %d hashes of it stay in force, nobody new is let in", self._complaint, len(self._entries))

    def _read(self, path: Path) -> str:
        """Take what the file says; what is wrong with it, or an empty text."""
        content = b""
        try:
            content = _content(path)
            self._entries = self._parsed(content)
        except BadTokens as error:
            standing = b"\n".join(line for line in content.splitlines() if not line.lstrip().startswith(b"#"))
            self._entries = {each: entry for each, entry in self._entries.items() if each.encode() in standing}
            return str(error)
        return ""

    def _parsed(self, content: bytes) -> dict[str, _Entry[C]]:
        try:
            text = content.decode()
        except UnicodeDecodeError as error:
            raise BadTokens(f"{self._path}: byte {error.start} is not UTF-8") from None
        holders = self._parse(text, str(self._path))
        return {each: _Entry(holder, until) for holder in holders for each, until in holder.hashes()}

    def _stat(self) -> tuple[int, ...]:
        try:
            stat = self._path.stat() if self._path else None
        except OSError:
            return ()
        return (stat.st_ino, stat.st_ctime_ns, stat.st_mtime_ns, stat.st_size, stat.st_mode) if stat else ()


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadTokens(f"{path}: cannot be read: {error.strerror or error}") from None


def fresh_token() -> str:
    """A new token of 256 random bits."""
    return PREFIX + secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What a tokens file keeps of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
