"""A gateway on a real socket whose records go into a list instead of to a broker, and what the worker would make of them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from monitor.gateway import Gateway
from monitor.kafka import partition_of
from monitor.settings import GatewaySettings, Settings
from monitor.wire import DeadLetter, encode_event, encode_json
from rules.events import Event, key_of
from tests.monitor.stream.hall import PARTITIONS
from tests.monitor.stream.raw import Raw, engine

NOW = 1_772_500_000_000
"""Record time of everything here: 2026-03-03."""


class Taken:
    """In the publisher's place: remembers what it was given, encoded as it would have been."""

    ready = takes = True
    waiting = 0

    def __init__(self) -> None:
        self.records: list[tuple[bytes, bytes]] = []
        self.letters: list[bytes] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    async def publish(self, events: Sequence[Event], letters: Sequence[DeadLetter] = ()) -> None:
        self.records += [(key_of(event).encode(), encode_event(event)) for event in events]
        self.letters += [encode_json(letter) for letter in letters]


def gateway_without_broker(tokens: str, mappings: dict[str, str], folder: Path) -> tuple[Gateway, Taken]:
    """One with these tokens and mappings."""
    (folder / "tokens.toml").write_text(tokens, "utf-8")
    (folder / "mappings").mkdir()
    for name, text in mappings.items():
        (folder / "mappings" / f"{name}.toml").write_text(text, "utf-8")
    own = {"tokens": folder / "tokens.toml", "mappings": folder / "mappings", "proxies": ("127.0.0.1",)}
    settings = GatewaySettings(port=0, **own)
    gateway, taken = Gateway(Settings(gateway=settings)), Taken()
    vars(gateway)["_publisher"] = taken
    return gateway, taken


def buried(records: Sequence[tuple[bytes, bytes]]) -> list[tuple[str, str, bytes]]:
    """(reason, field, value) of each record that the worker sets aside, run through its own engine."""
    found: list[tuple[str, str, bytes]] = []
    for partition in range(PARTITIONS):
        mine = [(key, value) for key, value in records if partition_of(key, PARTITIONS) == partition]
        log: list[Any] = [Raw(offset, NOW, 1, key, value) for offset, (key, value) in enumerate(mine)]
        for part in engine(partition=partition).apply(log):
            found += [(letter.reason, letter.field, letter.value) for letter in part.dead]
    return found
