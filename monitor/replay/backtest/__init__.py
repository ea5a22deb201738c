"""Back-test: old records judged by two rule books side by side, before anyone lives under the new one."""

from monitor.replay.backtest.progress import Progress
from monitor.replay.backtest.report import Report
from monitor.replay.backtest.run import Backtest, Options, both_books, run_backtest
from monitor.replay.backtest.source import BacktestError, Source, from_lines, from_mapping
from monitor.replay.backtest.text import print_report
from monitor.replay.backtest.topic import from_topic

__all__ = [
    "Backtest",
    "BacktestError",
    "Options",
    "Progress",
    "Report",
    "Source",
    "both_books",
    "from_lines",
    "from_mapping",
    "from_topic",
    "print_report",
    "run_backtest",
]
