"""Records in a file, one JSON object per line, as ``supervise simulate --out`` writes them: ``{"arrived": …, "event": {…}}``.

``arrived`` is an instant with its offset, or epoch milliseconds. ``now`` is the clock of the partition at that record where it
came from a topic whose timestamps went back; elsewhere it is the arrival.
"""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import IO, NamedTuple

import msgspec

from monitor.wire import MAX_VALUE_BYTES, check_time, decode_record, explain_invalid
from rules.errors import BadEvent
from rules.events import Aware, Event, Record, Tallied, Tick
from rules.instant import to_instant
from rules.recordtime import EARLIEST, LATEST

Seen = Callable[[int], None]
"""Called with the number of records read so far, now and then."""


class _Line(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    arrived: Aware | int
    event: Record
    now: int = 0


class _Envelope(msgspec.Struct, forbid_unknown_fields=True):
    """The same, with the event left as it is: to see whose fault a defect is."""

    arrived: Aware | int
    event: msgspec.Raw
    now: int = 0


_decode = msgspec.json.Decoder(_Line).decode
_decode_envelope = msgspec.json.Decoder(_Envelope).decode
_MADE_ANEW = (Tick, Tallied)
"""Time and counts: a back-test makes its own."""


class Arrived(NamedTuple):
    """A record of the file. Epoch ms; ``now`` decides the order within a case. ``event`` is None for a tick."""

    now: int
    arrived: int
    event: Event | None


def opened(file: Path) -> IO[bytes]:
    """The file's lines; ``.gz`` is unpacked on the way. A broken one raises ``OSError`` or ``EOFError``."""
    return gzip.open(file, "rb") if file.name.endswith(".gz") else file.open("rb")  # type: ignore[return-value]


def read_line(raw: bytes) -> Arrived:
    """One line; :class:`BadEvent` with a dead-letter reason where it cannot be used."""
    try:
        line = _decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _explained(raw, error) from None
    arrived = line.arrived if isinstance(line.arrived, int) else int(to_instant(line.arrived))
    now = line.now or arrived
    if not (EARLIEST <= arrived < LATEST and EARLIEST <= now < LATEST):
        raise BadEvent("impossible_time", f"arrived is {line.arrived}: only 2000 to 2099 is possible", "arrived")
    if isinstance(line.event, _MADE_ANEW):
        return Arrived(now, arrived, None)
    check_time(line.event)
    return Arrived(now, arrived, line.event)


def write_line(arrived: int, now: int, event: bytes) -> bytes:
    """The line of one event, given as JSON without line breaks."""
    if now == arrived:
        return b'{"arrived":%d,"event":%b}\n' % (arrived, event)
    return b'{"arrived":%d,"now":%d,"event":%b}\n' % (arrived, now, event)


def _explained(raw: bytes, error: Exception) -> BadEvent:
    if len(raw) > MAX_VALUE_BYTES:
        return BadEvent("too_large", f"{len(raw)} bytes in one line, at most {MAX_VALUE_BYTES} are read")
    try:
        raw.decode("utf-8")
        envelope = _decode_envelope(raw)
    except UnicodeDecodeError as bad:
        return BadEvent("invalid_utf8", f"byte {bad.start} is not UTF-8")
    except msgspec.ValidationError as bad:
        return explain_invalid(bad, "tick")
    except (msgspec.DecodeError, RecursionError) as bad:
        return BadEvent("invalid_json", str(bad))
    try:
        decode_record(bytes(envelope.event))
    except BadEvent as bad:
        return bad
    return BadEvent("invalid_json", str(error))
