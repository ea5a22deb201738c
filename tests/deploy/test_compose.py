"""compose.yaml: it fits the specification, its parts fit each other, and what is ours is walled in."""

from pathlib import Path
from typing import Any

import pytest

from monitor.embedded.pinned import KAFKA_VERSION
from monitor.settings import load_settings
from tests.deploy.files import DEPLOY, ROOT, read, run

COMPOSE = DEPLOY / "compose"
FILE = COMPOSE / "compose.yaml"
SERVICES: dict[str, dict[str, Any]] = read(FILE)["services"]
OURS = {"worker1", "worker2", "gateway", "wall"}
BROKERS = {name for name in SERVICES if name.startswith("kafka")}


def fits(file: Path) -> bool:
    return run(ROOT / ".venv/bin/check-jsonschema", "--builtin-schema", "vendor.compose-spec", file).returncode == 0


def test_compose_yaml_fits_the_specification() -> None:
    assert fits(FILE)


@pytest.mark.parametrize(
    ("was", "becomes"), [("stop_grace_period: 30s", "stop_grace_perod: 30s"), ("mem_limit: 2g", "mem_limit: [2g]")]
)
def test_a_planted_mistake_is_found(was: str, becomes: str, tmp_path: Path) -> None:
    text = FILE.read_text("utf-8")
    assert was in text
    planted = tmp_path / "compose.yaml"
    planted.write_text(text.replace(was, becomes), "utf-8")
    assert not fits(planted)


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_service_starts_again_has_bounds_and_no_rights(name: str) -> None:
    service = SERVICES[name]
    assert service["restart"] == "unless-stopped"
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert {"mem_limit", "pids_limit", "healthcheck"} <= service.keys()
    assert service["read_only"] is (name not in BROKERS)


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_process_of_ours_is_run_by_nobody(name: str) -> None:
    assert SERVICES[name]["user"] == "65534:65534"


def test_ports_are_published_on_loopback_only() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_brokers_and_workers_are_on_the_inner_network_only() -> None:
    assert read(FILE)["networks"]["inside"] == {"internal": True}
    assert all(SERVICES[name]["networks"] == ["inside"] for name in {*BROKERS, "worker1", "worker2"})


def test_the_settings_name_the_brokers_and_as_many_copies() -> None:
    settings = load_settings(COMPOSE / "site.toml")
    assert set(settings.kafka.bootstrap.split(",")) == {f"{name}:9092" for name in BROKERS}
    assert settings.topics.replication == len(BROKERS) == 3
    assert settings.metrics.port == 9101
    assert str(settings.gateway.tokens) == "/run/secrets/tokens.toml"


@pytest.mark.parametrize("name", sorted(BROKERS))
def test_a_broker_votes_advertises_and_keeps_under_its_own_name(name: str) -> None:
    environment, number = SERVICES[name]["environment"], name.removeprefix("kafka")
    assert f"{number}@{name}:9093" in environment["KAFKA_CONTROLLER_QUORUM_VOTERS"].split(",")
    assert str(environment["KAFKA_NODE_ID"]) == number
    assert environment["KAFKA_ADVERTISED_LISTENERS"] == f"PLAINTEXT://{name}:9092"
    assert SERVICES[name]["volumes"] == [f"{name}:/var/lib/kafka/data"]


def test_prometheus_is_told_of_every_process_by_its_name_here() -> None:
    scraped = {target for path in (COMPOSE / "targets").glob("*.yml") for group in read(path) for target in group["targets"]}
    assert scraped == {*(f"{name}:9101" for name in OURS), "alertmanager:9093"}
    assert {path.name for path in (COMPOSE / "targets").iterdir()} == {
        path.name for path in (DEPLOY / "prometheus/targets").iterdir()
    }


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_process_of_ours_gets_the_token_of_its_metrics(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (target,) = [secret["target"] for secret in SERVICES[name]["secrets"] if secret["source"] == "metrics-token"]
    folder, _, file = target.rpartition("/")
    assert SERVICES[name]["environment"] == {"SUPERVISE_SECRETS_DIR": folder}
    (tmp_path / file).write_text("open-sesame\n", "utf-8")
    monkeypatch.setenv("SUPERVISE_SECRETS_DIR", str(tmp_path))
    assert load_settings(COMPOSE / "site.toml").metrics.token.get_secret_value() == "open-sesame"


def test_every_file_that_is_mounted_is_there_but_the_tokens() -> None:
    declared = read(FILE)
    files = [entry["file"] for entry in [*declared["configs"].values(), *declared["secrets"].values()]]
    mounted = [volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", ())]
    missing = {path for path in [*files, *(path for path in mounted if path.startswith("."))] if not (COMPOSE / path).exists()}
    assert missing <= {"./tokens.toml", "./screens.toml", "./metrics-token"}


@pytest.mark.parametrize("name", sorted(BROKERS))
def test_a_broker_is_of_the_version_that_is_tested_here(name: str) -> None:
    assert SERVICES[name]["image"] == f"${{KAFKA_IMAGE:-docker.io/apache/kafka:{KAFKA_VERSION}}}"
