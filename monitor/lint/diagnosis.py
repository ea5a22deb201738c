"""What a check has found, with the line and the key to mend."""

from typing import Literal

import msgspec

Severity = Literal["error", "warning"]


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True):
    """``line`` is 0 where no line is at fault; ``key`` is empty where the file as a whole is."""

    file: str
    severity: Severity
    text: str
    key: str = ""
    line: int = 0

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.severity}: {self.key}: {self.text}" if self.key else f"{where}: {self.severity}: {self.text}"


class Remark(msgspec.Struct, frozen=True):
    """A diagnosis before anybody has looked up its line. ``key`` is written ``items[3].promised``."""

    severity: Severity
    key: str
    text: str


def error(key: str, text: str) -> Remark:
    """Must be mended before the book goes live."""
    return Remark("error", key, text)


def warning(key: str, text: str) -> Remark:
    """Worth a look; the book works."""
    return Remark("warning", key, text)
