"""Gateway and wall as processes of their own, and what an honest window system gets from them meanwhile. Loopback only."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from monitor.door import NewToken
from monitor.embedded.ports import free_port
from monitor.gateway import new_token

HOST = "127.0.0.1"
HONEST = "127.0.0.2"
"""Another address of this machine: whoever floods from 127.0.0.1 is another peer."""


class Running(NamedTuple):
    """A process, its port and its log."""

    process: "subprocess.Popen[bytes]"
    port: int
    log: Path

    def worked(self) -> float:
        """Seconds of processor time so far: says more than a clock where others share the machine."""
        user, system = Path(f"/proc/{self.process.pid}/stat").read_text("utf-8").rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def resident(self) -> int:
        """Bytes of memory it holds."""
        pages = Path(f"/proc/{self.process.pid}/statm").read_text("utf-8").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def started(what: str, folder: Path, bootstrap: str, tree: Path | None = None) -> Iterator[tuple[Running, NewToken]]:
    """``supervise gateway`` or ``wall`` from this checkout, or that of ``tree``; and a token for the gateway."""
    root = tree or Path(__file__).parents[1]
    token, port = new_token("window", ("43",)), free_port()
    name = f"{what}-{port}"
    (folder / f"{name}.tokens").write_text(token.table, "utf-8")
    tokens = f'tokens = "{folder / name}.tokens"\n' if what == "gateway" else ""
    (folder / f"{name}.toml").write_text(
        f'[kafka]\nbootstrap = "{bootstrap}"\n[topics]\nprefix = "{name}"\n[{what}]\nport = {port}\n{tokens}', "utf-8"
    )
    python = root / ".venv/bin/python"
    command = [python if python.exists() else sys.executable, "-m", "monitor", "--settings", folder / f"{name}.toml", what]
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=root, stdout=log, stderr=log, env=os.environ | {"PYTHONPATH": str(root)})
    try:
        yield Running(process, port, folder / f"{name}.log"), token
    finally:
        process.terminate()
        process.wait(30)


async def dial(port: int, source: str = HOST) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection from that address."""
    return await asyncio.open_connection(HOST, port, local_addr=(source, 0))


def request(token: str, body: bytes, path: str = "/v1/events") -> bytes:
    """A whole POST."""
    head = f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def answer(reader: asyncio.StreamReader) -> int:
    """The status of the next answer, which is read to its end; 0 if the connection ends."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(length)
    except (asyncio.IncompleteReadError, ConnectionError):
        return 0
    return int(head[9:12])


async def asked(port: int, sent: bytes, source: str = HONEST, within: float = 15.0) -> tuple[int, float]:
    """Status and seconds of one request on a connection of its own; status 0 for none in time."""
    began = time.monotonic()
    try:
        async with asyncio.timeout(within):
            reader, writer = await dial(port, source)
            try:
                writer.write(sent)
                status = await answer(reader)
            finally:
                writer.transport.abort()
    except (TimeoutError, OSError):
        status = 0
    return status, time.monotonic() - began


def get(path: str) -> bytes:
    """A whole GET."""
    return f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()


async def until_ready(port: int, path: str = "/healthz") -> None:
    """Wait until that probe says 200."""
    async with asyncio.timeout(60):
        while (await asked(port, get(path)))[0] != 200:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.1)


async def saturated(port: int, sent: Sequence[bytes], seconds: float) -> int:
    """Requests answered 202 in so long: a connection for each of ``sent``, which it repeats."""
    end = time.monotonic() + seconds

    async def repeat(one: bytes) -> int:
        reader, writer = await dial(port)
        done = 0
        while time.monotonic() < end:
            writer.write(one)
            if await answer(reader) != 202:
                raise AssertionError("not taken")
            done += 1
        writer.close()
        return done

    return sum(await asyncio.gather(*map(repeat, sent)))
