"""How much is read before a command runs."""

import subprocess
import sys

_HEAVY = ("aiokafka", "faust", "websockets", "aiohttp", "pydantic", "rich")


def test_the_flags_are_read_without_any_of_the_parts_they_start() -> None:
    program = f"import sys, monitor.cli; print([name for name in {_HEAVY} if name in sys.modules])"

    loaded = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout

    assert loaded.strip() == "[]"
