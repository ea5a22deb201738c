"""Request bodies into events: everything is checked before anything is sent. Sans-I/O."""

import io
from collections.abc import Iterable
from typing import TypeVar

import msgspec

from monitor.gateway.tokens import Source
from monitor.mapping import NO_RECORDS, BadMapping, MappedRow, Mapping, map_objects, map_stream
from monitor.wire import decode_record
from rules.errors import BadEvent
from rules.events import Event, Tallied, Tick

T = TypeVar("T")

MOST_EVENTS = 10_000
"""Events or rows in one request."""
MOST_ERRORS = 100
"""Errors in one answer; the sender mends its code after the first few."""


class Fault(msgspec.Struct, frozen=True):
    """One reason why a request was not taken. ``index`` counts events or rows from 0; null is the request as a whole."""

    index: int | None
    field: str
    reason: str
    message: str


class BodyRefused(Exception):
    """The request is not taken, nothing of it."""

    def __init__(self, status: int, faults: list[Fault]) -> None:
        super().__init__(faults[0].message)
        self.status = status
        self.faults = faults


def whole(status: int, reason: str, message: str) -> BodyRefused:
    """A refusal that concerns the request as a whole."""
    return BodyRefused(status, [Fault(None, "", reason, message)])


def read_events(body: bytes, source: Source) -> list[Event]:
    """One event or an array of them; :class:`BodyRefused` 400 (not JSON), 403 (not this source's), 413 or 422 (not an event)."""
    raws = _split(body)
    events: list[Event] = []
    faults: list[Fault] = []
    for index, raw in enumerate(raws):
        try:
            record = decode_record(bytes(raw))
        except BadEvent as error:
            faults.append(Fault(index, error.field, error.reason, str(error)))
        else:
            if isinstance(record, Tick | Tallied):
                faults.append(Fault(index, "type", "forbidden_type", "ticks and tallies are the workers' own: nobody sends them"))
            else:
                events.append(record)
        if len(faults) >= MOST_ERRORS:
            break
    if faults:
        raise BodyRefused(400 if faults[0].reason in ("invalid_json", "invalid_utf8") else 422, faults)
    check_scope(enumerate(events), source)
    return events


def check_scope(events: Iterable[tuple[int, Event]], source: Source) -> None:
    """Every event must be the source's to report, or :class:`BodyRefused` 403."""
    faults = []
    for index, event in events:
        objection = source.objection(event)
        if objection is not None:
            faults.append(Fault(index, *objection))
            if len(faults) >= MOST_ERRORS:
                break
    if faults:
        raise BodyRefused(403, faults)


def read_rows(
    body: bytes, content_type: str, mapping: Mapping, *, keep_bad: bool
) -> tuple[list[tuple[int, Event]], list[MappedRow]]:
    """Rows of an old system: (row index, event) pairs, and the bad rows.

    ``text/csv`` is read as the mapping's ``[source]`` says, ``application/x-ndjson`` line by line, anything else as JSON. Without
    ``keep_bad`` a bad row is a :class:`BodyRefused` 422.
    """
    events: list[tuple[int, Event]] = []
    bad: list[MappedRow] = []
    try:
        records = (row for row in _rows(body, content_type, mapping) if row.passed not in NO_RECORDS)
        for index, row in enumerate(records):
            if index >= MOST_EVENTS:
                raise whole(413, "too_large", f"more than {MOST_EVENTS} rows: send them in several requests")
            events += [(index, arrival.event) for arrival in row.arrivals]
            if row.error is not None:
                bad.append(row._replace(number=index))
    except BadMapping as error:
        raise whole(422, "mapping_failed", "; ".join(error.defects)) from None
    if bad and not keep_bad:
        raise BodyRefused(422, [_row_fault(row) for row in bad[:MOST_ERRORS]])
    return events, bad


def _row_fault(row: MappedRow) -> Fault:
    error = row.error or BadEvent("mapping_failed", "")
    return Fault(row.number, error.field, error.reason, str(error))


def _rows(body: bytes, content_type: str, mapping: Mapping) -> Iterable[MappedRow]:
    if content_type == "text/csv":
        return map_stream(_as(mapping, format="csv"), io.BytesIO(body), "CSV body")
    if content_type == "application/x-ndjson":
        return map_stream(_as(mapping, format="jsonl", encoding="utf-8"), io.BytesIO(body), "body")
    rows = _decoded(body, object)
    return map_objects(mapping, rows if isinstance(rows, list) else [rows])


def _as(mapping: Mapping, **changes: str) -> Mapping:
    return msgspec.structs.replace(mapping, source=msgspec.structs.replace(mapping.source, **changes))


def _split(body: bytes) -> list[msgspec.Raw]:
    if not body.lstrip().startswith(b"["):
        return [msgspec.Raw(body)]
    raws = _decoded(body, list[msgspec.Raw])
    if not raws:
        raise whole(422, "invalid_field", "the array is empty")
    if len(raws) > MOST_EVENTS:
        raise whole(413, "too_large", f"{len(raws)} events, at most {MOST_EVENTS} in one request")
    return raws


def _decoded(body: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except UnicodeDecodeError as error:
        raise whole(400, "invalid_utf8", f"byte {error.start} is not UTF-8: send UTF-8, not GBK") from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise whole(400, "invalid_json", str(error)) from None
