"""Back-test: old records judged by two rule books side by side, before anyone lives under the new one."""

from monitor.backtest.progress import Progress
from monitor.backtest.report import BacktestReport
from monitor.backtest.run import Backtest, Options, both_books, run_backtest
from monitor.backtest.source import BacktestError, BacktestSource, from_lines, from_mapping
from monitor.backtest.text import print_report
from monitor.backtest.topic import from_topic

__all__ = [
    "Backtest",
    "BacktestError",
    "BacktestReport",
    "BacktestSource",
    "Options",
    "Progress",
    "both_books",
    "from_lines",
    "from_mapping",
    "from_topic",
    "print_report",
    "run_backtest",
]
