"""The first way: straight through the core. The command's own output, and the same with the identities it leaves out."""

import subprocess
import sys
from typing import Any, NamedTuple

import msgspec

from monitor.books.files import load_books
from monitor.replay.feed import ReplayFeed
from rules.alerts import Alert
from rules.case import Case
from rules.drive import Cases
from tests.acceptance.agreement.files import ROOT, Source
from tests.acceptance.agreement.result import Result, result
from tests.driven import as_it_happens


def command_lines(source: Source) -> list[dict[str, Any]]:
    """What ``supervise replay FILE --offline --cases`` prints."""
    command = [sys.executable, "-m", "monitor", "replay", str(source.file), "--mapping", str(source.mapping)]
    command += ["--book", str(source.book), "--offline", "--cases"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr.decode()
    return [msgspec.json.decode(line) for line in done.stdout.splitlines()]


class Judged(NamedTuple):
    """A file through the core: its events, every alert change in order, the cases, and what it came to."""

    feed: ReplayFeed
    changes: list[Alert]
    cases: list[Case]
    result: Result


def judge(source: Source) -> Judged:
    """As the command does it, but with whole alerts, which name their identity."""
    driven = Cases(load_books([source.book]), tallied=True)
    feed = source.feed()
    assert source.name != "hall" or not feed.bad, f"the mapping leaves out what the simulated hall reports: {feed.bad}"
    changes = [alert for arrived, event in feed.arrivals for alert in as_it_happens(driven, event, arrived)]
    cases = list(driven.cases.values())
    return Judged(feed, changes, cases, result(changes, cases))
