"""Secrets of the plan: named, never written there."""

import os
from pathlib import Path

import msgspec

from rules.errors import SupervisionError


class BadPlan(SupervisionError):
    """The plan of messages cannot be used; the text names the file and every key at fault.

    Whose: the operator's.
    Mend: correct the keys that the text names; `supervise notify check FILE` says when all is well.
    """


class Secret(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a secret lies: a variable of the environment, or a file."""

    env: str = ""
    file: str = ""

    def __post_init__(self) -> None:
        if bool(self.env) == bool(self.file):
            raise ValueError('give either env = "NAME" or file = "PATH"')

    def read(self, what: str) -> str:
        """The secret itself; :class:`BadPlan` names ``what`` it is for where it cannot be read."""
        if self.env:
            value = os.environ.get(self.env, "")
            if not value:
                raise BadPlan(f"{what}: the environment has no {self.env}")
            return value
        try:
            value = Path(self.file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise BadPlan(f"{what}: {self.file}: {error.strerror}") from None
        if not value:
            raise BadPlan(f"{what}: {self.file} is empty")
        return value


def revealed(value: str | Secret, what: str) -> str:
    """A text that may be a secret."""
    return value.read(what) if isinstance(value, Secret) else value
