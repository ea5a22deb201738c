"""The guard, with real processes: a child ends when its parent does, however that ends, and its status comes through."""

import fcntl
import gc
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from monitor.embedded.guard import GuardedProcess, spawn_guarded
from tests.monitor.embedded.processes import ROOT, all_gone, is_alive, python, wait_until

FAMILY = "sleep 1000 & echo $$ $!; wait"  # a child with a child of its own; both pids on one line
DEAF = "trap '' TERM; echo $$; while :; do sleep 0.1; done"

PARENT = """
import sys, time, os
from monitor.embedded.guard import spawn_guarded
child = spawn_guarded(["sh", "-c", sys.argv[1]], grace=float(sys.argv[2]))
if sys.argv[3] == "fork" and os.fork() == 0:
    time.sleep(60)
if sys.argv[3] == "exit":
    time.sleep(0.5)
    os._exit(0)
time.sleep(60)
"""


def start_family(how: str = "wait", script: str = FAMILY, grace: float = 5) -> tuple["subprocess.Popen[str]", list[int]]:
    """A parent that has started a guarded child; the parent, and the pids that the child has printed."""
    parent = python(PARENT, script, grace, how)
    assert parent.stdout is not None
    return parent, [int(word) for word in parent.stdout.readline().split()]


def finish(parent: "subprocess.Popen[str]") -> None:
    parent.kill()
    parent.communicate()


def test_sigkill_of_the_parent_ends_child_and_grandchild() -> None:
    parent, pids = start_family()
    assert len(pids) == 2
    assert all(map(is_alive, pids))
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    assert all_gone(*pids, timeout=5)
    finish(parent)


def test_a_parent_that_just_exits_takes_its_child_along() -> None:
    parent, pids = start_family("exit")
    assert parent.wait(10) == 0
    assert all_gone(*pids, timeout=5)
    finish(parent)


def test_a_child_deaf_to_sigterm_is_killed_after_the_grace() -> None:
    parent, pids = start_family(script=DEAF, grace=0.5)
    parent.kill()
    parent.wait()
    time.sleep(0.2)
    assert is_alive(pids[0])  # the grace has begun
    assert all_gone(*pids, timeout=5)
    finish(parent)


def test_a_fork_of_the_parent_that_holds_the_pipe_keeps_nobody_alive() -> None:
    parent, pids = start_family("fork")
    forked = int(subprocess.run(["pgrep", "-P", str(parent.pid), "-f", "time.sleep"], capture_output=True, check=True).stdout)
    parent.kill()
    parent.wait()
    assert is_alive(forked)
    assert all_gone(*pids, timeout=5)
    os.kill(forked, signal.SIGKILL)
    finish(parent)


@pytest.mark.parametrize(("script", "status"), [("exit 0", 0), ("exit 3", 3), ("kill -KILL $$", 137), ("kill -TERM $$", 143)])
def test_the_exit_status_of_the_child_comes_through(script: str, status: int) -> None:
    assert spawn_guarded(["sh", "-c", script]).wait(10) == status


def test_a_process_left_behind_by_the_child_ends_with_it() -> None:
    child = spawn_guarded(["sh", "-c", "sleep 1000 >/dev/null & echo $!"], stdout=subprocess.PIPE)
    output, _ = child.communicate(timeout=10)
    assert child.returncode == 0
    assert all_gone(int(output))


