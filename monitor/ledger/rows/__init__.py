"""Records of the topics as rows of tables. Pure: nothing here reads a clock or a socket."""

from monitor.ledger.rows.batch import Batch, Reading
from monitor.ledger.rows.tables import TABLES, LedgerTable

__all__ = ["TABLES", "Batch", "LedgerTable", "Reading"]
