"""A partner's connection to the backbone: tell, wait for the receipt, read what comes.

    with Partner.connect("coc-amsterdam", bootstrap="127.0.0.1:9092", password=…) as coc:
        receipt = coc.report(facts, reported_at=now, contact_details={"phone": "…"}, story="…")
        for message in coc.inbox():
            …

For one thread. Keeps nothing on disk but the signed heads of the ledger that come with receipts. The verbs of the trade (`report`,
`grant`, `accept`…) are in `schakel.client.verbs`, those of a desk after the first contact in `schakel.client.desk_verbs`.
"""

import logging
import time as clock
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from schakel.case_party import CaseSeen
from schakel.client.access import Access, Profile
from schakel.client.desk_verbs import DeskVerbs
from schakel.client.errors import CannotTell, NoReceipt, Refused
from schakel.client.heads import HeadsFile, beside
from schakel.client.inbox import Inbox, Incoming, read
from schakel.client.meeting_verbs import MeetingVerbs
from schakel.client.opening import Gateway, PersonalData
from schakel.client.sending import Pending, Personal, Publisher, compose
from schakel.client.verbs import Verbs
from schakel.definitions import Definitions
from schakel.envelope import Envelope
from schakel.events import Told
from schakel.ids import new_event_id, partner_source
from schakel.kafka_errors import BrokerAway
from schakel.messages import Receipt, ReferralOffered
from schakel.reading import read_to_end
from schakel.timesource import SystemTime, TimeSource

log = logging.getLogger("schakel.client")

TIMEOUT_S = 30.0
ASK_AGAIN_S = 10.0
"""After so long without a receipt an event is sent once more, under its id (docs/partners.md, "Receipts")."""
_POLL_S = 0.25
_KEY_IS_GONE = "sealed.unknown_key"
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.25, 5.0


