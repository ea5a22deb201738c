"""Robots and webhooks: what goes over the wire, whether its signature holds, and what each service's no looks like."""

import base64
import hashlib
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import unquote

import aiohttp
import pytest

from monitor.notify.channels import MessageChannel, NotSent
from monitor.notify.channels.dingtalk import DingTalk
from monitor.notify.channels.feishu import Feishu
from monitor.notify.channels.webhook import Webhook
from monitor.notify.channels.wecom import WeCom, cut
from monitor.notify.letter import Letter, rendered
from rules.instant import to_instant
from tests.monitor.notify.cards import MONDAY_9, ZONE, card, plan, stages
from tests.monitor.notify.receiver import Receiver, receiving

NOW = 1_772_415_000.5
SECRET = "SECabcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789"


def message(count: int = 2) -> Letter:
    notices = [n for number in range(count) for n in stages(plan()).notices(card(number), to_instant(MONDAY_9))]
    return rendered(notices, ZONE, "zh")


def hmac_by_definition(key: bytes, text: bytes) -> bytes:
    """RFC 2104, from its own words: not the module the channels use."""
    key = hashlib.sha256(key).digest() if len(key) > 64 else key
    key = key.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in key) + text).digest()
    return hashlib.sha256(bytes(byte ^ 0x5C for byte in key) + inner).digest()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as one:
        yield one


async def send(channel: MessageChannel, what: Letter) -> None:
    async with aiohttp.ClientSession() as http:
        await channel.send(http, what, NOW)


async def test_wecom_gets_markdown_with_title_and_cards(receiver: Receiver) -> None:
    await send(WeCom(f"{receiver.url}/cgi-bin/webhook/send?key=K", 20), message())
    [got] = receiver.got
    body = json.loads(got.body)
    assert (got.path, got.query) == ("/cgi-bin/webhook/send", {"key": "K"})
    assert body["msgtype"] == "markdown"
    assert body["markdown"]["content"].splitlines()[0] == "**【红牌】住建局：2 件**"


async def test_dingtalks_signature_is_the_published_one_and_encoded_once(receiver: Receiver) -> None:
    await send(DingTalk(f"{receiver.url}/robot/send?access_token=T", SECRET, 20), message())
    [got] = receiver.got
    parts = dict(part.split("=", 1) for part in got.raw_query.split("&"))
    assert parts["access_token"] == "T"
    assert abs(int(parts["timestamp"]) - NOW * 1000) < 1000
    wanted = hmac_by_definition(SECRET.encode(), f"{parts['timestamp']}\n{SECRET}".encode())
    raw = unquote(parts["sign"])
    assert "%" not in raw, "encoded twice"
    assert base64.b64decode(raw) == wanted
    assert "+" not in parts["sign"], "a plus would be read as a space"
    assert json.loads(got.body)["markdown"]["title"] == "【红牌】住建局：2 件"


async def test_a_dingtalk_robot_without_secret_is_sent_no_signature(receiver: Receiver) -> None:
    await send(DingTalk(f"{receiver.url}/robot/send?access_token=T", "", 20), message())
    assert receiver.got[0].query == {"access_token": "T"}


async def test_feishus_signature_is_the_published_one(receiver: Receiver) -> None:
    await send(Feishu(f"{receiver.url}/open-apis/bot/v2/hook/H", "s3cret", 20), message())
    body = json.loads(receiver.got[0].body)
    assert base64.b64decode(body["sign"]) == hmac_by_definition(f"{body['timestamp']}\ns3cret".encode(), b"")
    assert body["timestamp"] == str(int(NOW)), "seconds, as text"
    assert body["content"]["post"]["zh_cn"]["title"] == "【红牌】住建局：2 件"
    assert len(body["content"]["post"]["zh_cn"]["content"]) == 2


async def test_a_webhook_gets_a_signed_cloudevent(receiver: Receiver) -> None:
    sent = message()
    await send(Webhook(f"{receiver.url}/hook", "key", "/hunan", 20), sent)
    [got] = receiver.got
    event = json.loads(got.body)
    assert got.headers["Content-Type"].startswith("application/cloudevents+json")
    assert {name: event[name] for name in ("specversion", "id", "source", "type")} == {
        "specversion": "1.0",
        "id": sent.id,
        "source": "/hunan",
        "type": "supervise.cards",
    }
    assert [notice["case"] for notice in event["data"]["notices"]] == ["A-0", "A-1"]
    signed = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode() + got.body
    version, _, digest = got.headers["webhook-signature"].partition(",")
    assert version == "v1"
    assert base64.b64decode(digest) == hmac_by_definition(b"key", signed)


@pytest.mark.parametrize(
    ("path", "answer", "says"),
    [
        ("wecom", {"errcode": 45009, "errmsg": "api freq out of limit"}, "errcode 45009: api freq out of limit"),
        ("dingtalk", {"errcode": 310000, "errmsg": "sign not match"}, "errcode 310000: sign not match"),
        ("feishu", {"code": 19021, "msg": "sign match fail"}, "code 19021: sign match fail"),
        ("wecom", {}, "errcode missing"),
        ("dingtalk", ["nonsense"], "errcode missing"),
    ],
)
async def test_a_no_inside_http_200_is_not_taken_for_sent(receiver: Receiver, path: str, answer: Any, says: str) -> None:
    receiver.answer = answer
    made = {
        "wecom": WeCom(receiver.url, 20),
        "dingtalk": DingTalk(receiver.url, SECRET, 20),
        "feishu": Feishu(receiver.url, "", 20),
    }
    with pytest.raises(NotSent, match=says):
        await send(made[path], message())


@pytest.mark.parametrize("status", [301, 302, 400, 404, 500, 503])
async def test_a_status_other_than_success_is_not_sent_and_no_redirect_is_followed(receiver: Receiver, status: int) -> None:
    receiver.status = status
    with pytest.raises(NotSent, match=f"HTTP {status}"):
        await send(Webhook(receiver.url, "", "/x", 20), message())
    assert len(receiver.got) == 1


async def test_an_error_never_shows_the_address_and_its_key(receiver: Receiver) -> None:
    for url in ("http://127.0.0.1:1/send?key=TOPSECRET", "http://nowhere.invalid/send?key=TOPSECRET", "no url TOPSECRET"):
        with pytest.raises(NotSent) as refused:
            await send(WeCom(url, 20), message())
        assert "TOPSECRET" not in str(refused.value)


def test_a_long_text_is_cut_at_a_line_and_within_its_bytes() -> None:
    text = "\n".join(f"第{number}行 住建局" for number in range(1000))
    short = cut(text, 4096)
    assert len(short.encode()) <= 4096
    assert short.endswith("\n…")
    assert text.startswith(short.removesuffix("\n…"))
    assert cut("kurz", 4096) == "kurz"
