"""Appends replayed records to the events topic, each with its own arrival time, and unusable rows to the dead letters."""

from collections import Counter
from typing import Self

from monitor.kafka import TICK_VALUE, Appender
from monitor.metrics import FED_EVENTS
from monitor.settings import Settings
from monitor.wire import DeadLetter, Topics, encode_event, encode_json
from rules.events import Event, key_of


class Writer:
    """Use as an async context manager, in order of time. ``flush`` returns once the broker has acknowledged everything."""

    def __init__(self, settings: Settings) -> None:
        self._topics = Topics(settings.topics.prefix)
        self._appender = Appender(settings)
        self.events: Counter[str] = Counter()
        self.ticks = 0

    async def __aenter__(self) -> Self:
        await self._appender.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._appender.__aexit__()

    async def event(self, arrived: int, event: Event) -> None:
        """One event, stamped with its arrival (epoch ms)."""
        key = key_of(event).encode()
        await self._appender.append(self._appender.home(key), arrived, key, encode_event(event))
        self.events[str(type(event).__struct_config__.tag)] += 1

    async def tick(self, now: int) -> None:
        """Tell every partition what time it is."""
        for partition in range(self._appender.partitions):
            await self._appender.append(partition, now, None, TICK_VALUE)
        self.ticks += 1

    async def dead_letter(self, letter: DeadLetter) -> None:
        """A row that could not be used."""
        await self._appender.send(self._topics.dead_letters, encode_json(letter))

    async def flush(self) -> None:
        """Hand over what has been collected and wait until the broker has it."""
        await self._appender.flush()
        for kind, count in self.events.items():
            FED_EVENTS.labels(type=kind).inc(count)
        self.events.clear()
