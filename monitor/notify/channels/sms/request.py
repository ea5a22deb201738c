"""A text to be sent by any of the services, and the request that asks for it."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import NamedTuple


class Sms(NamedTuple):
    """One text: ``params`` are (name, value) in the template's order, ``phones`` with their country (``+86…``)."""

    endpoint: str
    key: str
    secret: str
    signature: str
    template: str
    params: tuple[tuple[str, str], ...]
    phones: tuple[str, ...]
    app: str
    region: str


class Request(NamedTuple):
    """A POST."""

    url: str
    headers: Mapping[str, str]
    body: bytes


def sha256_hex(data: bytes) -> str:
    """The digest of ``data`` in hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def hmac_sha256(key: bytes, text: str) -> bytes:
    """The keyed digest of ``text``."""
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def host_of(endpoint: str) -> str:
    """Host, and port where it is told, of an address."""
    return endpoint.partition("://")[2].partition("/")[0]
