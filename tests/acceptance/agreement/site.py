"""An installation for one test: its topics on the shared broker, its settings file, and real processes of ``supervise``."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from monitor.embedded.guard import GuardedProcess, spawn_guarded
from monitor.kafka import ensure_topics
from monitor.settings import Settings, load_settings
from monitor.stream.topics import changelog_name
from monitor.wire import Topics
from tests.acceptance.agreement.files import IS_LONG, ROOT

KILLED = 128 + signal.SIGKILL
"""Exit status of a process that ended by SIGKILL."""
PATIENCE = 900.0 if IS_LONG else 90.0  # seconds for anything to happen on a busy machine


class Process(NamedTuple):
    """One running part and where it writes what it has to say."""

    guarded: GuardedProcess
    log: Path

    def says(self, words: str) -> bool:
        """Whether its log has these words."""
        return words in self.log.read_text("utf-8", "replace")

    @property
    def has_failed(self) -> bool:
        """Whether it has ended, neither well nor by SIGKILL."""
        return self.guarded.poll() not in (None, 0, KILLED)

    def kill(self) -> None:
        """SIGKILL, from outside, now; returns when it is gone."""
        self.guarded.kill()
        self.guarded.wait(10)

    def stop(self) -> None:
        """SIGTERM; it must end by itself and call that success."""
        self.guarded.terminate()
        status = self.guarded.wait(30)
        assert status == 0, f"ended with {status}: {self.log.read_text()[-3000:]}"


class Site:
    """Topics under one prefix; every process it started ends with it, whatever becomes of the test."""

    def __init__(self, bootstrap: str, prefix: str, folder: Path, extra: str = "") -> None:
        """``extra`` is TOML for the settings file, such as ``[wall]`` tables."""
        self._folder = folder
        self._file = folder / "site.toml"
        self._file.write_text(
            f'[kafka]\nbootstrap = "{bootstrap}"\n[topics]\nprefix = "{prefix}"\npartitions = 4\n'
            f'[worker]\ngroup = "{prefix}"\nsession_timeout = 6\n{extra}'
        )
        self.settings: Settings = load_settings(self._file)
        self.topics = Topics(prefix)
        self.changelog = changelog_name(self.settings)
        self._started: list[Process] = []

    async def open(self, *, create_time: bool) -> None:
        """Make the topics: live ones, or ones whose records carry their own times."""
        await ensure_topics(self.settings.kafka, self.settings.topics, create_time=create_time)

    def start(self, name: str, *arguments: str | Path, fault: str = "") -> Process:
        """``supervise NAME …`` as a process of its own."""
        log = self._folder / f"{len(self._started)}-{name}.log"
        command: Sequence[str | Path] = (sys.executable, "-m", "monitor", "--settings", self._file, name, *arguments)
        with log.open("wb") as out:
            guarded = spawn_guarded(command, cwd=ROOT, env={**os.environ, "SUPERVISE_FAULT": fault}, stdout=out, stderr=out)
        self._started.append(Process(guarded, log))
        return self._started[-1]

    async def run(self, name: str, *arguments: str | Path) -> None:
        """``supervise NAME …`` until it ends by itself; it must end well."""
        process = self.start(name, *arguments)
        status = await asyncio.to_thread(process.guarded.wait, PATIENCE)
        assert status == 0, process.log.read_text()[-3000:]

    async def ready(self, *workers: Process) -> None:
        """Wait until each worker has been given its partitions and knows their cases."""

        async def all_ready() -> bool:
            return all(worker.says("ready: partitions") for worker in workers)

        await self.until(all_ready, "workers ready")

    async def until(self, condition: Callable[[], Awaitable[bool]], what: str, pause: float = 0.1) -> None:
        """Wait for ``condition``; says what everybody had to say if it never comes."""
        deadline = time.monotonic() + PATIENCE
        while not await condition():
            assert not any(process.has_failed for process in self._started), f"waiting for {what}:\n{self._last_words()}"
            assert time.monotonic() < deadline, f"waited {PATIENCE:.0f} s for {what}; logs:\n{self._last_words()}"
            await asyncio.sleep(pause)

    def close(self) -> None:
        """End what still runs."""
        for process in self._started:
            process.guarded.kill()
        for process in self._started:
            process.guarded.wait(10)

    def _last_words(self) -> str:
        return "\n".join(f"-- {each.log.name}\n{each.log.read_text('utf-8', 'replace')[-2500:]}" for each in self._started)
