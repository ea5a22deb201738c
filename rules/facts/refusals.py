"""What is wrong with an event by itself, whatever its case and the rule book.

One function serves all who read events: worker, gateway, mappings. So nothing that these let through becomes a dead letter for
such a reason.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from rules import events as ev
from rules.case import UNREACHED
from rules.errors import BadEvent
from rules.events import Action, Duty, Header
from rules.families import COMPLAINT_EVENTS, REVIEW_EVENTS
from rules.instant import to_instant
from rules.keys import RESERVED, number_of_case, parse_alert_id
from rules.worktime import Limit

WITHOUT_A_CASE: frozenset[type[Header]] = COMPLAINT_EVENTS | REVIEW_EVENTS | {ev.Retracted}
"""What may name no case, besides attendance (which must not) and acts on the alerts of a window."""
_NUMBERED_BY_NOBODY = {kind for kind in ev.EVENT_TYPES.values() if issubclass(kind, Duty | Action)} | {ev.Tallied}
"""Whose key has no number in it, or has it from elsewhere. Attendance comes often."""
_LIMITS_OF: Mapping[type[Header], tuple[str, ...]] = {ev.Accepted: ("promised", "statutory"), ev.BranchOpened: ("limit",)}
LIMITS = frozenset(field for fields in _LIMITS_OF.values() for field in fields)
"""Fields that hold a limit in short, such as ``10wd``."""
_CUT: Mapping[str, Any] = {
    "minute": {"second": 0, "microsecond": 0},
    "hour": {"minute": 0, "second": 0, "microsecond": 0},
    "day": {"hour": 0, "minute": 0, "second": 0, "microsecond": 0},
}
"""What a time told to the minute, hour or day has nothing in."""
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]")
"""Control and format characters: two numbers that look alike must not be two cases."""
_BREAKS = str.maketrans("\t\n\r", "   ")
"""What a cell of several lines has inside: anybody sees it."""


def check(event: Header) -> None:
    """Raise the first of :func:`objections`."""
    found = objections(event)
    if found:
        raise found[0]


def objections(event: Header) -> tuple[BadEvent, ...]:
    """Everything that is wrong with ``event`` by itself."""
    kind = type(event)
    look = _LOOKS.get(kind)
    own = look(event) if look is not None else ()
    if event.precision != "second":
        own = (*_precision(event), *own)
    case = event.case
    if kind in _NUMBERED_BY_NOBODY:
        if not case:
            return own
    else:
        odd = _numberer(event.numbered_by, event.department)
        if odd:
            own = (*odd, *own)
        if not case and kind in WITHOUT_A_CASE:
            return own
    if case and not case.startswith(RESERVED) and case.isprintable() and case[0] != " " != case[-1]:
        return own
    return (*_case(event), *own)


def limit_text(text: str, field: str) -> str:
    """The limit ``text`` as it is kept; empty if it is. :class:`BadEvent` names ``field`` where nobody can read it."""
    try:
        return _canonical(text) if text else ""
    except ValueError as error:
        raise BadEvent("invalid_field", str(error), field) from None


@lru_cache(maxsize=1024)
def _canonical(text: str) -> str:
    return str(Limit.parse(text))


def _case(event: Header) -> tuple[BadEvent, ...]:
    """What is wrong with the number of the case, or with there being none."""
    case = event.case
    if isinstance(event, ev.Tallied):
        return ()
    if not case.strip():
        tag = event.__struct_config__.tag
        return (
            BadEvent("missing_field", f"{tag} needs the number of its case: only complaints, ratings and duty name none", "case"),
        )
    if case.startswith(RESERVED) and not isinstance(event, Action):
        return (_reserved("case"),)
    return _lookalike(case, "case")


@lru_cache(maxsize=4096)
def _numberer(numbered_by: str, department: str) -> tuple[BadEvent, ...]:
    """What is wrong with who numbers the case: a name that looks like another's would make it another case."""
    named = (_reserved("numbered_by"),) if numbered_by.startswith(RESERVED) else _lookalike(numbered_by, "numbered_by")
    return (*named, *_lookalike(department.translate(_BREAKS), "department"))


def _reserved(field: str) -> BadEvent:
    names = ", ".join(f"{key}…" for key in RESERVED)
    return BadEvent("forbidden_type", f"no case may be called {names}: what is no case is kept under such keys", field)


def _lookalike(text: str, field: str) -> tuple[BadEvent, ...]:
    """A part of a case's key that looks like another, and is not."""
    if text != text.strip():
        return (BadEvent("invalid_field", f"{text!r} begins or ends with white space: it would be another case", field),)
    unseen = _UNSEEN.search(text)
    if unseen is None:
        return ()
    shown = f"{text!r} has a character that nobody sees (U+{ord(unseen[0]):04X}): it would be another case"
    return (BadEvent("invalid_field", shown, field),)


def _branch(event: Header) -> tuple[BadEvent, ...]:
    """Its department is the branch's, which does not number the case."""
    if event.numbered_by:
        return ()
    tag = event.__struct_config__.tag
    return (BadEvent("missing_field", f"{tag} names the branch as its department: say who numbers the case", "numbered_by"),)


def _branch_opened(event: Header) -> tuple[BadEvent, ...]:
    return (*_branch(event), *_limits(event))


def _precision(event: Header) -> tuple[BadEvent, ...]:
    """A time of day beside the word that only the day is known: one of them is wrong, and nobody here can say which."""
    at = event.at
    begins = at.replace(**_CUT[event.precision])
    if at == begins:
        return ()
    text = f"precision is {event.precision!r}, so at is the beginning of that {event.precision}: {begins.isoformat()}"
    return (BadEvent("invalid_field", f"{text}, not {at.isoformat()}", "at"),)


def _limits(event: Header) -> tuple[BadEvent, ...]:
    found: tuple[BadEvent, ...] = ()
    for field in _LIMITS_OF[type(event)]:
        try:
            limit_text(getattr(event, field), field)
        except BadEvent as error:
            found = (*found, error)
    if isinstance(event, ev.Accepted) and event.due_at is not None and not 0 < to_instant(event.due_at) < UNREACHED:
        text = f"no case is due at {event.due_at.isoformat()}: give a time between 1970 and 2100, or leave it out"
        found = (*found, BadEvent("invalid_field", text, "due_at"))
    return found


def _act(event: Header) -> tuple[BadEvent, ...]:
    """An alert is called after its case; so one of another case is never found in it."""
    assert isinstance(event, Action)
    name = parse_alert_id(event.alert)
    if name is None:
        return (BadEvent("unknown_alert", f"{event.alert!r} is no alert: one is called KEY/RULE/LEVEL/CYCLE", "alert"),)
    if event.case not in ("", number_of_case(name.key)):
        return (BadEvent("unknown_alert", f"{event.alert!r} is no alert of case {event.case!r}", "alert"),)
    return ()


def _alert_removed(event: Header) -> tuple[BadEvent, ...]:
    assert isinstance(event, ev.AlertRemoved)
    found = _act(event)
    if event.cause == "objective" and not event.consent:
        text = "removal for objective causes needs the consent of a higher level"
        found = (*found, BadEvent("illegal_transition", text, "consent"))
    return found


_LOOKS: Mapping[type[Header], Callable[[Header], tuple[BadEvent, ...]]] = {
    **{kind: _act for kind in ev.EVENT_TYPES.values() if issubclass(kind, Action)},
    **dict.fromkeys(_LIMITS_OF, _limits),
    ev.BranchOpened: _branch_opened,
    ev.BranchConcluded: _branch,
    ev.AlertRemoved: _alert_removed,
}
