"""Reasons why no broker lets us in. aiokafka tries them all and then says only that none did. Each is therefore asked once more,
as a client would. Its answer is shown together with the setting to look at."""

import asyncio
import os
import ssl
from collections.abc import Mapping
from typing import Any

from aiokafka import errors
from aiokafka.conn import collect_hosts, create_conn
from aiokafka.protocol.metadata import MetadataRequest

from monitor.settings import KafkaSettings

_PATIENCE = 5
"""Seconds that a broker gets to answer."""
_USER = (errors.SaslAuthenticationFailed, errors.AuthenticationFailedError)
_SASL = (errors.IllegalSaslStateError, errors.UnsupportedSaslMechanismError, errors.AuthenticationMethodNotSupported)


class NoBroker(errors.KafkaConnectionError):  # type: ignore[misc]  # aiokafka has no types
    """None of the brokers let us in; the text says why, and which setting to look at unless it is their address."""

    def __init__(self, text: str, *, address: bool) -> None:
        super().__init__(text)
        self.text = text
        self.address = address
        """Whether nothing but the address, or the broker itself, can be at fault."""

    def __str__(self) -> str:
        return self.text


async def no_broker(kafka: KafkaSettings, options: Mapping[str, Any]) -> NoBroker:
    """What the brokers of ``kafka`` answer to a client with these ``options``."""
    how = {key: value for key, value in options.items() if key != "bootstrap_servers"}
    answers: dict[str, bool] = {}
    for host, port, _ in collect_hosts(kafka.bootstrap, randomize=False):
        where = f"{host}:{port}"
        try:
            async with asyncio.timeout(_PATIENCE):
                connection = await create_conn(host, port, request_timeout_ms=_PATIENCE * 1000, **how)
                try:
                    await connection.send(MetadataRequest([]))
                finally:
                    connection.close()
        except (OSError, errors.KafkaError) as error:
            text, address = _said(kafka, where, error)
            answers[text] = address
        else:
            answers[f"{where} answers now: it was away for a moment"] = True
    return NoBroker("; ".join(answers), address=all(answers.values()))


def _said(kafka: KafkaSettings, where: str, error: Exception) -> tuple[str, bool]:
    """One broker's answer in words, and whether only its address can be at fault."""
    protocol = kafka.security_protocol
    if isinstance(error, ssl.SSLCertVerificationError):
        text = f"{where} shows a certificate that is not trusted ({error.verify_message}). kafka.ssl_cafile names who signed it"
    elif isinstance(error, ssl.SSLError):
        text = f"{where} and TLS do not come together ({error.reason or error}). Is kafka.security_protocol ({protocol}) right?"
    elif isinstance(error, _USER):
        text = (
            f"{where} refuses the user {kafka.sasl_username!r}. Are kafka.sasl_username, kafka.sasl_password and "
            f"kafka.sasl_mechanism ({kafka.sasl_mechanism}) right?"
        )
    elif isinstance(error, _SASL):
        text = (
            f"{where} does not ask for users in this way ({type(error).__name__}). Are kafka.security_protocol ({protocol}) and "
            f"kafka.sasl_mechanism ({kafka.sasl_mechanism}) right?"
        )
    elif isinstance(error, errors.KafkaError | ConnectionResetError):
        text = f"{where} closes the connection. Is kafka.security_protocol ({protocol}) right, or is it just starting or ending?"
    elif isinstance(error, TimeoutError):
        return f"{where} does not answer within {_PATIENCE} s", True
    else:
        return f"{where}: {_plainly(error)}", True
    return text, False


def _plainly(error: Exception) -> str:
    """asyncio puts the address into the system's words; the address is known."""
    if isinstance(error, OSError) and error.errno and error.errno > 0:
        return os.strerror(error.errno)
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
