"""Request bodies into events: everything is checked before anything is sent. Sans-I/O."""

import io
from collections.abc import Iterable
from typing import TypeVar

import msgspec

from monitor.door import limits
from monitor.gateway.defects import numbered, read_event
from monitor.gateway.tokens import Source
from monitor.mapping import NO_RECORDS, BadMapping, MappedRow, Mapping, map_objects, map_stream
from rules.errors import BadEvent
from rules.events import Event

T = TypeVar("T")

_LONGEST_FIELD, _LONGEST_MESSAGE = 256, 500
"""Characters: the sender knows what it has sent."""
_MARK = b"\xef\xbb\xbf"
"""The mark that some systems put before UTF-8."""
_NO_JSON = frozenset({"invalid_json", "invalid_utf8"})


class Fault(msgspec.Struct, frozen=True):
    """One reason why a request was not taken. ``index`` counts events or rows from 0; null is the request as a whole."""

    index: int | None
    field: str
    reason: str
    message: str


class Errors(msgspec.Struct, omit_defaults=True):
    """Nothing was taken, and why: the one form of every answer of 400 and more. ``left_off`` errors are not listed."""

    errors: list[Fault]
    left_off: int = 0


class BodyRefused(Exception):
    """The request is not taken, nothing of it."""

    def __init__(self, status: int, faults: list[Fault]) -> None:
        super().__init__(faults[0].message)
        self.status = status
        self.faults = faults[: limits.MOST_ERRORS]
        self.left_off = len(faults) - len(self.faults)


def whole(status: int, reason: str, message: str) -> BodyRefused:
    """A refusal that concerns the request as a whole."""
    return BodyRefused(status, [Fault(None, "", reason, message)])


def fault(index: int | None, error: BadEvent) -> Fault:
    """One defect as the sender gets it: short, and text whatever the body held."""
    return Fault(index, _text(error.field, _LONGEST_FIELD), error.reason, _text(str(error), _LONGEST_MESSAGE))


def _text(text: str, most: int) -> str:
    return text[:most].encode("utf-8", "replace").decode()


def read_events(body: bytes, source: Source) -> list[Event]:
    """One event or an array of them, or :class:`BodyRefused` with every defect of every event.

    Its status is 400 (not JSON), 413 (too many), 422 (not an event) or 403 (nothing else is wrong, but it is not this source's).
    """
    events: list[tuple[int, Event]] = []
    faults: list[Fault] = []
    numbered_by = source.stamp
    for index, raw in enumerate(_split(body.removeprefix(_MARK))):
        read = read_event(bytes(raw), numbered_by)
        if isinstance(read, list):
            faults += [fault(index, error) for error in read]
        else:
            events.append((index, read))
    out_of_scope = _out_of_scope(events, source)
    if faults:
        is_json = any(each.reason not in _NO_JSON for each in faults)
        raise BodyRefused(422 if is_json else 400, sorted(faults + out_of_scope, key=_index))
    if out_of_scope:
        raise BodyRefused(403, out_of_scope)
    return [event for _, event in events]


def _out_of_scope(events: Iterable[tuple[int, Event]], source: Source | None) -> list[Fault]:
    if source is None:
        return []
    return [Fault(index, *objection) for index, event in events for objection in source.objections(event)]


def _index(each: Fault) -> int:
    return -1 if each.index is None else each.index


def read_rows(
    body: bytes, content_type: str, mapping: Mapping, *, keep_bad: bool, source: Source | None = None
) -> tuple[list[tuple[int, Event]], list[MappedRow]]:
    """Rows of an old system: (row index, event) pairs, and the bad rows.

    ``text/csv`` is read as the mapping's ``[source]`` says, ``application/x-ndjson`` line by line, anything else as JSON. Without
    ``keep_bad`` a bad row is a :class:`BodyRefused` 422. What is not the ``source``'s to report is 403, or stands among these.
    """
    events: list[tuple[int, Event]] = []
    bad: list[MappedRow] = []
    numbered_by = source.stamp if source is not None else ""
    try:
        records = (row for row in _rows(body, content_type, mapping) if row.passed not in NO_RECORDS)
        for index, row in enumerate(records):
            if index >= limits.MOST_EVENTS:
                raise whole(413, "too_large", f"more than {limits.MOST_EVENTS} rows: send them in several requests")
            events += [(index, numbered(arrival.event, numbered_by)) for arrival in row.arrivals]
            if row.error is not None:
                bad.append(row._replace(number=index))
    except BadMapping as error:
        raise whole(422, "mapping_failed", "; ".join(error.defects)) from None
    if bad and not keep_bad:
        faults = [fault(row.number, row.error or BadEvent("mapping_failed", "")) for row in bad]
        raise BodyRefused(422, sorted(faults + _out_of_scope(events, source), key=_index))
    if out_of_scope := _out_of_scope(events, source):
        raise BodyRefused(403, out_of_scope)
    return events, bad


def _rows(body: bytes, content_type: str, mapping: Mapping) -> Iterable[MappedRow]:
    if content_type == "text/csv":
        return map_stream(_as(mapping, format="csv"), io.BytesIO(body), "CSV body")
    if content_type == "application/x-ndjson":
        return map_stream(_as(mapping, format="jsonl", encoding="utf-8"), io.BytesIO(body), "body")
    rows = _decoded(body.removeprefix(_MARK), object)
    return map_objects(mapping, rows if isinstance(rows, list) else [rows])


def _as(mapping: Mapping, **changes: str) -> Mapping:
    return msgspec.structs.replace(mapping, source=msgspec.structs.replace(mapping.source, **changes))


def _split(body: bytes) -> list[msgspec.Raw]:
    if not body.lstrip().startswith(b"["):
        return [msgspec.Raw(body)]
    raws = _decoded(body, list[msgspec.Raw])
    if not raws:
        raise whole(422, "invalid_field", "the array is empty")
    if len(raws) > limits.MOST_EVENTS:
        raise whole(413, "too_large", f"{len(raws)} events, at most {limits.MOST_EVENTS} in one request")
    return raws


def _decoded(body: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except UnicodeDecodeError as error:
        raise whole(400, "invalid_utf8", f"byte {error.start} is not UTF-8: send UTF-8, not GBK") from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise whole(400, "invalid_json", str(error)) from None
