"""New tokens: a table with its first, or its next while the old one stays valid, so that no two ends must change at once."""

import os
import re
import tempfile
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from monitor.door.credentials import BadTokens, fresh_token, token_hash

_HEADER = re.compile(r"^\s*\[")


def toml_value(value: object) -> str:
    """A text, flag, number, moment, list or table as TOML has it, on one line."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml_value(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml_value, value))}]"
    return msgspec.json.encode(value).decode()


def toml_table(name: str, table: dict[str, Any]) -> str:
    """A table with its header, a line a key."""
    lines = [f"[{toml_value(name)}]", *(f"{key} = {toml_value(value)}" for key, value in table.items())]
    return "\n".join(lines) + "\n"


class NewToken(NamedTuple):
    """A fresh token: ``token`` is shown once and kept nowhere, ``table`` goes into the tokens file."""

    token: str
    table: str


def new_table(name: str, own: dict[str, Any], expires: datetime | None = None) -> NewToken:
    """A fresh token with its table, in which ``own`` says what it is for. Nothing of it is checked here."""
    token = fresh_token()
    end = {"expires": expires} if expires else {}
    return NewToken(token, toml_table(name, {"sha256": token_hash(token), **own, **end}))


def rotate_token(file: Path, name: str, keep: timedelta) -> str:
    """Give the table ``name`` of ``file`` a new token and keep the old one valid for ``keep``; the new token.

    The file is replaced whole, so that nobody reads half of it; comments within the table go. :class:`BadTokens` where there is
    no such table.
    """
    try:
        text = file.read_text("utf-8")
        table = tomllib.loads(text).get(name)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadTokens(f"{file}: cannot be read: {error}") from None
    begin, end = _lines_of(text, name)
    if not isinstance(table, dict) or "sha256" not in table or begin == end:
        raise BadTokens(f"{file}: there is no table [{toml_value(name)}] with a sha256 on lines of its own")
    token = fresh_token()
    until = (datetime.now(UTC) + keep).replace(microsecond=0)
    previous = {"previous": {"sha256": table["sha256"], "until": until}} if keep else {}
    others = {key: value for key, value in table.items() if key not in ("sha256", "previous")}
    lines = text.splitlines(keepends=True)
    lines[begin:end] = [toml_table(name, {"sha256": token_hash(token), **previous, **others}), "\n"]
    _replace(file, "".join(lines).rstrip("\n") + "\n")
    return token


def _lines_of(text: str, name: str) -> tuple[int, int]:
    """First line of the table and the line after its last; the same twice where it has no header."""
    lines = text.splitlines(keepends=True)
    headers = [number for number, line in enumerate(lines) if _HEADER.match(line)]
    for place, number in enumerate(headers):
        if _names(lines[number], name):
            return number, headers[place + 1] if place + 1 < len(headers) else len(lines)
    return 0, 0


def _names(header: str, name: str) -> bool:
    try:
        return tomllib.loads(header) == {name: {}}
    except tomllib.TOMLDecodeError:
        return False


def _replace(file: Path, text: str) -> None:
    """Write beside it and rename, with the rights that the file has."""
    handle, beside = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        Path(beside).chmod(file.stat().st_mode & 0o777)
        Path(beside).replace(file)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
