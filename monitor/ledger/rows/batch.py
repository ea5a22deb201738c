"""One fetch of all topics as rows: what goes into the tables in one transaction.

Records that are no events go nowhere: ticks, and counts of cases. What the worker buries comes back as a dead letter. What it
sends on to the right partition comes back there.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from monitor.kafka import read_event
from monitor.ledger.audit.chain import AuditEntry
from monitor.ledger.connection import Json
from monitor.ledger.rows.cases import case_rows
from monitor.ledger.rows.steps import step_of
from monitor.ledger.rows.times import LocalDays, at
from monitor.ledger.rows.unstorable import storable, without_nul
from monitor.wire import Topics, decode_alert, decode_dead_letter
from rules.alerts import STANDING
from rules.case import decode_case
from rules.errors import BadEvent, SupervisionError
from rules.events import Action, CardIssuedByHand, Header, Retracted, Tallied, Tick, key_of
from rules.recordtime import EARLIEST, LATEST

TopicPart = tuple[str, int]
"""A topic and a partition."""
_NO_CASE = b"\x00"
"""What a key of the changelog begins with that is not a case's."""


class UnreadableRecord(SupervisionError):
    """A record of the workers' own topics that this ledger cannot read. It would be missing for good if it were passed over.

    Whose: the operator's.
    Mend: upgrade the ledger before the workers.
    """


class Batch:
    """Rows by table, and how far each partition is read with them: ``parts`` has first and next offset."""

    def __init__(self) -> None:
        self.parts: dict[TopicPart, tuple[int, int]] = {}
        self.rows: dict[str, list[tuple[Any, ...]]] = {}
        self.cases: dict[str, tuple[int, list[tuple[Any, ...]]] | None] = {}
        """The newest state of each case, None where it is gone."""
        self.entries: dict[str, list[AuditEntry]] = {}
        """What goes into the audit log, by chain."""
        self.read: Counter[tuple[str, str]] = Counter()
        """Records by topic and outcome."""

    def add(self, table: str, row: tuple[Any, ...]) -> None:
        """One more row."""
        self.rows.setdefault(table, []).append(row)

    def enter(self, chain: str, entry: AuditEntry) -> None:
        """One more entry of the audit log."""
        self.entries.setdefault(chain, []).append(entry)


class Reading:
    """Turns records into rows. ``home`` is the partition of a key, ``days`` what day an instant lies in."""

    def __init__(self, topics: Topics, changelog: str, home: Callable[[bytes], int], days: LocalDays) -> None:
        self._home = home
        self._days = days
        self._takes: dict[str, Callable[[Batch, Any], bool]] = {
            topics.events: self._event,
            topics.alerts: self._alert,
            topics.dead_letters: self._dead_letter,
            changelog: self._case,
        }
        self.topics = tuple(self._takes)
        """What is read."""

    def take(self, batch: Batch, part: TopicPart, start: int, records: Iterable[Any]) -> None:
        """Add the records of one partition, of which everything before offset ``start`` was written before."""
        topic, take, upto, written, skipped = part[0], self._takes[part[0]], start, 0, 0
        for record in records:
            if record.offset < start:
                continue
            upto = record.offset + 1
            try:
                is_written = take(batch, record)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise UnreadableRecord(
                    f"{record.topic}[{record.partition}]@{record.offset} is nothing this release can read ({error}). Nothing is "
                    "skipped: install the release that wrote it"
                ) from error
            written += is_written
            skipped += not is_written
        word = topic.rpartition(".")[2]
        batch.parts[part] = (start, upto)
        batch.read[word, "written"] += written
        batch.read[word, "skipped"] += skipped

    def _event(self, batch: Batch, record: Any) -> bool:
        if not EARLIEST <= record.timestamp < LATEST:
            return False
        try:
            event = read_event(record.key, record.value)
        except BadEvent:
            return False
        if isinstance(event, Tick | Tallied) or self._home(own := key_of(event).encode()) != record.partition:
            return False  # time, counts, or a record that the worker sends on to where it belongs
        body = record.value
        if b"\\u0000" in body:
            body, event = without_nul(body, event)
        assert isinstance(event, Header)
        key, recorded = storable(own.decode()), at(record.timestamp)
        kind, where = str(event.__struct_config__.tag), (recorded, record.partition, record.offset)
        batch.add(
            "event",
            (
                *where, event.at, kind, event.id, key, event.case, event.region, event.hall, event.department, event.window,
                event.operator, event.item, Json(body),
            ),
        )  # fmt: skip
        if (step := step_of(event, (*where, key, event.id, event.revision), self._days)) is not None:
            batch.add(*step)
        if isinstance(event, Action | CardIssuedByHand | Retracted):
            self._act(batch, record, event, key, body)
        return True

    def _act(self, batch: Batch, record: Any, event: Header, key: str, body: bytes) -> None:
        said: Any = event
        alert = getattr(event, "alert", "")
        kind = str(event.__struct_config__.tag)
        batch.add(
            "act",
            (
                at(record.timestamp), record.partition, record.offset, event.at, kind, event.id, key, alert, event.operator,
                event.department, said.reason, Json(body),
            ),
        )  # fmt: skip
        batch.enter(
            f"events/{record.partition}",
            AuditEntry("act", alert or getattr(event, "record", key), record.offset, record.timestamp, record.value),
        )

    def _alert(self, batch: Batch, record: Any) -> bool:
        if record.value is None:
            return False
        body, alert = record.value, decode_alert(record.value)
        if b"\\u0000" in body:
            body, alert = without_nul(body, alert)
        key = storable(record.key.decode())
        issued = alert.changed_at if alert.state == "issued" else None
        standing = alert.state in STANDING
        batch.add(
            "alert",
            (
                alert.id, key, alert.case, alert.rule, alert.level, alert.cycle, alert.state, alert.reason,
                alert.change, alert.due_at, alert.known_at, alert.raised_at, alert.changed_at, alert.deadline,
                alert.region, alert.hall, alert.department, alert.window, alert.item, alert.stage, alert.held_by, alert.watch,
                alert.highest, alert.book, alert.by, alert.note, standing, issued, self._days.of(issued),
                None if standing else self._days.of(alert.changed_at), Json(body), alert.detail,
                at(record.timestamp), record.partition, record.offset,
            ),
        )  # fmt: skip
        entry = AuditEntry("alert", f"{alert.id}#{alert.change}", record.offset, record.timestamp, record.value)
        batch.enter(f"alerts/{record.partition}", entry)
        return True

    def _dead_letter(self, batch: Batch, record: Any) -> bool:
        if record.value is None:
            return False
        letter = decode_dead_letter(record.value)
        texts = map(storable, (letter.reason, letter.message, letter.source, letter.field))
        batch.add(
            "dead_letter",
            (
                at(record.timestamp), record.partition, record.offset, *texts, letter.partition, letter.offset, letter.size,
                letter.key, letter.value,
            ),
        )  # fmt: skip
        return True

    def _case(self, batch: Batch, record: Any) -> bool:
        if record.key.startswith(_NO_CASE):
            return False
        key = storable(record.key.decode())
        if record.value is None:
            batch.cases[key] = None
            return True
        case = decode_case(record.value)
        known = batch.cases.get(key)
        if known is not None and known[0] > case.offset:  # a frozen worker wrote late: the one that knows more stays
            return False
        rows = list(case_rows(key, case, record.value, self._days))
        if not rows:
            return False
        batch.cases[key] = (case.offset, rows)
        return True
