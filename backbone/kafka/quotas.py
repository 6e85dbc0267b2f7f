"""How many bytes a second a user may send and receive; the broker delays whoever goes faster, it refuses nothing.

kafka-python's admin client has no call for quotas but knows the requests; they are sent through the client's own
connection, which is private to it. Nothing else here touches a private part of kafka-python.
"""

from dataclasses import dataclass

from kafka import KafkaAdminClient
from kafka.protocol.admin.client_quotas import AlterClientQuotasRequest, DescribeClientQuotasRequest

_SEND, _RECEIVE = "producer_byte_rate", "consumer_byte_rate"
_EXACT_MATCH = 0


@dataclass(frozen=True, slots=True)
class Quota:
    """Bytes a second, at each broker; None for no limit."""

    send_bytes: int | None = None
    receive_bytes: int | None = None


NO_QUOTA = Quota()
# A list of years is imported in minutes, and one partner's mistake cannot fill the broker for the others.
PARTNER_QUOTA = Quota(send_bytes=10 * 1024 * 1024, receive_bytes=20 * 1024 * 1024)


def set_quota(admin: KafkaAdminClient, user: str, quota: Quota) -> None:
    """Give the user exactly these limits. Raises RuntimeError when the broker refuses."""
    limits = ((_SEND, quota.send_bytes), (_RECEIVE, quota.receive_bytes))
    orders = [(key, float(limit or 0), limit is None) for key, limit in limits]
    request = AlterClientQuotasRequest(entries=[([("user", user)], orders)], validate_only=False)
    for entry in admin._manager.run(admin._manager.send, request).entries:
        if entry.error_code:
            raise RuntimeError(
                f"the broker refused the quota of user {user}: {entry.error_message or entry.error_code}"
            )


def read_quota(admin: KafkaAdminClient, user: str) -> Quota:
    """The user's limits as the broker has them."""
    request = DescribeClientQuotasRequest(components=[("user", _EXACT_MATCH, user)], strict=True)
    answer = admin._manager.run(admin._manager.send, request)
    found = {value.key: int(value.value) for entry in answer.entries or () for value in entry.values}
    return Quota(found.get(_SEND), found.get(_RECEIVE))
