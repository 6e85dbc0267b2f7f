"""A partner's own system: it tells what the month has planned for it, and takes in what reaches it.

All through the partner client, as a system of a real partner would: one connection that tells and waits for receipts, one that
listens to what comes.
"""

import queue
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from kafka import KafkaProducer

from backbone.demo.acts import Act, Garbage
from schakel.client import Incoming, Partner
from schakel.client.access import Profile
from schakel.envelope import Envelope
from schakel.events.report import ReportReceived
from schakel.ids import partner_source
from schakel.messages import Receipt
from schakel.timesource import TimeSource

_LISTEN_S = 0.5
"""How long one look at the inbox waits; a message ends the waiting at once."""
_RECEIPT_WITHIN_S = 60.0


@dataclass(frozen=True, slots=True)
class Received:
    """A message, and when it came (monotonic seconds)."""

    partner: str
    message: Incoming
    at_s: float


@dataclass(frozen=True, slots=True)
class Told:
    """An act and its answer. sent_s, answered_s: monotonic seconds."""

    act: Act
    receipt: Receipt
    sent_s: float
    answered_s: float


Job = tuple[Act, str | None]
"""An act and the case that it is about; None for a report."""


class Teller(threading.Thread):
    """Tells for one partner. `tell` and `send_garbage` are for another thread; `stop` ends it."""

    def __init__(self, partner: str, profile: Path, time_source: TimeSource) -> None:
        super().__init__(name=f"{partner} tells", daemon=True)
        self.partner = partner
        self.connected: Future[None] = Future()
        self._profile, self._time = profile, time_source
        self._jobs: queue.SimpleQueue[tuple[Sequence[Job], Future[list[Told]]] | None] = queue.SimpleQueue()

    def tell(self, jobs: Sequence[Job]) -> "Future[list[Told]]":
        """Tell these, in this order; the answers come in the same order."""
        done: Future[list[Told]] = Future()
        self._jobs.put((jobs, done))
        return done

    def send_garbage(self, garbage: Garbage) -> None:
        """Send what is no event, as a broken system would; no answer is waited for."""
        profile = Profile.load(self._profile)
        headers: list[tuple[str, bytes]] = []
        if garbage.id:
            source = partner_source(profile.oin or "")
            headers = [*Envelope(garbage.id, source, ReportReceived.TYPE, self._time.now()).headers()]
        producer = KafkaProducer(**profile.access().kafka(), acks="all")
        try:
            producer.send(f"schakel.in.{self.partner}", value=garbage.value, headers=headers).get(30)
        finally:
            producer.close(10)

    def stop(self) -> None:
        """Ask it to end; `join` waits for that."""
        self._jobs.put(None)

    def run(self) -> None:
        try:
            with Partner.connect(profile=self._profile, time=self._time) as connection:
                self.connected.set_result(None)
                while job := self._jobs.get():
                    jobs, done = job
                    try:
                        done.set_result(_tell_all(connection, jobs))
                    except Exception as error:
                        done.set_exception(error)
        except Exception as error:
            if not self.connected.done():
                self.connected.set_exception(error)


def _tell_all(connection: Partner, jobs: Sequence[Job]) -> list[Told]:
    pending = []
    for act, case in jobs:
        personal = {act.subject: act.parts} if act.parts else None
        sent_s = time.monotonic()
        sent = connection.send(act.event, case=case, personal=personal, event_id=act.id, drill=act.drill)
        pending.append((act, sent, sent_s))
    told = []
    for act, sent, sent_s in pending:
        receipt = sent.receipt(_RECEIPT_WITHIN_S)
        told.append(Told(act, receipt, sent_s, time.monotonic()))
    return told


class Listener(threading.Thread):
    """Listens for one partner; what comes is put into `received`, and what goes wrong too. `stop` ends it."""

    def __init__(
        self,
        partner: str,
        profile: Path,
        time_source: TimeSource,
        received: "queue.SimpleQueue[Received | Exception]",
    ) -> None:
        super().__init__(name=f"{partner} listens", daemon=True)
        self.connected: Future[None] = Future()
        self._partner, self._profile, self._time, self._received = partner, profile, time_source, received
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Ask it to end; `join` waits for that."""
        self._stopping.set()

    def run(self) -> None:
        try:
            with Partner.connect(profile=self._profile, time=self._time) as connection:
                self.connected.set_result(None)
                while not self._stopping.is_set():
                    for message in connection.inbox(wait_s=_LISTEN_S):
                        self._received.put(Received(self._partner, message, time.monotonic()))
        except Exception as error:
            if self.connected.done():
                self._received.put(error)
            else:
                self.connected.set_exception(error)
