"""The real stage: services, Kafka and partner clients; a story is played on it by `backbone.demo.play`."""

import queue
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import wait
from datetime import datetime
from pathlib import Path

from backbone.casework import LEDGER
from backbone.demo.actor import Job, Listener, Received, Teller, Told
from backbone.demo.acts import Act, Garbage
from backbone.demo.play import Arrival
from backbone.demo.quiet import Services
from backbone.demo.reads import Read
from backbone.demo.tail import LedgerTail
from schakel.client import Gateway, GatewayAway, NothingToRead, Profile, ReadRefused
from schakel.events.report import ReportReceived
from schakel.messages import ReferralOffered
from schakel.timesource import FileTime

_SETTLE_WITHIN_S = 60.0
_POLL_S = 0.02
_LOOK_S = 0.2
_END_WITHIN_S = 5.0


class NotSettled(RuntimeError):
    """The backbone did not come to rest; says what it was waited for."""


class LiveStage:
    """See the module's words. look: called often while waiting, to keep services and display going."""

    def __init__(
        self,
        clock: FileTime,
        tail: LedgerTail,
        services: Services,
        profiles: Mapping[str, Path],
        look: Callable[[], None],
    ) -> None:
        self.clock = clock
        self.tail = tail
        self.told: list[Told] = []
        self.to_receipt_s: list[float] = []
        self.to_delivery_s: list[float] = []
        self.garbage: list[Garbage] = []
        self.reads: list[Read] = []
        self.first_delivery_at: float | None = None
        self._services = services
        self._look = look
        self._received: queue.SimpleQueue[Received | Exception] = queue.SimpleQueue()
        self._tellers = {name: Teller(name, profile, clock) for name, profile in profiles.items()}
        self._listeners = [Listener(name, profile, clock, self._received) for name, profile in profiles.items()]
        held = {name: Profile.load(profile) for name, profile in profiles.items()}
        self._gateways = {name: Gateway(one.gateway, one.gateway_token) for name, one in held.items()}
        self._case_of: dict[str, str] = {}
        self._report_of: dict[str, str] = {}
        self._sent_s: dict[str, float] = {}
        self._consented: dict[str, set[str]] = {}
        self._arrived: list[Arrival] = []
        self._messages: set[str] = set()
        self._sent: Counter[str] = Counter()
        """Messages on each partner's `in` topic: nobody else writes there."""

    def connect(self) -> None:
        """Every partner connects; returns when all have. Raises what the client raises."""
        actors: list[Teller | Listener] = [*self._tellers.values(), *self._listeners]
        for actor in actors:
            actor.start()
        for actor in actors:
            while not actor.connected.done():
                self._look()
                time.sleep(_POLL_S)
            actor.connected.result()

    def close(self) -> None:
        """End every partner's connections."""
        actors: list[Teller | Listener] = [*self._tellers.values(), *self._listeners]
        actors = [actor for actor in actors if actor.is_alive()]
        for actor in actors:
            actor.stop()
        for actor in actors:
            actor.join(_END_WITHIN_S)  # they are daemons: who still waits for a receipt ends with us

    # -- the stage -----------------------------------------------------------------------------------------------------

    def move_clock(self, at: datetime) -> None:
        self.clock.set(at)

    def send(self, acts: Sequence[Act]) -> None:
        """In waves: what is told about one case by several partners keeps its order."""
        waves: list[dict[str, list[Job]]] = []
        depth: dict[str, int] = {}
        for act in acts:
            number = depth[act.report] = depth.get(act.report, -1) + 1
            if number == len(waves):
                waves.append({})
            waves[number].setdefault(act.partner, []).append((act, None))
        for wave in waves:
            self._sent.update({partner: len(jobs) for partner, jobs in wave.items()})
            answers = [self._tellers[partner].tell(self._with_cases(jobs)) for partner, jobs in wave.items()]
            while wait(answers, _LOOK_S).not_done:
                self._look()
            for answer in answers:
                for told in answer.result():
                    self._note(told)

    def send_garbage(self, garbage: Garbage) -> None:
        self._tellers[garbage.partner].send_garbage(garbage)
        self._sent[garbage.partner] += 1
        self.garbage.append(garbage)

    def read(self, partner: str, referral: str) -> None:
        try:
            found = self._gateways[partner].open(f"referrals/{referral}")
        except NothingToRead:
            self.reads.append(Read(partner, referral, refused="not_yours"))
        except ReadRefused as no:
            self.reads.append(Read(partner, referral, refused=no.reason))
        except GatewayAway:
            self.reads.append(Read(partner, referral, refused="too_late"))  # a slow machine; it is no answer about her
        else:
            self.reads.append(Read(partner, referral, found.scopes, found.request))

    def settle(self) -> None:
        """Until services, topics and inboxes are quiet and no clock waits for attention."""
        deadline = time.monotonic() + _SETTLE_WITHIN_S
        while why := self._unsettled():
            if time.monotonic() > deadline:
                raise NotSettled(f"the backbone did not come to rest within {_SETTLE_WITHIN_S:.0f} s: {why}")
            self._look()
            self.tail.poll(_POLL_S)

    def due(self, until: datetime) -> list[datetime]:
        return self.tail.due(until)

    def arrived(self) -> list[Arrival]:
        found, self._arrived = self._arrived, []
        self._consented.clear()  # what is delivered in a later step waited for something else than the backbone
        return sorted(found, key=lambda arrival: (arrival.partner, arrival.report or "", type(arrival.message).TYPE))

    # -- the work ------------------------------------------------------------------------------------------------------

    def _with_cases(self, jobs: Sequence[Job]) -> list[Job]:
        return [(act, None if act.opens else self._case_of[act.report]) for act, _ in jobs]

    def _note(self, told: Told) -> None:
        act, receipt = told.act, told.receipt
        self.told.append(told)
        if not act.opens or act.expect or act.again:
            return
        self.to_receipt_s.append(told.answered_s - told.sent_s)
        self._sent_s[act.id] = told.sent_s
        assert isinstance(act.event, ReportReceived)
        self._consented[act.id] = {terms.recipient for terms in act.event.consents}
        if receipt.case:
            self._case_of[act.id] = receipt.case
            self._report_of[receipt.case] = act.id

    def _unsettled(self) -> str:
        """What is still to come, in words; empty when nothing is."""
        self._take_in()
        if self.tail.poll(0):
            return "the ledger grows"
        ends = self.tail.ends()
        for partition, position in self.tail.positions().items():
            if position < ends[LEDGER, partition]:
                return "the ledger grows"
        ends |= {(f"schakel.in.{partner}", 0): sent for partner, sent in self._sent.items()}
        missing = {partner for message, partner in self.tail.expected.items() if message not in self._messages}
        if missing:
            return f"a message to {', '.join(sorted(missing))} has not arrived"
        if waiting := self.tail.due(self.clock.now()):
            return f"a clock wants attention since {waiting[0].isoformat()}"
        return self._services.busy(ends, self.tail.seen)  # last, since it asks every database

    def _take_in(self) -> None:
        while not self._received.empty():
            received = self._received.get_nowait()
            if isinstance(received, Exception):
                raise received
            message = received.message
            self._messages.add(message.id)
            if message.body is None:
                raise NotSettled(
                    f"{received.partner} received a message that its client cannot read: {message.problem}"
                )
            report = self._report_of.get(message.case or "")
            self._arrived.append(Arrival(received.partner, report, message.body))
            if isinstance(message.body, ReferralOffered):
                self.first_delivery_at = self.first_delivery_at or received.at_s
                if report and received.partner in self._consented.get(report, ()):
                    self._consented[report].discard(received.partner)  # the first delivery counts
                    self.to_delivery_s.append(received.at_s - self._sent_s[report])
