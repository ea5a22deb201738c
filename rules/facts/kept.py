"""What only the type of a record says, as far as the monitor keeps it: the fields that the journal has of each.

What no rule reads is not kept: reasons, materials, who typed it in. What is a person's is kept where the book asks for it, as in
the facts themselves. Of an acceptance the terms are kept as they were settled, never the applicant.

Fields with their default at the end of a row are left out. So a field may be appended to a row, never moved.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from rules import events as ev
from rules.book import RuleBook
from rules.case import Terms
from rules.events import STAGES, Header
from rules.facts.journal import KINDS, JournalEntry, digest_of_id

FIELDS: Mapping[type[Header], tuple[str, ...]] = {
    ev.Applied: ("channel",),
    ev.StageEntered: ("stage", "handler"),
    ev.StageLeft: ("stage", "action", "handler"),
    ev.Suspended: ("procedure", "approved_days"),
    ev.Extended: ("days",),
    ev.Decided: ("result", "handler"),
    ev.Concluded: ("how",),
    ev.Transferred: ("to",),
    ev.BranchOpened: ("limit",),
    ev.ComplaintFiled: ("complaint", "person"),
    ev.ComplaintAccepted: ("complaint",),
    ev.ComplaintRefused: ("complaint",),
    ev.ComplaintExtended: ("complaint", "days"),
    ev.ComplaintMisrouted: ("complaint",),
    ev.ComplaintAnswered: ("complaint",),
    ev.ComplaintClosed: ("complaint",),
    ev.Rated: ("score", "rating"),
    ev.RatingVerified: ("rating", "founded"),
    ev.RatingRectified: ("rating",),
    ev.RatingCalledBack: ("rating",),
    ev.RatingAppealed: ("rating",),
    ev.RatingAppealDecided: ("upheld", "rating"),
    ev.WindowOpened: (),
    ev.WindowClosed: (),
    ev.AttendantArrived: ("operator",),
    ev.AttendantLeft: ("operator",),
}
"""By type; what is not here says nothing by itself, or is told apart below."""
_OTHERS_OF_TERMS = 6
"""Before what :class:`~rules.case.Terms` say lie the instant and the place, which every entry has."""
_STAGE_NUMBER = {stage: number for number, stage in enumerate(STAGES)}
_SOME_DAY = datetime(2000, 1, 1, tzinfo=UTC)


def _row(kind: type[Header], names: tuple[str, ...]) -> tuple[tuple[str, Any], ...]:
    """Names and defaults."""
    defaults = {field.name: field.default for field in msgspec.structs.fields(kind)}
    return tuple([(name, defaults[name]) for name in names])


_ROWS = {kind: _row(kind, names) for kind, names in FIELDS.items() if names}


def own_of(event: Header, book: RuleBook) -> tuple[Any, ...]:
    """What only its type says of ``event``, by the book in force when it happened."""
    kind = type(event)
    if kind is ev.StageEntered or kind is ev.StageLeft:  # half of all records; a row takes four times as long
        step: Any = event
        if not (step.handler and book.keeps_handlers):
            stage = _STAGE_NUMBER[step.stage]
            return (stage,) if kind is ev.StageEntered or step.action == "pass" else (stage, step.action)
    row = _ROWS.get(kind)
    if row is None:
        return (digest_of_id(event.record),) if isinstance(event, ev.Retracted) else ()
    own = [_value(event, name, book) for name, _ in row]
    while own and own[-1] == row[len(own) - 1][1]:
        own.pop()
    return tuple(own)


def _value(event: Any, name: str, book: RuleBook) -> Any:
    value = getattr(event, name)
    if name == "stage":
        return _STAGE_NUMBER[value]
    if name == "channel":
        return "online" if value == "online" else "hall"
    if (name == "handler" and not book.keeps_handlers) or (name == "person" and not book.keeps_persons):
        return ""
    return value


def own_of_terms(terms: Terms) -> tuple[Any, ...]:
    """The same of an acceptance."""
    return msgspec.structs.astuple(terms)[_OTHERS_OF_TERMS:]


def terms_in(entry: JournalEntry) -> Terms:
    """The terms that an acceptance settled."""
    return Terms(entry.at, *entry.place, *entry.own)


def event_in(entry: JournalEntry) -> Header:
    """The record again, as far as it was kept. Its ``at`` is none: the entry has it."""
    kind = KINDS[entry.kind]
    own = dict(zip(FIELDS.get(kind, ()), entry.own, strict=False))
    if "stage" in own:
        own["stage"] = STAGES[own["stage"]]
    region, hall, department, window, item = entry.place
    fields: dict[str, Any] = {"id": "-", "at": _SOME_DAY, "region": region, "hall": hall, "department": department}
    return kind(**{**fields, "window": window, "item": item, **own})
