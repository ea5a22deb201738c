"""企业微信群机器人: a group robot of WeCom. Its address is its secret; it says no with HTTP 200 and ``errcode``.

Source: developer.work.weixin.qq.com/document/path/91770. 20 messages a minute, 4096 bytes of Markdown. A private host
(私有化部署) has the same form under another address.
"""

import json

import aiohttp

from monitor.notify.channels.channel import ChannelBase, posted, refuse_unless
from monitor.notify.letter import Letter
from monitor.notify.secret import Secret, revealed

_MOST = 4096


class WeComPlan(ChannelBase, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="wecom", tag_field="kind"):
    """``url`` is the robot's whole address with its ``key``."""

    url: Secret | str

    def open(self, name: str) -> "WeCom":
        """The channel; :class:`~monitor.notify.secret.BadPlan` where a secret cannot be read."""
        return WeCom(revealed(self.url, f"channels.{name}.url"), self.per_minute)


class WeCom:
    """An open robot."""

    def __init__(self, url: str, per_minute: int) -> None:
        self.per_minute = per_minute
        self._url = url

    async def send(self, http: aiohttp.ClientSession, message: Letter, now: float) -> None:
        """See :class:`~monitor.notify.channels.channel.MessageChannel`."""
        body = {"msgtype": "markdown", "markdown": {"content": cut("\n".join((f"**{message.title}**", *message.lines)), _MOST)}}
        answer = await posted(http, self._url, json.dumps(body).encode(), {"Content-Type": "application/json"})
        refuse_unless(answer, "errcode", "errmsg")


def cut(text: str, most: int) -> str:
    """``text`` in at most so many bytes of UTF-8, whole lines as long as there is one."""
    if len(text.encode()) <= most:
        return text
    kept = text.encode()[: most - 4].decode("utf-8", "ignore")
    return f"{kept.rpartition(chr(10))[0] or kept}\n…"
