"""Reports at a steady rate by one partner's own client, in a thread: what was sent when, and when its receipt was in its hands."""

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

from bench.reports import PERSONAL
from schakel.client import BrokerAway, NoReceipt, Partner
from schakel.client.sending import Pending
from schakel.events.report import ReportReceived
from schakel.messages import Receipt
from schakel.timesource import SystemTime, TimeSource

_RECEIPTS_WITHIN_S = 240.0


class Steady:
    """reports: what to send. Moments are of the monotonic clock."""

    def __init__(
        self, profile: Path, reports: Iterator[ReportReceived], rate_per_s: float, clock: TimeSource | None = None
    ) -> None:
        self._profile, self._reports, self._every_s = profile, reports, 1 / rate_per_s
        self._clock = clock or SystemTime()
        self._sent: dict[str, tuple[float, Pending]] = {}
        self._came: dict[str, float] = {}
        self._stop, self._abandon = threading.Event(), threading.Event()
        self._receipts: dict[str, Receipt] = {}
        self._failed: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="steady", daemon=True)

    def __enter__(self) -> "Steady":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._abandon.set()
        self._thread.join(30)

    def answered(self, since: float = 0.0) -> int:
        """How many reports that were sent after this moment have their receipt. Raises what the client raised."""
        if self._failed:
            raise self._failed
        return sum(self._sent[one][0] >= since for one in list(self._came))

    def finish(self) -> dict[str, Receipt]:
        """Send no more, wait for the receipts of all, and return them by the report's id. Raises what the client raised."""
        self._stop.set()
        self._thread.join(_RECEIPTS_WITHIN_S)
        if self._failed:
            raise self._failed
        assert len(self._receipts) == len(self._sent), "the client did not get all its receipts in time"
        return self._receipts

    def longest_wait_s(self, since: float) -> float:
        """The longest that a report had to wait for its receipt from this moment on, if it was sent later from then; after `finish`."""
        waits = [came - max(since, self._sent[one][0]) for one, came in self._came.items() if came >= since]
        return max(waits, default=0.0)

    def resumed_s(self, since: float) -> float:
        """When receipts came again, counted from this moment: the end of the longest pause between two behind it; after `finish`."""
        came = [since, *sorted(one for one in self._came.values() if one >= since)]
        _, end = max(pairwise(came), key=lambda pause: pause[1] - pause[0], default=(since, since))
        return end - since

    def _run(self) -> None:
        try:
            with Partner.connect(profile=self._profile, time=self._clock) as partner:
                while not self._stop.is_set():
                    self._send(partner)
                    self._look(partner, time.monotonic() + self._every_s)
                for one, (_, pending) in self._sent.items():
                    while not self._abandon.is_set() and one not in self._receipts:
                        with suppress(NoReceipt, BrokerAway):
                            self._receipts[one] = pending.accepted(1)
                            self._came.setdefault(one, time.monotonic())
        except BaseException as error:
            self._failed = error

    def _send(self, partner: Partner) -> None:
        pending = partner.send(next(self._reports), personal=PERSONAL)
        self._sent[pending.id] = (time.monotonic(), pending)

    def _look(self, partner: Partner, until: float) -> None:
        while (left_s := until - time.monotonic()) > 0:
            for _ in partner.inbox(wait_s=min(left_s, 0.02), acknowledge=False):
                pass
            now = time.monotonic()
            for one, (_, pending) in list(self._sent.items())[-2_000:]:
                if one not in self._came and pending.answered:
                    self._came[one] = now
