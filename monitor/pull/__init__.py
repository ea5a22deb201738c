"""Rows of a database that others fill, as they come: an exchange database (前置机) read by an incremental key.

A longer transaction shows its rows late, behind keys that were read already. Each pass therefore looks back by ``overlap`` and
leaves out what it has sent. The cursor is written after Kafka has acknowledged. A crash repeats rows, whose events carry the
same ids, and never loses one.
"""

from monitor.pull.cursor import Cursor, Key
from monitor.pull.passes import Pass, Sink, pull_once
from monitor.pull.run import run_pull
from monitor.pull.spec import PullError, PullSpec, load_pull
from monitor.pull.table import SourceTable

__all__ = ["Cursor", "Key", "Pass", "PullError", "PullSpec", "Sink", "SourceTable", "load_pull", "pull_once", "run_pull"]
