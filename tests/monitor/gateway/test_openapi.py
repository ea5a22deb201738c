"""The document says what the gateway does."""

import msgspec

from monitor.gateway.openapi import openapi
from rules.events import EVENT_TYPES


def references(node: object) -> set[str]:
    if isinstance(node, dict):
        found = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return found.union(*map(references, node.values()))
    return set().union(*map(references, node)) if isinstance(node, list) else set()


def test_every_event_type_is_in_the_document_and_no_reference_dangles() -> None:
    document = openapi(("hunan",))
    schemas = document["components"]["schemas"]
    assert set(schemas["Event"]["discriminator"]["mapping"]) == set(EVENT_TYPES)
    assert {ref.removeprefix("#/components/schemas/") for ref in references(document)} <= set(schemas)
    assert "Tick" not in schemas, "no window system may send ticks"
    parameter = document["paths"]["/v1/mapped/{mapping}"]["post"]["parameters"][0]
    assert parameter["schema"]["enum"] == ["hunan"]
    assert msgspec.json.decode(msgspec.json.encode(document))["openapi"] == "3.1.0"
