"""The command line: flags only. Each command hands them to the file of its name in :mod:`monitor.app`."""

from monitor.cli.main import main

__all__ = ["main"]
