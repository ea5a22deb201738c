"""The fields of records: what window systems report, what the worker writes, what it keeps."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from docs.generate.markdown import prose, table
from docs.generate.sources import named_shapes, words_beneath, written_types
from monitor.wire import DeadLetter, Figures
from rules import alerts
from rules.case import Case, case
from rules.events import Action, Duty, Event, Header, Stage, Text

_PLAIN = {str: "text", int: "whole number", bool: "true or false", bytes: "base64"}
_NAMED = {Text: "text", Stage: "a stage"}
_SHARED = (Header, Duty, Action)
"""What several events have; each is told once."""


def header_fields() -> str:
    """What every event carries."""
    return _fields(Header)


def events() -> str:
    """One row per type of event, in the order of :data:`rules.events.Event`."""
    return table(("type", "what happened", "fields of its own"), [_event(event) for event in get_args(Event)])


def alert_fields() -> str:
    """What a record of the alerts topic carries."""
    return _fields(alerts.Alert)


def figure_fields() -> str:
    """What a record of the figures topic carries."""
    return _fields(Figures)


def dead_letter_fields() -> str:
    """What a record of the dead-letter topic carries."""
    return _fields(DeadLetter)


def case_fields() -> str:
    """What is kept of a case, by position."""
    types, beneath = written_types(Case), words_beneath(Case)
    rows = [(str(place), f"`{name}`", f"`{types[name]}`", prose(beneath.get(name))) for place, name in enumerate(types)]
    assert tuple(types) == Case.__struct_fields__
    return table(("place", "field", "type", "meaning"), rows)


def case_shapes() -> str:
    """The shapes of facts that a case keeps."""
    beneath = words_beneath(case)
    rows = [(f"`{name}`", f"`{shape}`", prose(beneath.get(name))) for name, shape in named_shapes(case).items()]
    return table(("shape", "is", "what"), rows)


def _event(event: type[msgspec.Struct]) -> tuple[str, str, str]:
    tag = event.__struct_config__.tag
    common = {name for shared in _SHARED if issubclass(event, shared) for name in shared.__struct_fields__}
    shared = next((shared for shared in (Action, Duty) if issubclass(event, shared)), None)
    hints = get_type_hints(event, include_extras=True)
    own = [_own(field, hints[field.name]) for field in msgspec.structs.fields(event) if _is_own(event, field.name, common)]
    more = [] if shared is None else [f"those of {'a duty' if shared is Duty else 'an act'}"]
    return f"`{tag}`", prose(event.__doc__), ", ".join(more + own) or "–"


def _is_own(event: type[msgspec.Struct], name: str, common: set[str]) -> bool:
    return name not in common or name in event.__annotations__


def _own(field: msgspec.structs.FieldInfo, hint: Any) -> str:
    return f"`{field.name}` ({said(hint)}{'' if _default(field) is None else ', optional'})"


def _fields(struct: type[msgspec.Struct]) -> str:
    hints, beneath = get_type_hints(struct, include_extras=True), words_beneath(struct)
    rows: list[tuple[str, ...]] = []
    for field in msgspec.structs.fields(struct):
        default = _default(field)
        words = prose(beneath.get(field.name))
        rows.append((f"`{field.encode_name}`", said(hints[field.name]), "required" if default is None else f"`{default}`", words))
    if not any(row[3] for row in rows):
        return table(("field", "type", "default"), [row[:3] for row in rows])
    return table(("field", "type", "default", "meaning"), rows)


def _default(field: msgspec.structs.FieldInfo) -> str | None:
    """As JSON writes it; None for a field that must be there."""
    if field.default is not msgspec.NODEFAULT:
        return msgspec.json.encode(field.default).decode()
    if field.default_factory is not msgspec.NODEFAULT:
        return msgspec.json.encode(field.default_factory()).decode()
    return None


def said(hint: Any) -> str:
    """A type in words, with its bounds."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint in _NAMED:
        return _NAMED[hint]
    if origin is Annotated:
        return f"{said(arguments[0])}{''.join(_bounds(arguments[1:]))}"
    if origin is Literal:
        return " or ".join(f"`{value}`" for value in arguments)
    if origin is tuple:
        return f"list of {said(arguments[0])}" if arguments[-1] is Ellipsis else f"({', '.join(map(said, arguments))})"
    if origin is Union or type(hint).__name__ == "UnionType":
        return said(next(argument for argument in arguments if argument is not type(None)))
    return _PLAIN.get(hint, "date and time with offset" if hint.__name__ == "datetime" else f"`{hint.__name__}`")


def _bounds(metas: tuple[Any, ...]) -> Iterator[str]:
    for meta in metas:
        if meta.ge is not None:
            yield f", {meta.ge} at least" if meta.le is None else f", {meta.ge} to {meta.le}"
        if meta.max_length is not None:
            least = meta.min_length or 0
            if meta.max_length == 0:
                yield ", empty"
            elif least == meta.max_length:
                yield f" of {least}"
            else:
                yield f" of {least} to {meta.max_length}" if least else f", {meta.max_length} at most"
