"""What a record says besides its place and time, with people's names masked (张*)."""

import re
from datetime import datetime

from rules.events import Header

_PEOPLE = frozenset({"operator", "handler", "approver", "person", "applicant"})
_ELSEWHERE = frozenset(
    {"id", "at", "case", "numbered_by", "region", "hall", "department", "window", "item", "channel", "terminal", "precision"}
)
"""Told once for the whole case, or of no use to a reader."""

_LEFT = re.compile(r"^(unattended left=)(.+)$")


def mask(name: str) -> str:
    """``张*``: enough to ask for the right person, too little to name one."""
    return f"{name[0]}*" if name else ""


def mask_detail(detail: str) -> str:
    """What an alert says, with whoever had left the window last masked."""
    return _LEFT.sub(lambda found: found[1] + mask(found[2]), detail)


def details_of(event: Header, *, unmasked: bool) -> dict[str, str]:
    """The fields that say what this record is about, as text; empty ones left out."""
    details = {}
    if event.channel != "hall":
        details["channel"] = str(event.channel)
    for name, written in zip(event.__struct_fields__, event.__struct_encode_fields__, strict=True):
        value = getattr(event, name)
        if name in _ELSEWHERE or value in ("", None) or (name == "due_as" and "due_at" not in details):
            continue
        if name in ("revision", "attendance") and not value:
            continue
        text = value.isoformat(" ", "seconds") if isinstance(value, datetime) else str(value)
        details[written] = mask(text) if name in _PEOPLE and not unmasked else text
    return details
