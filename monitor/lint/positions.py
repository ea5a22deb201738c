"""On which line each key of a TOML file stands: its parser tells what a file says, but not where.

Only for text that ``tomllib`` has accepted, so nothing is checked here and a step is taken over whatever is legal.
"""

import re

KeyPath = tuple[str | int, ...]
"""``("items", 3, "promised")`` for the key ``promised`` of the fourth ``[[items]]``."""

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_PLAIN_VALUE = re.compile(r"[^,\]}\n#]*")
_STRING = re.compile(r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\])*"|\'[^\']*\'', re.DOTALL)
_BLANK = re.compile(r"[ \t]*")
_BLANK_LINES = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_GAVE_UP = re.compile(r"\(at (?:line (\d+)|end of document)")
_PATH_PART = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


def positions(text: str) -> dict[KeyPath, int]:
    """Every table, array entry and key with its line, counted from 1."""
    scanner = _Scanner(text)
    scanner.document()
    return scanner.found


def key_path(key: str) -> KeyPath:
    """``items[3].promised`` as a path."""
    return tuple(int(index) if index else name for index, name in _PATH_PART.findall(key))


def line_of(found: dict[KeyPath, int], path: KeyPath) -> int:
    """The line of ``path``, or of the nearest table around it; 0 where the file says nothing of either."""
    while path:
        if path in found:
            return found[path]
        path = path[:-1]
    return 0


def broken_line(defect: str, text: str) -> int:
    """The line at which ``tomllib`` gave up on ``text``, by what it said; 0 where it had nothing to say."""
    found = _GAVE_UP.search(defect)
    if found is None:
        return 0
    return int(found[1]) if found[1] else text.rstrip().count("\n") + 1


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text, self.at, self.found = text, 0, dict[KeyPath, int]()
        self._entries: dict[KeyPath, int] = {}
        self._line, self._counted = 1, 0

    def document(self) -> None:
        table: KeyPath = ()
        self._skip(_BLANK_LINES)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK_LINES)

    def _header(self) -> KeyPath:
        line = self._here()
        double = self.text.startswith("[[", self.at)
        self.at += 2 if double else 1
        *outer, last = self._key()
        self.at += 2 if double else 1
        path: KeyPath = ()
        for name in outer:
            path = (*path, name)
            if path in self._entries:
                path = (*path, self._entries[path])
        path = (*path, last)
        self.found.setdefault(path, line)
        if double:
            self._entries[path] = self._entries.get(path, -1) + 1
            path = (*path, self._entries[path])
            self.found[path] = line
        return path

    def _pair(self, table: KeyPath) -> None:
        line = self._here()
        path = table
        for name in self._key():
            path = (*path, name)
            self.found.setdefault(path, line)
        self.at += 1  # the equals sign
        self._skip(_BLANK)
        self._value(path)

    def _key(self) -> list[str]:
        names = []
        while True:
            self._skip(_BLANK)
            match = _STRING.match(self.text, self.at) or _BARE_KEY.match(self.text, self.at)
            assert match is not None, "tomllib has accepted this text"
            names.append(match[0].strip("\"'"))
            self.at = match.end()
            self._skip(_BLANK)
            if not self.text.startswith(".", self.at):
                return names
            self.at += 1

    def _value(self, path: KeyPath) -> None:
        begins = self.text[self.at]
        if begins == "[":
            self._array(path)
        elif begins == "{":
            self._inline_table(path)
        else:
            self._skip(_STRING if begins in "\"'" else _PLAIN_VALUE)

    def _array(self, path: KeyPath) -> None:
        index = 0
        self.at += 1
        while not self._closed("]"):
            self.found[*path, index] = self._here()
            self._value((*path, index))
            index += 1

    def _inline_table(self, path: KeyPath) -> None:
        self.at += 1
        while not self._closed("}"):
            self._pair(path)

    def _closed(self, bracket: str) -> bool:
        """Past blanks, comments and a comma; true, and past it, at the closing bracket."""
        self._skip(_BLANK_LINES)
        if self.text.startswith(",", self.at):
            self.at += 1
            self._skip(_BLANK_LINES)
        if self.text.startswith(bracket, self.at):
            self.at += 1
            return True
        return False

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.at)
        assert match is not None
        self.at = match.end()

    def _here(self) -> int:
        self._line += self.text.count("\n", self._counted, self.at)
        self._counted = self.at
        return self._line
