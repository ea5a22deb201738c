"""The files, what the core makes of them without a broker, and a site for every test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.agreement import files, offline
from tests.acceptance.agreement.files import Source
from tests.acceptance.agreement.offline import Judged
from tests.acceptance.agreement.site import Site


@pytest.fixture(scope="package", params=files.names())
def source(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Source:
    """Each file in turn."""
    return files.make(request.param, tmp_path_factory.mktemp(request.param))


@pytest.fixture(scope="package")
def offline_result(source: Source) -> Judged:
    """The file straight through the core: what every other way must come to."""
    return offline.judge(source)


@pytest.fixture
def site(kafka: str, topic_prefix: str, tmp_path: Path) -> Iterator[Site]:
    """An installation of its own on the shared broker."""
    site = Site(kafka, topic_prefix, tmp_path)
    yield site
    site.close()
