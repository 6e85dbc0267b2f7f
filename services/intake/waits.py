"""How long a partner waits for a receipt: from the moment at which the broker took the message to the transaction that answers it.

Kept in memory, for figures only: of a message that one worker let in and another answers, nothing is measured.
"""

import time

from backbone import metrics
from schakel.ledger import place_of
from schakel.record import Raw

_MOST = 50_000


class Waits:
    """Messages that were let in and have no receipt yet, by their place."""

    def __init__(self) -> None:
        self._since_ms: dict[str, int] = {}

    def let_in(self, raw: Raw) -> None:
        """It waits for its place in the ledger."""
        if len(self._since_ms) >= _MOST:
            self._since_ms.clear()
        self._since_ms.setdefault(place_of(raw), raw.timestamp_ms)

    def answered(self, position: str | None) -> None:
        """The message at this place has its receipt."""
        since_ms = self._since_ms.pop(position or "", None)
        if since_ms is not None:
            _measured("accepted", since_ms)

    @staticmethod
    def refused(raw: Raw) -> None:
        """It has its answer at once."""
        _measured("refused", raw.timestamp_ms)


def _measured(outcome: str, since_ms: int) -> None:
    metrics.receipt_seconds.labels(outcome).observe(max(0.0, time.time() - since_ms / 1000))
