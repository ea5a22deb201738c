"""The spool on a real disk: what is kept, in which order, how much, and what a killed process leaves."""

import asyncio
import itertools
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.gateway.broker import Outgoing
from monitor.gateway.spool import BadSpool, Spool, SpoolFull

MIB = 1 << 20


def made(number: int, size: int = 10) -> Outgoing:
    return Outgoing(b"case-%d" % number, b"%d" % number + b"x" * size)


async def drained(spool: Spool, at_once: int = 7) -> list[Outgoing]:
    """All that waits, as it is handed on."""
    found: list[Outgoing] = []
    while (spooled := await spool.first(at_once)) is not None:
        found += spooled.records
        await spool.remove(spooled)
    return found


async def test_records_come_out_as_they_went_in_and_leave_nothing(tmp_path: Path) -> None:
    records = [made(number) for number in range(50)]
    async with Spool(tmp_path / "spool", MIB) as spool:
        assert spool.is_empty
        for number in range(0, 50, 5):
            await spool.keep(records[number : number + 5])
        assert (spool.records, spool.is_empty) == (50, False)
        assert await drained(spool) == records
        assert (spool.records, spool.bytes, spool.is_empty) == (0, 0, True)


async def test_requests_at_once_are_all_kept_each_in_its_order(tmp_path: Path) -> None:
    async with Spool(tmp_path / "spool", 64 * MIB) as spool:
        await asyncio.gather(*(spool.keep([made(source * 100 + number) for number in range(10)]) for source in range(100)))
        numbers = [int(record.value.rstrip(b"x")) for record in await drained(spool, 500)]
    assert sorted(numbers) == [source * 100 + number for source in range(100) for number in range(10)]
    assert all(earlier < later for earlier, later in itertools.pairwise(numbers) if earlier // 100 == later // 100)


async def test_waiting_records_are_there_after_a_restart_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "spool"
    async with Spool(path, MIB) as spool:
        await spool.keep([made(1), Outgoing(None, b"letter")])
        before = (spool.records, spool.bytes)
    async with Spool(path, MIB) as again:
        assert (again.records, again.bytes) == before
        assert again.filled.is_set()
        assert await drained(again) == [made(1), Outgoing(None, b"letter")]


async def test_a_full_spool_takes_nothing_of_a_request_and_takes_again_when_there_is_room(tmp_path: Path) -> None:
    async with Spool(tmp_path / "spool", MIB) as spool:
        await spool.keep([made(1, 700_000)])
        with pytest.raises(SpoolFull, match="full: 1 records"):
            await spool.keep([made(2), made(3, 700_000)])
        assert spool.records == 1
        await spool.keep([made(4)])
        assert await drained(spool) == [made(1, 700_000), made(4)]
        await spool.keep([made(5, 700_000)])


async def test_only_this_user_may_read_the_file_and_only_one_gateway_may_have_it(tmp_path: Path) -> None:
    path = tmp_path / "spool"
    async with Spool(path, MIB):
        assert path.stat().st_mode & 0o077 == 0
        with pytest.raises(BadSpool, match="locked"):
            Spool(path, MIB)


@pytest.mark.parametrize("content", [b"no database" * 1000, None])
def test_a_file_that_is_no_spool_stops_the_start(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "spool"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    with pytest.raises(BadSpool, match=r"gateway\.spool"):
        Spool(path, MIB)


_KEEPING = """
import asyncio, sys
from pathlib import Path
from monitor.gateway.broker import Outgoing
from monitor.gateway.spool import Spool

async def main():
    async with Spool(Path(sys.argv[1]), 1 << 30) as spool:
        number = 0
        while True:
            await spool.keep([Outgoing(b"k", b"%d" % (number + each)) for each in range(20)])
            number += 20
            print(number, flush=True)

asyncio.run(main())
"""


@pytest.mark.parametrize("lines", [1, 37, 200])
def test_acknowledged_records_are_there_after_a_kill(lines: int, tmp_path: Path) -> None:
    path = tmp_path / "spool"
    program = subprocess.Popen([sys.executable, "-c", _KEEPING, path], stdout=subprocess.PIPE, cwd=Path(__file__).parents[3])
    assert program.stdout is not None
    acknowledged = 0
    for _ in range(lines):
        acknowledged = int(program.stdout.readline())
    program.kill()
    acknowledged = max([acknowledged, *(int(line) for line in program.communicate()[0].splitlines())])

    async def left() -> list[int]:
        async with Spool(path, 1 << 30) as spool:
            return [int(record.value) for record in await drained(spool, 500)]

    values = asyncio.run(left())
    assert values[:acknowledged] == list(range(acknowledged))
    assert len(values) - acknowledged in (0, 20), "at most the commit that nobody heard of"