class Partner(DeskVerbs, MeetingVerbs, Verbs):
    """One partner, connected. Made by `connect`; a context manager."""

    def __init__(
        self,
        name: str,
        access: Access,
        oin: str | None,
        time: TimeSource,
        new_id: Callable[[], str],
        gateway: Gateway | None = None,
        heads: HeadsFile | None = None,
    ) -> None:
        self.name = name
        self._heads = heads
        self._access, self._time, self._new_id = access, time, new_id
        self._out = f"schakel.out.{name}"
        self._publisher: Publisher | None = None
        self._gateway = gateway or Gateway(None, None)
        self._inbox = Inbox(access, self._out, f"partner.{name}.inbox", self._claim, self._saw)
        try:
            self.oin = oin or self._inbox.definitions.partner(name).oin
            self._source = partner_source(self.oin)
            self._publisher = Publisher(access, f"schakel.in.{name}", self._wait)
        except BaseException:
            self.close()
            raise

    @classmethod
    def connect(
        cls,
        partner: str | None = None,
        *,
        profile: Path | str | None = None,
        bootstrap: str | None = None,
        password: str | None = None,
        oin: str | None = None,
        ca_file: Path | None = None,
        tls: bool | None = None,
        gateway: Gateway | None = None,
        heads: Path | str | None = None,
        time: TimeSource | None = None,
        new_id: Callable[[], str] = new_event_id,
        wait_s: float = 0.0,
    ) -> Self:
        """Connect with a profile file, or as `partner` at `bootstrap` (`host:port[,host:port]`) with its password.

        oin: 20 digits; default: as the backbone publishes it. tls: default: on, except on the loopback. gateway: where referrals are
        read; default: as the profile says. heads: the file in which signed heads of the ledger are kept; default: beside the profile;
        without a profile none is kept. wait_s: how long to wait for a broker that is away.
        Raises BrokerAway, WrongCredentials, WrongListener, NoTopic, NotDefined, ProfileProblem, HeadsUnreadable.
        """
        if profile is not None:
            held = Profile.load(profile)
            access, partner, oin = held.access(), partner or held.partner, oin or held.oin
            heads = heads or beside(Path(profile))
            gateway = gateway or Gateway(held.gateway, held.gateway_token, ca_file=held.gateway_ca_file)
        elif bootstrap is not None:
            access = Access.given(bootstrap, partner, password, ca_file, tls)
        else:
            raise CannotTell("nothing says where the broker is; give a profile, or bootstrap and password")
        if partner is None:
            raise CannotTell("nothing says which partner this is; give its name, or a profile that has one")
        _await_broker(access, wait_s)
        kept = HeadsFile(Path(heads)) if heads else None
        return cls(partner, access, oin, time or SystemTime(), new_id, gateway, kept)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Leave: what was sent is flushed, what was acknowledged is on record."""
        if self._publisher:
            self._publisher.close()
        self._inbox.close()

    @property
    def definitions(self) -> Definitions:
        """What the backbone publishes for everybody."""
        return self._inbox.definitions

    # --- telling -----------------------------------------------------------------------------------------------------------

    def send(
        self,
        event: Told,
        *,
        case: str | None = None,
        personal: Personal | None = None,
        event_id: str | None = None,
        causation: str | None = None,
        actor: str | None = None,
        drill: bool = False,
    ) -> Pending:
        """Send without waiting, as many at once as you like; the order is kept.

        case: for every event but a report. personal: what to seal, by person and field. event_id: a UUID of your own,
        so that the same event sent again (after a crash, say) is known to be the same. actor: a pseudonym of the
        employee.
        Raises CannotTell, TooLarge, CannotSeal; nothing was sent then.
        """
        assert self._publisher
        now = self._time.now()
        envelope = Envelope(
            event_id or self._new_id(),
            self._source,
            event.TYPE,
            now,
            case,
            causation=causation,
            actor=actor,
            drill=drill,
        )
        if personal:
            self._inbox.refresh()
        record = compose(event, envelope, personal or {}, self.definitions, now)
        return self._publisher.publish(envelope.id, record)

    def tell(
        self,
        event: Told,
        *,
        case: str | None = None,
        personal: Personal | None = None,
        event_id: str | None = None,
        causation: str | None = None,
        actor: str | None = None,
        drill: bool = False,
        timeout_s: float = TIMEOUT_S,
    ) -> Receipt:
        """As `send`, and wait for the receipt; sealed again, once, when the backbone's key was replaced while it was on its way, and sent
        again, once, when no receipt has come in ten seconds.

        Raises Refused, NoReceipt, and a KafkaProblem when the broker is away or refuses.
        """
        about = event_id or self._new_id()

        def sent() -> Pending:
            return self.send(
                event, case=case, personal=personal, event_id=about, causation=causation, actor=actor, drill=drill
            )

        pending = sent()
        try:
            return pending.accepted(timeout_s)
        except Refused as refused:
            if refused.code != _KEY_IS_GONE or not self._hears_of_another_key(pending.sealed_to, timeout_s):
                raise
        return sent().accepted(timeout_s)

    def _hears_of_another_key(self, kid: str | None, timeout_s: float) -> bool:
        """Whether there is another key to seal to than this one; listens until there is, for so long at most."""
        deadline = clock.monotonic() + timeout_s
        while self.definitions.door_key(self._time.now()).kid == kid:
            left_s = deadline - clock.monotonic()
            if left_s <= 0:
                return False
            self._inbox.poll(min(left_s, _POLL_S))
        return True

    def await_receipt(self, event_id: str, timeout_s: float = TIMEOUT_S) -> Receipt:
        """The receipt of an event that was sent before, also by an earlier process (within the topic's 30 days). Raises NoReceipt."""
        assert self._publisher
        if known := self._inbox.receipt(event_id):
            return known
        pending = self._publisher.expect(event_id)
        if not pending.answered:
            self._search(event_id)
        return pending.receipt(timeout_s)

    def _search(self, event_id: str) -> None:
        """Through all that stands on the `out` topic."""
        with self._access.clear_errors():
            for record in read_to_end(self._access.kafka(), self._out):
                body = read(record).body
                if isinstance(body, Receipt) and body.about == event_id:
                    self._saw(body, record.offset)
                    self._claim(body)

    def _saw(self, receipt: Receipt, offset: int) -> None:
        if receipt.head and self._heads:
            self._heads.see(receipt.head, offset, self.definitions)

    def _claim(self, receipt: Receipt) -> bool:
        return self._publisher is not None and self._publisher.claim(receipt)

    def _wait(self, pending: Pending, timeout_s: float) -> Receipt:
        assert self._publisher
        began, asked = clock.monotonic(), False
        while pending._receipt is None:
            self._publisher.look_after(pending)
            waited_s = clock.monotonic() - began
            asked = asked or (ASK_AGAIN_S <= waited_s < timeout_s and self._publisher.ask_again(pending))
            left_s = timeout_s - waited_s
            if left_s <= 0:
                raise self._no_receipt(pending, timeout_s)
            self._inbox.poll(min(left_s, _POLL_S))
        return pending._receipt

    def _no_receipt(self, pending: Pending, waited_s: float) -> Exception:
        assert self._publisher
        if pending.offset is None:
            try:
                self._access.check()
            except BrokerAway as away:
                return BrokerAway(
                    f"{away}; event {pending.id} is sent when it is back, as long as this program runs: ask again, or send it "
                    f"again later with the same id",
                    broker=away.broker,
                )
        return NoReceipt(pending.id, self._publisher.topic, pending.offset, waited_s)

    # --- reading -----------------------------------------------------------------------------------------------------------

    def inbox(
        self, *, wait_s: float | None = None, receipts: bool = False, acknowledge: bool = True
    ) -> Iterator[Incoming]:
        """What was sent to this partner, from where it was left, and then what comes.

        A message counts as acknowledged when the next one is asked for, or with `ack`; one that does not comes again
        in the next run (at least once), so handling a message twice must do no harm. Shown once within a run.
        wait_s: end when nothing came for so long; None: never. receipts: also those that nobody waited for.
        acknowledge: False only looks.
        """
        self._inbox.start_reading(receipts=receipts, only_look=not acknowledge)
        while (message := self._next(wait_s)) is not None:
            yield replace(message, gateway=self._gateway)
            if acknowledge:
                self._inbox.acknowledge(message)

    def open(self, referral: ReferralOffered | Incoming | str, *scopes: str) -> PersonalData:
        """What a referral points to, now: the message, or its `dataref`. Each call is a read that stands in the ledger.

        scopes: only these; default: all that the referral carries. Keep nothing longer than you need it.
        Raises ReadRefused (Withdrawn among them), NothingToRead, GatewayAway, GatewayProblem, CannotTell.
        """
        if isinstance(referral, Incoming):
            return replace(referral, gateway=self._gateway).open(*scopes)
        return self._gateway.open(referral, *scopes)

    def case(self, case: str) -> CaseSeen:
        """How far a case is that this partner is party to, and its own part in it: referrals that reached it, its clocks and actions.

        case: the id that a receipt or a referral gave. Raises ReadRefused (Withdrawn and Erased among them), NothingToRead, GatewayAway,
        GatewayProblem.
        """
        return self._gateway.case(case)

    def ack(self, message: Incoming) -> None:
        """This message, and all before it, are done with; on record when this returns."""
        self._inbox.acknowledge(message, at_once=True)

    def _next(self, wait_s: float | None) -> Incoming | None:
        while True:
            message = self._inbox.take(_LONGEST_PAUSE_S if wait_s is None else wait_s)
            if message or wait_s is not None:
                return message


def _await_broker(access: Access, wait_s: float) -> None:
    deadline, pause_s = clock.monotonic() + wait_s, _FIRST_PAUSE_S
    while True:
        try:
            return access.check()
        except BrokerAway as away:
            if clock.monotonic() + pause_s > deadline:
                raise
            log.warning("%s; trying again in %.1f s", away, pause_s)
            clock.sleep(pause_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
