"""An event of a request, and everything that is wrong with it: a sender mends its code once, not once per field."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec

from monitor.wire import EARLIEST_YEAR, LATEST_YEAR, decode_record, explain_invalid
from rules.errors import BadEvent
from rules.events import EVENT_TYPES, Action, Event, Header, Tallied, Tick
from rules.facts import objections

_FIELDS = frozenset({"unknown_field", "missing_field", "invalid_field", "impossible_time"})
"""Reasons that concern one field, so that others may be wrong as well."""
_OWN_TYPES = frozenset(str(kind.__struct_config__.tag) for kind in (Tick, Tallied))
_OWN = BadEvent("forbidden_type", "ticks and tallies are the workers' own: nobody sends them", "type")


def read_event(raw: bytes, numbered_by: str = "") -> Event | list[BadEvent]:
    """The event that ``raw`` is, or all its defects, in the order of its type's fields.

    A case that names nobody who numbers it is given ``numbered_by``.

    Some are found by the very check that the worker makes (:func:`rules.facts.objections`).
    """
    try:
        record = decode_record(raw)
        twice = _twice(raw)
    except BadEvent as error:
        return _all(raw, error, numbered_by) if error.reason in _FIELDS else [error]
    if isinstance(record, Tick | Tallied):
        return [_OWN]
    event = numbered(record, numbered_by)
    return [*twice, *objections(event)] or event


def numbered(event: Event, numbered_by: str) -> Event:
    """The event with who numbers its case, where it names nobody."""
    if not numbered_by or event.numbered_by or not event.case or isinstance(event, Action):
        return event
    return msgspec.structs.replace(event, numbered_by=numbered_by)


_STAND_INS = {"at": datetime(EARLIEST_YEAR, 1, 1, tzinfo=UTC)}
"""For required fields that are missing or wrong, where an empty text is none: the beginning of every span of time."""


def _all(raw: bytes, first: BadEvent, numbered_by: str) -> list[BadEvent]:
    """Every defect of an object whose ``first`` is known."""
    try:
        given: dict[str, Any] = msgspec.json.decode(raw)
        found = _twice(raw)
    except (BadEvent, msgspec.DecodeError, RecursionError, ValueError):  # what is unknown may hide what is no JSON
        return [first]
    tag = str(given.get("type"))
    kind = EVENT_TYPES.get(tag)
    if kind is None:
        return [_OWN if tag in _OWN_TYPES else first]
    found += _unknown(given, kind)
    told: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        if field.name in given:
            wrong = _wrong(given[field.name], field, tag)
            if wrong is None:
                told[field.name] = msgspec.convert(given[field.name], field.type)
                continue
            found.append(wrong)
        elif field.required:
            text = f"Object missing required field `{field.name}`"
            found.append(BadEvent("missing_field", text, field.name))
        told[field.name] = _STAND_INS.get(field.name, "") if field.required else field.default
    known = {error.field for error in found}
    event: Any = kind(**told)
    found += [error for error in objections(numbered(event, numbered_by)) if error.field not in known]
    return found or [first]


def _unknown(given: dict[str, Any], kind: type[Header]) -> Iterator[BadEvent]:
    for name in given:
        if name not in kind.__struct_fields__ and name != "type":
            yield BadEvent("unknown_field", f"Object contains unknown field `{name}`", name)


def _wrong(value: object, field: msgspec.structs.FieldInfo, tag: str) -> BadEvent | None:
    """What is wrong with one field's value."""
    try:
        read = msgspec.convert(value, field.type)
    except msgspec.ValidationError as error:
        bad = explain_invalid(error, tag)
        return BadEvent(bad.reason, str(bad), f"{field.name}{bad.field}")
    if field.name == "at" and not EARLIEST_YEAR <= read.year <= LATEST_YEAR:
        text = f"at is {read.isoformat()}: only {EARLIEST_YEAR} to {LATEST_YEAR} is possible"
        return BadEvent("impossible_time", text, "at")
    return None


def _twice(raw: bytes) -> list[BadEvent]:
    """Keys that the object has twice: which of the values a reader takes is anybody's guess."""
    found: list[str] = []

    def pairs(members: list[tuple[str, Any]]) -> None:
        names = [name for name, _ in members]
        if len(set(names)) < len(names):
            found.extend(name for name in dict.fromkeys(names) if names.count(name) > 1)

    try:
        json.loads(raw.decode(), object_pairs_hook=pairs, parse_int=len, parse_float=len, parse_constant=len)  # numbers unread
    except RecursionError:
        raise BadEvent("invalid_json", f"nested too deep to be an event ({len(raw)} bytes)") from None
    return [BadEvent("invalid_field", f"{name[:64]!r} is there twice", name[:64]) for name in found]
