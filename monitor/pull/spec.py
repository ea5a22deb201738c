"""``pull.toml``: which table, by which key, how far back a pass looks, and where the cursor lies."""

import os
import tomllib
from pathlib import Path
from typing import Annotated

import msgspec

from rules.errors import SupervisionError

VARIABLE = "SUPERVISE_PULL_DATABASE"


class PullError(SupervisionError):
    """The database, its table or the pull file cannot be used.

    Whose: the operator's, or the database's.
    Mend: do what the text says.
    """


class PullSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One table or view to pull.

    ``key`` is a number or a time that grows with every new or changed row. ``overlap`` is how far a pass looks back behind the
    largest key, in seconds or in units of the number. It is longer than the longest transaction of whoever writes. ``every`` is
    the pause between passes, s. ``database`` is SQLAlchemy's URL; SUPERVISE_PULL_DATABASE goes before it.
    """

    table: str
    key: str
    database: str = ""
    schema: str = ""
    overlap: Annotated[int, msgspec.Meta(ge=0)] = 600
    every: Annotated[float, msgspec.Meta(gt=0)] = 10.0
    batch: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 1000
    cursor: str = ""


def load_pull(path: Path) -> PullSpec:
    """Read the file; paths in it start from its folder. :class:`PullError` names what is wrong."""
    try:
        spec = msgspec.convert(tomllib.loads(path.read_text("utf-8")), PullSpec)
    except OSError as error:
        raise PullError(f"{path} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise PullError(f"{path}: {error}") from None
    database = os.environ.get(VARIABLE, spec.database)
    if not database:
        raise PullError(f'{path}: database is missing: database = "postgresql+psycopg://user@host/name", or {VARIABLE}')
    return msgspec.structs.replace(spec, database=database, cursor=str(path.parent / (spec.cursor or f"{path.stem}.cursor.json")))
