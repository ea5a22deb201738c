"""Two small rule books as files, and files of records, for the tests of the back-test."""

from collections.abc import Sequence
from pathlib import Path

from monitor.backtest import Backtest, Options, from_lines, run_backtest
from monitor.wire import encode_event
from rules.events import Accepted, Concluded, Event
from rules.instant import to_datetime
from tests.monitor.backtest.files import ZONE, at

BOOK = """
name = "{version}"
version = "{version}"
zone = "Asia/Shanghai"
defaults = {{ promised = "{promised}" }}
counting = {{ ends = "second", roll_last_day = false }}

[[time_limits]]
id = "case"
name = "承诺时限"
clock = "case"
limit = "promised"
{levels}
"""
LEVELS = 'yellow = "deadline"\nred = "1d after"'


def book(folder: Path, version: str, promised: str = "2d", levels: str = LEVELS) -> tuple[Path, ...]:
    """``promised`` natural days, to the second; yellow then, red a day later."""
    file = folder / f"{version}.toml"
    file.write_text(BOOK.format(version=version, promised=promised, levels=levels), "utf-8")
    return (file,)


def accepted(case: str, when: str, department: str = "d") -> Event:
    """Case accepted at ``when`` of the small hall's clock."""
    return Accepted(
        id=f"{case}-a", at=to_datetime(at(when), ZONE), region="430100", hall="h", department=department, case=case, item="证[1]"
    )


def concluded(case: str, when: str, department: str = "d") -> Event:
    """Case concluded at ``when``."""
    return Concluded(id=f"{case}-c", at=to_datetime(at(when), ZONE), region="430100", department=department, case=case)


def line(event: Event, arrived: str = "") -> bytes:
    """One line of a file; it arrives when it happens unless told otherwise."""
    when = to_datetime(at(arrived), ZONE) if arrived else event.at
    return b'{"arrived":"%b","event":%b}' % (when.isoformat().encode(), encode_event(event))


def lines(folder: Path, written: Sequence[bytes], name: str = "records.jsonl") -> Path:
    """A file of these lines."""
    file = folder / name
    file.write_bytes(b"".join(each + b"\n" for each in written))
    return file


def backtest(folder: Path, file: Path, candidate: tuple[Path, ...], current: tuple[Path, ...], **options: int) -> Backtest:
    """Run in one process unless told otherwise."""
    return run_backtest(from_lines(file, folder), candidate, current, Options(**{"processes": 1, **options}))
