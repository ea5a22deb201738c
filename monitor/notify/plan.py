"""Who is told what, how, and when: the operator's plan, a TOML file, checked whole before anything is sent."""

import tomllib
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from monitor.notify.channels import ChannelPlan
from monitor.notify.quiet import check_hours
from monitor.notify.scope import CardScope
from monitor.notify.secret import BadPlan
from rules.alerts import Alert
from rules.worktime import Limit

PlanName = Annotated[str, msgspec.Meta(pattern=r"^[^|]{1,60}$")]
Duration = Annotated[int, msgspec.Meta(ge=0, le=86_400)]
ROLE = "role:"
"""Begins a name in ``to`` that stands for everybody of that role whose scope holds the card."""


class Asked(CardScope, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Cards of its scope go to ``to``: channels, or ``role:NAME``. ``quiet`` stands for the plan's own hours."""

    name: PlanName
    to: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    quiet: tuple[str, ...] | None = None


class Route(Asked, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """At once, or ``wait`` seconds later, which gather the cards of a department and day.

    ``withdrawals``: who was told of a card is told as well when it is withdrawn.
    """

    wait: Duration = 60
    withdrawals: bool = True


class Escalation(Asked, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When nobody has acknowledged the card for so long."""

    unacknowledged: str

    @property
    def after(self) -> Limit:
        """How long; ``ValueError`` where nobody can read it."""
        return Limit.parse(self.unacknowledged)


class Silence(CardScope, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Messages about cards of its scope wait until ``until``: for a reason, and never without an end."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    since: Annotated[datetime, msgspec.Meta(tz=True)]
    until: Annotated[datetime, msgspec.Meta(tz=True)]


class Person(CardScope, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who has a role for a scope, and where to reach them: ``channel = address``."""

    name: PlanName
    role: PlanName
    via: Annotated[dict[str, PlanName], msgspec.Meta(min_length=1)]


class MessagePlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole plan. ``quiet`` is of all routes and escalations without hours of their own.

    ``link`` is a page about one card; ``{alert}`` and ``{case}`` in it are replaced.
    """

    channels: dict[PlanName, ChannelPlan]
    route: tuple[Route, ...] = ()
    escalation: tuple[Escalation, ...] = ()
    silence: tuple[Silence, ...] = ()
    person: tuple[Person, ...] = ()
    quiet: tuple[str, ...] = ()
    language: Literal["zh", "en"] = "zh"
    link: str = ""

    def targets(self, to: Sequence[str], alert: Alert) -> Iterator[tuple[str, str]]:
        """(channel, address) of everybody whom ``to`` names for this card, each once; no address: the channel has its own."""
        seen = set()
        for name in to:
            found = [(name, "")]
            if name.startswith(ROLE):
                role = name.removeprefix(ROLE)
                found = [
                    each for person in self.person if person.role == role and person.holds(alert) for each in person.via.items()
                ]
            for target in found:
                if target not in seen:
                    seen.add(target)
                    yield target


def load_plan(file: Path) -> MessagePlan:
    """Read a plan; :class:`~monitor.notify.secret.BadPlan` names the file and every key at fault."""
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadPlan(f"{file}: {error}") from None
    try:
        plan = msgspec.convert(table, MessagePlan)
    except msgspec.ValidationError as error:
        raise BadPlan(f"{file}: {error}") from None
    defects = list(_defects(plan))
    if defects:
        raise BadPlan("\n".join(f"{file}: {defect}" for defect in defects))
    return plan


def _defects(plan: MessagePlan) -> Iterator[str]:
    asked: tuple[Asked, ...] = (*plan.route, *plan.escalation)
    names = [each.name for each in asked]
    yield from (f"{name!r} names two routes or escalations: each notice tells by which it was made" for name in _twice(names))
    roles = {person.role for person in plan.person}
    for each in asked:
        for name in each.to:
            if name.startswith(ROLE) and name.removeprefix(ROLE) not in roles:
                yield f"{each.name}: to: nobody has the {name}"
            elif not name.startswith(ROLE) and name not in plan.channels:
                yield f"{each.name}: to: there is no channel {name!r}; there are {', '.join(plan.channels) or 'none'}"
        yield from _quiet_defects(each.name, each.quiet or ())
    for person in plan.person:
        yield from (f"{person.name}: via: there is no channel {name!r}" for name in person.via if name not in plan.channels)
    for escalation in plan.escalation:
        try:
            _ = escalation.after
        except ValueError as error:
            yield f"{escalation.name}: unacknowledged: {error}"
    for silence in plan.silence:
        if silence.until <= silence.since:
            yield f"silence {silence.reason!r}: until lies before since"
    for name, channel in plan.channels.items():
        if channel.instead and channel.instead not in plan.channels:
            yield f"channels.{name}: instead: there is no channel {channel.instead!r}"
        elif channel.instead == name:
            yield f"channels.{name}: instead: a channel cannot stand in for itself"
    yield from _quiet_defects("quiet", plan.quiet)
    if not plan.route:
        yield "route: there is none, so nobody would ever be told"


def _quiet_defects(name: str, texts: Sequence[str]) -> Iterator[str]:
    for text in texts:
        try:
            check_hours(text)
        except ValueError as error:
            yield f"{name}: {error}"


def _twice(names: Sequence[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})
