"""Scenarios: what a book is expected to do, written as TOML and played against it."""

from monitor.scenarios.suite import SuiteResult, run_suite

__all__ = ["SuiteResult", "run_suite"]
