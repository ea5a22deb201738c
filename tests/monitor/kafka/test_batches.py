"""A batch that cannot be read says which it is and what mends it."""

import re
from collections.abc import Callable
from typing import Any

import aiokafka.codec
import pytest
from aiokafka import TopicPartition
from aiokafka.consumer import fetcher
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.record.util import calc_crc32c

from monitor.kafka.batches import CODECS, UnreadableBatch

GZIP, ZSTD = CODECS.index("gzip"), CODECS.index("zstd")


def batch(codec: int, values: tuple[bytes, ...] = (b"a", b"b")) -> bytearray:
    """A batch as a producer sends it, its first offset 0."""
    builder = DefaultRecordBatchBuilder(2, codec, 0, -1, -1, 0, 1 << 16)
    for offset, value in enumerate(values):
        builder.append(offset, 1_700_000_000_000, None, value * 50, [])
    return bytearray(builder.build())


def taken(data: bytes) -> list[Any]:
    """What a consumer hands out of a fetched range that begins at offset 0."""
    records = MemoryRecords(bytes(data))
    return list(fetcher.PartitionRecords(TopicPartition("h.events", 3), records, [], 0, None, None, True, 1))


@pytest.mark.parametrize("codec", range(len(CODECS)), ids=CODECS)
def test_every_codec_a_producer_may_choose_is_read(codec: int) -> None:
    assert [record.value[:1] for record in taken(batch(codec))] == [b"a", b"b"]


def test_a_codec_whose_library_is_missing_is_named_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    data = batch(ZSTD)
    monkeypatch.setattr(aiokafka.codec, "cramjam", None)
    with pytest.raises(UnreadableBatch, match=re.escape("h.events[3]@0: a batch (codec: zstd)")) as refused:
        taken(data)
    assert "requirements.lock" in str(refused.value)


def _flip(data: bytearray) -> bytearray:
    data[-3] ^= 0xFF
    return data


def _renumber(data: bytearray) -> bytearray:
    """Claims a codec that there is not (7), with a checksum that fits."""
    data[22] |= 0x07
    data[17:21] = calc_crc32c(bytes(data[21:])).to_bytes(4, "big")
    return data


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_flip, "Invalid CRC"),
        (_renumber, "unknown (7)"),
        (lambda data: data[:8] + (5).to_bytes(4, "big") + bytes(5), "no batch of records"),
    ],
    ids=["a bit flipped", "a codec of the future", "no batch at all"],
)
def test_a_spoilt_batch_is_named_and_no_traceback_of_a_library(spoil: Callable[[bytearray], bytes], said: str) -> None:
    with pytest.raises(UnreadableBatch, match=re.escape(said)) as refused:
        taken(spoil(batch(GZIP)))
    assert "h.events[3]@0" in str(refused.value)


def test_the_batches_before_an_unreadable_one_are_handed_out_and_the_offset_is_its_own() -> None:
    second = _flip(batch(GZIP))
    second[:8] = (2).to_bytes(8, "big")
    records = fetcher.PartitionRecords(
        TopicPartition("h.events", 0), MemoryRecords(bytes(batch(0) + second)), [], 0, None, None, True, 1
    )
    assert [next(records).offset, next(records).offset] == [0, 1]
    with pytest.raises(UnreadableBatch, match=re.escape("h.events[0]@2")) as refused:
        next(records)
    assert "before offset 4" in str(refused.value), "what to delete if no replica has it whole"
