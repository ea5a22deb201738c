"""Which fetched records the consumer hands on, and what it commits, whatever a rebalance does in between."""

from collections import defaultdict, deque
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from faust.types import TP

from monitor.settings import KafkaSettings, Settings
from monitor.stream.faust.app import _credentials, make_app
from monitor.stream.faust.table import BrokenChangelog, Store
from monitor.stream.faust.transport import BatchMessage, Consumer

TP0 = TP("events", 0)


class Fetches(Consumer):
    """The consumer's bookkeeping without its thread: seeks are noted, not made."""

    def __init__(self) -> None:
        self._wanted = {TP0: 10}
        self._sought = {TP0: 10}
        self._trusted: set[TP] = set()
        self._holes: dict[TP, int] = {}
        self._seeks = 0
        self._inflight = defaultdict(deque)
        self._acked: dict[TP, list[int]] = defaultdict(list)
        self._acked_index: dict[TP, set[int]] = defaultdict(set)
        self.sought: list[Mapping[TP, int]] = []
        self.lost: list[tuple[int, int]] = []
        self.log_start = 0
        self._committed_offset: dict[TP, int | None] = {}
        self._read_offset: dict[TP, int] = {}
        self._thread = SimpleNamespace(seek_many=self._note)
        self.app = SimpleNamespace(
            topics=SimpleNamespace(acks_enabled_for=lambda _topic: True),
            on_lost=lambda _tp, start, stop: self.lost.append((start, stop)),
            consumer_generation_id=1,
        )

    async def _note(self, offsets: Mapping[TP, int]) -> None:
        self.sought.append(offsets)

    async def earliest_offsets(self, *partitions: TP) -> dict[TP, int]:
        return dict.fromkeys(partitions, self.log_start)

    async def seek_to_committed(self) -> dict[TP, int]:
        return {TP0: self.committed_offset}

    committed_offset = 0

    async def fetched(self, first: int, last: int, *, stale: bool = False) -> list[int]:
        records = [SimpleNamespace(offset=offset) for offset in range(first, last + 1)]
        return [record.offset for record in await self._continuing(TP0, records, stale)]


async def test_records_that_go_on_where_the_last_ended_are_taken() -> None:
    consumer = Fetches()
    assert await consumer.fetched(10, 12) == [10, 11, 12]
    assert await consumer.fetched(13, 14, stale=True) == [13, 14]


async def test_records_taken_before_are_cut_off() -> None:
    consumer = Fetches()
    assert await consumer.fetched(5, 11) == [10, 11]
    assert await consumer.fetched(5, 9) == []


async def test_records_from_before_a_seek_are_fetched_again() -> None:
    consumer = Fetches()
    assert await consumer.fetched(40, 41, stale=True) == []
    assert consumer.sought == [{TP0: 10}]
    assert await consumer.fetched(10, 11) == [10, 11]


async def test_a_hole_right_after_a_seek_is_believed_when_it_is_there_twice() -> None:
    consumer = Fetches()
    assert await consumer.fetched(15, 16) == []
    assert await consumer.fetched(15, 16) == [15, 16]


async def test_a_hole_after_the_first_records_is_taken_for_the_logs_own() -> None:
    consumer = Fetches()
    await consumer.fetched(10, 11)
    assert await consumer.fetched(20, 21) == [20, 21]
    assert not consumer.sought
    assert not consumer.lost, "the log begins before it: markers of transactions, or what they have aborted"


async def test_records_deleted_while_the_worker_reads_are_told_with_their_offsets() -> None:
    consumer = Fetches()
    await consumer.fetched(10, 11)
    consumer.log_start = 17
    assert await consumer.fetched(20, 21) == [20, 21]
    assert consumer.lost == [(12, 17)]


async def test_records_deleted_while_no_worker_ran_are_told_and_it_goes_on_behind_them() -> None:
    consumer = Fetches()
    consumer.committed_offset, consumer.log_start = 30, 36
    await consumer.perform_seek()
    assert consumer.lost == [(30, 36)]
    assert consumer.sought == [{TP0: 36}]
    assert await consumer.fetched(36, 37) == [36, 37]
    assert consumer.lost == [(30, 36)], "told once"
    assert consumer._new_offset(TP0) == 36, "committed, so that the next start does not tell it again"


@pytest.mark.parametrize(("committed", "start", "goes_on"), [(30, 36, 36), (30, 0, 30), (0, 0, 0), (0, 12, 12)])
async def test_reading_goes_on_at_the_commit_or_where_the_log_begins(committed: int, start: int, goes_on: int) -> None:
    consumer = Fetches()
    consumer.committed_offset, consumer.log_start = committed, start
    await consumer.perform_seek()
    assert consumer._wanted[TP0] == goes_on
    assert bool(consumer.lost) == (committed == 30 and start == 36), "what was there before the first start was nobody's to read"


