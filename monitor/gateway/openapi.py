"""The gateway's OpenAPI document, generated from the records themselves, so that it cannot lie about them.

Beyond types it says what the core refuses by itself: where a case must be named, and how limits are written.
"""

from typing import Any

import msgspec

from monitor.door import limits
from monitor.gateway.reading import Errors
from monitor.wire import DEAD_LETTER_REASONS
from rules.events import EVENT_TYPES, Action, BranchConcluded, BranchOpened, Duty, Event, Header
from rules.facts import LIMITS, WITHOUT_A_CASE
from rules.worktime import LIMIT_FORM

_CASE = r"^(?!(tally|window|duty):)(\S(.*\S)?)?$"
_TRIMMED = r"^(\S([\s\S]*\S)?)?$"
_REF = "#/components/schemas/{name}"


class Taken(msgspec.Struct):
    """Everything is on the broker. ``ahead`` of the events claim a time in the future; ``dead_letters`` rows were set aside.

    ``spooled`` is there where the broker is away: so many records are durable on the gateway's disk and follow by themselves.
    """

    accepted: int
    ahead: int = 0
    dead_letters: int = 0
    spooled: int | msgspec.UnsetType = msgspec.UNSET


def openapi(mappings: tuple[str, ...] = ()) -> dict[str, Any]:
    """OpenAPI 3.1 for this gateway with its mappings."""
    (event, taken, errors), components = msgspec.json.schema_components([Event, Taken, Errors], ref_template=_REF)
    components |= {"Event": event}
    for kind in EVENT_TYPES.values():
        _tell_checks(components[kind.__name__], kind)
    refused = _json("Not JSON, not UTF-8, or no whole body.", errors)
    answers = {
        "202": _json("Acknowledged by the broker, or durable in the gateway's spool.", taken),
        "400": refused,
        "401": _json("No token, or not a known one.", errors),
        "403": _json("The token's kind, regions, departments or numberers do not cover this.", errors),
        "404": _json("No such path, or mapping.", errors),
        "405": _json("Another method is wanted: see Allow.", errors),
        "408": _json("The body did not come in time.", errors),
        "413": _json("Too large: send it in several requests.", errors),
        "415": _json("A media type, or for JSON a charset, that is not read here.", errors),
        "422": _json("An event or row is not valid. Reasons: " + ", ".join(DEAD_LETTER_REASONS), errors),
        "429": _json("Too many wrong tokens from here, or too much of this window system at work.", errors) | _LATER,
        "503": _json("Kafka is away or does not acknowledge, or too much is at work; repeat the request.", errors) | _LATER,
    }
    one = {"$ref": "#/components/schemas/Event"}
    many = {"type": "array", "items": one, "minItems": 1, "maxItems": limits.MOST_EVENTS}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Supervision gateway (电子监察接入)", "version": "1", "description": _ABOUT},
        "security": [{"token": []}],
        "paths": {
            "/v1/events": {
                "post": {
                    "summary": "Report one event or an array of events",
                    "operationId": "postEvents",
                    "requestBody": {"required": True, "content": {"application/json": {"schema": {"anyOf": [one, many]}}}},
                    "responses": answers,
                }
            },
            "/v1/mapped/{mapping}": {"post": _mapped(mappings, answers)},
            "/livez": _probe("alive", "Whether the process answers", {"200": _json("It does.", _flags("alive"))}),
            "/readyz": _probe(
                "ready",
                "Whether an event would be taken now, by Kafka or the spool",
                {"200": _json("It would.", _flags("ready")), "503": _json("It would not.", _flags("ready")) | _LATER},
            ),
            "/healthz": _probe(
                "health",
                "Whether Kafka is reached and nothing waits in the spool",
                {"200": _json("All is well.", _HEALTH), "503": _json("It is not.", _HEALTH)},
            ),
        },
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {name: components[name] for name in sorted(components)},
        },
    }


_LATER = {"headers": {"Retry-After": {"schema": {"type": "integer"}}}}
_HEALTH = {
    "type": "object",
    "properties": {"kafka": {"type": "boolean"}, "spooled": {"type": "integer"}},
    "required": ["kafka", "spooled"],
}


def _flags(name: str) -> dict[str, Any]:
    return {"type": "object", "properties": {name: {"type": "boolean"}}, "required": [name]}


def _probe(operation: str, summary: str, answers: dict[str, Any]) -> dict[str, Any]:
    return {"get": {"summary": summary, "operationId": operation, "security": [], "responses": answers}}


_ABOUT = (
    "Answers only when the broker has acknowledged, or the spool is durable. An array is taken whole or not at all. Every event "
    "carries an id; repeating a "
    "request after a 503 or a lost answer is harmless. Requests that were refused are not kept: the sender has the answer."
)


def _mapped(mappings: tuple[str, ...], answers: dict[str, Any]) -> dict[str, Any]:
    row = {"description": "one row of the old system: an object, its own column names. Anything else is a bad row"}
    name: dict[str, Any] = {"type": "string", **({"enum": list(mappings)} if mappings else {})}
    rows: dict[str, Any] = {"anyOf": [row, {"type": "array", "items": row, "maxItems": limits.MOST_EVENTS}]}
    return {
        "summary": "Report rows of an old system through a mapping",
        "operationId": "postRows",
        "parameters": [
            {"name": "mapping", "in": "path", "required": True, "schema": name},
            {
                "name": "dead_letters",
                "in": "query",
                "description": "true: bad rows go to the dead-letter topic and the others are taken",
                "schema": {"type": "boolean", "default": False},
            },
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": rows},
                "application/x-ndjson": {"schema": {"description": "one JSON object per line"}},
                "text/csv": {"schema": {"description": "as the mapping's [source] says: encoding, delimiter"}},
            },
        },
        "responses": answers,
    }


def _tell_checks(schema: dict[str, Any], kind: type[Header]) -> None:
    """Put into the schema of an event what :func:`rules.facts.objections` asks beyond types."""
    fields = schema["properties"]
    if not issubclass(kind, Duty | Action):
        fields["case"]["pattern"] = _CASE
        if kind not in WITHOUT_A_CASE:
            fields["case"] |= {"minLength": 1}
            fields["case"].pop("default", None)
            schema["required"].append("case")
        fields["numbered_by"]["pattern"], fields["department"]["pattern"] = _CASE, _TRIMMED
    if kind in (BranchOpened, BranchConcluded):  # their department numbers nothing
        fields["numbered_by"] |= {"minLength": 1}
        fields["numbered_by"].pop("default", None)
        schema["required"].append("numbered_by")
    for name in LIMITS.intersection(fields):
        fields[name] |= {"pattern": f"^({LIMIT_FORM})?$", "description": "a century at most"}
    if "due_at" in fields:
        fields["due_at"] |= {"description": "after 1970 and before 2100; goes before the limit it is held to as"}


def _json(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}
