"""The comparison itself: three ways of doing one job must come to the same alerts, or its figures mean nothing."""

from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.contest import CONTENDERS
from benchmarks.site import Site
from benchmarks.throughput import throughput

pytestmark = [pytest.mark.kafka, pytest.mark.slow]


async def test_worker_stock_faust_and_loop_end_with_the_same_alerts(kafka: str, topic_prefix: str, tmp_path: Path) -> None:
    out = Console(record=True, width=160)

    agreed = await throughput(
        Site(tmp_path, kafka), out, cases=250, days=14, repetitions=1, seed=1, contenders=CONTENDERS, prefix=topic_prefix
    )

    assert agreed, out.export_text()
