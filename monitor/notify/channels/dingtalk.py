"""钉钉群机器人: a group robot of DingTalk, with its signature (加签).

Source: open.dingtalk.com/document/robots/customize-robot-security-settings. ``sign`` is the Base64 of HMAC-SHA256 over
``timestamp`` (ms), a line feed and the secret; the secret is the key. It stands in the query, encoded once.
20 messages a minute, else 10 minutes of refusal. It says no with HTTP 200 and ``errcode``.
"""

import base64
import hashlib
import hmac
import json

import aiohttp

from monitor.notify.channels.channel import ChannelBase, posted, refuse_unless
from monitor.notify.channels.wecom import cut
from monitor.notify.letter import Letter
from monitor.notify.secret import Secret, revealed

_MOST = 18_000


class DingTalkPlan(ChannelBase, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="dingtalk", tag_field="kind"):
    """``url`` is the robot's address with its ``access_token``; ``secret`` (SEC…) signs, where the robot asks for it."""

    url: Secret | str
    secret: Secret | None = None

    def open(self, name: str) -> "DingTalk":
        """The channel; :class:`~monitor.notify.secret.BadPlan` where a secret cannot be read."""
        secret = self.secret.read(f"channels.{name}.secret") if self.secret else ""
        return DingTalk(revealed(self.url, f"channels.{name}.url"), secret, self.per_minute)


class DingTalk:
    """An open robot."""

    def __init__(self, url: str, secret: str, per_minute: int) -> None:
        self.per_minute = per_minute
        self._url = url
        self._secret = secret

    async def send(self, http: aiohttp.ClientSession, message: Letter, now: float) -> None:
        """See :class:`~monitor.notify.channels.channel.MessageChannel`."""
        text = cut("\n\n".join((f"### {message.title}", *message.lines)), _MOST)
        body = {"msgtype": "markdown", "markdown": {"title": message.title, "text": text}}
        params = signature(self._secret, int(now * 1000)) if self._secret else {}
        answer = await posted(http, self._url, json.dumps(body).encode(), {"Content-Type": "application/json"}, params=params)
        refuse_unless(answer, "errcode", "errmsg")


def signature(secret: str, timestamp: int) -> dict[str, str]:
    """The query that signs a message at ``timestamp``, epoch ms."""
    digest = hmac.new(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256).digest()
    return {"timestamp": str(timestamp), "sign": base64.b64encode(digest).decode()}
