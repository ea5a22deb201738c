"""The comparison itself: three ways of doing one job must come to the same alerts, or its figures mean nothing."""

from pathlib import Path

import pytest

from benchmarks.contest import CONTENDERS, finish
from benchmarks.hall import write_log
from benchmarks.site import Site

pytestmark = [pytest.mark.kafka, pytest.mark.slow]


async def test_worker_stock_faust_and_loop_end_with_the_same_alerts(kafka: str, topic_prefix: str, tmp_path: Path) -> None:
    place = Site(tmp_path, kafka)
    log, _ = await write_log(place, topic_prefix, cases=250, days=14, seed=1)

    raised = {contender: (await finish(place, log, contender, 0)).alerts for contender in CONTENDERS}

    first = raised[CONTENDERS[0]]
    assert first, "a log that raises nothing compares nothing"
    assert all(alerts == first for alerts in raised.values()), {name: len(alerts) for name, alerts in raised.items()}
