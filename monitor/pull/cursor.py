"""How far a table has been pulled: the largest key, and what was sent within the overlap behind it."""

import hashlib
import os
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from monitor.pull.spec import PullError, PullSpec

Key = int | Decimal | date
"""A number or a time; ``date`` covers ``datetime``."""


class _Kept(msgspec.Struct, forbid_unknown_fields=True):
    """The file. ``sent`` maps the digest of a row to its key."""

    table: str
    key: str
    high: str
    sent: dict[str, str]


class Cursor:
    """``high`` is the largest key that counts, None before the first row; a key from the future never does."""

    def __init__(self, spec: PullSpec) -> None:
        self.high: Key | None = None
        self._spec = spec
        self._path = Path(spec.cursor)
        self._sent: dict[str, Key] = {}
        self._load()

    def begin(self) -> Key | None:
        """The smallest key that the next pass reads; None reads all."""
        return None if self.high is None else _back(self.high, self._spec.overlap)

    def is_sent(self, digest: str) -> bool:
        """Whether a row of this content has been sent within the overlap."""
        return digest in self._sent

    def took(self, key: Key, digest: str, latest: datetime) -> None:
        """A row was sent. ``latest`` is the largest time that may move the cursor: a wrong clock must not hide later rows."""
        self._sent[digest] = key
        if isinstance(key, date) and _as_time(key) > (latest if _is_aware(key) else latest.replace(tzinfo=None)):
            return
        if self.high is None or _order(key) > _order(self.high):
            self.high = key

    def save(self) -> None:
        """Write it so that a crash leaves the old one or the new one, never half of it."""
        begin = self.begin()
        if begin is None:
            return
        self._sent = {digest: key for digest, key in self._sent.items() if _order(key) >= _order(begin)}
        high, sent = _text(self.high), {digest: _text(key) for digest, key in self._sent.items()}
        draft = self._path.with_name(self._path.name + ".new")
        with draft.open("wb") as out:
            out.write(msgspec.json.encode(_Kept(self._name, self._spec.key, high, sent)))
            out.flush()
            os.fsync(out.fileno())
        draft.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # the new name, too
        finally:
            os.close(folder)

    @property
    def _name(self) -> str:
        return f"{self._spec.schema}.{self._spec.table}" if self._spec.schema else self._spec.table

    def _load(self) -> None:
        if not self._path.exists():
            return
        anew = f"delete {self._path} to read the table from its beginning, which repeats events but harms nothing"
        try:
            kept = msgspec.json.decode(self._path.read_bytes(), type=_Kept)
            self.high, self._sent = _key(kept.high), {digest: _key(text) for digest, text in kept.sent.items()}
        except (OSError, ValueError, ArithmeticError) as error:
            raise PullError(f"the cursor cannot be read: {error}; {anew}") from None
        if (kept.table, kept.key) != (self._name, self._spec.key):
            raise PullError(f"the cursor is of {kept.table}.{kept.key}, not of {self._name}.{self._spec.key}; {anew}")


def key_of_row(value: object, name: str) -> Key:
    """The key as it counts; :class:`PullError` for a column that is neither number nor time."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | float | date):
        raise PullError(f"key {name!r} is a {type(value).__name__}, not a number or a time: name another column")
    return Decimal(repr(value)) if isinstance(value, float) else value


def digest_of(row: dict[str, object]) -> str:
    """The content of a row, short."""
    parts = "\x1f".join(f"{name}\x1e{type(value).__name__}\x1e{value!r}" for name, value in sorted(row.items()))
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _back(key: Key, overlap: int) -> Key:
    return key - timedelta(seconds=overlap) if isinstance(key, date) else key - overlap


def _order(key: Key) -> Any:
    """A value that compares with those of the same column."""
    return _as_time(key) if isinstance(key, date) else key


def _as_time(key: date) -> datetime:
    return key if isinstance(key, datetime) else datetime(key.year, key.month, key.day)  # noqa: DTZ001  # a day has no zone


def _is_aware(key: date) -> bool:
    return isinstance(key, datetime) and key.tzinfo is not None


def _text(key: Key | None) -> str:
    if isinstance(key, datetime):
        return f"t{key.isoformat()}"
    return f"d{key.isoformat()}" if isinstance(key, date) else f"n{key}"


def _key(text: str) -> Key:
    if text[:1] == "t":
        return datetime.fromisoformat(text[1:])
    return date.fromisoformat(text[1:]) if text[:1] == "d" else Decimal(text[1:])
