"""SMS services: the published vectors of their signatures, and what each answers."""

import base64
import hashlib
import json
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import aiohttp
import msgspec
import pytest

from monitor.notify.channels import NotSent
from monitor.notify.channels.sms import SmsPlan
from monitor.notify.channels.sms.aliyun import authorization as acs3
from monitor.notify.channels.sms.aliyun import canonical
from monitor.notify.channels.sms.huawei import wsse
from monitor.notify.channels.sms.tencent import authorization as tc3
from tests.monitor.notify.channels.test_robots import NOW, hmac_by_definition, message
from tests.monitor.notify.receiver import Receiver, receiving

OK: dict[str, Any] = {
    "aliyun": {"Code": "OK", "BizId": "1"},
    "tencent": {"Response": {"SendStatusSet": [{"Code": "Ok"}], "RequestId": "1"}},
    "huawei": {"code": "000000", "result": [{"status": "000000"}]},
}
NO: dict[str, Any] = {
    "aliyun": ({"Code": "isv.BUSINESS_LIMIT_CONTROL", "Message": "触发天级流控"}, "isv.BUSINESS_LIMIT_CONTROL: 触发天级流控"),
    "tencent": (
        {"Response": {"SendStatusSet": [{"Code": "Ok"}, {"Code": "FailedOperation.X", "Message": "no"}]}},
        "FailedOperation.X: no",
    ),
    "huawei": ({"code": "E000510", "description": "SMS fails to be sent"}, "E000510: SMS fails to be sent"),
}


def channel(service: str, url: str, monkeypatch: pytest.MonkeyPatch, **other: Any) -> Any:
    monkeypatch.setenv("SMS_SECRET", "s3cret")
    table = {
        "kind": "sms",
        "service": service,
        "key": "KEY",
        "secret": {"env": "SMS_SECRET"},
        "signature": "电子监察",
        "template": "SMS_1",
        "phones": ["13800138000", "+8613900139000"],
        "app": "1400006666",
        "endpoint": url,
    }
    plan = msgspec.convert(table | other, SmsPlan)
    return plan.open("sms")


def test_aliyuns_signature_is_that_of_its_documentation() -> None:
    # help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature, its worked example
    query = canonical({"RegionId": "cn-shanghai", "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"})
    headers = {
        "host": "ecs.cn-shanghai.aliyuncs.com",
        "x-acs-action": "RunInstances",
        "x-acs-content-sha256": hashlib.sha256(b"").hexdigest(),
        "x-acs-date": "2023-10-26T10:22:32Z",
        "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
        "x-acs-version": "2014-05-26",
    }
    made = acs3("YourAccessKeyId", "YourAccessKeySecret", query, headers)
    assert made.endswith("Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0")


def test_tencents_signature_is_that_of_its_documentation() -> None:
    # cloud.tencent.com/document/api/213/30654, its worked example
    body = b'{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}'
    key, secret = "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE", "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE"
    made = tc3(key, secret, "cvm.tencentcloudapi.com", body, 1551113065, "cvm")
    assert made.endswith("Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168")


def test_huaweis_digest_is_of_the_hexadecimal_digits() -> None:
    # support.huaweicloud.com/api-msgsms: its example's PasswordDigest decodes to 64 hexadecimal digits
    header = wsse("app", "secret", "66C92B11FF8A425FB8D4CCFE0ED9ED1F", "2018-02-12T15:30:20Z")
    digest = dict(part.split("=", 1) for part in header.removeprefix("UsernameToken ").split(","))["PasswordDigest"].strip('"')
    wanted = hashlib.sha256(b"66C92B11FF8A425FB8D4CCFE0ED9ED1F2018-02-12T15:30:20Zsecret").hexdigest()
    assert base64.b64decode(digest).decode() == wanted


async def sent(service: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, **other: Any) -> None:
    async with aiohttp.ClientSession() as http:
        await channel(service, receiver.url, monkeypatch, **other).send(http, message(), NOW)


async def test_aliyun_is_asked_in_the_query_with_names(monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiving() as receiver:
        receiver.answer = OK["aliyun"]
        await sent("aliyun", receiver, monkeypatch)
        [got] = receiver.got
        assert got.query["PhoneNumbers"] == "13800138000,13900139000"
        assert json.loads(got.query["TemplateParam"]) == {"department": "住建局", "count": "2"}
        signed = dict(part.split("=", 1) for part in got.headers["Authorization"].partition(" ")[2].split(","))
        lower = {name.lower(): value for name, value in got.headers.items()}
        lines = "".join(f"{name}:{lower[name]}\n" for name in signed["SignedHeaders"].split(";"))
        request = f"POST\n/\n{got.raw_query}\n{lines}\n{signed['SignedHeaders']}\n{hashlib.sha256(got.body).hexdigest()}"
        text = f"ACS3-HMAC-SHA256\n{hashlib.sha256(request.encode()).hexdigest()}"
        assert signed["Signature"] == hmac_by_definition(b"s3cret", text.encode()).hex(), "signed as it went over the wire"


async def test_tencent_is_asked_in_the_body_with_values_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiving() as receiver:
        receiver.answer = OK["tencent"]
        await sent("tencent", receiver, monkeypatch)
        [got] = receiver.got
        body = json.loads(got.body)
        assert body["TemplateParamSet"] == ["住建局", "2"]
        assert body["PhoneNumberSet"] == ["+8613800138000", "+8613900139000"]
        assert got.headers["X-TC-Action"] == "SendSms"
        assert tc3("KEY", "s3cret", got.headers["Host"], got.body, int(NOW)) == got.headers["Authorization"]


async def test_huawei_is_asked_by_a_form(monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiving() as receiver:
        receiver.answer = OK["huawei"]
        await sent("huawei", receiver, monkeypatch)
        [got] = receiver.got
        form = dict(parse_qsl(got.body.decode()))
        assert (urlsplit(got.path).path, form["to"]) == ("/sms/batchSendSms/v1", "+8613800138000,+8613900139000")
        assert json.loads(form["templateParas"]) == ["住建局", "2"]
        assert parse_qs(got.body.decode())["signature"] == ["电子监察"]


@pytest.mark.parametrize("service", ["aliyun", "tencent", "huawei"])
async def test_a_no_of_the_service_is_not_taken_for_sent(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answer, says = NO[service]
    async with receiving() as receiver:
        receiver.answer = answer
        with pytest.raises(NotSent) as refused:
            await sent(service, receiver, monkeypatch)
        assert str(refused.value) == says
        receiver.answer = ["nonsense"]
        with pytest.raises(NotSent, match="no answer that can be read"):
            await sent(service, receiver, monkeypatch)


async def test_nothing_is_sent_without_a_number_and_the_plan_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiving() as receiver:
        with pytest.raises(NotSent, match="give the channel `phones`"):
            await sent("aliyun", receiver, monkeypatch, phones=[])
        assert receiver.got == []


@pytest.mark.parametrize("params", [["{applicant}"], ["{0}"], ["{department"]])
def test_a_template_that_asks_for_anything_else_is_refused(params: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(msgspec.ValidationError, match="department, count, level and case"):
        channel("aliyun", "http://x", monkeypatch, params=params, names=["a"])
