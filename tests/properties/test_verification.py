"""What a worker issued is found right, wherever it stands in its log; what somebody changed in it is found."""

from collections.abc import Iterator

import msgspec
from hypothesis import assume, given
from hypothesis import strategies as st

from monitor.stream.partition.clock import PartitionClock
from monitor.stream.partition.engine import PartitionEngine
from monitor.verify.compare import Mismatch, compare
from monitor.verify.issued import AlertTrail
from monitor.verify.recount import Recount
from monitor.wire import encode_json
from rules.alerts import STATES
from rules.book import RuleBooks
from tests.monitor.stream.raw import Raw
from tests.properties.every_event import BOOKS
from tests.properties.test_replay_equals_live import TOPIC, batches, log_of, logs, replayed, ticks

names = st.sampled_from(sorted(BOOKS))


def issued_by(log: list[Raw], sizes: list[int], books: RuleBooks, committed: int) -> tuple[AlertTrail, int]:
    """What the alerts topic holds when so many batches are committed and one more has its alerts out; and where that is."""
    engine, issued, start, point = PartitionEngine(TOPIC, 0, books, lambda key: 0, PartitionClock()), AlertTrail(), 0, 0
    for number in range(committed + 1):
        point = start
        batch = log[start : start + sizes[number % len(sizes)]]
        for part in engine.apply(batch, start):
            for _, value in part.alerts:
                issued.take(value)
        start += len(batch)
    return issued, point


def verdicts(log: list[Raw], books: RuleBooks, issued: AlertTrail, point: int) -> Iterator[Mismatch | None]:
    recount = Recount(books, lambda key: True, point)
    for record in log:
        recount.take(record.offset, record.timestamp, record.key, record.value)
    return compare(issued, recount, iter(sorted({*issued.last, *recount.trails})), cut=False)


@given(logs, ticks, batches, st.integers(0, 12), names)
def test_every_card_a_worker_issued_is_as_recomputed(records, minutes, sizes, committed, name):
    books = BOOKS[name]
    log = log_of(replayed(records, books)[1], minutes)
    issued, point = issued_by(log, sizes, books, committed)
    assert [found for found in verdicts(log, books, issued, point) if found is not None] == []


@given(logs, ticks, names, st.data())
def test_a_card_somebody_changed_is_found_and_no_other_is(records, minutes, name, data):
    books = BOOKS[name]
    log = log_of(replayed(records, books)[1], minutes)
    issued, _ = issued_by(log, [len(log)], books, 0)
    assume(issued.last)
    alert = issued.last[data.draw(st.sampled_from(sorted(issued.last)))]
    other = data.draw(st.sampled_from([state for state in STATES if state != alert.state]))
    issued.take(encode_json(msgspec.structs.replace(alert, change=alert.change + 1, state=other)))
    [found] = [found for found in verdicts(log, books, issued, len(log)) if found is not None]
    assert (found.kind, found.id, found.fields) == ("different", alert.id, ("state",))
    again = AlertTrail()
    again.take(encode_json(alert))
    again.take(encode_json(msgspec.structs.replace(alert, note="told otherwise")))
    assert set(again.contradicted) == {alert.id}
