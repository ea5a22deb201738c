"""Follows the catalog topic while the worker runs: new rule books between batches, and open cases judged anew.

Books are swapped while no batch is being applied: one batch is judged by the same books from its first record to its last. A
case whose book has changed since it was judged is put on the wake-up list for at once. The next tick judges it anew, in the
order of the log like all else. Looking for such cases goes through all of them, a few thousand between two batches.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from aiokafka.errors import KafkaError

from monitor import metrics
from monitor.books import CatalogReader, Library
from monitor.stream import gauges
from monitor.stream.partition.engine import PartitionEngine
from rules.book import RuleBooks

log = logging.getLogger(__name__)

CHUNK = 2000
"""Cases looked at before a batch gets its turn: 2 ms, or 40 where all of them are outdated."""
_AHEAD = timedelta(days=120)
"""How far most limits run, suspensions and all."""
RETRY = 1.0
"""Seconds until a broker that failed is asked again."""


class Bookkeeper:
    """The books the engines judge by. ``between`` is held while a batch is applied, ``recovery`` while engines are built.

    ``arm(partition)`` is called when cases of the partition wait for a tick.
    """

    def __init__(
        self,
        library: Library,
        reader: CatalogReader,
        engines: Mapping[int, PartitionEngine],
        recovery: asyncio.Lock,
        between: asyncio.Lock,
        arm: Callable[[int], None],
    ) -> None:
        self.books = library.books
        self._library = library
        self._reader = reader
        self._engines = engines
        self._recovery = recovery
        self._between = between
        self._arm = arm
        _announce(library)

    async def run(self) -> None:
        """Follow the topic until cancelled. A broker that does not answer changes nothing: the books stay."""
        while True:
            try:
                read = await self._reader.read(self._library)
            except KafkaError as error:
                metrics.CATALOG_ERRORS.labels("unreachable").inc()
                log.error("the catalog topic cannot be read: %s. The rule books stay as they are; trying again", error)
                await asyncio.sleep(RETRY)
                continue
            if read and _shape(self._library.books) != _shape(self.books):
                await self._change()

    async def _change(self) -> None:
        async with self._recovery, self._between:
            before = {book.version: book.digest for book in self.books}
            self.books = self._library.books
            for engine in self._engines.values():
                engine.use(self.books)
        _announce(self._library)
        changed = any(before.get(book.version, book.digest) != book.digest for book in self.books)
        found = [await self._reexamine(engine) for engine in list(self._engines.values())] if changed else []
        log.info("open cases to be judged anew: %d", sum(found))

    async def _reexamine(self, engine: PartitionEngine) -> int:
        found = 0
        for chunk in _chunks(engine.cases.keys()):
            async with self._between:
                if self._engines.get(engine.partition) is not engine:
                    break  # it went to another worker, whose recovery finds the same cases
                outdated = engine.reexamine(chunk)
            if outdated:
                metrics.OUTDATED_CASES.labels(str(engine.partition)).inc(outdated)
                self._arm(engine.partition)
            found += outdated
            await asyncio.sleep(0)  # a lock nobody waits for is taken without giving way
        return found


def _chunks(keys: list[bytes]) -> Iterator[list[bytes]]:
    return (keys[start : start + CHUNK] for start in range(0, len(keys), CHUNK))


def _shape(books: RuleBooks) -> list[tuple[Any, ...]]:
    return [(book.version, book.digest, book.effective_from, book.effective_until) for book in books]


def _announce(library: Library) -> None:
    gauges.rule_books(library)
    versions = [f"{book.version} ({book.digest}, {gauges.origin(library, book.version)})" for book in library.books]
    log.info("rule books: %s", ", ".join(versions))
    soon = datetime.now(UTC).date() + _AHEAD
    for book in library.books:
        last = book.calendar.years[-1]
        if soon.year > last:
            log.warning(
                "book %s: its calendar %s ends with %d. Limits that run into %d are judged once it has that year: "
                "supervise calendar publish, see docs/howto/publish-a-book.md",
                book.version,
                book.calendar.name,
                last,
                last + 1,
            )
