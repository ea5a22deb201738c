"""A producer whose broker is gone: what waits in it is failed at once, so that whoever waits for it and its end need not."""

from typing import Any

from aiokafka.errors import KafkaConnectionError


def abandon(producer: Any) -> None:
    """Fail all that an ``AIOKafkaProducer`` still holds.

    An idempotent producer repeats a batch for ever, and its ``stop`` waits for that. aiokafka does this
    itself where its sender dies, and nowhere else.
    """
    producer._message_accumulator.fail_all(KafkaConnectionError("the broker is away"))
