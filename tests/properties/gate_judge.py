"""The model's judgement on a ledger, record by record: wherever the ledger comes from, made up or left behind by the live system.

The fold says which records took effect and how the case stands; whether they may have, the model says alone.
"""

from collections.abc import Iterator

from schakel.case_state import State
from schakel.entry import Entry
from schakel.events import Derived
from schakel.events.consent import ConsentNeeded
from schakel.events.data import DisclosurePermitted, DisclosureRequested, SubjectErased
from schakel.events.referral import ReferralDelivered, ReferralProposed, ReferralReleased, ReferralRevoked
from tests.properties.gate_model import HER, Model

WAITING, RUNNING = ("proposed", "held", "revoked"), ("released", "delivered", "accepted")


class Judge:
    """Of one case. `hear` every record that is no repetition, in order; then ask `at_rest`."""

    def __init__(self) -> None:
        self.model = Model()
        self.proposals: dict[str, ReferralProposed] = {}
        self.releases: dict[str, ReferralReleased] = {}
        self.requests: dict[str, DisclosureRequested] = {}

    def hear(self, entry: Entry, *, effective: bool) -> Iterator[str]:
        """What is wrong with this record standing here. effective: whether it took effect."""
        self.model.hear(entry)
        if isinstance(entry.event, DisclosureRequested):
            self.requests[entry.id] = entry.event
        elif effective and isinstance(entry.event, Derived):
            for wrong in self._wrong(entry.id, entry.event):
                yield f"record {entry.offset}, {entry.envelope.type}: {wrong}"

    def _wrong(self, event_id: str, event: Derived) -> Iterator[str]:
        match event:
            case ReferralProposed():
                self.proposals[event_id] = event
            case ReferralReleased():
                self.releases[event.referral] = event
                yield from self.model.against(self.proposals[event.referral], event, new=True)
            case ReferralDelivered():
                asks, release = self.proposals[event.referral], self.releases[event.referral]
                yield from self.model.against(asks, release, new=False)
            case ReferralRevoked():
                del self.releases[event.referral]
            case ConsentNeeded() if not self.model.may_be_asked(
                self.proposals[event.referral], other=event.of == "offender"
            ):
                yield f"{event.of} is asked about {event.recipient} for {event.purpose}, which was answered"
            case DisclosurePermitted():
                yield from self._read(event)
            case SubjectErased() if event.subject == HER:
                self.model.erased = True

    def _read(self, permit: DisclosurePermitted) -> Iterator[str]:
        """By whom it was sent to, as long as it runs, or by who opened it; and no more than may be read here."""
        request = self.requests.get(permit.request)
        if request and request.referral not in self.proposals:
            may = set() if self.model.forgetting() else self.model.opened(request.referral, request.by)
            if not permit.scopes or not {*permit.scopes} <= may:
                yield f"{request.by} reads {[*permit.scopes]} without a referral; opened is {sorted(may)}"
            return
        release = self.releases.get(request.referral) if request else None
        if request is None or release is None:
            yield "a read of what nobody asked for, or of what is not out"
        elif request.by != release.to:
            yield f"{request.by} reads what went to {release.to}"
        elif self.model.forgetting():
            yield f"{request.by} reads of somebody who asked to be forgotten"
        else:
            yield from self.model.against(self.proposals[request.referral], release, new=False)
            if unseen := {*permit.scopes} - self.model.readable(self.proposals[request.referral], release):
                yield f"reads {sorted(unseen)}, which may not be read"

    def at_rest(self, case: State) -> Iterator[str]:
        """What goes on may; what waits has to wait, for just the reason that it gives."""
        for referral in case.referrals.values():
            asks = self.proposals[referral.id]
            what = f"{asks.to} for {asks.purpose} ({referral.state})"
            if referral.state in RUNNING:
                for wrong in self.model.against(asks, self.releases[referral.id], new=False):
                    yield f"{what} goes on: {wrong}"
            elif referral.state in WAITING and not case.closed:
                says = self.model.verdict(asks)
                if says.go:
                    yield f"{what} is held without need: it may go with {sorted(says.scopes)}"
                found = (referral.hold_reason, frozenset(referral.missing))
                if found != (says.reason, says.missing):
                    yield f"{what} says {found}, and the reason is {(says.reason, sorted(says.missing))}"