def message(offset: int) -> BatchMessage:
    return BatchMessage("events", 0, offset, 0.0, 0, None, None, [], None, 0, 0, TP0)


def test_the_commit_is_the_end_of_the_settled_prefix_whatever_faust_acknowledged() -> None:
    consumer = Fetches()
    batches = [message(offset) for offset in (9, 19, 29)]
    consumer._inflight[TP0].extend(batches)
    batches[0].acked = True  # skipped by Faust's stream during a rebalance
    assert consumer._new_offset(TP0) is None
    consumer.settle(batches[1])
    assert consumer._new_offset(TP0) is None
    consumer.settle(batches[0])
    assert consumer._new_offset(TP0) == 20
    consumer.settle(batches[2])
    assert consumer._new_offset(TP0) == 30
    assert consumer._new_offset(TP0) is None


class Rows(Store):
    """The store without its table."""

    def __init__(self) -> None:
        self.__post_init__()
        self._assigned = {0}


def changelog(follows: int, last: int, *, sought: int = 0, partition: int = 0) -> Any:
    batch = BatchMessage("c", partition, last, 0.0, 0, None, None, [], None, 0, 0, TP("c", partition))
    batch.follows, batch.sought = follows, sought
    records = [SimpleNamespace(key=b"k%d" % offset, value=b"\x92\xa1k\x01") for offset in range(follows, last + 1)]
    return SimpleNamespace(message=batch, value=records)


def test_a_changelog_read_whole_is_taken_once() -> None:
    rows = Rows()
    rows.apply_changelog_batch([changelog(0, 4), changelog(5, 9)])
    assert len(rows.take(0)) == 10
    assert rows.take(0) == {}
    assert rows.persisted_offset(TP("c", 0)) == 9


def test_a_changelog_with_a_hole_is_refused() -> None:
    rows = Rows()
    rows.apply_changelog_batch([changelog(0, 4)])
    with pytest.raises(BrokenChangelog, match="read up to 4, went on at 9"):
        rows.apply_changelog_batch([changelog(9, 12)])
    assert isinstance(rows.failure, BrokenChangelog)
    with pytest.raises(BrokenChangelog):
        Rows().apply_changelog_batch([changelog(9, 12)])


def test_a_changelog_of_a_partition_that_is_not_ours_is_left() -> None:
    rows = Rows()
    rows.apply_changelog_batch([changelog(9, 12, partition=3)])
    assert rows.take(3) == {}
    assert rows.persisted_offset(TP("c", 3)) is None


def test_changelog_rows_the_worker_wrote_itself_are_not_read_back() -> None:
    rows = Rows()
    rows.apply_changelog_batch([changelog(0, 4)])
    rows.wrote(0, range(5, 9))
    rows.wrote(0, range(0))
    rows.wrote(0, range(9, 11))
    assert rows.persisted_offset(TP("c", 0)) == 10


def test_changelog_rows_written_behind_a_successors_are_read_back_with_the_successors() -> None:
    """A worker frozen beyond its session wakes, and its last writes land behind its successor's."""
    rows = Rows()
    rows.apply_changelog_batch([changelog(0, 4)])
    rows.wrote(0, range(5, 9))
    rows.wrote(0, range(30, 33))
    rows.wrote(0, range(33, 35))
    assert rows.persisted_offset(TP("c", 0)) == 8, "reading goes on with the successor's"


SASL = KafkaSettings(
    bootstrap="a:1,b:2", security_protocol="SASL_SSL", sasl_mechanism="SCRAM-SHA-512", sasl_username="u", sasl_password="p"
)


@pytest.mark.parametrize("protocol", ["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"])
async def test_faust_reaches_the_cluster_as_every_other_part_does(protocol: str, tmp_path: Path) -> None:
    kafka = SASL.model_copy(update={"security_protocol": protocol})
    app = make_app(Settings(kafka=kafka), 4, tmp_path)
    assert [(url.scheme, url.host, url.port) for url in app.conf.broker] == [("batch", "a", 1), ("batch", "b", 2)]
    options = dict(app.producer._settings_default()) | dict(app.producer._settings_auth())
    assert options["security_protocol"] == protocol
    assert options["bootstrap_servers"] == ["a:1", "b:2"]
    assert bool(options.get("ssl_context")) == protocol.endswith("SSL")
    if protocol.startswith("SASL"):
        assert (options["sasl_mechanism"], options["sasl_plain_username"]) == ("SCRAM-SHA-512", "u")
        assert options["sasl_plain_password"] == "p"
    assert (_credentials(kafka) is None) == (protocol == "PLAINTEXT")
