"""A simulated hall, seeded: its cases, complaints and windows as records, into a file or into Kafka at any speed."""

from monitor.simulate.catalog import REGION
from monitor.simulate.feeder import Summary, run_simulate
from monitor.simulate.files import write_book, write_file

__all__ = [
    "REGION",
    "Summary",
    "run_simulate",
    "write_book",
    "write_file",
]
