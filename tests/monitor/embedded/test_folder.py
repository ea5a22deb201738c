"""Folders that cannot serve: no space, no right to write, no folder at all. The first is tried on a real full disk, too."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from monitor.embedded.errors import EmbeddedError
from monitor.embedded.folder import is_locked, lock_owner, lock_server, make_folder, require_space
from monitor.embedded.kafka import EmbeddedKafka
from tests.monitor.embedded.processes import ROOT


def test_space_is_checked_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError, match=r"no space left on the disk: \d+ MB free, 1000000000000 MB are needed") as caught:
        EmbeddedKafka(tmp_path, minimum_free=10**18).start()
    assert str(tmp_path) in str(caught.value)
    assert not (tmp_path / "log").exists()
    os.close(lock_owner(tmp_path))  # and the lock was let go


def test_a_folder_with_enough_space_is_no_error(tmp_path: Path) -> None:
    require_space(tmp_path, 1)


SMALL_DISK = """
mount -t tmpfs -o size=20m small "$1" && exec "$2" -c '
import sys
from pathlib import Path
from monitor.embedded.kafka import EmbeddedKafka
from monitor.embedded.errors import EmbeddedError
folder = Path(sys.argv[1])
for _ in range(2):
    try:
        EmbeddedKafka(folder).start()
    except EmbeddedError as error:
        print(error)
    try:
        (folder / "filler").write_bytes(bytes(30_000_000))
    except OSError:
        pass
' "$1"
"""


def test_a_small_and_a_full_disk_are_refused_with_the_space_needed(tmp_path: Path) -> None:
    own_mounts = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "--map-root-user"]
    probe = subprocess.run([*own_mounts, "mount", "-t", "tmpfs", "probe", str(tmp_path)], capture_output=True, check=False)
    if probe.returncode:
        pytest.skip(f"cannot mount a small disk here: {probe.stderr.decode().strip()}")
    command = [*own_mounts, "sh", "-c", SMALL_DISK, "sh", str(tmp_path), sys.executable]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    small, full = done.stdout.splitlines()
    assert f"no space left on the disk: 21 MB free, 500 MB are needed ({tmp_path})" in small
    assert "no space left on the disk" in full
    assert done.stderr == ""


def test_a_file_where_the_folder_should_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EmbeddedError, match=r"cannot be written: Not a directory .*/file/data.*--data"):
        EmbeddedKafka(tmp_path / "file" / "data").start()


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs Linux's /proc, where nobody may make a folder")
def test_a_folder_that_cannot_be_made_is_refused() -> None:
    with pytest.raises(EmbeddedError, match="cannot be written"):
        make_folder(Path("/proc/supervise"), "")


@contextmanager
def as_somebody_else() -> Iterator[None]:
    """Root may write everywhere; so be nobody for a moment."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def test_a_folder_without_the_right_to_write_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with as_somebody_else(), pytest.raises(EmbeddedError, match="cannot be written: Permission denied"):
        make_folder(tmp_path, "")


def test_a_new_folder_may_be_entered_by_its_owner_only(tmp_path: Path) -> None:
    make_folder(tmp_path / "new", "")
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700


def test_a_folder_has_one_owner_at_a_time(tmp_path: Path) -> None:
    first = lock_owner(tmp_path)
    with pytest.raises(EmbeddedError, match=f"in use by process {os.getpid()}"):
        lock_owner(tmp_path)
    os.close(first)
    os.close(lock_owner(tmp_path))


def test_a_broker_that_does_not_end_is_named(tmp_path: Path) -> None:
    first = lock_server(tmp_path, "broker", patience=0)
    assert is_locked(tmp_path / "broker.lock")
    with pytest.raises(EmbeddedError, match=r"earlier run.*broker\.pid"):
        lock_server(tmp_path, "broker", patience=0.2)
    os.close(first)
    assert not is_locked(tmp_path / "broker.lock")
