"""Replay into Kafka: the file's events with their own arrival times, and the ticks that belong to them.

The events topic is a CreateTime one and the replay owns its clock: a worker makes no ticks there. At full speed a tick follows
every simulated hour, so an alert is raised within an hour, simulated, of falling due; paced, several a second.
"""

import asyncio
import time
from collections import Counter
from zoneinfo import ZoneInfo

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from monitor.kafka import ensure_topics, topic_config
from monitor.replay.feed import Inputs, ReplayFeed, describe_bad, describe_rows, read_feed
from monitor.replay.writer import Writer
from monitor.settings import Settings
from monitor.wire import DeadLetter, Topics, encode_event
from rules.errors import SupervisionError
from rules.instant import HOUR, to_datetime

_PULSE = 0.2
"""Seconds between ticks of a paced replay."""
_MOST_TICKS = 10_000
"""In one silence of the records, so that a single odd row decades away does not mean a million ticks."""
_AHEAD = HOUR
"""How far ahead of its own clock a broker takes records (message.timestamp.after.max.ms)."""


class ReplayError(SupervisionError):
    """This file cannot be replayed into this topic; the text says what to change.

    Whose: the operator's.
    Mend: do what the text says; a replay needs a `--prefix` of its own.
    """


class KafkaReplay(msgspec.Struct):
    """What was appended. ``bad`` counts rows by reason; they lie in the dead-letter topic."""

    rows: int
    events: int
    ticks: int
    bad: Counter[str]
    seconds: float
    reading_seconds: float
    notes: list[str]
    is_all_bad: bool

    def __str__(self) -> str:
        """The summary for stderr."""
        rate = self.events / self.seconds if self.seconds else 0
        lines = [
            f"rows {self.rows:,} · events {self.events:,} · ticks {self.ticks:,} · dead letters {describe_bad(self.bad)}",
            f"read and mapped in {self.reading_seconds:.1f} s · appended in {self.seconds:.1f} s ({rate:,.0f} events/s)",
        ]
        return "\n".join([*lines, *self.notes])


async def replay_to_kafka(
    inputs: Inputs,
    settings: Settings,
    *,
    speed: float | None = None,
    tick_every: int = HOUR,
    progress: bool = True,
) -> KafkaReplay:
    """Append the files' events in order of arrival, each stamped with it, and ticks to every partition.

    ``speed`` is simulated seconds per second: 86 400 is a day each second. ``None`` is as fast as the broker takes them; then
    ``tick_every`` is the simulated time between ticks, ms. Returns once everything is acknowledged. Appending a file twice is
    harmless: its events carry the same ids and tell the core nothing new. Raises :class:`ReplayError` where the topic would not
    keep the records' times, ``KafkaUnavailable`` without a broker.
    """
    if speed is not None and speed <= 0:
        raise ReplayError(f"speed {speed}: it must be more than 0")
    await ensure_topics(settings.kafka, settings.topics, create_time=True)
    config = await topic_config(settings.kafka, Topics(settings.topics.prefix).events)
    _check_clock(config, settings)
    began = time.perf_counter()
    letters: list[DeadLetter] = []
    feed = await asyncio.to_thread(read_feed, inputs, letters.append)
    _set_future_aside(feed, letters)
    _check_retention(config, feed, settings)
    read = time.perf_counter()
    async with Writer(settings) as writer:
        for letter in letters:
            await writer.dead_letter(letter)
        with _bar(feed, progress) as bar:
            if speed is None:
                await _at_full_speed(feed, writer, tick_every, bar)
            else:
                await _paced(feed, writer, speed, bar, ZoneInfo(settings.zone))
        ticks = writer.ticks
    done = time.perf_counter()
    return KafkaReplay(
        rows=feed.rows,
        events=len(feed.arrivals),
        ticks=ticks,
        bad=feed.bad,
        seconds=done - read,
        reading_seconds=read - began,
        notes=describe_rows(feed),
        is_all_bad=feed.is_all_bad(len(feed.arrivals)),
    )


async def _at_full_speed(feed: ReplayFeed, writer: Writer, tick_every: int, bar: Progress) -> None:
    next_tick = feed.first - feed.first % tick_every + tick_every
    for count, (arrived, event) in enumerate(feed.arrivals, 1):
        if arrived >= next_tick:
            pause = max(tick_every, (arrived - next_tick) // _MOST_TICKS)
            while next_tick <= arrived:
                await writer.tick(next_tick)
                next_tick += pause
        await writer.event(arrived, event)
        if not count % 5000:
            bar.update(bar.task_ids[0], completed=count)
    await _finish(feed, writer, bar)


async def _paced(feed: ReplayFeed, writer: Writer, speed: float, bar: Progress, zone: ZoneInfo) -> None:
    began, index = time.monotonic(), 0
    while index < len(feed.arrivals):
        now = feed.first + int((time.monotonic() - began) * 1000 * speed)
        while index < len(feed.arrivals) and feed.arrivals[index].arrived <= now:
            await writer.event(*feed.arrivals[index])
            index += 1
        if index < len(feed.arrivals):  # the last tick stands at the last record, not beyond it
            await writer.tick(now)
        await writer.flush()
        shown = to_datetime(min(now, feed.last), zone)
        bar.update(bar.task_ids[0], completed=index, description=f"{shown:%Y-%m-%d %H:%M}")
        await asyncio.sleep(_PULSE)
    await _finish(feed, writer, bar)


async def _finish(feed: ReplayFeed, writer: Writer, bar: Progress) -> None:
    if feed.arrivals:
        await writer.tick(feed.last)
    await writer.flush()
    bar.update(bar.task_ids[0], completed=len(feed.arrivals))


def _bar(feed: ReplayFeed, shown: bool) -> Progress:
    """Rate and time left, on stderr; the description is the simulated time of a paced replay."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(show_speed=True),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    bar = Progress(*columns, console=Console(stderr=True), disable=not shown)
    bar.add_task(feed.name, total=len(feed.arrivals))
    return bar


def _check_clock(config: dict[str, str], settings: Settings) -> None:
    topic = Topics(settings.topics.prefix).events
    stamp = config.get("message.timestamp.type", "unknown")
    if stamp != "CreateTime":
        raise ReplayError(
            f"topic {topic} is stamped by the broker ({stamp}): it belongs to a live installation, and the "
            "records' own times would be lost there. Name another topics.prefix for the replay "
            "(SUPERVISE_TOPICS__PREFIX=replay) and run its worker with the same"
        )


def _check_retention(config: dict[str, str], feed: ReplayFeed, settings: Settings) -> None:
    keeps = int(config.get("retention.ms", "-1"))
    if keeps >= 0 and feed.arrivals and feed.first < time.time() * 1000 - keeps:
        raise ReplayError(
            f"topic {Topics(settings.topics.prefix).events} keeps records for {keeps / 86_400_000:.0f} days and {feed.name} is "
            "older: the broker would delete it at once. Set its retention.ms to -1, or name another topics.prefix"
        )


def _set_future_aside(feed: ReplayFeed, letters: list[DeadLetter]) -> None:
    """A broker refuses records from the future, whole batches of them: they become dead letters here."""
    latest = time.time() * 1000 + _AHEAD - 60_000
    while feed.arrivals and feed.arrivals[-1].arrived > latest:
        arrived, event = feed.arrivals.pop()
        value = encode_event(event)
        message = f"event {event.id!r} arrives at epoch ms {arrived}, which has not come yet"
        letter = DeadLetter("impossible_time", message, feed.name, "arrived", size=len(value), value=value)
        feed.refuse(letter, letters.append)
