"""What an import needs of the way out: send a report, wait for its answer. Not here: how (the partner client)."""

from typing import Protocol

from backbone.lists.convert import Parts
from schakel.errors import SchakelError
from schakel.events.report import ReportReceived
from schakel.messages import Receipt


class NoAnswer(SchakelError):
    """No receipt came in time, or the broker is away. What was sent is safe: sent again, it gets the receipt it had."""


class NotSendable(SchakelError):
    """This one report cannot be sent as it is, for example because a text is too long."""

    def __init__(self, code: str, *, field: str, found: str, expected: str, remedy: str) -> None:
        self.code = code
        self.field = field
        self.found = found
        self.expected = expected
        self.remedy = remedy
        super().__init__(f"{code} in {field}: found {found}, expected {expected}; {remedy}")


class Pending(Protocol):
    """A report on its way."""

    def answer(self, timeout_s: float) -> Receipt:
        """The backbone's answer. Raises NoAnswer after `timeout_s`; 0 asks only what has come in."""
        ...


class Sender(Protocol):
    """The way out."""

    def send(self, event_id: str, event: ReportReceived, parts: Parts) -> Pending:
        """Seal the personal parts and send the report under this id. Raises NotSendable, NoAnswer when the broker is away."""
        ...
