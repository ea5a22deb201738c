"""短信: SMS by the HTTP services of Aliyun, Tencent and Huawei, each with its signature. Texts are templates approved there.

Nothing but counts, department and level fits a template; a case's number may, nobody's name ever does.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Literal, NamedTuple

import aiohttp
import msgspec

from monitor.notify.channels.channel import ChannelBase, NotSent, posted
from monitor.notify.channels.sms.aliyun import aliyun, aliyun_refusal
from monitor.notify.channels.sms.huawei import huawei, huawei_refusal
from monitor.notify.channels.sms.request import Request, Sms
from monitor.notify.channels.sms.tencent import tencent, tencent_refusal
from monitor.notify.letter import Letter
from monitor.notify.secret import Secret
from monitor.words import LEVELS, word

Phone = Annotated[str, msgspec.Meta(pattern=r"^\+?[0-9]{5,20}$")]


class Service(NamedTuple):
    """How one service is asked, and what in its answer means no (empty: it took it)."""

    host: str
    request: Callable[[Sms, float, str], Request]
    refusal: Callable[[object], str]


SERVICES: Mapping[str, Service] = {
    "aliyun": Service("https://dysmsapi.aliyuncs.com", aliyun, aliyun_refusal),
    "tencent": Service("https://sms.tencentcloudapi.com", tencent, tencent_refusal),
    "huawei": Service("https://smsapi.cn-north-4.myhuaweicloud.com:443", huawei, huawei_refusal),
}


class SmsPlan(ChannelBase, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="sms", tag_field="kind"):
    """``template`` is the code of an approved text, ``params`` what goes into it, in order: ``{department}``, ``{count}``,
    ``{level}``, ``{case}`` or fixed words. ``names`` are the template's own names for them, where the service wants names.

    ``app``: Tencent's SmsSdkAppId, Huawei's sender number (通道号). ``endpoint`` is a private address of the service.
    """

    service: Literal["aliyun", "tencent", "huawei"]
    key: Secret | str
    secret: Secret
    signature: str
    template: str
    params: tuple[str, ...] = ("{department}", "{count}")
    names: tuple[str, ...] = ("department", "count")
    phones: tuple[Phone, ...] = ()
    app: str = ""
    region: str = "ap-guangzhou"
    endpoint: str = ""

    def __post_init__(self) -> None:
        if len(self.names) != len(self.params):
            raise ValueError("names and params must be as many")
        try:
            for text in self.params:
                text.format(department="", count=1, level="", case="")
        except (KeyError, IndexError, ValueError) as error:
            raise ValueError(f"params: {text!r} has something other than department, count, level and case ({error})") from None

    def open(self, name: str) -> "SmsChannel":
        """The channel; :class:`~monitor.notify.secret.BadPlan` where a secret cannot be read."""
        key = self.key.read(f"channels.{name}.key") if isinstance(self.key, Secret) else self.key
        return SmsChannel(self, key, self.secret.read(f"channels.{name}.secret"))


class SmsChannel:
    """An open account of one service."""

    def __init__(self, plan: SmsPlan, key: str, secret: str) -> None:
        self.per_minute = plan.per_minute
        self._plan = plan
        self._key = key
        self._secret = secret

    async def send(self, http: aiohttp.ClientSession, message: Letter, now: float) -> None:
        """See :class:`~monitor.notify.channels.channel.MessageChannel`."""
        plan = self._plan
        phones = (message.address,) if message.address else plan.phones
        if not phones:
            raise NotSent("nobody to send it to: give the channel `phones`, or the person a number")
        service = SERVICES[plan.service]
        values = filled(plan.params, message)
        sms = Sms(
            endpoint=plan.endpoint or service.host,
            key=self._key,
            secret=self._secret,
            signature=plan.signature,
            template=plan.template,
            params=tuple(zip(plan.names, values, strict=True)),
            phones=tuple(phone if phone.startswith("+") else f"+86{phone}" for phone in phones),
            app=plan.app,
            region=plan.region,
        )
        request = service.request(sms, now, message.id)
        refusal = service.refusal(await posted(http, request.url, request.body, request.headers))
        if refusal:
            raise NotSent(refusal[:300])


def filled(params: tuple[str, ...], message: Letter) -> tuple[str, ...]:
    """What goes into the template: no more than 35 characters each, as the services ask."""
    first = message.notices[0]
    known = {
        "department": first.department or first.hall or first.region,
        "count": len({notice.alert for notice in message.notices}),
        "level": word(LEVELS, message.level, "zh"),
        "case": first.case,
    }
    return tuple(text.format(**known)[:35] for text in params)
