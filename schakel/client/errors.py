"""What can go wrong for a partner, each with attributes instead of a text to take apart.

Problems with the broker itself (away, wrong password, not allowed) are in `schakel.kafka_errors`.
"""

from schakel.errors import SchakelError
from schakel.messages import Receipt, Refusal


class ClientError(SchakelError):
    """Root of what the client raises on its own account."""


class Refused(ClientError):
    """The backbone did not take the event, and says why. Nothing of it stands in the ledger."""

    def __init__(self, receipt: Receipt) -> None:
        why = receipt.refusal or Refusal(code="unknown", remedy="ask the operator of the backbone")
        self.receipt = receipt
        self.code: str = why.code
        self.field: str | None = why.field
        self.found: str | None = why.found
        self.expected: str | None = why.expected
        self.remedy: str = why.remedy
        where = f" in {why.field}" if why.field else ""
        found = f"found {why.found}, " if why.found else ""
        expected = f"expected {why.expected}; " if why.expected else ""
        super().__init__(f"refused, {why.code}{where}: {found}{expected}{why.remedy}")


class NoReceipt(ClientError):
    """The event stands in the `in` topic and no answer has come yet. offset: where it stands, None when that is not known.

    Nothing is lost: ask again with `Partner.await_receipt(event_id)`, or send the same event with the same id.
    """

    def __init__(self, event_id: str, topic: str, offset: int | None, waited_s: float) -> None:
        self.event_id, self.topic, self.offset, self.waited_s = event_id, topic, offset, waited_s
        place = (
            f"it stands in {topic} at offset {offset}"
            if offset is not None
            else f"whether it stands in {topic} is not known"
        )
        super().__init__(
            f"no receipt for event {event_id} after {waited_s:.0f} s: {place}; nothing is lost, ask again with "
            f"await_receipt({event_id!r}) or send the same event again with the same id"
        )


class CannotTell(ClientError):
    """The event cannot be sent as it is; nothing was sent."""


class ReadRefused(ClientError):
    """What the referral points to may not be read now. reason: the gate's word, see `HoldReason`; the request stands in the ledger."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"refused, {reason}: the referral may no longer be read, or not these data; keep nothing that the law does not oblige "
            f"you to keep"
        )


class Withdrawn(ReadRefused):
    """She has withdrawn her consent. Stop, and keep nothing that the law does not oblige you to keep."""


class Erased(ReadRefused):
    """The person was erased. What the referral pointed to was destroyed, and asking again will never give it."""

    def __init__(self) -> None:
        super().__init__("erased")


class NothingToRead(ClientError):
    """There is no such referral of this partner's; whether it is somebody else's is not told."""


class GatewayAway(ClientError):
    """The gateway does not answer, or not now; nothing was given. Ask again: that is a new request."""


class GatewayProblem(ClientError):
    """The gateway does not take us or our request as they are: no address, no token, a wrong one, no TLS."""


class TooLarge(CannotTell):
    """The event is larger than the backbone takes. size_bytes, limit_bytes: of its value."""

    def __init__(self, size_bytes: int, limit_bytes: int) -> None:
        self.size_bytes, self.limit_bytes = size_bytes, limit_bytes
        super().__init__(
            f"the event takes {size_bytes} bytes, expected at most {limit_bytes}; an event holds facts and a story: shorten the text "
            f"or tell the rest in another event, and send attachments by another way"
        )


class NoTopic(ClientError):
    """The broker shows this partner no topic of its own."""


class ProfileProblem(ClientError):
    """The profile (or the password file it names) cannot be used as it is."""
