"""``python -m tests.monitor.stream.failing_main``: a worker whose rules break at their 21st step, as a process of its own."""

import logging
import sys
from itertools import count

from monitor.books import Library
from monitor.settings import load_settings
from monitor.stream.run import run_worker
from rules.book import RuleBooks
from rules.case import Case
from rules.errors import SupervisionError
from rules.step import Delivery, Outcome, step
from tests.monitor.stream.hall import AROUND_THE_CLOCK

steps = count(1)


def breaking(case: Case | None, delivery: Delivery, books: RuleBooks, now: int) -> Outcome:
    """The rules, until they break."""
    if next(steps) > 20:
        raise ZeroDivisionError("a rule that divides by the cases of an empty hall")
    return step(case, delivery, books, now)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        run_worker(load_settings(), Library.of_files([AROUND_THE_CLOCK]), apply=breaking)
    except SupervisionError as error:
        sys.exit(f"supervise worker: {error}")
