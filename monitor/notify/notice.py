"""What somebody is to be told: one card, one reason to tell it, one way to reach them. Its fate is kept until it is over.

A notice has an identity of its own, made of the alert, the change that raised it, and who is told how. The same alert read
twice, before or after a restart, is therefore the same notice.
"""

from typing import Literal

import msgspec

from rules.instant import Instant

Purpose = Literal["told", "withdrawn", "escalated"]
"""A card fell; one that was told of is none any more; nobody has acknowledged one for too long."""

NoticeFate = Literal["waiting", "sent", "overtaken", "failed"]
"""Not yet sent; taken by the channel; its card no longer called for it; given up, with the error."""

OVER: frozenset[NoticeFate] = frozenset({"sent", "overtaken", "failed"})


class Notice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One card to be told to one address of one channel. Instants are epoch ms.

    ``by`` names the route or escalation of the plan that asked for it. ``due`` is when it may go, ``delayed`` why not at once.
    ``fell_at`` is when the card fell due. ``message`` is the id of the message it went with.
    """

    id: str
    purpose: Purpose
    by: str
    channel: str
    address: str = ""
    alert: str
    case: str
    rule: str
    level: str
    reason: str
    region: str
    hall: str = ""
    department: str = ""
    window: str = ""
    item: str = ""
    held_by: str = ""
    limit: str = ""
    fell_at: Instant
    made_at: Instant
    due: Instant
    delayed: str = ""
    fate: NoticeFate = "waiting"
    attempts: int = 0
    error: str = ""
    message: str = ""
    ended_at: Instant = 0


encode_notice = msgspec.json.Encoder().encode
"""A notice as the notices topic keeps it."""
decode_notice = msgspec.json.Decoder(Notice).decode
"""The inverse of :data:`encode_notice`."""


def notice_id(alert: str, change: int, purpose: Purpose, by: str, channel: str, address: str) -> str:
    """The identity of a notice."""
    return "|".join((alert, str(change), purpose, by, channel, address))
