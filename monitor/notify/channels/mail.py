"""Mail by SMTP (RFC 5321). A message has the id of what it tells, so that one sent twice is known as the same."""

import asyncio
import logging
import smtplib
import ssl
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Annotated, Literal

import aiohttp
import msgspec

from monitor.notify.channels.channel import ChannelBase, NotSent
from monitor.notify.letter import Letter
from monitor.notify.secret import Secret

_PATIENCE = 20.0
log = logging.getLogger(__name__)


class MailPlan(ChannelBase, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="mail", tag_field="kind"):
    """``to`` is who gets it where the plan's people give no address. ``tls``: by STARTTLS, from the first byte, or none."""

    host: Annotated[str, msgspec.Meta(min_length=1)]
    sender: Annotated[str, msgspec.Meta(pattern="@")]
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 587
    to: tuple[Annotated[str, msgspec.Meta(pattern="@")], ...] = ()
    user: str = ""
    password: Secret | None = None
    tls: Literal["starttls", "tls", "none"] = "starttls"
    per_minute: Annotated[int, msgspec.Meta(ge=1, le=6000)] = 60

    def open(self, name: str) -> "Mail":
        """The channel; :class:`~monitor.notify.secret.BadPlan` where a secret cannot be read."""
        return Mail(self, self.password.read(f"channels.{name}.password") if self.password else "")


class Mail:
    """An open way to a mail server: one connection per message, made in a thread."""

    def __init__(self, plan: MailPlan, password: str) -> None:
        self.per_minute = plan.per_minute
        self._plan = plan
        self._password = password

    async def send(self, http: aiohttp.ClientSession, message: Letter, now: float) -> None:
        """See :class:`~monitor.notify.channels.channel.MessageChannel`."""
        to = (message.address,) if message.address else self._plan.to
        if not to:
            raise NotSent("nobody to send it to: give the channel `to`, or the person an address")
        try:
            await asyncio.to_thread(self._deliver, mail_of(message, self._plan.sender, to, now))
        except (smtplib.SMTPException, OSError) as error:
            raise NotSent(_said(error)) from None

    def _deliver(self, mail: EmailMessage) -> None:
        plan = self._plan
        if plan.tls == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(plan.host, plan.port, timeout=_PATIENCE, context=ssl.create_default_context())
        else:
            server = smtplib.SMTP(plan.host, plan.port, timeout=_PATIENCE)
        with server:
            if plan.tls == "starttls":
                server.starttls(context=ssl.create_default_context())
            if plan.user:
                server.login(plan.user, self._password)
            refused = server.send_message(mail)
        if refused:  # others have it: to try again would tell them twice
            log.warning("%s:%d has no mailbox for %s; the others got the message", plan.host, plan.port, ", ".join(refused))


def mail_of(message: Letter, sender: str, to: tuple[str, ...], now: float) -> EmailMessage:
    """The mail itself, plain text."""
    mail = EmailMessage()
    mail["Subject"] = message.title
    mail["From"] = sender
    mail["To"] = ", ".join(to)
    mail["Date"] = format_datetime(datetime.fromtimestamp(int(now), UTC))
    mail["Message-ID"] = f"<{message.id}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("\n".join(message.lines))
    return mail


def _said(error: Exception) -> str:
    """The server's own words, where it has any."""
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else str(error.smtp_error)
        return f"SMTP {error.smtp_code}: {words}"[:300]
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return f"the server refuses {', '.join(error.recipients)}"[:300]
    return f"{type(error).__name__}: {error}"[:300]