def test_a_command_that_is_missing_or_cannot_be_run_ends_with_status_127_or_126(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("no program")
    missing = spawn_guarded([tmp_path / "missing"], stderr=subprocess.PIPE)
    assert b"No such file" in missing.communicate(timeout=10)[1]
    assert missing.returncode == 127
    plain = spawn_guarded([tmp_path / "plain"], stderr=subprocess.PIPE)
    assert b"ermission denied" in plain.communicate(timeout=10)[1]
    assert plain.returncode == 126


def test_terminate_ends_politely_and_kill_at_once() -> None:
    polite = spawn_guarded(["sh", "-c", "trap 'exit 7' TERM; echo; while :; do sleep 0.05; done"], stdout=subprocess.PIPE)
    assert polite.stdout is not None
    polite.stdout.readline()
    polite.terminate()
    assert polite.wait(10) == 7
    polite.stdout.close()

    deaf = spawn_guarded(["sh", "-c", DEAF], stdout=subprocess.PIPE, grace=60)
    assert deaf.stdout is not None
    pid = int(deaf.stdout.readline())
    deaf.terminate()
    time.sleep(0.2)
    assert is_alive(pid)
    deaf.kill()
    assert deaf.wait(10) == 137
    assert not is_alive(pid)
    deaf.stdout.close()


def test_a_terminal_s_interrupt_does_not_reach_the_child() -> None:
    """It goes to the process group of the parent, who decides in which order its children end."""
    child = spawn_guarded(["sh", "-c", "echo $$; exec sleep 1000"], stdout=subprocess.PIPE)
    assert child.stdout is not None
    pid = int(child.stdout.readline())
    assert len({os.getpgrp(), os.getpgid(child.pid), os.getpgid(pid)}) == 3
    assert os.getsid(pid) == os.getsid(child.pid) != os.getsid(0)
    child.terminate()
    assert child.wait(10) == 143
    child.stdout.close()


def test_a_guard_ended_before_its_child_began_leaves_nothing(tmp_path: Path) -> None:
    for delay in (0, 0.005, 0.01, 0.02, 0.03, 0.04, 0.06, 0.1):
        pid_file = tmp_path / f"{delay}.pid"
        child = spawn_guarded(["sleep", "1000"], pid_file=pid_file)
        time.sleep(delay)
        child.terminate()
        assert child.wait(10) in (143, -signal.SIGTERM)
        assert not pid_file.exists()


def test_the_child_has_its_pid_file_environment_folder_and_an_empty_input(tmp_path: Path) -> None:
    pid_file = tmp_path / "child.pid"
    script = "cat; echo $$ $WHO $PWD; read forever < fifo"
    os.mkfifo(tmp_path / "fifo")
    child = spawn_guarded(
        ["sh", "-c", script],
        env={"WHO": "窗口", "PATH": os.environ["PATH"]},
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        pid_file=pid_file,
    )
    assert child.stdout is not None
    pid, who, folder = child.stdout.readline().decode().split()
    assert wait_until(lambda: pid_file.exists() and pid_file.read_text().strip() == pid)
    assert (who, folder) == ("窗口", str(tmp_path))
    child.terminate()
    assert child.wait(10) == 143
    assert not pid_file.exists()
    child.stdout.close()


def test_a_lock_handed_on_is_the_child_s_too(tmp_path: Path) -> None:
    with (tmp_path / "lock").open("w") as ours:
        fcntl.flock(ours, fcntl.LOCK_EX)
        child = spawn_guarded(["sleep", "1000"], pass_fds=[ours.fileno()])
    with (tmp_path / "lock").open("w") as other:
        with pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        child.terminate()
        child.wait(10)
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_the_child_inherits_nothing_else_of_the_parent(tmp_path: Path) -> None:
    with (tmp_path / "secret").open("w") as secret:
        listing = "import os; print([n for n in range(3, 256) if os.path.exists(f'/dev/fd/{n}')])"
        child = spawn_guarded([sys.executable, "-c", listing], stdout=subprocess.PIPE)
        output, _ = child.communicate(timeout=10)
        assert secret.fileno() not in eval(output)


def test_guards_nest_and_arguments_pass_untouched() -> None:
    inner = [sys.executable, "-m", "monitor.embedded.guard", "--", "sh", "-c", 'echo "$@"', "sh", "--", "-x", "--grace"]
    piped = "import subprocess, sys; p = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE); sys.exit(p.wait())"
    child = spawn_guarded([sys.executable, "-c", piped, *inner], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT)
    output, errors = child.communicate(timeout=20)
    assert output == b"-- -x --grace\n"
    assert errors == b""
    assert child.returncode == 0


def test_the_guard_as_a_command_ends_its_child_at_end_of_file() -> None:
    command = [sys.executable, "-m", "monitor.embedded.guard", "--", "sleep", "1000"]
    done = subprocess.run(command, input=b"", capture_output=True, timeout=20, cwd=ROOT, check=False)
    assert done.returncode == 143
    assert done.stderr == b""


def test_letting_go_of_the_object_ends_the_child() -> None:
    child: GuardedProcess | None = spawn_guarded(["sh", "-c", "echo $$; exec sleep 1000"], stdout=subprocess.PIPE)
    assert child is not None
    assert child.stdout is not None
    pid, guard = int(child.stdout.readline()), child.pid
    child.stdout.close()
    with pytest.warns(ResourceWarning, match="still running"):
        child = None
        gc.collect()
    assert all_gone(pid, guard)
