"""Webhooks for systems of the site's own: one CloudEvent 1.0 per message, signed as Standard Webhooks has it.

Sources: cloudevents.io (structured mode, JSON), standardwebhooks.com. ``webhook-signature`` is ``v1,`` and the Base64 of
HMAC-SHA256 over id, timestamp and body, joined by dots. The id is the message's: who gets it twice knows it.
"""

import base64
import hashlib
import hmac
from datetime import UTC, datetime

import aiohttp
import msgspec

from monitor.notify.channels.channel import ChannelBase, posted
from monitor.notify.letter import Letter
from monitor.notify.secret import Secret, revealed

TYPE = "supervise.cards"
_encode = msgspec.json.Encoder().encode


class WebhookPlan(ChannelBase, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="webhook", tag_field="kind"):
    """``url`` gets a POST per message; ``secret`` signs it. ``source`` is who says so, by CloudEvents' attribute."""

    url: Secret | str
    secret: Secret | None = None
    source: str = "/supervise"

    def open(self, name: str) -> "Webhook":
        """The channel; :class:`~monitor.notify.secret.BadPlan` where a secret cannot be read."""
        secret = self.secret.read(f"channels.{name}.secret") if self.secret else ""
        return Webhook(revealed(self.url, f"channels.{name}.url"), secret, self.source, self.per_minute)


class Webhook:
    """An open webhook."""

    def __init__(self, url: str, secret: str, source: str, per_minute: int) -> None:
        self.per_minute = per_minute
        self._url = url
        self._secret = secret
        self._source = source

    async def send(self, http: aiohttp.ClientSession, message: Letter, now: float) -> None:
        """See :class:`~monitor.notify.channels.channel.MessageChannel`."""
        body = _encode(
            {
                "specversion": "1.0",
                "id": message.id,
                "source": self._source,
                "type": TYPE,
                "time": datetime.fromtimestamp(int(now), UTC).isoformat().replace("+00:00", "Z"),
                "datacontenttype": "application/json",
                "data": {"title": message.title, "lines": message.lines, "level": message.level, "notices": message.notices},
            }
        )
        headers = {"Content-Type": "application/cloudevents+json; charset=utf-8"}
        if self._secret:
            headers |= signature(self._secret, message.id, int(now), body)
        await posted(http, self._url, body, headers)


def signature(secret: str, number: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers that sign ``body`` at ``timestamp``, epoch seconds."""
    signed = f"{number}.{timestamp}.".encode() + body
    digest = base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()
    return {"webhook-id": number, "webhook-timestamp": str(timestamp), "webhook-signature": f"v1,{digest}"}
