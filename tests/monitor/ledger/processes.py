"""Ledgers as processes of their own, to be killed."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

from tests.monitor.ledger.hall import Hall

ROOT = Path(__file__).parents[3]


class Ledgers:
    """All processes end with the block."""

    def __init__(self, hall: Hall, folder: Path) -> None:
        self._folder = folder
        self._started: list[subprocess.Popen[bytes]] = []
        ledger, settings = hall.settings.ledger, hall.settings
        self._environment = {
            **os.environ,
            "SUPERVISE_KAFKA__BOOTSTRAP": settings.kafka.bootstrap,
            "SUPERVISE_TOPICS__PREFIX": settings.topics.prefix,
            "SUPERVISE_WORKER__SESSION_TIMEOUT": "6",
            "SUPERVISE_LEDGER__DSN": ledger.dsn,
            "SUPERVISE_LEDGER__NAMESPACE": ledger.namespace,
            "SUPERVISE_LEDGER__MAX_BATCH_RECORDS": str(ledger.max_batch_records),
            "SUPERVISE_LEDGER__HEAD_SECONDS": "0.1",
        }

    def __enter__(self) -> "Ledgers":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for process in self._started:
            if process.poll() is None:
                process.kill()
            process.wait()

    def _log(self, process: subprocess.Popen[bytes]) -> str:
        return (self._folder / f"ledger-{self._started.index(process)}.log").read_text("utf-8", "replace")

    def start(self) -> subprocess.Popen[bytes]:
        with (self._folder / f"ledger-{len(self._started)}.log").open("wb") as log:
            command = [sys.executable, "-m", "monitor", "ledger"]
            process = subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=log, stderr=log)
        self._started.append(process)
        return process

    async def ready(self, process: subprocess.Popen[bytes], seconds: float = 60) -> None:
        """Wait until it has its partitions."""
        deadline = time.monotonic() + seconds
        while "ready: partitions" not in self._log(process):
            assert process.poll() is None, self._log(process)
            assert time.monotonic() < deadline, self._log(process)
            await asyncio.sleep(0.02)

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        process.send_signal(signal.SIGKILL)
        process.wait()

    async def stop(self, process: subprocess.Popen[bytes]) -> None:
        """SIGTERM; it must end by itself and call that success."""
        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, 20) == 0, self._log(process)
