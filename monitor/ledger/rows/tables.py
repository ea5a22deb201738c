"""The columns that are written, with PostgreSQL's types, in the order in which rows have them."""

from typing import NamedTuple

_PLACE = (("region", "text"), ("hall", "text"), ("department", "text"), ("window_id", "text"), ("item", "text"))
_RECORD = (("recorded_at", "timestamptz"), ("record_partition", "int4"), ("record_offset", "int8"))
_VERSION = (*_RECORD, ("key", "text"), ("id", "text"), ("revision", "int4"))
_HAPPENED = (("happened_at", "timestamptz"), ("type", "text"), ("id", "text"), ("key", "text"))


class LedgerTable(NamedTuple):
    """A table, or the part of it that is written."""

    name: str
    columns: tuple[tuple[str, str], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(name for name, _ in self.columns)

    @property
    def types(self) -> tuple[str, ...]:
        """Their types."""
        return tuple(kind for _, kind in self.columns)


EVENT = LedgerTable(
    "event",
    (*_RECORD, *_HAPPENED, ("case_no", "text"), *_PLACE[:4], ("operator", "text"), _PLACE[4], ("body", "jsonb")),
)
ACT = LedgerTable(
    "act",
    (
        *_RECORD,
        *_HAPPENED,
        ("alert", "text"),
        ("operator", "text"),
        ("department", "text"),
        ("reason", "text"),
        ("body", "jsonb"),
    ),
)
DEAD_LETTER = LedgerTable(
    "dead_letter",
    (
        *_RECORD, ("reason", "text"), ("message", "text"), ("source", "text"), ("field", "text"), ("source_partition", "int4"),
        ("source_offset", "int8"), ("size", "int8"), ("key", "bytea"), ("value", "bytea"),
    ),
)  # fmt: skip
COMPLAINT_STEP = LedgerTable(
    "complaint_step",
    (*_VERSION, ("happened_at", "timestamptz"), ("step", "text"), ("complaint", "text"), *_PLACE, ("person", "text")),
)
RATING_STEP = LedgerTable(
    "rating_step",
    (*_VERSION, ("happened_at", "timestamptz"), ("step", "text"), ("rating", "text"), ("value", "int4"), *_PLACE),
)
HEARING_STEP = LedgerTable("hearing_step", (*_VERSION, ("happened_at", "timestamptz"), ("step", "text"), *_PLACE[:3]))
ATTENDANCE_STEP = LedgerTable(
    "attendance_step",
    (*_VERSION, ("happened_at", "timestamptz"), ("step", "text"), *_PLACE[:4], ("happened_on", "date"), ("operator", "text")),
)
RETRACTION = LedgerTable("retraction", _VERSION)
ALERT = LedgerTable(
    "alert",
    (
        ("id", "text"), ("key", "text"), ("case_no", "text"), ("rule", "text"), ("level", "text"), ("cycle", "int8"),
        ("state", "text"), ("reason", "text"), ("change", "int4"), ("due_at", "timestamptz"), ("known_at", "timestamptz"),
        ("raised_at", "timestamptz"), ("changed_at", "timestamptz"), ("deadline", "timestamptz"), *_PLACE, ("stage", "text"),
        ("held_by", "text"), ("watch", "text"), ("highest", "bool"), ("book", "text"), ("by", "text"), ("note", "text"),
        ("is_standing", "bool"), ("issued_at", "timestamptz"), ("issued_on", "date"), ("ended_on", "date"), ("body", "jsonb"),
    ),
)  # fmt: skip
ALERT_CHANGE = LedgerTable(
    "alert_change",
    (
        ("changed_at", "timestamptz"), ("id", "text"), ("change", "int4"), ("level", "text"), ("rule", "text"), ("state", "text"),
        ("reason", "text"), ("department", "text"), ("by", "text"), ("note", "text"), ("detail", "text"),
        ("deadline", "timestamptz"), *_RECORD,
    ),
)  # fmt: skip
STAGED_ALERT = LedgerTable("alert", (*ALERT.columns, ("detail", "text"), *_RECORD))
CASE = LedgerTable(
    "case_state",
    (
        ("key", "text"), ("cycle", "int4"), ("record_offset", "int8"), ("state", "text"), ("book", "text"), *_PLACE,
        ("watch", "text"), ("online", "bool"), ("applied_at", "timestamptz"), ("accepted_at", "timestamptz"),
        ("accepted_on", "date"), ("promised", "text"), ("statutory", "text"), ("promised_days", "int4"),
        ("statutory_days", "int4"), ("due_at", "timestamptz"), ("decided_at", "timestamptz"), ("granted", "bool"),
        ("over_at", "timestamptz"), ("over_on", "date"), ("how", "text"), ("on_time", "bool"), ("early", "bool"),
        ("same_day", "bool"), ("on_site", "bool"), ("issued_at", "timestamptz"), ("delivered_at", "timestamptz"),
        ("holder", "text"), ("suspensions", "int4"), ("extensions", "int4"), ("stages", "jsonb"), ("body", "bytea"),
    ),
)  # fmt: skip
AUDIT_ENTRY = LedgerTable(
    "audit_entry",
    (
        ("chain", "text"), ("seq", "int8"), ("entered_at", "timestamptz"), ("kind", "text"), ("subject", "text"),
        ("record_offset", "int8"), ("body", "bytea"), ("digest", "bytea"),
    ),
)  # fmt: skip

SMALL = (ACT, COMPLAINT_STEP, RATING_STEP, HEARING_STEP, ATTENDANCE_STEP, RETRACTION)
"""Tables without months."""
TABLES = (EVENT, DEAD_LETTER, *SMALL, ALERT, ALERT_CHANGE, CASE, AUDIT_ENTRY)
