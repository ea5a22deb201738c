"""The command line: flags only. Each command hands what it was told to monitor.app."""

from monitor.cli.main import main

__all__ = ["main"]
