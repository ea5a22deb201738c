"""What goes over the wire and under which name: topics, bytes to records and back, dead letters, figures.

Nothing here does I/O; whoever holds a socket calls these functions.
"""

from typing import Annotated, Literal, get_args

import msgspec

from rules.alerts import Alert
from rules.errors import BadEvent
from rules.events import EVENT_TYPES, Event, Header, Record, Tick, key_of

MAX_VALUE_BYTES = 1_000_000
MAX_ROW_BYTES = 8_000_000
"""More than any row of the case table can have: rules.facts.room bounds a case to some 0.5 MB, a window to some 6."""
EARLIEST_YEAR, LATEST_YEAR = 2000, 2099  # nothing in a hall's systems is older

DeadLetterReason = Literal[
    "invalid_utf8", "invalid_json", "unknown_type", "unknown_field", "missing_field", "invalid_field", "impossible_time",
    "missing_key", "key_mismatch", "too_large", "mapping_failed", "forbidden_type", "unknown_alert",
    "illegal_transition", "too_many_records",
]  # fmt: skip
DEAD_LETTER_REASONS: tuple[str, ...] = get_args(DeadLetterReason)


class Topics(msgspec.Struct, frozen=True):
    """Topic names; a prefix keeps several installations (or tests) apart on one cluster."""

    prefix: str = "supervision"

    @property
    def events(self) -> str:
        """Records of window systems, and ticks; key = case key."""
        return f"{self.prefix}.events"

    @property
    def alerts(self) -> str:
        """Every change of every alert, whole; key = case key."""
        return f"{self.prefix}.alerts"

    @property
    def figures(self) -> str:
        """Counts per partition and place, absolute, compacted; key = ``partition|region/hall/department``."""
        return f"{self.prefix}.figures"

    @property
    def catalog(self) -> str:
        """Published rule books and calendars, compacted, one partition; key = ``kind:name``."""
        return f"{self.prefix}.catalog"

    @property
    def notices(self) -> str:
        """Who is to be told of which card, and what became of it, compacted, one partition; key = the notice's id."""
        return f"{self.prefix}.notices"

    @property
    def dead_letters(self) -> str:
        """What could not be read, with the reason."""
        return f"{self.prefix}.dead-letters"

    @property
    def audit_heads(self) -> str:
        """How far each chain of the audit log had come, and its digest there; key = chain."""
        return f"{self.prefix}.audit-heads"


class Figures(msgspec.Struct, forbid_unknown_fields=True):
    """Counts of one department's cases held in one partition. Absolute, so the last record wins and a repeat is harmless."""

    partition: int
    region: str
    hall: str
    department: str
    accepted: int = 0
    open: int = 0
    concluded: int = 0
    on_time: int = 0
    yellow: int = 0
    red: int = 0
    at: int = 0
    """Record time of the newest record counted, epoch ms."""

    @property
    def key(self) -> bytes:
        """The compaction key."""
        return f"{self.partition}|{self.region}/{self.hall}/{self.department}".encode()


class DeadLetter(msgspec.Struct, frozen=True, omit_defaults=True):
    """A record nobody could use, kept whole. ``value`` is the bytes as received (base64 in JSON), cut at 64 KiB."""

    reason: str
    message: str
    source: str
    field: str = ""
    partition: int = -1
    offset: int = -1
    at: int = 0
    size: int = 0
    key: bytes = b""
    value: bytes = b""


def in_words(reason: str, message: str, field: str) -> str:
    """What is wrong with a record, in one line: the reason, the message, and the field at fault where that does not name it."""
    return f"{reason}: {field}: {message}" if field and field not in message else f"{reason}: {message}"


class AuditHead(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The end of one chain of the audit log at some time: its last row's number and digest. It is written by the ledger, where
    no one who can change the database can change it."""

    chain: str
    seq: int
    digest: str
    """In hexadecimal."""
    algorithm: str
    entered_at: int
    """When the last row's record came, epoch ms."""


KEPT_BYTES = 65_536


class _Tagged(msgspec.Struct):
    """Only the tag, to tell an unknown type from a bad field."""

    type: Annotated[str, msgspec.Meta(max_length=64)] = ""


_decode_record = msgspec.json.Decoder(Record).decode
_decode_tagged = msgspec.json.Decoder(_Tagged).decode
encode_json = msgspec.json.Encoder().encode
decode_alert = msgspec.json.Decoder(Alert).decode
decode_figures = msgspec.json.Decoder(Figures).decode
decode_dead_letter = msgspec.json.Decoder(DeadLetter).decode
decode_audit_head = msgspec.json.Decoder(AuditHead).decode


def decode_record(value: bytes) -> Record:
    """Bytes to a record, or :class:`BadEvent` with a dead-letter reason, the field and what is wrong with it."""
    try:
        record: Record = _decode_record(value)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _explain(value, error) from None
    except RecursionError:
        raise BadEvent("invalid_json", f"nested too deep to be a record ({len(value)} bytes)") from None
    if not isinstance(record, Tick):
        check_time(record)
    return record


def checked_key(event: Header, key: bytes | None) -> bytes:
    """The key of ``event``, which its record carries as ``key``; :class:`BadEvent` for a record under any other.

    The bare number of the case is taken, too: until cases had their numberer in the key, it was the key.
    """
    right = key_of(event)
    its = right.encode()
    if key == its or (key and event.case and key == event.case.encode()):
        return its
    if not key:
        raise BadEvent("missing_key", f"a record without a key; this one's is {right!r}", "case")
    raise BadEvent("key_mismatch", f"the key is {key!r}, the event says {right!r}", "case")


def check_time(event: Header) -> None:
    """Refuse a time no hall can have seen."""
    if not EARLIEST_YEAR <= event.at.year <= LATEST_YEAR:
        raise BadEvent("impossible_time", f"at is {event.at.isoformat()}: only 2000 to 2099 is possible", "at")


def _explain(value: bytes, error: Exception) -> BadEvent:
    """Name the defect: the decoder stops at the first, so look again at what kind it is."""
    if len(value) > MAX_VALUE_BYTES:
        return BadEvent("too_large", f"{len(value)} bytes, at most {MAX_VALUE_BYTES} are read")
    try:
        value.decode("utf-8")
    except UnicodeDecodeError as bad:
        return BadEvent("invalid_utf8", f"byte {bad.start} is not UTF-8: send UTF-8, not GBK")
    text = str(error)
    if not isinstance(error, msgspec.ValidationError):
        return BadEvent("invalid_json", text)
    try:
        tag = _decode_tagged(value).type
    except (msgspec.DecodeError, RecursionError):
        tag = ""
    return explain_invalid(error, tag)


def explain_invalid(error: msgspec.ValidationError, tag: str) -> BadEvent:
    """What a validation error of a record with this ``type`` means: which field, and what is wrong with it."""
    message, _, path = str(error).partition(" - at `$")
    field = path.rstrip("`").lstrip(".")
    if "Object contains unknown field" in message:
        return BadEvent("unknown_field", message, message.split("`")[1])
    if "missing required field" in message:
        missing = message.split("`")[1]
        return BadEvent("missing_field", message, f"{field}.{missing}" if field else missing)
    if tag not in EVENT_TYPES and tag != "tick":
        known = ", ".join(sorted(EVENT_TYPES))
        return BadEvent("unknown_type", f"type {tag!r} is not known; known are {known}", "type")
    return BadEvent("invalid_field", message, field)


def encode_event(event: Event | Tick) -> bytes:
    """A record as it goes into the events topic."""
    return encode_json(event)
