"""Events that tell of complaints, ratings, hearings and attendance, and those that take one back, as rows.

Which version of a record counts is told by views, so that a row is written once and whatever comes later changes none.
"""

from typing import Any

from monitor.ledger.rows.times import LocalDays
from rules import events as ev
from rules.events import Header

_COMPLAINT = {
    ev.ComplaintFiled: "filed",
    ev.ComplaintAccepted: "accepted",
    ev.ComplaintRefused: "refused",
    ev.ComplaintExtended: "extended",
    ev.ComplaintMisrouted: "misrouted",
    ev.ComplaintAnswered: "answered",
    ev.ComplaintClosed: "closed",
}
_RATING = {
    ev.Rated: ("rated", "score"),
    ev.RatingVerified: ("verified", "founded"),
    ev.RatingRectified: ("rectified", ""),
    ev.RatingCalledBack: ("called_back", ""),
    ev.RatingAppealed: ("appealed", ""),
    ev.RatingAppealDecided: ("decided", "upheld"),
}
_HEARING = {
    ev.HearingOffered: "offered",
    ev.HearingRequested: "requested",
    ev.HearingNotified: "notified",
    ev.HearingHeld: "held",
    ev.HearingWaived: "waived",
}
_ATTENDANCE = {
    ev.WindowOpened: "opened",
    ev.WindowClosed: "closed",
    ev.AttendantLeft: "left",
    ev.AttendantArrived: "arrived",
}


def step_of(event: Header, version: tuple[Any, ...], days: LocalDays) -> tuple[str, tuple[Any, ...]] | None:
    """The table a step goes to, and its row; None for an event that is no such step. ``version`` says which record it is."""
    kind: Any = type(event)
    said: Any = event
    place = (event.region, event.hall, event.department, event.window, event.item)
    if kind in _COMPLAINT:
        return "complaint_step", (*version, event.at, _COMPLAINT[kind], said.complaint, *place, getattr(event, "person", ""))
    if kind in _RATING:
        step, value = _RATING[kind]
        return "rating_step", (*version, event.at, step, said.rating, int(getattr(event, value)) if value else 0, *place)
    if kind in _HEARING:
        return "hearing_step", (*version, event.at, _HEARING[kind], *place[:3])
    if kind in _ATTENDANCE:
        return "attendance_step", (*version, event.at, _ATTENDANCE[kind], *place[:4], days.of(event.at), event.operator)
    if kind is ev.Retracted:
        return "retraction", (*version[:-2], said.record, event.revision)
    return None
