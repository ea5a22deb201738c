"""腾讯云短信 (sms 2021-01-11, SendSms), signed by TC3-HMAC-SHA256.

Source: cloud.tencent.com/document/api/382/52071. It says no with ``Error``, or per number with a ``Code`` other than ``Ok``.
"""

import json
from datetime import UTC, datetime

from monitor.notify.channels.sms.request import Request, Sms, hmac_sha256, host_of, sha256_hex

_ALGORITHM = "TC3-HMAC-SHA256"
_TYPE = "application/json; charset=utf-8"
_SIGNED = "content-type;host"


def tencent(sms: Sms, now: float, nonce: str) -> Request:
    """The request for one text at ``now`` (epoch seconds); ``nonce`` comes back with its fate."""
    body = json.dumps(
        {
            "PhoneNumberSet": list(sms.phones),
            "SmsSdkAppId": sms.app,
            "SignName": sms.signature,
            "TemplateId": sms.template,
            "TemplateParamSet": [value for _, value in sms.params],
            "SessionContext": nonce,
        },
        ensure_ascii=False,
    ).encode()
    host = host_of(sms.endpoint)
    headers = {
        "Content-Type": _TYPE,
        "Host": host,
        "X-TC-Action": "SendSms",
        "X-TC-Version": "2021-01-11",
        "X-TC-Region": sms.region,
        "X-TC-Timestamp": str(int(now)),
        "Authorization": authorization(sms.key, sms.secret, host, body, int(now)),
    }
    return Request(f"{sms.endpoint}/", headers, body)


def authorization(key: str, secret: str, host: str, body: bytes, timestamp: int, service: str = "sms") -> str:
    """The header that signs ``body`` at ``timestamp``, epoch seconds."""
    day = datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d")
    request = f"POST\n/\n\ncontent-type:{_TYPE}\nhost:{host}\n\n{_SIGNED}\n{sha256_hex(body)}"
    scope = f"{day}/{service}/tc3_request"
    text = f"{_ALGORITHM}\n{timestamp}\n{scope}\n{sha256_hex(request.encode())}"
    signing = hmac_sha256(hmac_sha256(hmac_sha256(f"TC3{secret}".encode(), day), service), "tc3_request")
    return f"{_ALGORITHM} Credential={key}/{scope}, SignedHeaders={_SIGNED}, Signature={hmac_sha256(signing, text).hex()}"


def tencent_refusal(answer: object) -> str:
    """Why the service did not take it, for any of the numbers; empty if it did."""
    response = answer.get("Response") if isinstance(answer, dict) else None
    if not isinstance(response, dict):
        return "no answer that can be read"
    if "Error" in response:
        return f"{response['Error'].get('Code')}: {response['Error'].get('Message', '')}"
    refused = [each for each in response.get("SendStatusSet", ()) if each.get("Code") != "Ok"]
    return "; ".join(f"{each.get('Code')}: {each.get('Message', '')}" for each in refused)
