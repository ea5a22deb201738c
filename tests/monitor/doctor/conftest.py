"""A hall of its own for every test that needs one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.monitor.stream.hall import Hall


@pytest.fixture
def hall(kafka: str, topic_prefix: str, tmp_path: Path) -> Iterator[Hall]:
    """Topics under a fresh prefix on the real broker; its workers are killed at the end."""
    hall = Hall(kafka, topic_prefix, tmp_path)
    yield hall
    hall.close()
