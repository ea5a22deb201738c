"""``supervise doctor`` against real brokers: one that is well, topics made wrongly, a user who may do nothing, none at all."""

import asyncio
import json
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import aiokafka.codec
import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from click.testing import CliRunner

from monitor.cli import main
from monitor.doctor import ClusterFinding, Examination, examine, trial
from monitor.kafka import connected, create_topics, partition_counts
from monitor.settings import KafkaSettings, Settings, TopicSettings
from monitor.wire import Topics
from tests.monitor.kafka.secure import SecureKafka, secure_broker
from tests.monitor.stream.hall import MONDAY, Hall, accepted, feed, ticks

pytestmark = pytest.mark.kafka


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["doctor", *arguments])
    return done.exit_code, done.output


def of(report: Examination, check: str) -> list[ClusterFinding]:
    return [finding for finding in report.findings if finding.check == check]


def ills(report: Examination) -> set[tuple[str, str]]:
    return {(finding.check, finding.about) for finding in report.findings if finding.severity == "error"}


def test_a_cluster_before_the_first_day_is_well_and_left_as_it_was(kafka: str, topic_prefix: str) -> None:
    status, output = run("--bootstrap", kafka, "--prefix", topic_prefix)
    assert status == 0, output
    for word in ("reachable", "takes every codec", "is not there yet", "beside this machine's", "gzip, snappy, lz4, zstd"):
        assert word in output
    assert "0 warnings, 0 errors" in output


async def test_the_doctor_leaves_no_topic_behind(kafka: str, topic_prefix: str) -> None:
    await examine(Settings(kafka=KafkaSettings(bootstrap=kafka), topics=TopicSettings(prefix=topic_prefix)))
    assert not [name for name in await partition_counts(KafkaSettings(bootstrap=kafka)) if name.startswith(topic_prefix)]


async def test_topics_made_wrongly_are_found_with_their_mends(kafka: str, topic_prefix: str) -> None:
    settings = Settings(kafka=KafkaSettings(bootstrap=kafka), topics=TopicSettings(prefix=topic_prefix))
    names = Topics(topic_prefix)
    two, three = (settings.topics.model_copy(update={"partitions": count}) for count in (2, 3))
    compacted = {"cleanup.policy": "compact", "min.insync.replicas": "2"}
    await create_topics(settings.kafka, two, {names.events: compacted, settings.changelog: {"cleanup.policy": "delete"}})
    await create_topics(settings.kafka, three, {names.alerts: {"retention.ms": "1000"}})
    report = await examine(settings, trial=False)
    assert ills(report) == {
        ("cleanup", names.events),
        ("cleanup", settings.changelog),
        ("replication", names.events),
        ("partitions", names.events),
    }
    warnings = {(finding.check, finding.about) for finding in report.findings if finding.severity == "warning"}
    assert {("timestamps", names.events), ("retention", names.alerts), ("replication", names.alerts)} <= warnings
    assert all(finding.mend for finding in report.findings if finding.severity != "ok")


def test_the_findings_come_as_json_too_and_a_warning_is_status_1(kafka: str, topic_prefix: str, hall: Hall) -> None:
    asyncio.run(hall.open(create_time=True))
    status, output = run("--bootstrap", kafka, "--prefix", topic_prefix, "--json", "--no-trial")
    report = json.loads(output)
    assert status == 1
    assert report["prefix"] == topic_prefix
    assert {finding["severity"] for finding in report["findings"]} == {"ok", "warning"}
    assert any(finding["check"] == "timestamps" and "LogAppendTime" in finding["mend"] for finding in report["findings"])


async def test_records_that_went_before_the_workers_read_them_are_found(hall: Hall) -> None:
    await hall.open(create_time=True)
    worker = hall.worker()
    await hall.append(ticks(MONDAY))
    await hall.caught_up()
    await hall.stop(worker)
    await hall.append([feed(accepted("L", MONDAY))])
    ends = {TopicPartition(hall.topics.events, number): end for number, end in (await hall.ends()).items()}
    async with connected(AIOKafkaAdminClient, hall.settings.kafka) as admin:
        await admin.delete_records({where: RecordsToDelete(before_offset=end) for where, end in ends.items()})
    (lost,) = of(await examine(hall.settings, trial=False), "lost")
    assert "were deleted before the workers read them" in lost.text


@pytest.mark.parametrize(("ahead", "severity"), [(0.0, "ok"), (5.0, "warning"), (-5.0, "warning"), (120.0, "error")])
async def test_a_clock_that_is_off_is_found(
    kafka: str, topic_prefix: str, monkeypatch: pytest.MonkeyPatch, ahead: float, severity: str
) -> None:
    monkeypatch.setattr(trial, "time", SimpleNamespace(time=lambda: time.time() + ahead))
    settings = Settings(kafka=KafkaSettings(bootstrap=kafka), topics=TopicSettings(prefix=topic_prefix))
    (clock,) = of(await examine(settings), "clock")
    assert clock.severity == severity, clock
    assert ("NTP" in clock.mend) == bool(ahead)


async def test_a_codec_that_cannot_be_read_here_is_found(kafka: str, topic_prefix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aiokafka.codec, "cramjam", None)
    settings = Settings(kafka=KafkaSettings(bootstrap=kafka), topics=TopicSettings(prefix=topic_prefix))
    assert [(each.severity, each.about) for each in of(await examine(settings), "codecs")] == [
        ("error", codec) for codec in ("snappy", "lz4", "zstd")
    ]


async def test_more_copies_than_brokers_are_found(kafka: str, topic_prefix: str) -> None:
    topics = TopicSettings(prefix=topic_prefix, replication=3)
    (found,) = of(await examine(Settings(kafka=KafkaSettings(bootstrap=kafka), topics=topics)), "trial")
    assert (found.severity, "topics.replication (3) is more than there are brokers" in found.mend) == ("error", True)


def test_a_cluster_that_is_not_there_is_status_2() -> None:
    status, output = run("--bootstrap", "127.0.0.1:1")
    assert status == 2
    assert "127.0.0.1:1: Connection refused. Is it running" in output


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureKafka]:
    """A broker where nobody may do anything but who comes through the plain door."""
    acls = "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer\nsuper.users=User:ANONYMOUS\n"
    with secure_broker(tmp_path_factory.mktemp("guarded"), acls) as running:
        yield running


async def test_a_user_who_may_do_nothing_is_told_all_that_is_missing(guarded: SecureKafka, topic_prefix: str) -> None:
    settings = Settings(kafka=guarded.secure, topics=TopicSettings(prefix=topic_prefix))
    report = await examine(settings)
    names = Topics(topic_prefix)
    wanted = {names.events, names.alerts, settings.changelog, names.figures, names.catalog, names.dead_letters, settings.group}
    assert {finding.about for finding in of(report, "permissions") if finding.severity == "error"} == wanted
    assert all("user 'hall'" in finding.mend for finding in of(report, "permissions"))
    assert [finding.severity for finding in of(report, "trial")] == ["error"]


async def test_a_user_who_may_do_everything_is_told_so_by_the_same_broker(guarded: SecureKafka, topic_prefix: str) -> None:
    plain: Any = Settings(kafka=KafkaSettings(bootstrap=guarded.plain), topics=TopicSettings(prefix=topic_prefix))
    report = await examine(plain)
    assert not ills(report), report
