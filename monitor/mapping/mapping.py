"""A compiled mapping: one row of an old system in, the events it tells of out. Pure; files are read in ``rows.py``."""

from collections.abc import Mapping as Map
from datetime import datetime
from typing import NamedTuple, cast

import msgspec

from monitor.mapping.cells import CellTime, cell_text
from monitor.mapping.conditions import Condition
from monitor.mapping.source import FileFormat
from monitor.mapping.spoilt import identity, readable
from monitor.mapping.times import LAST, Time
from monitor.mapping.values import SourceRow, Value
from monitor.wire import check_time, explain_invalid
from rules.errors import BadEvent, SupervisionError
from rules.events import EVENT_TYPES, Action, Event
from rules.facts import check
from rules.instant import to_instant
from rules.recordtime import EARLIEST, LATEST


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


class Mapping(msgspec.Struct, frozen=True):
    """A mapping ready for use; :func:`monitor.mapping.load_mapping` makes it."""

    name: str
    source: FileFormat
    skip: tuple[Condition, ...]
    rules: tuple[EventRule, ...]
    columns: tuple[str, ...]
    identities: frozenset[str] = frozenset()

    @property
    def needed(self) -> frozenset[str]:
        """The columns without which a file does not fit."""
        return frozenset(self.columns) - self.source.optional

    def events(self, row: Map[str, object]) -> list[Arrival]:
        """The events this row tells of, in the mapping's order; none for a skipped row.

        A row is taken whole or not at all: :class:`BadEvent` with the reason, and the column or field at fault.
        """
        texts = self.clean(row)
        if self.skipped(texts):
            return []
        return [arrival for rule, arrival in self.ruled(texts)]

    @property
    def has_kinds(self) -> bool:
        """Whether rows say by a column which kind of event they tell of, so that each has the columns of its kind."""
        return any(rule.shape is None for rule in self.rules)

    def skipped(self, texts: SourceRow) -> str:
        """The key of the ``skip`` that holds for the row; empty where none does."""
        return next((f"skip[{index}]" for index, condition in enumerate(self.skip) if condition.holds(texts)), "")

    def ruled(self, texts: SourceRow) -> list[tuple[EventRule, Arrival]]:
        """Like :meth:`events` for an already cleaned row, each with its rule."""
        found = []
        for rule in self.rules:
            if not all(condition.holds(texts) for condition in rule.when):
                continue
            shape = rule.shape or _kind(rule, texts)
            if shape is not None:
                found.append((rule, _event(rule, shape, texts)))
        return found

    def clean(self, row: Map[str, object]) -> SourceRow:
        """The row's columns that matter, as trimmed texts; ``None``, missing and the source's empty marks become ``""``.

        A column with dots may name what lies inside: ``unit.name``, ``steps.0.code``.
        """
        texts = {}
        empty, word, identities = self.source.empty, self.source.spoilt, self.identities
        for column in self.columns:
            value = row.get(column)
            text = value.strip() if type(value) is str else _text(value if value is not None else within(row, column), column)
            if not text.isprintable():
                text = readable(text, column, word)
            if type(text) is str:
                if column in identities:
                    text = identity(text, column, word)
            elif type(text) is NoNumber and text not in empty:
                message = f"column {column!r} is {text}, which is not JSON: a missing value is null; or list it in empty"
                raise BadEvent("invalid_json", message, column)
            texts[column] = "" if text in empty else text
        return texts


class NoNumber(str):
    """NaN or Infinity in JSON: empty if the mapping's ``empty`` lists it, else a bad row."""


def within(row: object, path: str) -> object:
    """What lies at the dotted path inside a row; ``None`` when nothing does."""
    if "." not in path:
        return None
    for step in path.split("."):
        if isinstance(row, list) and step.isdigit() and int(step) < len(row):
            row = row[int(step)]
        elif isinstance(row, Map) and step in row:
            row = row[step]
        else:
            return None
    return row


def _text(value: object, column: str) -> str:
    if value is None:
        return ""
    if isinstance(value, CellTime | NoNumber):
        return value
    value = cell_text(value)
    if isinstance(value, CellTime):
        return value
    if isinstance(value, (str, int)):
        return str(value).strip()
    raise BadEvent("mapping_failed", f"column {column!r} holds {type(value).__name__}, not a text or a number", column)


def _kind(rule: EventRule, texts: SourceRow) -> Shape | None:
    code = texts[rule.by]
    shape = rule.kinds.get(code)
    if shape is None and not rule.skip_others:
        message = f'column {rule.by!r}: {code[:60]!r} is not in {rule.where}.kinds: add it, or say others = "skip"'
        raise BadEvent("mapping_failed", message, rule.by)
    return shape


def _arrived(time: Time, at: datetime, texts: SourceRow) -> datetime | None:
    """When the record arrived. Of a day that was noted only, the first instant at which it can have: not before it happened."""
    told = time.read(texts)
    if told is None:
        return None
    return told.when if told.precision == "second" else max(told.when, min(at, told.when + LAST[told.precision]))


def _event(rule: EventRule, shape: Shape, texts: SourceRow) -> Arrival:
    at = rule.at.read(texts)
    if at is None:
        raise BadEvent("mapping_failed", f"column {rule.at.name!r} is empty: {shape.type} needs its time", rule.at.name)
    data: dict[str, object] = {"type": shape.type, "id": shape.id.of(texts), "at": at.when}
    if at.precision != "second" and not issubclass(EVENT_TYPES[shape.type], Action):  # what people do with a card has its second
        data["precision"] = at.precision
    for name, value in shape.fields:
        filled = value.of(texts)
        if filled != "":
            data[name] = filled
    try:
        event = cast("Event", msgspec.convert(data, EVENT_TYPES[shape.type], strict=False))
    except msgspec.ValidationError as error:
        raise explain_invalid(error, shape.type) from None
    check_time(event)
    check(event)
    arrived = _arrived(rule.arrived, at.when, texts) if rule.arrived else None
    if arrived is not None and not EARLIEST <= to_instant(arrived) < LATEST:
        message = f"arrived is {arrived.isoformat()}: only 2000 to 2099 is possible"
        raise BadEvent("impossible_time", message, rule.arrived.name if rule.arrived else "")
    return Arrival(to_instant(arrived or at.when), event)
