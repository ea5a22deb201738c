"""飞书群机器人: a group robot of Feishu, with its signature.

Source: open.feishu.cn/document/client-docs/bot-v3/add-custom-bot. ``sign`` is the Base64 of HMAC-SHA256 over nothing, with
``timestamp`` (s), a line feed and the secret as key; it stands in the body. 100 messages a minute, 5 a second. It says no with
HTTP 200 and ``code``.
"""

import base64
import hashlib
import hmac
import json
from typing import Any

import aiohttp

from monitor.notify.channels.channel import ChannelBase, posted, refuse_unless
from monitor.notify.letter import Letter
from monitor.notify.secret import Secret, revealed


class FeishuPlan(ChannelBase, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="feishu", tag_field="kind"):
    """``url`` is the robot's whole address; ``secret`` signs, where the robot asks for it."""

    url: Secret | str
    secret: Secret | None = None

    def open(self, name: str) -> "Feishu":
        """The channel; :class:`~monitor.notify.secret.BadPlan` where a secret cannot be read."""
        secret = self.secret.read(f"channels.{name}.secret") if self.secret else ""
        return Feishu(revealed(self.url, f"channels.{name}.url"), secret, self.per_minute)


class Feishu:
    """An open robot."""

    def __init__(self, url: str, secret: str, per_minute: int) -> None:
        self.per_minute = per_minute
        self._url = url
        self._secret = secret

    async def send(self, http: aiohttp.ClientSession, message: Letter, now: float) -> None:
        """See :class:`~monitor.notify.channels.channel.MessageChannel`."""
        paragraphs = [[{"tag": "text", "text": line}] for line in message.lines]
        post = {"zh_cn": {"title": message.title, "content": paragraphs}}
        body: dict[str, Any] = {"msg_type": "post", "content": {"post": post}}
        if self._secret:
            body |= signature(self._secret, int(now))
        answer = await posted(http, self._url, json.dumps(body).encode(), {"Content-Type": "application/json"})
        refuse_unless(answer, "code", "msg")


def signature(secret: str, timestamp: int) -> dict[str, str]:
    """The fields that sign a message at ``timestamp``, epoch seconds."""
    digest = hmac.new(f"{timestamp}\n{secret}".encode(), b"", hashlib.sha256).digest()
    return {"timestamp": str(timestamp), "sign": base64.b64encode(digest).decode()}
