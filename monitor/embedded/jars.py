"""Apache Kafka's jars: fetched once through jgo, checked against their pinned SHA-256, kept for every later start.

They lie in ``~/.cache/supervise/kafka-VERSION/`` (``SUPERVISE_CACHE`` or ``XDG_CACHE_HOME`` move it); about 43 MB. The folder is
complete when it holds every pinned jar in its pinned size. A start with a full folder touches no network. A broken-off download
goes on where it stopped. Copying the folder serves a machine without any network. ``SUPERVISE_MAVEN`` names another Maven
repository (a mirror, or the office's own) to fetch from.
"""

import hashlib
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from monitor.embedded.errors import EmbeddedError
from monitor.embedded.folder import holding, make_folder, require_space
from monitor.embedded.pinned import JARS, KAFKA_VERSION, Jar

TOTAL_BYTES = sum(jar.size for jar in JARS)

ShowProgress = Callable[[str, int, int], None]
"""Called with what is being done, how far it has come and how far it has to go, both in bytes. 0 and 0 where bytes mean
nothing."""

_PARALLEL = 6
_TIMEOUT = 20  # seconds without a byte
_ATTEMPTS = 3  # per jar
_PAUSE = 1.0  # seconds between two of them


def jar_folder() -> Path:
    """Where the jars of this Kafka version belong. The folder need not exist yet."""
    if cache := os.environ.get("SUPERVISE_CACHE"):
        base = Path(cache)
    elif xdg := os.environ.get("XDG_CACHE_HOME"):
        base = Path(xdg) / "supervise"
    else:
        base = Path.home() / ".cache" / "supervise"
    return base.absolute() / f"kafka-{KAFKA_VERSION}"


def missing_jars(folder: Path) -> list[Jar]:
    """The pinned jars that ``folder`` lacks or holds in another size. Reads names and sizes only: a few milliseconds."""
    return [jar for jar in JARS if not _has_size(folder / jar.filename, jar.size)]


def ensure_jars(progress: ShowProgress | None = None) -> Path:
    """The folder with every jar of Kafka, after fetching what is missing.

    Two processes that find it empty at once do not disturb each other: the second waits for the first. Raises
    :class:`EmbeddedError` where there is no network, no space, no right to write, or a jar that is not what was pinned.
    """
    folder = jar_folder()
    if not missing_jars(folder):
        return folder
    make_folder(folder, "SUPERVISE_CACHE names another folder for the cache")
    with holding(folder / "download.lock"):
        if missing := missing_jars(folder):
            require_space(folder, 2 * sum(jar.size for jar in missing))
            _fetch(missing, folder, progress or (lambda _what, _done, _total: None))
    return folder


def _fetch(missing: list[Jar], folder: Path, progress: ShowProgress) -> None:
    total = sum(jar.size for jar in missing)
    done = 0
    lock = threading.Lock()

    def arrived(count: int) -> None:
        nonlocal done
        with lock:
            done += count
            progress(f"downloading Apache Kafka {KAFKA_VERSION}", done, total)

    arrived(0)
    for left_over in folder.glob("download-*"):  # of a download that was killed; we hold the lock
        shutil.rmtree(left_over, ignore_errors=True)
    # The staging folder lies beside its goal, so that moving a checked jar in is one atomic rename.
    with tempfile.TemporaryDirectory(prefix="download-", dir=folder) as staging:
        pool = ThreadPoolExecutor(_PARALLEL, thread_name_prefix="jars")
        try:
            for _ in pool.map(lambda jar: _fetch_one(jar, Path(staging), folder, arrived), missing):
                pass
        finally:
            pool.shutdown(cancel_futures=True)


def _fetch_one(jar: Jar, staging: Path, folder: Path, arrived: Callable[[int], None]) -> None:
    source = os.environ.get("SUPERVISE_MAVEN")
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            fetched = _download(jar, staging / f"{jar.filename}-{attempt}", source, arrived)
            break
        except OSError as error:  # of which requests' errors are a kind; lines that drop out are worth another try
            if attempt == _ATTEMPTS:
                raise _no_download(jar, source, folder, error) from error
            time.sleep(_PAUSE)
        except RuntimeError as error:  # jgo: the repository does not have it
            raise _no_download(jar, source, folder, error) from error
    if (found := _sha256(fetched)) != jar.sha256:
        raise EmbeddedError(
            f"{jar.filename} is not the file it should be: SHA-256 {found}, expected {jar.sha256}",
            source or "Maven Central",
            "The transfer was cut or altered: try again, or fetch from another repository (SUPERVISE_MAVEN)",
            "embedded Kafka",
        )
    fetched.replace(folder / jar.filename)


def _download(jar: Jar, staging: Path, source: str | None, arrived: Callable[[int], None]) -> Path:
    """One attempt; what it counted as arrived is taken back if it fails."""
    from jgo.maven import MavenContext, PythonResolver  # noqa: PLC0415  only the first start pays for importing it

    counted = 0

    def count(size: int) -> None:
        nonlocal counted
        counted += size
        arrived(size)

    @contextmanager
    def counting(_filename: str, _size: int) -> Iterator[Callable[[int], None]]:
        yield count

    context = MavenContext(
        resolver=PythonResolver(progress_callback=counting),
        repo_cache=staging,
        local_repos=[],
        remote_repos={"mirror": source.rstrip("/")} if source else None,
        timeout=_TIMEOUT,
    )
    group, artifact, version = jar.coordinate.split(":")
    try:
        fetched: Path = context.project(group, artifact).at_version(version).artifact().resolve()
    except BaseException:
        arrived(-counted)
        raise
    return fetched


def _no_download(jar: Jar, source: str | None, folder: Path, error: Exception) -> EmbeddedError:
    return EmbeddedError(
        f"cannot download {jar.filename}: {_reason(error)}",
        source or "Maven Central",
        "The first start needs the network once; check it and the proxy (HTTPS_PROXY), or name a mirror in "
        f"SUPERVISE_MAVEN, or copy the folder {folder} from a machine that has it",
        "embedded Kafka",
    )


def _reason(error: Exception) -> str:
    return str(error).partition("\n")[0][:300] or type(error).__name__


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _has_size(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except OSError:
        return False
