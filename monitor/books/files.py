"""Reads rule books from files; what they mean is :mod:`rules.bookfile`'s business."""

import tomllib
from collections.abc import Sequence
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from monitor.almanac import ALMANAC
from monitor.books.catalog_file import core_tables, parse_catalog
from rules.book import RuleBook, RuleBooks
from rules.bookfile import merge, parse_book
from rules.errors import BadRuleBook

DEFAULT = "default"
NATIONAL = "cn"
_JSON = "A .json file must be what supervise rulebook published VERSION printed"


def profiles() -> tuple[str, ...]:
    """Names of the books that come with the package, for ``extends``."""
    return tuple(sorted(entry.name.removesuffix(".toml") for entry in files("rules.bookfile").joinpath("profiles").iterdir()))


class BookTable(msgspec.Struct, frozen=True):
    """A book as one table with all it refers to read in, not checked yet. ``source`` names it in messages."""

    source: str
    table: dict[str, Any]


def book_tables(paths: Sequence[Path]) -> list[BookTable]:
    """The given books as tables, or the built-in default's."""
    return [BookTable(str(path), book_table(path)) for path in paths or (Path(DEFAULT),)]


def load_books(paths: Sequence[Path]) -> RuleBooks:
    """The given books, or the built-in default. A name without a suffix, such as ``hunan``, means a built-in profile."""
    return RuleBooks([load_book(path) for path in paths] or [load_profile(DEFAULT)])


def load_book(path: Path) -> RuleBook:
    """One book with its bases; :class:`BadRuleBook` names the file and every defect."""
    return parse_book(str(path), book_table(path), ALMANAC)


def book_table(path: Path, text: str | None = None) -> dict[str, Any]:
    """A book as one table: laid over the books it extends, its calendar and catalog read. Nothing of it is checked yet, but
    the catalog for being one.

    ``text`` is the file's, where it has been read before (:func:`book_text`): then the file is not read again.
    """
    source = str(path)
    data = _extended(source, own_table(path, text), ())
    return _with_calendar(source, _with_catalog(source, data, path.parent), path.parent)


def own_table(path: Path, text: str | None = None) -> dict[str, Any]:
    """What a book's file itself says, without the books it extends; ``text`` as in :func:`book_table`."""
    read = _published if path.suffix == ".json" else _toml
    return read(str(path), book_text(path) if text is None else text)


def book_text(path: Path) -> str:
    """The text of a book's file, TOML or JSON, or of the built-in profile of that name."""
    if not path.suffix and not path.is_file() and path.name in profiles():
        return files("rules.bookfile").joinpath("profiles", f"{path.name}.toml").read_text("utf-8")
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        mend = _JSON if path.suffix == ".json" else f"Built-in profiles are {', '.join(profiles())}"
        raise BadRuleBook(str(path), [f"cannot be read: {error}. {mend}"]) from None


def load_profile(name: str) -> RuleBook:
    """A built-in book by name."""
    return parse_book(name, _extended(name, _profile(name), (name,)), ALMANAC)


def calendars() -> tuple[str, ...]:
    """Names of the regional calendars that come with the package, for ``calendar``."""
    shipped = files("rules.worktime").joinpath("calendars").iterdir()
    return tuple(sorted(entry.name.removesuffix(".toml") for entry in shipped if entry.name.endswith(".toml")))


def calendar_table(name: str) -> dict[str, Any]:
    """A calendar's table, not checked yet: ``cn``, one that comes with the package, or a TOML file."""
    if name == NATIONAL:
        return {"name": NATIONAL, "base": NATIONAL}
    return _toml(name, _calendar_text(name, name, Path()))


def _calendar_text(source: str, name: str, folder: Path) -> str:
    try:
        if name in calendars():
            return files("rules.worktime").joinpath("calendars", f"{name}.toml").read_text("utf-8")
        return (folder / name).read_text("utf-8")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        known = ", ".join((NATIONAL, *calendars()))
        raise BadRuleBook(source, [f"calendar: {name!r} is none of {known}, nor a file beside the book: {error}"]) from None


