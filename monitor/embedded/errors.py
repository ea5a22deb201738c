"""What can go wrong with the embedded parts. Always the machine's or its operator's matter, never a record's."""

from pathlib import Path

from rules.errors import SupervisionError


class EmbeddedError(SupervisionError):
    """An embedded server cannot do what was asked. The text says what is wrong, where, and what to do about it.

    Whose: the machine's, or its operator's.
    Mend: do what the text says.
    """

    def __init__(self, what: str, where: Path | str, remedy: str, product: str = "embedded server") -> None:
        super().__init__(f"{product}: {what} ({where}). {remedy}")
        self.what = what
        self.where = str(where)
        self.remedy = remedy
