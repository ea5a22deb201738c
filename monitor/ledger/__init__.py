"""Everything that happened, in PostgreSQL, exactly once.

Theory of operation
-------------------
The topics are what is true; the ledger is their rows. It keeps its own place in them: a table ``consumed`` has the next offset
of each partition. A batch is written in one transaction: rows, audit log, and the new offsets. Either all of it is there or none.
A crash therefore repeats nothing and leaves nothing out, whenever it comes.

Several processes share the partitions as a consumer group. Kafka may give one to a new process while the old one still writes. So
each puts its name into ``consumed`` when it is given a partition, and each transaction begins by locking those rows. A late
process finds another name there and writes nothing.

What a batch becomes is in :mod:`monitor.ledger.rows`, how it is written in :mod:`monitor.ledger.store`, who reads in
:mod:`monitor.ledger.follow`. The audit log is :mod:`monitor.ledger.audit`. Only this package imports the driver.
"""

from monitor.ledger.audit.heads import read_heads
from monitor.ledger.audit.verify import Proof, verify
from monitor.ledger.connection import LedgerMismatch, LedgerUnavailable
from monitor.ledger.rebuild import rebuild
from monitor.ledger.run import run_ledger
from monitor.ledger.schema import as_sql, upgrade

__all__ = [
    "LedgerMismatch",
    "LedgerUnavailable",
    "Proof",
    "as_sql",
    "read_heads",
    "rebuild",
    "run_ledger",
    "upgrade",
    "verify",
]
