"""Browser tests run where Debian's Chromium is; elsewhere they say how to get it."""

import pytest

from tests.browser.screen import CHROMIUM, INSTALL


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what is marked ``browser`` where there is none."""
    if CHROMIUM.exists():
        return
    skip = pytest.mark.skip(reason=f"no {CHROMIUM}: {INSTALL}")
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(skip)
