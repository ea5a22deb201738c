"""Checks by programs of Debian run where they are; elsewhere they say how to get them."""

import shutil

import pytest

PACKAGES = {"promtool": "prometheus", "amtool": "prometheus-alertmanager", "systemd-analyze": "systemd"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what is marked ``debian("program")`` where that program is missing."""
    for item in items:
        for mark in item.iter_markers("debian"):
            if shutil.which(mark.args[0]) is None:
                install = f"apt-get update && apt-get install -y --no-install-recommends {PACKAGES[mark.args[0]]}"
                item.add_marker(pytest.mark.skip(reason=f"no {mark.args[0]}: {install}"))
