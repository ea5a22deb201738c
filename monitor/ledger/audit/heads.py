"""The audit log's heads in Kafka: what a chain's end was, where no one who can change the database can change it."""

import logging
import time
from collections.abc import Mapping

from aiokafka import AIOKafkaProducer

from monitor import metrics
from monitor.kafka import consuming, partitions_of, read_whole
from monitor.ledger.audit.chain import Link
from monitor.settings import LedgerSettings, Settings
from monitor.wire import AuditHead, Topics, decode_audit_head, encode_json
from rules.errors import SupervisionError

log = logging.getLogger(__name__)


class NoHeads(SupervisionError):
    """There is no topic of heads, so nobody can say whether the audit log was rewritten whole.

    Whose: the operator's.
    Mend: name the cluster and prefix the ledger writes to.
    """


class Heads:
    """Writes the heads that moved, every few seconds and at an orderly end."""

    def __init__(self, producer: AIOKafkaProducer, topics: Topics, settings: LedgerSettings) -> None:
        self._producer = producer
        self._topic = topics.audit_heads
        self._algorithm = settings.digest
        self._every = settings.head_seconds
        self._written: dict[str, int] = {}
        self._at = 0.0

    async def publish(self, heads: Mapping[str, Link], *, at_once: bool = False) -> None:
        """Those of ``heads`` that moved since they were written, unless it was just done."""
        if not at_once and time.monotonic() - self._at < self._every:
            return
        moved = {chain: link for chain, link in heads.items() if link.seq > self._written.get(chain, 0)}
        self._at = time.monotonic()
        for chain, link in moved.items():
            head = AuditHead(chain, link.seq, link.digest.hex(), self._algorithm, link.entered_at)
            await self._producer.send_and_wait(self._topic, encode_json(head), key=chain.encode(), partition=0)
            self._written[chain] = link.seq
            metrics.AUDIT_HEADS.inc()


async def read_heads(settings: Settings) -> list[AuditHead]:
    """Every head there is, in the order in which they were written. :class:`NoHeads` where the topic is missing."""
    found: list[AuditHead] = []
    (where,) = await partitions_of(Topics(settings.topics.prefix).audit_heads, settings, NoHeads)
    async with consuming(settings) as consumer:
        await read_whole(consumer, [where], lambda record: found.append(decode_audit_head(record.value)))
    return found
