"""华为云短信 (batchSendSms v1), with X-WSSE.

Source: support.huaweicloud.com/api-msgsms. ``PasswordDigest`` is the Base64 of the hexadecimal digits of SHA-256 over nonce,
time and secret. It says no with ``code`` other than ``000000``, or so for a number.
"""

import base64
import json
from datetime import UTC, datetime
from urllib.parse import urlencode

from monitor.notify.channels.sms.request import Request, Sms, sha256_hex

_TAKEN = "000000"


def huawei(sms: Sms, now: float, nonce: str) -> Request:
    """The request for one text at ``now`` (epoch seconds)."""
    body = urlencode(
        {
            "from": sms.app,
            "to": ",".join(sms.phones),
            "templateId": sms.template,
            "templateParas": json.dumps([value for _, value in sms.params], ensure_ascii=False),
            "signature": sms.signature,
        }
    ).encode()
    created = datetime.fromtimestamp(int(now), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Authorization": 'WSSE realm="SDP",profile="UsernameToken",type="Appkey"',
        "X-WSSE": wsse(sms.key, sms.secret, nonce, created),
    }
    return Request(f"{sms.endpoint}/sms/batchSendSms/v1", headers, body)


def wsse(key: str, secret: str, nonce: str, created: str) -> str:
    """The header that signs a request made at ``created``."""
    digest = base64.b64encode(sha256_hex(f"{nonce}{created}{secret}".encode()).encode()).decode()
    return f'UsernameToken Username="{key}",PasswordDigest="{digest}",Nonce="{nonce}",Created="{created}"'


def huawei_refusal(answer: object) -> str:
    """Why the service did not take it, for any of the numbers; empty if it did."""
    if not isinstance(answer, dict):
        return "no answer that can be read"
    if answer.get("code") != _TAKEN:
        return f"{answer.get('code')}: {answer.get('description', '')}"
    refused = [each for each in answer.get("result") or () if each.get("status") != _TAKEN]
    return "; ".join(str(each.get("status")) for each in refused)
