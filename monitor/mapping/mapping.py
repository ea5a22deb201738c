"""A compiled mapping: one row of an old system in, the events it tells of out. Pure; files are read in ``rows.py``."""

from collections.abc import Mapping as Map
from typing import NamedTuple, cast

import msgspec

from monitor.mapping.conditions import Condition
from monitor.mapping.times import Time
from monitor.mapping.values import Row, Value
from monitor.wire import check_time, explain_invalid
from rules.errors import BadEvent, SupervisionError
from rules.events import EVENT_TYPES, Event
from rules.instant import to_instant


class BadMapping(SupervisionError):
    """A mapping file, or a file it does not fit. Lists every defect with its key.

    Whose: the operator's.
    Mend: correct the keys that the text names, or choose the mapping that fits the file.
    """

    def __init__(self, source: str, defects: list[str]) -> None:
        super().__init__(f"{source}: " + "; ".join(defects))
        self.source = source
        self.defects = defects


class Arrival(NamedTuple):
    """An event and the instant (epoch ms) it reached the monitor, which replay stamps on its record."""

    arrived: int
    event: Event


class Shape(msgspec.Struct, frozen=True):
    """The type and fields of an event, before a row fills them."""

    type: str
    id: Value
    fields: tuple[tuple[str, Value], ...]


class EventRule(msgspec.Struct, frozen=True):
    """One ``[[event]]``: when a row tells of it, when it happened and arrived, and its shape.

    With ``by`` the shape depends on a column's text (``kinds``); ``skip_others`` says what an unlisted text means.
    ``once`` drops events of an id already seen in the same file.
    """

    where: str
    when: tuple[Condition, ...]
    at: Time
    arrived: Time | None
    once: bool
    shape: Shape | None
    by: str
    kinds: dict[str, Shape]
    skip_others: bool


class FileFormat(msgspec.Struct, frozen=True):
    """How files of the old system are written. ``columns`` names them where a CSV has no header."""

    format: str = "csv"
    encoding: str = "utf-8"
    delimiter: str = ","
    columns: tuple[str, ...] = ()
    empty: frozenset[str] = frozenset()


class Mapping(msgspec.Struct, frozen=True):
    """A mapping ready for use; :func:`monitor.mapping.load_mapping` makes it."""

    name: str
    source: FileFormat
    skip: tuple[Condition, ...]
    rules: tuple[EventRule, ...]
    columns: tuple[str, ...]

    def events(self, row: Map[str, object]) -> list[Arrival]:
        """The events this row tells of, in the mapping's order; none for a skipped row.

        A row is taken whole or not at all: :class:`BadEvent` with the reason, and the column or field at fault.
        """
        texts = self.clean(row)
        if any(condition.holds(texts) for condition in self.skip):
            return []
        return [arrival for rule, arrival in self.ruled(texts)]

    def ruled(self, texts: Row) -> list[tuple[EventRule, Arrival]]:
        """Like :meth:`events` for an already cleaned row, each with its rule."""
        found = []
        for rule in self.rules:
            if not all(condition.holds(texts) for condition in rule.when):
                continue
            shape = rule.shape or _kind(rule, texts)
            if shape is not None:
                found.append((rule, _event(rule, shape, texts)))
        return found

    def clean(self, row: Map[str, object]) -> Row:
        """The row's columns that matter, as trimmed texts; ``None``, missing and the source's empty marks become ``""``."""
        texts = {}
        empty = self.source.empty
        for column in self.columns:
            value = row.get(column)
            text = value.strip() if type(value) is str else _text(value, column)
            if not text.isascii():
                _check_text(text, column)
            texts[column] = "" if text in empty else text
        return texts


def _text(value: object, column: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return str(value).strip()
    raise BadEvent("mapping_failed", f"column {column!r} holds {type(value).__name__}, not a text or a number", column)


def _check_text(text: str, column: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        message = f"column {column!r} has bytes that are not in the mapping's encoding: is [source] encoding right?"
        raise BadEvent("invalid_utf8", message, column) from None


def _kind(rule: EventRule, texts: Row) -> Shape | None:
    code = texts[rule.by]
    shape = rule.kinds.get(code)
    if shape is None and not rule.skip_others:
        message = f'column {rule.by!r}: {code[:60]!r} is not in {rule.where}.kinds: add it, or say others = "skip"'
        raise BadEvent("mapping_failed", message, rule.by)
    return shape


def _event(rule: EventRule, shape: Shape, texts: Row) -> Arrival:
    at = rule.at.read(texts)
    if at is None:
        raise BadEvent("mapping_failed", f"column {rule.at.name!r} is empty: {shape.type} needs its time", rule.at.name)
    data: dict[str, object] = {"type": shape.type, "id": shape.id.of(texts), "at": at}
    for name, value in shape.fields:
        filled = value.of(texts)
        if filled != "":
            data[name] = filled
    try:
        event = cast("Event", msgspec.convert(data, EVENT_TYPES[shape.type], strict=False))
    except msgspec.ValidationError as error:
        raise explain_invalid(error, shape.type) from None
    check_time(event)
    arrived = rule.arrived.read(texts) if rule.arrived else None
    return Arrival(to_instant(arrived or at), event)
