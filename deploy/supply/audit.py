"""Known vulnerabilities of everything locked: ``python -m deploy.supply.audit``.

``pip-audit`` asks for the Python packages, this file for the jars of the embedded Kafka. Both ask OSV (https://osv.dev);
``SUPERVISE_OSV`` names a mirror. Exit status 0: nothing known; 1: something is; 2: nobody could be asked.
"""

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

from monitor.embedded.pinned import JARS

ROOT = Path(__file__).parents[2]
OSV = "https://api.osv.dev/v1"
_TIMEOUT = 30.0  # seconds for an answer
_FOUND = "Found "  # what pip-audit's last line begins with when it found something


def purl(coordinate: str) -> str:
    """A Maven coordinate as OSV asks for it."""
    group, artifact, version = coordinate.split(":")
    return f"pkg:maven/{group}/{artifact}@{version}"


def of_jars(base: str) -> dict[str, list[str]]:
    """Coordinate → advisories, of the jars that have some; ``OSError`` where nobody answers."""
    queries = [{"package": {"purl": purl(jar.coordinate)}} for jar in JARS]
    request = urllib.request.Request(  # noqa: S310 - the address is the operator's
        f"{base}/querybatch", json.dumps({"queries": queries}).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:  # noqa: S310
        results = json.load(answer)["results"]
    found = {jar.coordinate: [one["id"] for one in result.get("vulns", ())] for jar, result in zip(JARS, results, strict=True)}
    return {coordinate: ids for coordinate, ids in found.items() if ids}


def of_packages(base: str) -> int:
    """What ``pip-audit`` says of the lock, printed; as exit status."""
    command = [Path(sys.executable).with_name("pip-audit"), "-r", "requirements.lock", "--disable-pip", "--require-hashes"]
    command += ["--strict", "--progress-spinner", "off", "-s", "osv", "--osv-url", f"{base}/query"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    said = done.stderr.strip().splitlines()
    print(done.stdout + (said[-1] if said else ""))
    if done.returncode == 0:
        return 0
    return 1 if any(line.startswith(_FOUND) for line in said) else 2


def main() -> int:
    """Ask for everything; the exit status."""
    base = os.environ.get("SUPERVISE_OSV", OSV).rstrip("/")
    status = of_packages(base)
    try:
        found = of_jars(base)
    except OSError as error:
        print(f"{base} cannot be asked ({error}); SUPERVISE_OSV names a mirror. Nothing is known either way.", file=sys.stderr)
        return 2
    for coordinate, ids in found.items():
        print(f"{coordinate}: {', '.join(ids)}")
    print(f"{len(JARS)} jars of the embedded Kafka, {len(found)} with advisories")
    return max(status, 1) if found else status


if __name__ == "__main__":
    sys.exit(main())
