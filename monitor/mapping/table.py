"""A TOML table read strictly: every defect is collected with its key, and keys nobody asked for are defects too."""

from typing import TypeVar, cast

T = TypeVar("T")

_KINDS = {str: "a text", bool: "true or false", int: "a whole number", list: "a list", dict: "a table"}


class Table:
    """One table of the file at ``path``. Getters record what is wrong in ``defects`` and go on with a default."""

    def __init__(self, data: dict[str, object], path: str, defects: list[str]) -> None:
        self.data = data
        self.path = path
        self.defects = defects
        self._asked: set[str] = set()

    def key(self, name: str) -> str:
        """The full key of ``name``, as an operator finds it in the file."""
        return f"{self.path}.{name}" if self.path else name

    def wrong(self, name: str, what: str) -> None:
        """Record one defect."""
        self.defects.append(f"{self.key(name)}: {what}")

    def has(self, name: str) -> bool:
        """Whether the key is there."""
        return name in self.data

    def raw(self, name: str) -> object:
        """The value as it stands, ``None`` when the key is missing."""
        self._asked.add(name)
        return self.data.get(name)

    def get(self, name: str, kind: type[T], default: T) -> T:
        """The value of type ``kind``, or ``default`` when missing or of another type (then a defect)."""
        value = self.raw(name)
        if value is None:
            return default
        if type(value) is not kind:
            self.wrong(name, f"must be {_KINDS[kind]}")
            return default
        return value

    def need(self, name: str, kind: type[T], default: T) -> T:
        """Like :meth:`get`, but a missing key is a defect."""
        if name not in self.data:
            self.wrong(name, "is missing")
        return self.get(name, kind, default)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts."""
        values = self.get(name, list, [])
        if not all(isinstance(value, str) for value in values):
            self.wrong(name, "must be a list of texts")
            return ()
        return tuple(cast("list[str]", values))

    def table(self, name: str) -> "Table":
        """A table inside this one; empty when missing."""
        return Table(cast("dict[str, object]", self.get(name, dict, {})), self.key(name), self.defects)

    def tables(self, name: str) -> list["Table"]:
        """A list of tables inside this one."""
        found = []
        for index, value in enumerate(self.get(name, list, [])):
            if isinstance(value, dict):
                found.append(Table(value, f"{self.key(name)}[{index}]", self.defects))
            else:
                self.wrong(f"{name}[{index}]", "must be a table")
        return found

    def names(self) -> list[str]:
        """All keys, for tables whose keys are the operator's own."""
        self._asked.update(self.data)
        return list(self.data)

    def close(self) -> None:
        """Every key nobody asked for is a defect."""
        for name in self.data:
            if name not in self._asked:
                known = ", ".join(sorted(self._asked))
                self.wrong(name, f"is not known here; known are {known}")
