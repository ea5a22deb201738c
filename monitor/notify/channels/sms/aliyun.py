"""阿里云短信 (Dysmsapi 2017-05-25, SendSms), signed by ACS3-HMAC-SHA256.

Source: help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature. Parameters stand in the query, the body is
empty. It says no with ``Code`` other than ``OK``.
"""

import json
from datetime import UTC, datetime
from urllib.parse import quote

from monitor.notify.channels.sms.request import Request, Sms, hmac_sha256, host_of, sha256_hex

_ALGORITHM = "ACS3-HMAC-SHA256"
_EMPTY = sha256_hex(b"")


def aliyun(sms: Sms, now: float, nonce: str) -> Request:
    """The request for one text at ``now`` (epoch seconds); ``nonce`` makes a repetition known."""
    numbers = ",".join(phone.removeprefix("+86").removeprefix("+") for phone in sms.phones)
    query = canonical(
        {
            "PhoneNumbers": numbers,
            "SignName": sms.signature,
            "TemplateCode": sms.template,
            "TemplateParam": json.dumps(dict(sms.params), ensure_ascii=False, separators=(",", ":")),
        }
    )
    headers = {
        "host": host_of(sms.endpoint),
        "x-acs-action": "SendSms",
        "x-acs-content-sha256": _EMPTY,
        "x-acs-date": datetime.fromtimestamp(int(now), UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": nonce,
        "x-acs-version": "2017-05-25",
    }
    headers["Authorization"] = authorization(sms.key, sms.secret, query, headers)
    return Request(f"{sms.endpoint}/?{query}", headers, b"")


def canonical(params: dict[str, str]) -> str:
    """A query as the signature wants it: sorted, RFC 3986."""
    return "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in sorted(params.items()))


def authorization(key: str, secret: str, query: str, headers: dict[str, str]) -> str:
    """The header that signs a POST to ``/`` with an empty body; all of ``headers`` are signed."""
    signed = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in sorted(headers))
    request = f"POST\n/\n{query}\n{lines}\n{signed}\n{_EMPTY}"
    digest = hmac_sha256(secret.encode(), f"{_ALGORITHM}\n{sha256_hex(request.encode())}").hex()
    return f"{_ALGORITHM} Credential={key},SignedHeaders={signed},Signature={digest}"


def aliyun_refusal(answer: object) -> str:
    """Why the service did not take it; empty if it did."""
    if isinstance(answer, dict) and answer.get("Code") == "OK":
        return ""
    return f"{answer.get('Code')}: {answer.get('Message', '')}" if isinstance(answer, dict) else "no answer that can be read"
