"""Processes that are kept running: started again with longer and longer pauses, ended in order, never left behind."""

import logging
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from monitor.supervisor.backoff import FIRST, JITTER, LONGEST, LOOPING, RARELY, STEADY, BackOff
from monitor.supervisor.run import Kept, NotAProcess, named

ROOT = Path(__file__).parents[3]


def test_pauses_grow_to_a_bound_and_begin_anew_with_a_steady_run() -> None:
    pauses = BackOff(chance=random.Random(1))
    seen = [pauses.after(0.5) for _ in range(LOOPING - 1)]
    for number, pause in enumerate(seen):
        wanted = min(FIRST * 2**number, LONGEST)
        assert wanted * (1 - JITTER) <= pause <= wanted * (1 + JITTER)
    assert not pauses.is_looping
    assert pauses.after(0.5) >= RARELY * (1 - JITTER)
    assert pauses.is_looping
    assert pauses.after(STEADY) <= FIRST * (1 + JITTER)
    assert not pauses.is_looping


def test_two_processes_do_not_start_again_together() -> None:
    assert BackOff().after(1) != BackOff().after(1)


def test_each_process_has_a_name_of_its_own_in_the_log() -> None:
    found = named(["worker --metrics-port 9101", "worker", "wall"], {"worker", "wall"})
    assert [name for name, _ in found] == ["worker-1", "worker-2", "wall"]
    assert found[0][1] == ["worker", "--metrics-port", "9101"]


@pytest.mark.parametrize("command", ["", "replay", "wrker --book x"])
def test_a_command_that_does_not_run_for_long_is_refused_with_those_that_do(command: str) -> None:
    with pytest.raises(NotAProcess, match=r"these running: wall, worker"):
        named([command], {"worker", "wall"})


def test_a_process_that_ends_is_started_again_and_its_end_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    count = tmp_path / "count"
    script = f"open({str(count)!r}, 'a').write('x'); print('last words'); raise SystemExit(3)"

    class Soon(BackOff):
        def after(self, ran: float) -> float:
            super().after(ran)
            return 0.01

    kept = Kept("worker", (sys.executable, "-c", script), Soon())
    with caplog.at_level(logging.INFO):
        kept.start()
        deadline = time.monotonic() + 30
        while (not count.exists() or len(count.read_text()) < LOOPING + 1) and time.monotonic() < deadline:
            time.sleep(0.05)
        kept.end()
        kept.join(20)
    assert not kept.is_alive()
    assert "worker ended with status 3" in caplog.text
    assert f"HAS ENDED {LOOPING} TIMES IN A ROW" in caplog.text
    assert "last words" in caplog.text
    assert "worker: last words" in capfd.readouterr().err


def _wait_for(condition, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def test_the_command_starts_a_killed_process_again_and_ends_all_on_sigterm(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("wb") as out:
        command = [sys.executable, "-m", "monitor", "run", f"kafka --data {tmp_path / 'k'} --port 0"]
        process = subprocess.Popen(command, cwd=ROOT, stderr=out, stdout=out)
    pid_file = tmp_path / "k" / "broker.pid"
    try:
        _wait_for(lambda: log.read_text().count("Ctrl-C ends it") == 1, 90)
        first = int(pid_file.read_text())
        os.kill(first, signal.SIGKILL)
        _wait_for(lambda: log.read_text().count("Ctrl-C ends it") == 2, 90)
        assert "kafka ended with status" in log.read_text()
        second = int(pid_file.read_text())
        assert second != first
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        with pytest.raises(ProcessLookupError):
            os.kill(second, 0)
    finally:
        process.kill()
        process.wait()


def test_no_process_outlives_the_one_that_keeps_it(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("wb") as out:
        command = [sys.executable, "-m", "monitor", "run", f"kafka --data {tmp_path / 'k'} --port 0"]
        process = subprocess.Popen(command, cwd=ROOT, stderr=out, stdout=out)
    try:
        _wait_for(lambda: "Ctrl-C ends it" in log.read_text(), 90)
        broker = int((tmp_path / "k" / "broker.pid").read_text())
    finally:
        process.kill()
        process.wait()

    def is_gone() -> bool:
        try:
            os.kill(broker, 0)
        except ProcessLookupError:
            return True
        return False

    _wait_for(is_gone, 60)
