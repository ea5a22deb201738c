"""``supervise notify …``: wires it and prints what it returns."""

import asyncio
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from aiokafka import TopicPartition

from monitor.app.stopping import until_stopped
from monitor.books import Library
from monitor.door import serve_metrics
from monitor.kafka import consuming, partitions_of, read_whole
from monitor.notify import POSITION, BadPlan, Notice, decode_notice, lines, load_plan, read_notices, run_notify, send_now, tried
from monitor.settings import Settings
from monitor.wire import Topics, decode_alert, encode_json
from rules.alerts import Alert
from rules.errors import SupervisionError
from rules.instant import to_instant


class UnknownAlert(SupervisionError):
    """No alert of that id is in the alerts topic.

    Whose: the operator's.
    Mend: copy the id from the wall or from `supervise explain`.
    """


def run(chosen: Settings) -> None:
    """Notify until it is stopped."""
    if chosen.notify.plan is None:
        raise BadPlan("notify.plan: name the plan, here or with --plan; `supervise notify check FILE` checks one")
    plan = load_plan(chosen.notify.plan)
    serve_metrics(chosen.metrics)
    until_stopped(run_notify(chosen, plan, Library.of_files(chosen.worker.books)))


def check(file: Path) -> None:
    """Say what the plan holds; :class:`BadPlan` for what is wrong with it."""
    plan = load_plan(file)
    for name, channel in plan.channels.items():
        channel.open(name)
    click.echo(
        f"{file}: {len(plan.channels)} channels, {len(plan.route)} routes, {len(plan.escalation)} escalations, "
        f"{len(plan.silence)} silences, {len(plan.person)} people; all secrets can be read"
    )


def test(chosen: Settings, file: Path, alert: str | None, made_up: Mapping[str, str], at: datetime | None, *, send: bool) -> int:
    """Who would be told of a card; 1 if a channel did not take what was sent."""
    plan, zone = load_plan(file), ZoneInfo(chosen.zone)
    now = to_instant(at) if at is not None else int(time.time() * 1000)
    card = asyncio.run(_alert(chosen, alert)) if alert else _made_up(made_up, at or datetime.now(UTC).astimezone(zone))
    trial = tried(plan, Library.of_files(chosen.worker.books), card, now, zone)
    click.echo("\n".join(lines(trial, zone)))
    if not send:
        return 0
    said = asyncio.run(send_now(plan, trial.messages, time.time()))
    click.echo("\n".join(said), err=True)
    return int(any("not sent" in line for line in said))


def fates(chosen: Settings, fate: str | None, alert: str) -> None:
    """The notices there are, as JSON lines."""

    async def read() -> dict[str, Notice]:
        topic = Topics(chosen.topics.prefix).notices
        await partitions_of(topic, chosen, UnknownAlert)
        found: dict[str, Notice] = {}
        for key, value in await read_notices(chosen):
            if value is None:
                found.pop(key, None)
            elif not key.startswith(POSITION):
                found[key] = decode_notice(value)
        return found

    for notice in asyncio.run(read()).values():
        if fate in (None, notice.fate) and notice.alert.startswith(alert):
            click.echo(encode_json(notice).decode())


async def _alert(chosen: Settings, wanted: str) -> Alert:
    """The alert as it was raised last."""
    found: dict[str, Alert] = {}

    def take(record: object) -> None:
        value = getattr(record, "value", None)
        if value is not None and wanted.encode() in value:
            alert = decode_alert(value)
            if alert.id == wanted and alert.raised_at == alert.changed_at:
                found[wanted] = alert

    where: list[TopicPartition] = await partitions_of(Topics(chosen.topics.prefix).alerts, chosen, UnknownAlert)
    async with consuming(chosen) as consumer:
        await read_whole(consumer, where, take)
    if wanted not in found:
        raise UnknownAlert(f"no alert {wanted!r} in {Topics(chosen.topics.prefix).alerts}")
    return found[wanted]


def _made_up(fields: Mapping[str, str], at: datetime) -> Alert:
    """A card that never fell, to ask the plan about."""
    number = "试发-0001"
    return Alert(
        id=f"{number}/{fields['rule']}/{fields['level']}/1",
        case=number,
        cycle=1,
        state="issued",
        reason="limit_passed",
        change=1,
        due_at=at,
        known_at=at,
        raised_at=at,
        changed_at=at,
        deadline=at,
        counted_from=at,
        limit="10wd",
        book="",
        **fields,  # type: ignore[arg-type]  # the flags check them
    )
