"""TLS and users, against a broker that demands both; and what is said when it does not let us in."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from monitor.kafka.client import BadCertificate, KafkaUnavailable, partition_counts
from tests.monitor.kafka.secure import SecureKafka, secure_broker
from tests.monitor.stream.hall import Hall, accepted, feed

pytestmark = pytest.mark.kafka


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureKafka]:
    with secure_broker(tmp_path_factory.mktemp("secure")) as running:
        yield running


@pytest.mark.parametrize(("mechanism", "password"), [("SCRAM-SHA-512", "scram-secret"), ("PLAIN", "plain-secret")])
async def test_a_worker_works_over_tls_as_a_user(
    broker: SecureKafka, topic_prefix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mechanism: str, password: str
) -> None:
    hall = Hall(broker.plain, topic_prefix, tmp_path)
    try:
        await hall.open(create_time=False)
        for key in ("security_protocol", "ssl_cafile", "sasl_username"):
            monkeypatch.setenv(f"SUPERVISE_KAFKA__{key.upper()}", str(getattr(broker.secure, key)))
        monkeypatch.setenv("SUPERVISE_KAFKA__SASL_MECHANISM", mechanism)
        monkeypatch.setenv("SUPERVISE_KAFKA__SASL_PASSWORD", password)
        await hall.ready(hall.worker(bootstrap=broker.secure.bootstrap))
        await hall.append([feed(accepted("A-1", datetime.now(UTC), channel="off-hall"))._replace(at=None)])
        await hall.caught_up()
        assert [alert.id for alert in await hall.alerts()] == ["430100-d/A-1/off-hall-channel/yellow/1"]
    finally:
        hall.close()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"sasl_password": "guessed"}, r"refuses the user 'hall'\. Are kafka\.sasl_username, kafka\.sasl_password and"),
        ({"sasl_mechanism": "PLAIN"}, r"kafka\.sasl_mechanism \(PLAIN\) right\?"),
        ({"sasl_mechanism": "SCRAM-SHA-256"}, r"kafka\.sasl_mechanism \(SCRAM-SHA-256\) right\?"),
        ({"ssl_cafile": None}, r"shows a certificate that is not trusted \(self-signed certificate\)\. kafka\.ssl_cafile names"),
        ({"security_protocol": "PLAINTEXT"}, r"closes the connection\. Is kafka\.security_protocol \(PLAINTEXT\) right"),
        ({"security_protocol": "SSL"}, r"closes the connection\. Is kafka\.security_protocol \(SSL\) right"),
        ({"bootstrap": "127.0.0.1:1"}, r"127\.0\.0\.1:1: Connection refused\. Is it running, and is kafka\.bootstrap right\?"),
        ({"bootstrap": "no.such.invalid:9092"}, r"no\.such\.invalid:9092: .*\. Is it running, and is kafka\.bootstrap right\?"),
    ],
)
async def test_the_setting_at_fault_is_named(broker: SecureKafka, wrong: dict[str, Any], said: str) -> None:
    settings = broker.secure.model_validate({**broker.secure.model_dump(), **wrong})
    with pytest.raises(KafkaUnavailable, match=said) as caught:
        await partition_counts(settings)
    assert ("Is it running" in str(caught.value)) == ("bootstrap" in wrong)
    assert "secret" not in str(caught.value) and "guessed" not in str(caught.value)


async def test_a_user_where_the_broker_asks_for_none_is_named(broker: SecureKafka) -> None:
    settings = broker.secure.model_copy(update={"bootstrap": broker.plain, "security_protocol": "SASL_PLAINTEXT"})
    with pytest.raises(
        KafkaUnavailable, match=r"does not ask for users in this way .*kafka\.security_protocol \(SASL_PLAINTEXT\)"
    ):
        await partition_counts(settings)


async def test_tls_where_the_broker_speaks_none_is_named(broker: SecureKafka) -> None:
    settings = broker.secure.model_copy(update={"bootstrap": broker.plain})
    with pytest.raises(KafkaUnavailable, match=r"Is kafka\.security_protocol \(SASL_SSL\) right"):
        await partition_counts(settings)


async def test_each_of_several_brokers_that_fail_is_named(broker: SecureKafka) -> None:
    settings = broker.secure.model_copy(update={"bootstrap": f"127.0.0.1:1,{broker.plain}"})
    with pytest.raises(KafkaUnavailable, match=rf"127\.0\.0\.1:1: Connection refused; {broker.plain} closes the connection"):
        await partition_counts(settings)


@pytest.mark.parametrize("key", ["ssl_cafile", "ssl_certfile"])
async def test_a_certificate_that_cannot_be_used_is_named(broker: SecureKafka, tmp_path: Path, key: str) -> None:
    gone, torn = tmp_path / "gone.pem", tmp_path / "torn.pem"
    torn.write_text("not a certificate")
    for path, reason in ((gone, "No such file or directory"), (torn, "no certificates in PEM that fit together")):
        with pytest.raises(BadCertificate, match=rf"^kafka\.{key}.*{path}.*: {reason}$"):
            await partition_counts(broker.secure.model_copy(update={key: path}))
