"""A worker that cannot go on ends, so that its supervisor sees it and its partitions find another owner."""

import asyncio
import os
import subprocess
import sys
from datetime import timedelta

import pytest

from tests.monitor.stream.hall import MONDAY, ROOT, Hall, accepted, feed

pytestmark = pytest.mark.kafka

SECONDS = 60  # to start on a busy machine and to end; a worker that waited for its failed batch would wait for ever


async def test_a_failure_of_the_rules_ends_the_worker_and_the_next_one_does_the_work(hall: Hall) -> None:
    await hall.open(create_time=True)
    await hall.append([feed(accepted(f"c{number}", MONDAY + timedelta(seconds=number))) for number in range(40)])
    environment = {
        **os.environ,
        "SUPERVISE_KAFKA__BOOTSTRAP": hall.settings.kafka.bootstrap,
        "SUPERVISE_TOPICS__PREFIX": hall.topics.prefix,
        "SUPERVISE_WORKER__GROUP": hall.settings.worker.group,
    }
    command = [sys.executable, "-m", "tests.monitor.stream.failing_main"]
    ended = await asyncio.to_thread(
        subprocess.run, command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
    )

    assert ended.returncode == 1
    assert "supervise worker: the worker stopped: the rules failed on Accepted at partition" in ended.stderr
    hall.worker()
    await hall.caught_up()
    assert set(await hall.cases()) == {f"c{number}" for number in range(40)}
