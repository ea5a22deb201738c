"""Who would be told of a card, how and when: asked of the plan without sending anything."""

from collections.abc import Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

import aiohttp

from monitor.books import Library
from monitor.notify.channels import NotSent
from monitor.notify.letter import Letter, grouped, rendered
from monitor.notify.notice import Notice
from monitor.notify.plan import MessagePlan
from monitor.notify.stages import pipeline
from rules.alerts import Alert
from rules.instant import Instant, to_datetime


class Trial(NamedTuple):
    """The notices of a card, and the messages they would go in if nothing else were due."""

    notices: Sequence[Notice]
    messages: Sequence[Letter]


def tried(plan: MessagePlan, library: Library, alert: Alert, now: Instant, zone: ZoneInfo) -> Trial:
    """What the plan makes of a card that falls at ``now``, epoch ms."""
    notices = pipeline(plan, lambda: library.books.at(now).worktime, zone).notices(alert, now)
    return Trial(notices, [rendered(group, zone, plan.language, plan.link) for group in grouped(notices, zone)])


def lines(trial: Trial, zone: ZoneInfo) -> list[str]:
    """The trial as text, one line per notice and the words of each message."""
    if not trial.notices:
        return ["nobody is told of this card: no route and no escalation holds it"]
    told = []
    for message in trial.messages:
        first = message.notices[0]
        when = to_datetime(first.due, zone).strftime("%Y-%m-%d %H:%M:%S %z")
        unless = ", unless somebody has acknowledged it by then" if first.purpose == "escalated" else ""
        why = f" (delayed: {first.delayed})" if first.delayed else ""
        told.append(f"{first.by}: to {message.channel}{' ' + message.address if message.address else ''} at {when}{why}{unless}")
        told += [f"    {line}" for line in (message.title, *message.lines)]
    return told


async def send_now(plan: MessagePlan, messages: Sequence[Letter], now: float) -> list[str]:
    """Send each at once, whatever its hour; a line per message that tells what the channel said."""
    said = []
    async with aiohttp.ClientSession(trust_env=True) as http:
        for message in messages:
            channel = plan.channels[message.channel].open(message.channel)
            try:
                await channel.send(http, message, now)
            except NotSent as error:
                said.append(f"{message.channel}: not sent: {error}")
            else:
                said.append(f"{message.channel}: sent")
    return said
