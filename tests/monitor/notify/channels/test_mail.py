"""Mail, to a real server on loopback."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from monitor.embedded.ports import free_port
from monitor.notify.channels import NotSent
from monitor.notify.channels.mail import Mail, MailPlan
from tests.monitor.notify.channels.test_robots import NOW, message
from tests.monitor.notify.receiver import Mailbox, mail_server


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    async with mail_server(free_port()) as one:
        yield one


def channel(port: int, *to: str) -> Mail:
    return MailPlan(host="127.0.0.1", port=port, sender="supervise@example.org", to=to, tls="none").open("mail")


async def send(mail: Mail, address: str = "") -> None:
    async with aiohttp.ClientSession() as http:
        await mail.send(http, message()._replace(address=address), NOW)


async def test_a_mail_has_title_cards_and_an_id_of_its_own(mailbox: Mailbox) -> None:
    await send(channel(mailbox.port, "a@example.org", "b@example.org"))
    [(to, mail)] = mailbox.mails
    assert to == ["a@example.org", "b@example.org"]
    assert mail["Subject"] == "【红牌】住建局：2 件"
    assert mail["Message-ID"] == f"<{message().id}@example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    text = mail.get_payload(decode=True)
    assert isinstance(text, bytes)
    assert text.decode().splitlines()[0].startswith("A-0 · 超过时限")


async def test_a_person_with_an_address_gets_it_alone(mailbox: Mailbox) -> None:
    await send(channel(mailbox.port, "all@example.org"), "head@example.org")
    assert mailbox.mails[0][0] == ["head@example.org"]


async def test_a_recipient_who_is_refused_keeps_it_from_nobody_else(mailbox: Mailbox, caplog: pytest.LogCaptureFixture) -> None:
    mailbox.refuse = lambda address: address.startswith("b")
    await send(channel(mailbox.port, "a@example.org", "b@example.org"))
    assert [to for to, _ in mailbox.mails] == [["a@example.org"]]
    assert "no mailbox for b@example.org" in caplog.text


async def test_a_mail_that_everybody_is_refused_is_not_taken_for_sent(mailbox: Mailbox) -> None:
    mailbox.refuse = lambda address: True
    with pytest.raises(NotSent, match=r"the server refuses b@example\.org"):
        await send(channel(mailbox.port), "b@example.org")


async def test_no_server_and_nobody_to_write_to_are_said(mailbox: Mailbox) -> None:
    with pytest.raises(NotSent, match="ConnectionRefusedError"):
        await send(channel(1, "a@example.org"))
    with pytest.raises(NotSent, match="give the channel `to`"):
        await send(channel(mailbox.port))


async def test_a_server_without_tls_is_refused_where_tls_is_asked_for(mailbox: Mailbox) -> None:
    plan = MailPlan(host="127.0.0.1", port=mailbox.port, sender="supervise@example.org", to=("a@example.org",))
    with pytest.raises(NotSent, match="STARTTLS"):
        await send(plan.open("mail"))
    assert mailbox.mails == []
