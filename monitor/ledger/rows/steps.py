"""Events that tell of complaints, ratings, hearings and attendance, as rows of sets."""

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


def step_of(event: Header, key: str, days: LocalDays) -> tuple[str, tuple[Any, ...]] | None:
    """The table a step goes to, and its row; None for an event that is no such step."""
    kind: Any = type(event)
    said: Any = event
    place = (event.region, event.hall, event.department, event.window, event.item)
    if kind in _COMPLAINT:
        return "complaint_step", (key, said.complaint, _COMPLAINT[kind], event.at, *place, getattr(event, "person", ""))
    if kind in _RATING:
        step, value = _RATING[kind]
        return "rating_step", (key, said.rating, step, event.at, int(getattr(event, value)) if value else 0, *place)
    if kind in _HEARING:
        return "hearing_step", (key, _HEARING[kind], event.at, *place[:3])
    if kind in _ATTENDANCE:
        return "attendance_step", (*place[:4], event.at, days.of(event.at), _ATTENDANCE[kind], event.operator)
    return None
