"""The way out for lists: `sending` on top of the partner client."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kafka.errors import KafkaError

from backbone.lists.convert import Parts
from backbone.lists.sending import NoAnswer, NotSendable, Pending, Sender
from schakel import client
from schakel.events.report import ReportReceived
from schakel.messages import Receipt
from schakel.timesource import TimeSource


@contextmanager
def connect(name: str, profile: Path, clock: TimeSource) -> Iterator[Sender]:
    """Connect as partner `name` with its profile file. Raises SchakelError: no profile, broker away, wrong password."""
    with client.Partner.connect(name, profile=profile, time=clock) as partner:
        yield PartnerSender(partner)


class PartnerSender:
    """Sends reports of a list as one partner."""

    def __init__(self, partner: client.Partner) -> None:
        self._partner = partner

    def send(self, event_id: str, event: ReportReceived, parts: Parts) -> Pending:
        try:
            personal = {subject: dict(fields) for subject, fields in parts.items()}
            return PartnerPending(self._partner.send(event, personal=personal, event_id=event_id))
        except client.TooLarge as error:
            raise NotSendable(
                "send.too_large",
                field="sealed",
                found=f"{error.size_bytes} bytes",
                expected=f"at most {error.limit_bytes} bytes",
                remedy="shorten the texts of this row",
            ) from None
        except client.CannotSeal:
            raise NotSendable(
                "send.cannot_seal",
                field="sealed",
                found="a text that cannot be sealed",
                expected="texts of at most some 140 KB together",
                remedy="shorten the texts of this row",
            ) from None
        except (client.BrokerAway, KafkaError) as error:
            raise NoAnswer(_sentence(error)) from None


class PartnerPending:
    """A report on its way through the client."""

    def __init__(self, pending: client.Pending) -> None:
        self._pending = pending

    def answer(self, timeout_s: float) -> Receipt:
        try:
            return self._pending.receipt(timeout_s)
        except (client.NoReceipt, client.BrokerAway, KafkaError) as error:
            raise NoAnswer(_sentence(error)) from None


def _sentence(error: Exception) -> str:
    return str(error) or type(error).__name__