def _with_calendar(source: str, data: dict[str, Any], folder: Path) -> dict[str, Any]:
    """``data`` with the calendar it names read: a regional one of ours, or a TOML file beside the book."""
    name = data.get("calendar", NATIONAL)
    if not isinstance(name, str) or name == NATIONAL:
        return data
    text = _calendar_text(source, name, folder)
    try:
        return {**data, "calendar": _toml(source, text)}
    except BadRuleBook as bad:
        raise BadRuleBook(source, [f"calendar: {name}: {defect}" for defect in bad.defects]) from None


def _with_catalog(source: str, data: dict[str, Any], folder: Path) -> dict[str, Any]:
    """``data`` laid over the items of the catalog it names, a TOML file beside the book."""
    name = data.pop("catalog", None)
    if name is None:
        return data
    try:
        catalog = catalog_table(folder / name)
        parse_catalog(str(name), catalog)
    except BadRuleBook as bad:
        raise BadRuleBook(source, [f"catalog: {name}: {defect}" for defect in bad.defects]) from None
    except (TypeError, ValueError) as error:
        raise BadRuleBook(source, [f"catalog: {name!r}: write the name of a file beside the book: {error}"]) from None
    return merge({"items": core_tables(catalog)}, data)


def catalog_table(path: Path, text: str | None = None) -> dict[str, Any]:
    """A catalog file as its table, not checked yet; :class:`BadRuleBook` if it cannot be read or is no TOML.

    ``text`` is the file's, where it has been read before (:func:`catalog_text`).
    """
    return _toml(str(path), catalog_text(path) if text is None else text)


def catalog_text(path: Path) -> str:
    """The text of a catalog file; :class:`BadRuleBook` if it cannot be read."""
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadRuleBook(str(path), [f"cannot be read: {error}"]) from None


def thawed(table: dict[str, Any]) -> dict[str, Any]:
    """A book's or calendar's table as it came out of JSON, with its days as dates again. What is no day stays as it is."""
    calendar = table.get("calendar", table)
    if not isinstance(calendar, dict):
        return table
    days = {key: [_dated(entry) for entry in calendar[key]] for key in ("holidays", "workdays") if _is_list(calendar.get(key))}
    return {**table, "calendar": {**calendar, **days}} if "calendar" in table else {**table, **days}


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _dated(entry: Any) -> Any:
    try:
        return {**entry, "date": date.fromisoformat(entry["date"])}
    except (TypeError, KeyError, ValueError):
        return entry


def _published(source: str, text: str) -> dict[str, Any]:
    """A book as ``supervise rulebook published VERSION`` prints it."""
    try:
        table = msgspec.json.decode(text, type=dict[str, Any])["book"]
    except (msgspec.DecodeError, KeyError) as error:
        why = "it has no book" if isinstance(error, KeyError) else error
        raise BadRuleBook(source, [f"cannot be read: {why}. {_JSON}"]) from None
    return thawed(table) if isinstance(table, dict) else {}


def _profile(name: str) -> dict[str, Any]:
    return _toml(name, files("rules.bookfile").joinpath("profiles", f"{name}.toml").read_text("utf-8"))


def _toml(source: str, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadRuleBook(source, [f"is no TOML: {error}"]) from None


def _extended(source: str, data: dict[str, Any], seen: tuple[str, ...]) -> dict[str, Any]:
    """``data`` laid over the books it extends, the farthest first."""
    base = data.pop("extends", None)
    if base is None:
        return data
    if base not in profiles() or base in seen:
        raise BadRuleBook(source, [f"extends: {base!r} is no built-in profile, known are {', '.join(profiles())}"])
    return merge(_extended(base, _profile(base), (*seen, base)), data)
