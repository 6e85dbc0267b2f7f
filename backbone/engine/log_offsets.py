"""Where logs begin and end, asked of whoever leads since a given election (version 5, Kafka 2.2 and later).

aiokafka asks without saying which election it knows of. A broker that stood still for a while and wakes up thinks that it leads, and
answers with the log as it was; asked with the number of a later election, it says that it knows of none.
"""

from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import Array, Int8, Int16, Int32, Int64, Schema, String

_NO_REPLICA, _READ_UNCOMMITTED = -1, 0
KNOWS_OF_NO_SUCH_ELECTION = 75


class _OffsetsResponse(Response):  # type: ignore[misc]
    API_KEY = 2
    API_VERSION = 5
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "topics",
            Array(
                ("topic", String("utf-8")),
                (
                    "partitions",
                    Array(
                        ("partition", Int32),
                        ("error_code", Int16),
                        ("timestamp", Int64),
                        ("offset", Int64),
                        ("leader_epoch", Int32),
                    ),
                ),
            ),
        ),
    )


class _OffsetsRequest(RequestStruct):  # type: ignore[misc]
    API_KEY = 2
    API_VERSION = 5
    RESPONSE_TYPE = _OffsetsResponse
    SCHEMA = Schema(
        ("replica_id", Int32),
        ("isolation_level", Int8),
        (
            "topics",
            Array(
                ("topic", String("utf-8")),
                (
                    "partitions",
                    Array(("partition", Int32), ("current_leader_epoch", Int32), ("timestamp", Int64)),
                ),
            ),
        ),
    )


class OffsetsRequest(Request[_OffsetsRequest]):  # type: ignore[misc]
    """By topic: (partition, the election that we know of, -2 for its beginning or -1 for its end)."""

    API_KEY = 2

    def __init__(self, topics: dict[str, list[tuple[int, int, int]]]) -> None:
        self._topics = topics

    def build(self, request_struct_class: type[_OffsetsRequest]) -> _OffsetsRequest:
        """For aiokafka's client."""
        return request_struct_class(_NO_REPLICA, _READ_UNCOMMITTED, list(self._topics.items()))
