"""Who may write what: one token per window system, kept as its hash, with the regions and departments it speaks for.

Acts of people on cards (acknowledge, follow up, revoke …) only a token with ``office = true`` may write. Without ``departments``
it is the inspection office's. With them it is for their administrators, who may acknowledge, reply and appeal for them and no
more.
"""

import hashlib
import hmac
import secrets
import tomllib
from pathlib import Path
from typing import Annotated

import msgspec

from rules.errors import SupervisionError
from rules.events import DEPARTMENT_TYPES, OFFICE_TYPES, Header

PREFIX = "sv1_"
"""Begins every token, so that one that leaked into a log or a repository can be searched for."""
_EMPTY_FILE = "has no tables: make one with `supervise token new NAME`"


class BadTokens(SupervisionError):
    """The operator's tokens file cannot be used; the text names the table and key.

    Whose: the operator's.
    Mend: correct the table that the text names; `supervise token new` writes one.
    """


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One window system, or with ``office`` an inspection office (监察室) or a department's administrator (单位管理员).

    ``regions`` are prefixes of division codes (``43`` a province, ``430100`` a city); ``departments`` limits it further, empty
    means all.
    """

    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    regions: Annotated[tuple[Annotated[str, msgspec.Meta(pattern="^[0-9A-Za-z]{1,6}$")], ...], msgspec.Meta(min_length=1)]
    departments: tuple[str, ...] = ()
    office: bool = False
    name: str = ""

    def objections(self, event: Header) -> list[tuple[str, str, str]]:
        """(field, reason, message) of everything that keeps this source from reporting this event."""
        found = []
        tag = str(type(event).__struct_config__.tag)
        if tag in OFFICE_TYPES and not self.office:
            found.append(
                ("type", "forbidden_type", f"{tag} is not a window system's to report: it takes a token with office = true")
            )
        elif tag in OFFICE_TYPES and self.departments and tag not in DEPARTMENT_TYPES:
            text = f"{tag} is the inspection office's; {self.name} may report {', '.join(sorted(DEPARTMENT_TYPES))}"
            found.append(("type", "forbidden_type", text))
        if not event.region.startswith(self.regions):
            text = f"{self.name} may report for regions {', '.join(self.regions)} only, not {event.region}"
            found.append(("region", "out_of_scope", text))
        if self.departments and event.department not in self.departments:
            text = f"{self.name} may report for departments {', '.join(self.departments)} only"
            found.append(("department", "out_of_scope", text))
        return found


class NewToken(msgspec.Struct, frozen=True):
    """A fresh token: ``token`` is shown once and kept nowhere, ``table`` goes into the tokens file."""

    token: str
    table: str


def new_token(name: str, regions: tuple[str, ...], departments: tuple[str, ...] = (), *, office: bool = False) -> NewToken:
    """Make a token for the window system (or ``office``) ``name`` with 256 bits of randomness.

    :class:`BadTokens` for an unusable name or place.
    """
    token = PREFIX + secrets.token_urlsafe(32)
    lines = [f"[{_quoted(name)}]", f'sha256 = "{_hash(token)}"', f"regions = {_list(regions)}"]
    if departments:
        lines.append(f"departments = {_list(departments)}")
    if office:
        lines.append("office = true")
    table = "\n".join(lines) + "\n"
    parse_tokens(table, "new token")
    return NewToken(token, table)


def parse_tokens(text: str, where: str) -> tuple[Source, ...]:
    """The sources of a tokens file, strict."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadTokens(f"{where}: is no TOML: {error}") from None
    sources, defects = [], []
    for name, table in data.items():
        try:
            sources.append(msgspec.structs.replace(msgspec.convert(table, Source), name=name))
        except msgspec.ValidationError as error:
            message, _, path = str(error).partition(" - at `$")
            defects.append(f"[{name}]{path.rstrip('`')}: {message}")
        if not name.strip() or len(name) > 64:
            defects.append(f"[{name}]: a name of 1 to 64 characters is needed")
    if not data:
        defects.append(_EMPTY_FILE)
    hashes = [source.sha256 for source in sources]
    defects += [f"[{source.name}].sha256: another table has the same" for source in sources if hashes.count(source.sha256) > 1]
    if defects:
        raise BadTokens(f"{where}: " + "; ".join(defects))
    return tuple(sources)


class Tokens:
    """The tokens file, read again when it changes, so that a token is revoked without a restart."""

    def __init__(self, path: Path | None) -> None:
        """Without a file nobody may write. :class:`BadTokens` when it cannot be used."""
        self._path = path
        self._stamp = self._stat()
        self._sources = self._read()

    def find(self, authorization: str) -> Source | None:
        """The source whose token an ``Authorization`` header carries. Takes equally long for every wrong token."""
        scheme, _, token = authorization.partition(" ")
        presented = _hash(token.strip())
        found = None
        for source in self._sources:
            if hmac.compare_digest(presented, source.sha256):
                found = source
        return found if scheme.lower() == "bearer" else None

    def refresh(self) -> bool:
        """Read the file anew if it changed; whether it did. A file that cannot be used leaves the old tokens in force and is
        a :class:`BadTokens`, raised once."""
        stamp = self._stat()
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        self._sources = self._read()
        return True

    def _stat(self) -> tuple[int, int]:
        try:
            stat = self._path.stat() if self._path else None
        except OSError:
            return (0, 0)
        return (stat.st_mtime_ns, stat.st_size) if stat else (0, 0)

    def _read(self) -> tuple[Source, ...]:
        if self._path is None:
            return ()
        try:
            text = self._path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise BadTokens(f"{self._path}: cannot be read: {error}") from None
        return parse_tokens(text, str(self._path))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def _quoted(text: str) -> str:
    return msgspec.json.encode(text).decode()


def _list(values: tuple[str, ...]) -> str:
    return f"[{', '.join(map(_quoted, values))}]"
