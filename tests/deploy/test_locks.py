"""The lock files: what the image installs is what developers test, and every dependency of the project is locked."""

import re
import tomllib

from tests.deploy.files import ROOT

RENEW = "stale: make lock"


def locked(name: str) -> dict[str, str]:
    """Package → its version and hashes, as a lock file has them."""
    text = re.sub(r"^ *#.*$\n?", "", (ROOT / name).read_text("utf-8"), flags=re.MULTILINE)
    entries = re.split(r"^(?=[a-z0-9])", text.replace("\\\n", " "), flags=re.MULTILINE)
    return {entry.partition("==")[0]: " ".join(entry.partition("==")[2].split()) for entry in entries if "==" in entry}


def pinned(entry: str) -> tuple[str, frozenset[str]]:
    """Version and hashes of an entry, whatever its markers."""
    return entry.split()[0], frozenset(re.findall(r"sha256:\w+", entry))


def test_the_image_installs_what_developers_test() -> None:
    tested = locked("requirements.lock")
    installed = locked("requirements-run.lock")
    assert {name: pinned(entry) for name, entry in installed.items()} == {name: pinned(tested[name]) for name in installed}, RENEW
    assert all(hashes for _, hashes in map(pinned, tested.values()))


def test_every_dependency_of_the_project_is_installed_in_the_image() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *(need for extra in sorted(extras.keys() - {"dev"}) for need in extras[extra])]
    names = {re.split(r"[\[<>=!~; ]", need)[0] for need in wanted}
    assert names - locked("requirements-run.lock").keys() == set(), RENEW


def test_nothing_of_the_developers_gets_into_the_image() -> None:
    assert {"pytest", "mypy", "ruff", "playwright", "pip-audit", "hypothesis"} & locked("requirements-run.lock").keys() == set()
