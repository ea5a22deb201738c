"""The gateway does what its OpenAPI document says, tried by schemathesis: whatever the document allows, and what it forbids."""

import asyncio
import ipaddress
import itertools
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from monitor.gateway.openapi import openapi
from tests.monitor.gateway.inside import Taken, buried, gateway_without_broker
from tests.monitor.gateway.test_mutations import IS_LONG, MAPPINGS, OFFICE, STATE

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
STRANGERS = itertools.count(1 << 24)
schema = schemathesis.openapi.from_dict(openapi(tuple(MAPPINGS)))
schema.config.generation.update(modes=list(schemathesis.GenerationMode))
schema.config.checks.negative_data_rejection.expected_statuses = ["400", "401", "403", "404", "405", "413", "415", "422"]


@schemathesis.serializer("application/x-ndjson")
def json_lines(_context: object, value: object) -> bytes:
    """A text goes as it is: lines of anything."""
    return str(value).encode("utf-8", "replace")


class Running:
    """A gateway in a thread of its own: schemathesis calls it from outside, as a window system does."""

    def __init__(self, folder: Path) -> None:
        self.url, self.taken = "", Taken()
        self._folder, self._up, self._loop = folder, threading.Event(), asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),))

    async def _serve(self) -> None:
        gateway, self.taken = gateway_without_broker(OFFICE.table, MAPPINGS, self._folder)
        async with gateway:
            self.url = gateway.url
            self._up.set()
            await self._stop.wait()

    def __enter__(self) -> "Running":
        self._thread.start()
        assert self._up.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self._loop.close()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with Running(tmp_path_factory.mktemp("gateway")) as started:
        yield started


def forges_headers(case: schemathesis.Case) -> bool:
    """Whether the case tries wrong headers, or none: ours must then not mend them."""
    drawn = case.meta.components.get(ParameterLocation.HEADER) if case.meta is not None else None
    return drawn is not None and drawn.mode.is_negative


@schema.parametrize()
@settings(max_examples=3000 if IS_LONG else 60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=not IS_LONG)
def test_every_answer_is_one_that_the_document_tells(case: schemathesis.Case, running: Running) -> None:
    # Each stranger has an address of its own: one who comes again and again would be answered late.
    stranger = {"X-Forwarded-For": str(ipaddress.IPv4Address(next(STRANGERS)))}
    headers = stranger if forges_headers(case) else {"Authorization": f"Bearer {OFFICE.token}"}
    case.call_and_validate(base_url=running.url, headers=headers, checks=CHECKS)


def test_nothing_that_schemathesis_was_answered_202_for_is_a_dead_letter(running: Running) -> None:
    assert [letter for letter in buried(running.taken.records) if letter[:2] not in STATE] == []
