"""The bill of materials of what a site runs, CycloneDX 1.6: ``python -m deploy.supply.sbom FILE``.

Python packages come from requirements-run.lock by ``cyclonedx-py``, jars from ``monitor.embedded.pinned``; all with hashes and
licences.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from deploy.supply.licences import OF_JARS, licence_of
from monitor.embedded.pinned import JARS, Jar

ROOT = Path(__file__).parents[2]
_TOOL = Path(sys.executable).with_name("cyclonedx-py")
ELSEWHERE = {"colorama": "BSD-3-Clause"}
"""Packages of the lock that are installed on other systems only."""


def bill() -> dict[str, Any]:
    """The whole document."""
    command = [_TOOL, "requirements", "--pyproject", "pyproject.toml", "--short-PURLs", "--output-reproducible", "--of", "JSON"]
    made = subprocess.run([*command, "requirements-run.lock"], cwd=ROOT, capture_output=True, text=True, check=True)
    document: dict[str, Any] = json.loads(made.stdout)
    for component in document["components"]:
        del component["description"]  # the line of the lock, with its hashes once more
        name = component["name"]
        component["licenses"] = _licence(ELSEWHERE.get(name) or licence_of(name))
    document["components"] += [_component(jar) for jar in JARS]
    return document


def _component(jar: Jar) -> dict[str, Any]:
    group, artifact, version = jar.coordinate.split(":")
    purl = f"pkg:maven/{group}/{artifact}@{version}"
    return {
        "bom-ref": purl,
        "type": "library",
        "group": group,
        "name": artifact,
        "version": version,
        "purl": purl,
        "hashes": [{"alg": "SHA-256", "content": jar.sha256}],
        "licenses": _licence(OF_JARS[group]),
    }


def _licence(expression: str) -> list[dict[str, str]]:
    return [{"expression": expression}]


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(bill(), indent=2) + "\n", "utf-8")
    print(target)
