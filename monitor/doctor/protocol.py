"""Two requests of Kafka's protocol with what a user may do, which aiokafka does not ask for.

Versions are the last before the flexible ones; every broker since 2.3 answers them.
"""

from typing import Any

from aiokafka.protocol.admin import DescribeGroupsRequest_v3, DescribeGroupsResponse_v3
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import Array, Boolean, Int16, Int32, Schema, String

OPERATIONS = {"read": 3, "write": 4, "create": 5, "delete": 6, "describe": 8, "describe configs": 10}
"""Kafka's numbers of what an ACL allows."""
_UNTOLD = -(2**31)


def allowed(bits: int, operation: str) -> bool:
    """Whether the bits of an answer allow it; an answer without bits allows everything."""
    return bits == _UNTOLD or bool(bits >> OPERATIONS[operation] & 1)


class _MetadataResponse(Response):  # type: ignore[misc]  # aiokafka has no types
    API_KEY = 3
    API_VERSION = 8
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        ("brokers", Array(("node_id", Int32), ("host", String("utf-8")), ("port", Int32), ("rack", String("utf-8")))),
        ("cluster_id", String("utf-8")),
        ("controller_id", Int32),
        (
            "topics",
            Array(
                ("error_code", Int16),
                ("topic", String("utf-8")),
                ("is_internal", Boolean),
                (
                    "partitions",
                    Array(
                        ("error_code", Int16),
                        ("partition", Int32),
                        ("leader", Int32),
                        ("leader_epoch", Int32),
                        ("replicas", Array(Int32)),
                        ("isr", Array(Int32)),
                        ("offline", Array(Int32)),
                    ),
                ),
                ("operations", Int32),
            ),
        ),
        ("operations", Int32),
    )


class _MetadataRequest(RequestStruct):  # type: ignore[misc]
    API_KEY = 3
    API_VERSION = 8
    RESPONSE_TYPE = _MetadataResponse
    SCHEMA = Schema(
        ("topics", Array(String("utf-8"))),
        ("allow_auto_topic_creation", Boolean),
        ("with_cluster_operations", Boolean),
        ("with_topic_operations", Boolean),
    )


class AskTopics(Request[_MetadataRequest]):  # type: ignore[misc]
    """Brokers, these topics, and what this user may do with them and with the cluster. Makes no topic."""

    API_KEY = 3

    def __init__(self, topics: list[str]) -> None:
        self._topics = topics

    def build(self, request_struct_class: Any) -> Any:
        """The request in its one version."""
        return request_struct_class(self._topics, False, True, True)


class _GroupRequest(DescribeGroupsRequest_v3):  # type: ignore[misc]
    RESPONSE_TYPE = DescribeGroupsResponse_v3  # aiokafka names the one without what is allowed


class AskGroup(Request[_GroupRequest]):  # type: ignore[misc]
    """A consumer group, and what this user may do with it."""

    API_KEY = 15

    def __init__(self, group: str) -> None:
        self._group = group

    def build(self, request_struct_class: Any) -> Any:
        """The request in its one version."""
        return request_struct_class([self._group], True)
