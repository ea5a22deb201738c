"""Writes ``pinned.py`` anew, for whoever raises Kafka's version: ``python -m monitor.embedded.pin 4.1.2``.

jgo walks the POMs (the transitive, runtime-scoped closure) and fetches each jar. Size and SHA-256 of each are noted: every
machine afterwards runs the same bytes that were tested here. Needs the network.
"""

import hashlib
import sys
from pathlib import Path

import jgo

SLF4J = "1.7.36"  # the API version Kafka 4.1 is built against

UNUSED = frozenset({
    # commons-validator reads forms from XML with these. A broker asks it for nothing but whether an address is one.
    "commons-beanutils:commons-beanutils",
    "commons-collections:commons-collections",
    "commons-digester:commons-digester",
    "commons-logging:commons-logging",
    # No class of a broker names these; the YAML ones serve the start script of Kafka's own image.
    "com.fasterxml.jackson.dataformat:jackson-dataformat-csv",
    "com.fasterxml.jackson.dataformat:jackson-dataformat-yaml",
    "org.yaml:snakeyaml",
})  # fmt: skip
"""What the POMs ask for and a KRaft broker never loads. What is not there cannot be attacked, and needs no raising."""

_HEAD = '''"""Every jar of the embedded Apache Kafka, with its size in bytes and SHA-256. Made by ``monitor.embedded.pin``."""

from typing import NamedTuple


class Jar(NamedTuple):
    """One Maven artifact: ``group:artifact:version``, its size in bytes and its SHA-256 in hexadecimal."""

    coordinate: str
    size: int
    sha256: str

    @property
    def filename(self) -> str:
        """The jar's file name in a repository and in our folder."""
        _, artifact, version = self.coordinate.split(":")
        return f"{artifact}-{version}.jar"


'''


def pin(version: str) -> str:
    """The text of ``pinned.py`` for a Kafka version."""
    lines = []
    for artifact in jgo.resolve(f"org.apache.kafka:kafka_2.13:{version}+org.slf4j:slf4j-simple:{SLF4J}"):
        if f"{artifact.groupId}:{artifact.artifactId}" in UNUSED:
            continue
        content = artifact.resolve().read_bytes()
        coordinate = f"{artifact.groupId}:{artifact.artifactId}:{artifact.version}"
        lines.append(f'    Jar("{coordinate}", {len(content)}, "{hashlib.sha256(content).hexdigest()}"),\n')
    return (
        f'{_HEAD}KAFKA_VERSION = "{version}"\n\n# fmt: off\n# ruff: noqa: E501\nJARS = (\n{"".join(sorted(lines))})\n# fmt: on\n'
    )


if __name__ == "__main__":
    Path(__file__).with_name("pinned.py").write_text(pin(sys.argv[1]))
