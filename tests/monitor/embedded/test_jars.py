"""Fetching Kafka's jars, from a Maven repository on loopback that serves the real ones, and fails in the ways networks fail."""

import gc
import http.server
import os
import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from monitor.embedded.errors import EmbeddedError
from monitor.embedded.jars import TOTAL_BYTES, ensure_jars, jar_folder, missing_jars
from monitor.embedded.kafka import EmbeddedKafka
from monitor.embedded.pinned import JARS
from monitor.embedded.ports import free_port

pytestmark = pytest.mark.kafka

VICTIM = next(jar for jar in JARS if ":re2j:" in jar.coordinate)


class Repository(http.server.ThreadingHTTPServer):
    """A Maven repository of the jars in ``source``. ``damage`` changes what a file is; ``dropped`` breaks off."""

    def __init__(self, source: Path) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.source = source
        self.served: list[str] = []
        self.damage: dict[str, bytes | None] = {}
        self.dropped: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/maven2/"


class Handler(http.server.BaseHTTPRequestHandler):
    server: Repository

    def do_GET(self) -> None:
        name = Path(unquote(self.path)).name
        file = self.server.source / name
        self.server.served.append(name)
        if name in self.server.dropped:
            self.server.dropped.remove(name)
            self.send_response(200)
            self.send_header("Content-Length", str(file.stat().st_size))
            self.end_headers()
            self.wfile.write(file.read_bytes()[:20_000])
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        content = self.server.damage.get(name, file.read_bytes() if file.exists() else None)
        self.send_response(404 if content is None else 200)
        self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()
        self.wfile.write(content or b"")

    def log_message(self, *_arguments: object) -> None:
        """Keep the tests' output clean."""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Repository]:
    """The repository, named in ``SUPERVISE_MAVEN``, with ``SUPERVISE_CACHE`` an empty folder."""
    with Repository(ensure_jars()) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        monkeypatch.setenv("SUPERVISE_MAVEN", server.url)
        monkeypatch.setenv("SUPERVISE_CACHE", str(tmp_path / "缓存"))
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        yield server
        server.shutdown()
        thread.join()


def almost_full(server: Repository) -> Path:
    """A folder of jars that lacks :data:`VICTIM` alone."""
    shutil.copytree(server.source, jar_folder(), copy_function=os.link)
    (jar_folder() / VICTIM.filename).unlink()
    return jar_folder()


def test_an_empty_folder_is_filled_with_progress_to_the_last_byte(repository: Repository) -> None:
    seen: list[tuple[int, int]] = []
    folder = ensure_jars(lambda _what, done, total: seen.append((done, total)))
    assert missing_jars(folder) == []
    assert folder.is_relative_to(Path(os.environ["SUPERVISE_CACHE"]))
    assert seen[0] == (0, TOTAL_BYTES)
    assert seen[-1] == (TOTAL_BYTES, TOTAL_BYTES)
    assert seen == sorted(seen)
    assert len(seen) > 1000  # a bar that moves
    assert sorted(path.name for path in folder.iterdir()) == sorted(["download.lock", *(jar.filename for jar in JARS)])

    asked = len(repository.served)
    assert ensure_jars() == folder
    assert len(repository.served) == asked  # nobody was asked anything


def test_a_broken_off_download_goes_on_where_it_stopped(repository: Repository) -> None:
    folder = almost_full(repository)
    (folder / "download-of-a-killed-run").mkdir()
    ensure_jars()
    assert {name for name in repository.served if name.endswith(".jar")} == {VICTIM.filename}
    assert missing_jars(folder) == []
    assert not (folder / "download-of-a-killed-run").exists()


def test_a_download_whose_line_drops_out_is_tried_again_and_counted_once(repository: Repository) -> None:
    folder = almost_full(repository)
    repository.dropped = [VICTIM.filename] * 2
    seen: list[int] = []
    ensure_jars(lambda _what, done, _total: seen.append(done))
    assert missing_jars(folder) == []
    assert repository.served.count(VICTIM.filename) == 3
    assert seen[-1] == VICTIM.size
    assert max(seen) == VICTIM.size


def test_a_file_that_is_not_the_pinned_jar_is_refused(repository: Repository) -> None:
    folder = almost_full(repository)
    repository.damage[VICTIM.filename] = bytes(VICTIM.size)
    with pytest.raises(EmbeddedError, match=f"{VICTIM.filename} is not the file it should be.*{VICTIM.sha256}"):
        ensure_jars()
    assert missing_jars(folder) == [VICTIM]
    repository.damage.clear()
    ensure_jars()
    assert missing_jars(folder) == []


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # jgo drops a refusal's answer unread
def test_a_jar_the_repository_does_not_have_is_named(repository: Repository) -> None:
    almost_full(repository)
    repository.damage[VICTIM.filename] = None
    with pytest.raises(EmbeddedError, match=f"cannot download {VICTIM.filename}.*not found") as caught:
        ensure_jars()
    assert repository.url in str(caught.value)
    del caught
    gc.collect()


def test_a_first_start_without_network_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUPERVISE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SUPERVISE_MAVEN", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with pytest.raises(
        EmbeddedError, match=r"cannot download .*refused.*needs the network once.*SUPERVISE_MAVEN.*copy the folder"
    ):
        EmbeddedKafka(tmp_path / "data").start()
    assert not list(jar_folder().glob("*.jar"))
    assert not list(jar_folder().glob("download-*"))


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SUPERVISE_CACHE", str(tmp_path / "file"))
    with pytest.raises(EmbeddedError, match=r"cannot be written.*SUPERVISE_CACHE"):
        ensure_jars()


def test_the_cache_lies_where_the_nearest_variable_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SUPERVISE_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert jar_folder().parent == tmp_path / ".cache" / "supervise"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert jar_folder().parent == tmp_path / "xdg" / "supervise"
    monkeypatch.setenv("SUPERVISE_CACHE", str(tmp_path / "ours"))
    assert jar_folder().parent == tmp_path / "ours"
