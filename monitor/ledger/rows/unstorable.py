"""What JSON can hold and PostgreSQL cannot: the character U+0000."""

from typing import Any, TypeVar

import msgspec

R = TypeVar("R", bound=msgspec.Struct)
_encode = msgspec.json.Encoder().encode


def without_nul(body: bytes, record: R) -> tuple[bytes, R]:
    """Body and record with U+FFFD in its stead. The audit log keeps the bytes as they came."""
    cleaned = _encode(_clean(msgspec.json.decode(body)))
    return cleaned, msgspec.json.decode(cleaned, type=type(record))


def storable(text: str) -> str:
    """``text`` with U+FFFD in the stead of U+0000."""
    return text.replace("\0", "\ufffd")


def _clean(value: Any) -> Any:
    match value:
        case str():
            return storable(value)
        case list():
            return [_clean(each) for each in value]
        case dict():
            return {_clean(key): _clean(each) for key, each in value.items()}
        case _:
            return value
