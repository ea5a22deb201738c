"""Batches that cannot be read name themselves: topic, partition, offset, codec, and what mends it.

aiokafka says no more than that a codec or a checksum is wrong, and its fetcher has no hook. So the class that takes a fetched
range apart is replaced by one that knows where it is. Importing this module does it; whoever makes a consumer imports it.
"""

from collections.abc import Iterator
from typing import Any

from aiokafka.consumer import fetcher
from aiokafka.errors import UnsupportedCodecError

from rules.errors import SupervisionError

CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
"""What Kafka calls the codecs, each at the place of its number."""


class UnreadableBatch(SupervisionError):
    """A batch of records that cannot be taken apart. Nothing of it was used, and nothing is skipped.

    Whose: the operator's, where a codec's library is missing; else the cluster's.
    Mend: do what the text says.
    """


def unreadable(topic: str, partition: int, offset: int, batch: Any, error: Exception) -> UnreadableBatch:
    """What to raise from aiokafka's ``error`` about ``batch`` (None: not even its head could be read) at ``offset``."""
    where = f"{topic}[{partition}]@{offset}"
    if batch is None:
        return UnreadableBatch(
            f"{where}: what the broker sent is no batch of records ({error}). {_SPOILT.format(offset=offset + 1)}"
        )
    number = getattr(batch, "compression_type", 0)
    codec = CODECS[number] if number < len(CODECS) else f"unknown ({number})"
    if isinstance(error, UnsupportedCodecError) and number < len(CODECS):
        mend = "its library is missing here: install what requirements.lock names (`make install`; the package is cramjam)"
    elif isinstance(error, UnsupportedCodecError):
        mend = "this version does not know that codec: set compression.type of the topic or of its producers to a known one"
    else:
        mend = _SPOILT.format(offset=max(getattr(batch, "next_offset", 0), offset + 1))
    return UnreadableBatch(f"{where}: a batch (codec: {codec}) cannot be read ({error}): {mend}")


_SPOILT = (
    "its bytes are spoilt. Let another replica lead the partition; if all have it so, have the records before offset {offset} "
    "deleted (kafka-delete-records): what is lost is then counted and said"
)


class _Watched:
    """The batches of one fetched range; remembers the one handed out last."""

    def __init__(self, records: Any) -> None:
        self._records = records
        self.has_next = records.has_next
        self.last: Any = None

    def next_batch(self) -> Any:
        self.last = None
        self.last = self._records.next_batch()
        return self.last


class _NamingRecords(fetcher.PartitionRecords):  # type: ignore[misc]  # aiokafka has no types
    """A fetched range whose errors say where."""

    _records: Any

    def _unpack_records(self) -> Iterator[Any]:
        self._records = watched = _Watched(self._records)
        try:
            yield from super()._unpack_records()
        except Exception as error:
            raise unreadable(self._tp.topic, self._tp.partition, self.next_fetch_offset, watched.last, error) from error


fetcher.PartitionRecords = _NamingRecords
