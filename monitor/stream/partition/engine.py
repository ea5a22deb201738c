"""One partition's cases, and what a batch of its records does to them. No Kafka, no clock, no waiting: data in, data out.

A case is decoded when a record names it. It is encoded once at the end of a stretch, however many of its records were about it.
A stretch (:class:`~monitor.stream.partition.slices.Slice`) ends with its batch, or after so many steps that others should get a
turn. An example: a tick may wake tens of thousands.

Everybody else drives cases with :mod:`rules.drive`. This engine stays its own driver, for two reasons. It keeps cases as encoded
rows: the changelog holds them so, and a million open cases have room for no more. It cuts its work into slices, each with
everything it has to send: what is sent never runs ahead of what is stored.

What a record does to a partition stands in this one file, however long. Whoever asks how it came to be reads it from top to
bottom.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from monitor.stream.partition.cases import CaseTable, OpenedCase
from monitor.stream.partition.clock import PartitionClock
from monitor.stream.partition.draft import SliceDraft
from monitor.stream.partition.scoreboard import Scoreboard
from monitor.stream.partition.slices import CLOCK_KEY, RawRecord, Reroute, Slice
from monitor.stream.partition.wakeups import WakeUps
from monitor.wire import MAX_VALUE_BYTES, checked_key, decode_record
from rules.book import RuleBooks
from rules.case import Case
from rules.errors import BadEvent, SupervisionError
from rules.events import TICK, Event, Record, Tallied, Tick
from rules.rates import Tallies
from rules.recordtime import EARLIEST, LATEST, LEAP
from rules.step import Delivery, Outcome, TooManyRecords, described, is_outdated, step

SLICE_STEPS = 2000
"""Steps after which a stretch ends: some 20 to 40 ms."""


class StepFunction(Protocol):
    """The rule core, as :func:`rules.step.step`."""

    def __call__(self, case: Case | None, delivery: Delivery, books: RuleBooks, now: int) -> Outcome: ...


class EngineFault(SupervisionError):
    """The rules failed on a record they should have understood or refused. Nothing is skipped.

    Whose: ours.
    Mend: report it with partition, offset and key; the worker stays down rather than skip a record.
    """


class PartitionEngine:
    """The state of one partition of the events topic.

    ``home(key)`` tells the partition a key belongs to.
    """

    def __init__(
        self,
        topic: str,
        partition: int,
        books: RuleBooks,
        home: Callable[[bytes], int],
        clock: PartitionClock,
        *,
        apply: StepFunction = step,
    ) -> None:
        self.partition = partition
        self.clock = clock
        self.cases = CaseTable()
        self.wakeups = WakeUps(self.cases.waits_for)
        self.scoreboard = Scoreboard()
        self.tallies = Tallies(books, partition)
        self._books = books
        self._counts = books.counts_cases
        self._home = home
        self._step = apply
        self._opened: dict[bytes, OpenedCase] = {}
        self._soonest = 0
        self._draft = SliceDraft(topic, partition)

    def apply(self, records: Sequence[RawRecord], committed: int = 0) -> Iterator[Slice]:
        """Apply one fetched batch, in offset order; the effects, stretch by stretch, the last one marked.

        Records this process has taken before are passed over. ``committed`` is the offset the broker would have us
        start again from. :class:`EngineFault` names the record the rules failed on. What is in doubt
        (:mod:`rules.recordtime`) is applied with a later batch: until then the clock's ``offset`` stays before it.
        """
        clock = self.clock
        records = [record for record in records if record.offset > clock.taken]
        if records:
            first = records[0]
            clock.begin_batch(first.offset, first.timestamp, committed, live=first.timestamp_type == 1)
        for steps, record in enumerate(records, 1):
            if 0 <= record.timestamp - clock.now <= LEAP and not clock.held:  # as nearly always: a call would be dear
                clock.now = record.timestamp
                if self._apply_one(record, record.timestamp):
                    yield from self._wake_due(record)
                clock.offset = record.offset
            else:
                yield from self._apply_timed(record)
            clock.taken = record.offset
            if steps % SLICE_STEPS == 0 and record is not records[-1]:
                yield self._cut(ends_batch=False)
        if records:
            clock.is_live = records[-1].timestamp_type == 1
            self._store_opened()
            self._draft.changes[CLOCK_KEY] = clock.encode()
        yield self._cut(ends_batch=True)

    def _apply_timed(self, record: RawRecord) -> Iterator[Slice]:
        """Apply what a record lets go, itself perhaps, whose stamp is not just behind the time so far."""
        for steps, (each, arrived, now) in enumerate(self.clock.take_raw(record), 1):
            self.clock.now = now
            if self._apply_one(each, arrived):
                yield from self._wake_due(each)
            self.clock.offset = each.offset
            if steps % SLICE_STEPS == 0:
                yield self._cut(ends_batch=False)

    def restore(self, key: bytes, encoded: bytes, case: Case, wake: int) -> None:
        """Take a case as it came from the changelog; ``wake`` is the instant it waits for, 0 for none."""
        self.cases.restore(key, encoded, wake)
        if wake:
            self.wakeups.add(wake, key)
            self.scoreboard.waiting += 1
        self.scoreboard.change(None, case)
        self._count(None, case)

    def use(self, books: RuleBooks) -> None:
        """Judge by these books from the next batch on. Whoever calls it sees to :meth:`reexamine`."""
        self._books = self.tallies.books = books
        if books.counts_cases and not self._counts:  # the first book ever that asks
            self._counts = True
            for key in self.cases.keys():  # noqa: SIM118  # a list of them
                self._count(None, self.cases.get(key))

    def reexamine(self, keys: Iterable[bytes]) -> int:
        """Have those of the cases ``keys`` woken at once whose book has changed since they were judged; how many.

        Between batches only, like :meth:`use`. A case that is gone or already due is passed over.
        """
        found, now = 0, self.clock.now
        current = {book.version: book.digest for book in self._books}
        for key in keys:
            if all(not version or current.get(version) == digest for version, digest in self.cases.judged_by(key)):
                continue
            case, waited = self.cases.get(key), self.cases.waits_for(key)
            if case is None or 0 < waited <= now or not is_outdated(case, self._books):
                continue
            self.cases.wake(key, now)
            self.wakeups.add(now, key)
            self.scoreboard.waiting += not waited
            found += 1
        return found

    def recount(self) -> Slice:
        """The figures of every place, after a recovery."""
        return self._cut(ends_batch=False)

    def take_tallies(self) -> list[Tallied]:
        """Reports on the counts that changed since the last call, as they are between two batches."""
        if not self.tallies.changes or self.clock.reached < 0:
            return []
        return self.tallies.take(self.clock.now, self.clock.reached)

    def _count(self, before: Case | None, after: Case | None) -> None:
        if self._counts:
            self.tallies.change(before, after)

    def _apply_one(self, record: RawRecord, arrived: int) -> bool:
        """Apply one record that arrived at ``arrived``; whether it is a tick that has cases to wake."""
        try:
            event = self._read(record)
            if isinstance(event, Tick):
                self._draft.count(Tick, "applied")
                return self._is_anything_due()
            self._apply_event(record, event, arrived)
        except BadEvent as error:
            self._draft.bury(record, error)
        return False

    def _read(self, record: RawRecord) -> Record:
        value, at = record.value, record.timestamp
        if not EARLIEST <= at < LATEST and record.timestamp_type != 1:  # a broker's wrong clock is not the record's fault
            raise BadEvent("impossible_time", f"the record's own timestamp is {at} ms: only 2000 to 2099 is possible")
        if value is None:
            raise BadEvent("invalid_json", "the record has no value")
        if len(value) > MAX_VALUE_BYTES:
            raise BadEvent("too_large", f"{len(value)} bytes, at most {MAX_VALUE_BYTES} are read")
        return decode_record(value)

    def _apply_event(self, record: RawRecord, event: Event | Tallied, arrived: int) -> None:
        key = checked_key(event, record.key)
        opened = self._opened.get(key)
        if opened is None:
            case = self.cases.get(key)
            if case is None and (home := self._home(key)) != self.partition:
                assert record.value is not None
                self._draft.reroutes.append(Reroute(home, key, record.value, record.timestamp, record.headers))
                self._draft.count(type(event), "rerouted")
                return
            opened = OpenedCase(case)
        before = opened.case
        try:
            outcome = self._run(before, event, record, key, arrived)
        except TooManyRecords as full:  # the case is full, the partition goes on
            self._draft.bury(record, full)
            self._keep(key, opened, described(full.decision))
            return
        after = outcome.case
        if after is before:
            self._draft.count(type(event), "unchanged")
            return
        self._draft.count(type(event), "applied")
        self._keep(key, opened, outcome)

    def _run(self, case: Case | None, event: Record, record: RawRecord, key: bytes, arrived: int) -> Outcome:
        try:
            return self._step(case, Delivery(event, arrived, record.offset), self._books, self.clock.now)
        except BadEvent:
            raise
        except Exception as error:
            raise EngineFault(
                f"the rules failed on {type(event).__name__} at partition {self.partition}, offset {record.offset}, "
                f"key {key!r}: {type(error).__name__}: {error}"
            ) from error

    def _keep(self, key: bytes, opened: OpenedCase, outcome: Outcome) -> None:
        opened.case = outcome.case
        opened.wake = wake = outcome.wake_at
        self._opened[key] = opened
        if wake is not None and not 0 < self._soonest <= wake:
            self._soonest = wake
        for alert in outcome.alerts:
            self._draft.add_alert(key, alert)

    def _is_anything_due(self) -> bool:
        now = self.clock.now
        return 0 < self._soonest <= now or 0 < self.wakeups.earliest_current(now) <= now

    def _wake_due(self, record: RawRecord) -> Iterator[Slice]:
        """Let time pass for every case whose instant has come."""
        now = self.clock.now
        self._store_due(now)
        held: list[bytes] = []
        while due := self.wakeups.pop_due(now, SLICE_STEPS):
            for key in due:
                if key not in self._opened:  # else it waits for a later instant by now, which is noted when it is stored
                    self._wake_one(key, record, held)
            if len(due) < SLICE_STEPS:
                break
            yield self._cut(ends_batch=False)
        for key in held:
            self.wakeups.add(self.cases.waits_for(key), key)

    def _wake_one(self, key: bytes, record: RawRecord, held: list[bytes]) -> None:
        opened = OpenedCase(self.cases.get(key))
        outcome = self._run(opened.case, TICK, record, key, self.clock.now)
        wake = outcome.wake_at or 0
        if outcome.case is not opened.case:
            if 0 < wake <= self.clock.now:
                raise EngineFault(
                    f"the rules want {key!r} woken at {wake}, but it is already {self.clock.now} "
                    f"(partition {self.partition}, offset {record.offset})"
                )
            self._keep(key, opened, outcome)
        elif 0 < wake <= self.clock.now:
            held.append(key)  # a redelivered tick, older than the case: the next one will do
        elif wake:
            self.cases.wake(key, wake)
            self.wakeups.add(wake, key)
        else:
            self.cases.wake(key, 0)
            self.scoreboard.waiting -= 1

    def _store_due(self, now: int) -> None:
        """Store those opened cases that time has something to say to; the others stay open, to be encoded once."""
        if not 0 < self._soonest <= now:
            return
        for key, opened in [(key, opened) for key, opened in self._opened.items() if opened.wake and opened.wake <= now]:
            self._store(key, opened)
            del self._opened[key]
        self._soonest = min((opened.wake for opened in self._opened.values() if opened.wake), default=0)

    def _store_opened(self) -> None:
        for key, opened in self._opened.items():
            self._store(key, opened)
        self._opened.clear()
        self._soonest = 0

    def _store(self, key: bytes, opened: OpenedCase) -> None:
        """Encode what the stretch changed, and note the differences: wake-ups, figures, changelog."""
        before, after = opened.before, opened.case
        waited = self.cases.waits_for(key) if before is not None else 0
        wake = opened.wake or 0
        if after is None:
            self.cases.drop(key)
            self._draft.changes[key] = None
            wake = 0
        else:
            self._draft.changes[key] = self.cases.put(key, after, wake)
        if wake != waited:
            self.scoreboard.waiting += bool(wake) - bool(waited)
        if wake and (wake != waited or wake <= self.clock.now):
            self.wakeups.add(wake, key)
        self.scoreboard.change(before, after)
        self._count(before, after)

    def _cut(self, *, ends_batch: bool) -> Slice:
        self._store_opened()
        return self._draft.cut(self.scoreboard.take_changed(), self.clock.now, ends_batch=ends_batch)
