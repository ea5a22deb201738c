"""The embedded PostgreSQL's life: restarts, violent ends, who may come in, errors that say what to do. All with real servers."""

import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from monitor.embedded.errors import EmbeddedError
from monitor.embedded.postgres import EmbeddedPostgres
from tests.monitor.embedded.processes import all_gone, is_alive, python

HOLDER = """
import sys, time
from pathlib import Path
from monitor.embedded.postgres import EmbeddedPostgres
postgres = EmbeddedPostgres(Path(sys.argv[1]))
print(postgres.start(), postgres.pid, flush=True)
time.sleep(120)
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    """A server of the test's own, not started; in a folder whose name is Chinese and has what shells trip over."""
    embedded = EmbeddedPostgres(tmp_path / "监察, 一号=#1\\")
    yield embedded
    embedded.stop()


def _keep(server: EmbeddedPostgres, case: str) -> None:
    with psycopg.connect(server.dsn) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (cases text)")
        connection.execute("INSERT INTO kept VALUES (%s)", [case])


def _kept(server: EmbeddedPostgres) -> list[str]:
    with psycopg.connect(server.dsn) as connection:
        return [row[0] for row in connection.execute("SELECT cases FROM kept ORDER BY cases")]


def test_a_restart_keeps_address_password_and_rows(server: EmbeddedPostgres) -> None:
    address, dsn, pid = server.start(), server.dsn, server.pid
    assert server.start() == address  # already running: nothing happens
    _keep(server, "办件一")
    assert pid is not None
    server.stop()
    assert not is_alive(pid)
    assert server.dsn == ""
    server.stop()  # once more does no harm
    assert server.start() == address
    assert server.dsn == dsn
    assert _kept(server) == ["办件一"]


def test_a_clients_open_connection_does_not_hold_up_the_stop(server: EmbeddedPostgres) -> None:
    server.start()
    with psycopg.connect(server.dsn) as connection:
        connection.execute("SELECT 1")
        server.stop()
        assert server.pid is None
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    assert "database system is shut down" in server.log.read_text("utf-8")  # and it was no crash


@pytest.mark.parametrize("user", ["supervise", "postgres"])
def test_nobody_comes_in_without_the_password(server: EmbeddedPostgres, user: str) -> None:
    server.start()
    for password in ("", "?password=wrong"):
        with pytest.raises(psycopg.OperationalError, match=r"no password supplied|authentication failed"):
            psycopg.connect(f"postgresql://{user}@{server.address}/supervise{password}")


def test_the_password_is_the_owners_alone(server: EmbeddedPostgres) -> None:
    server.start()
    assert stat.S_IMODE((server.data / "password").stat().st_mode) == 0o600
    assert stat.S_IMODE(server.data.stat().st_mode) == 0o700
    assert len(server.password) >= 32
    assert server.password not in server.log.read_text("utf-8")
    assert server.password not in server.hint


def test_the_server_listens_on_loopback_only_and_on_no_unix_socket(server: EmbeddedPostgres) -> None:
    server.start()
    with psycopg.connect(server.dsn) as connection:
        shown = [connection.execute(f"SHOW {name}").fetchone() for name in ("listen_addresses", "unix_socket_directories")]
    assert shown == [("127.0.0.1",), ("",)]


def test_chinese_text_is_found_by_three_characters(server: EmbeddedPostgres) -> None:
    server.start()
    with psycopg.connect(server.dsn) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        found = connection.execute("SELECT show_trgm('行政审批') <> '{}', current_setting('server_encoding')").fetchone()
    assert found == (True, "UTF8")


def test_sigkill_of_the_parent_ends_the_server_and_the_folder_is_usable_at_once(server: EmbeddedPostgres) -> None:
    holder = python(HOLDER, server.data)
    assert holder.stdout is not None
    address, pid = holder.stdout.readline().split()
    with pytest.raises(EmbeddedError, match=f"in use by process {holder.pid}"):
        EmbeddedPostgres(server.data).start()
    assert is_alive(int(pid))  # and the one that has it was not disturbed
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert server.start() == address
    assert not is_alive(int(pid))
    holder.communicate()


def test_a_server_killed_with_sigkill_five_times_loses_nothing_committed(server: EmbeddedPostgres) -> None:
    server.start()
    for number in range(5):
        _keep(server, f"办件{number}")
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        assert server.wait() == 137
        server.start()
    assert _kept(server) == [f"办件{number}" for number in range(5)]


def test_a_server_whose_guard_was_killed_is_ended_by_stop(server: EmbeddedPostgres) -> None:
    server.start()
    pid = server.pid
    assert pid is not None
    guard = int(subprocess.run(["ps", "-o", "ppid=", "-p", str(pid)], capture_output=True, check=True).stdout)
    os.kill(guard, signal.SIGKILL)
    server.stop()
    assert all_gone(pid)
    server.start()  # and the next start finds nothing in its way


def test_a_first_start_that_was_cut_off_begins_anew(server: EmbeddedPostgres) -> None:
    half = server.data / "cluster.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    server.start()
    assert not half.exists()
    _keep(server, "办件一")


def test_a_cluster_of_another_version_is_refused_and_not_touched(server: EmbeddedPostgres) -> None:
    server.start()
    server.stop()
    version = server.data / "cluster" / "PG_VERSION"
    version.write_text("12\n")
    with pytest.raises(EmbeddedError, match=r"written by PostgreSQL 12, the one installed is \d+.*backup"):
        server.start()
    assert version.read_text() == "12\n"


def test_a_taken_port_is_named(server: EmbeddedPostgres) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(EmbeddedError, match=f"taken by another program \\(127.0.0.1:{port}\\).*--port"):
            EmbeddedPostgres(server.data, port).start()


def test_a_server_that_ends_at_once_is_quoted_with_its_log(server: EmbeddedPostgres) -> None:
    server.start()
    server.stop()
    settings = server.data / "cluster" / "postgresql.conf"
    kept = settings.read_text("utf-8")
    settings.write_text(f"{kept}\nno_such_setting = 1\n", "utf-8")
    with pytest.raises(EmbeddedError, match=r"(?s)embedded PostgreSQL: the server ended with status 1.*no_such_setting"):
        server.start()
    settings.write_text(kept, "utf-8")
    server.start()  # nothing of the failure is left over


def test_the_command_prints_address_and_where_the_password_lies(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "monitor", "postgres", "--data", str(tmp_path), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        password = (tmp_path / "password").read_text("ascii").strip()
        with psycopg.connect(f"postgresql://supervise:{password}@{address}/supervise") as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=40)
    assert process.returncode == 0
    assert str(tmp_path / "password") in said
    assert password not in said
