"""The month in memory: the services' own rules over one list of events, no Kafka, no database, no client.

Quick enough to play a whole month in a test; it says nothing about the engine.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from msgspec.structs import replace

from backbone.chains import load_chains
from backbone.demo.acts import Act, Garbage
from backbone.demo.evidence import Answer, Evidence, Offer, Sent
from backbone.demo.play import Arrival
from backbone.demo.reads import Read
from backbone.demo.tail import messages_after
from backbone.protocols import load_protocols
from schakel.case import apply, conclude
from schakel.case_clocks import next_moments
from schakel.case_state import Effect, State
from schakel.entry import Entry
from schakel.envelope import Envelope
from schakel.events import Derived
from schakel.events.data import DisclosurePermitted, DisclosureRequested
from schakel.ids import message_id, new_case_id, new_event_id, partner_source, service_source
from schakel.messages import Position, Receipt, ReceiptStatus, ReferralOffered, Refusal
from services.cases.processor import row_of
from services.consent.processor import ConsentRules
from services.followup.processor import FollowupRules
from services.intake import rules as intake
from services.routing.processor import RoutingRules

ROOT = Path(__file__).parents[2]


class Rehearsal:
    """A stage (backbone.demo.play) over the pure rules."""

    def __init__(self) -> None:
        self.protocols = load_protocols(ROOT / "protocols")
        self.chains = load_chains(ROOT / "chains", self.protocols)
        self.services = [
            RoutingRules(self.chains, self.protocols),
            ConsentRules(self.chains),
            FollowupRules(self.chains, self.protocols),
        ]
        self.now: datetime | None = None
        self.ledger: list[Entry] = []
        self.cases: dict[str, State] = {}
        self.case_of: dict[str, str] = {}
        self.seen: dict[tuple[str, str], tuple[Act, Answer]] = {}
        self.effects: Counter[tuple[str, Effect]] = Counter()
        self.answers: list[Answer] = []
        self.offers: list[Offer] = []
        self.sent: list[Sent] = []
        self.in_records: Counter[str] = Counter()
        self.reads: list[Read] = []
        self.expected: set[tuple[str, str]] = set()
        self.announced: set[tuple[str, str]] = set()
        self._arrived: list[Arrival] = []

    # -- the stage -----------------------------------------------------------------------------------------------------

    def move_clock(self, at: datetime) -> None:
        assert self.now is None or at >= self.now, "the clock went back"
        self.now = at

    def send(self, acts: Sequence[Act]) -> None:
        for act in acts:
            self.sent.append(Sent(act.partner, act.id, act.opens, act.expect, act.again))
            self.answers.append(self._submit(act))
            self.in_records[act.partner] += 1

    def send_garbage(self, garbage: Garbage) -> None:
        refusal = Refusal(code=garbage.expect, remedy="-")
        receipt = Receipt(
            about=None, status=ReceiptStatus.REFUSED, refusal=refusal, in_offset=self.in_records[garbage.partner]
        )
        self.sent.append(Sent(garbage.partner, None, False, garbage.expect))
        self.answers.append(Answer(garbage.partner, receipt))
        self.in_records[garbage.partner] += 1

    def read(self, partner: str, referral: str) -> None:
        assert self.now
        case = next(case for case in self.cases.values() if referral in case.referrals)
        event = DisclosureRequested(referral=referral, by=partner, scopes=())
        request = new_event_id()
        asked = Envelope(request, service_source("gateway"), event.TYPE, self.now, case.id, logtime=self.now)
        self._append(case, Entry(asked, event))
        self._work(case, None)
        (answer,) = (one.event for one in self.ledger if getattr(one.event, "request", None) == request)
        if isinstance(answer, DisclosurePermitted):
            self.reads.append(Read(partner, referral, tuple(scope.value for scope in answer.scopes), request))
        else:
            self.reads.append(Read(partner, referral, refused=answer.reason))

    def settle(self) -> None:
        assert self.now
        for case in self.cases.values():
            if any(moment <= self.now for _, moment in next_moments(case)):
                self._work(case, self.now)

    def due(self, until: datetime) -> list[datetime]:
        moments = {moment for case in self.cases.values() for _, moment in next_moments(case)}
        return sorted(moment for moment in moments if moment <= until)

    def arrived(self) -> list[Arrival]:
        found, self._arrived = self._arrived, []
        return found

    # -- afterwards ----------------------------------------------------------------------------------------------------

    def evidence(self) -> Evidence:
        return Evidence(
            sent=self.sent,
            answers=self.answers,
            offers=self.offers,
            ledger=self.ledger,
            in_records=self.in_records,
            live={"rehearsal": self.cases},
            rows={case.id: row_of(case) for case in self.cases.values()},
            reads=self.reads,
        )

    # -- the work ------------------------------------------------------------------------------------------------------

    def _submit(self, act: Act) -> Answer:
        assert self.now
        partner = self.chains.partner(act.partner)
        assert partner, act.partner
        case_id = None if act.opens else self.case_of.get(act.report)
        envelope = Envelope(
            act.id, partner_source(partner.oin), type(act.event).TYPE, self.now, case=case_id, drill=act.drill
        )
        message = intake.Submission(envelope, act.event, partner, self.cases.get(case_id or ""))
        offset = self.in_records[act.partner]
        refusal = intake.refusal(message, self.chains, self.now)
        if before := self.seen.get((act.partner, act.id)):
            first, answer = before
            if first.event == act.event:
                return Answer(act.partner, answer.receipt.model_copy(update={"in_offset": offset}))
            refusal = Refusal(code="id.already_used", remedy="-")
        if refusal:
            receipt = Receipt(about=act.id, status=ReceiptStatus.REFUSED, refusal=refusal, in_offset=offset)
            return Answer(act.partner, receipt)
        if case_id is None:
            case_id = self.case_of[act.id] = new_case_id()
            self.cases[case_id] = State(id=case_id)
        case = self.cases[case_id]
        told = Entry(replace(envelope, case=case_id, logtime=self.now, partner=act.partner), act.event)
        position = self._append(case, told)
        receipt = Receipt(
            about=act.id, status=ReceiptStatus.ACCEPTED, case=case_id, position=position, in_offset=offset
        )
        answer = Answer(act.partner, receipt)
        self.seen[act.partner, act.id] = (act, answer)
        self._work(case, None)
        return answer

    def _append(self, case: State, entry: Entry) -> Position:
        entry = replace(entry, partition=0, offset=len(self.ledger))
        self.ledger.append(entry)
        self.effects[type(entry.event).TYPE, apply(case, entry)] += 1
        return Position(partition=0, offset=entry.offset)

    def _work(self, case: State, now: datetime | None) -> None:
        """Let every service say what the case lacks until none has anything left to say."""
        for _ in range(64):
            said = False
            for service in self.services:
                watermark = now if isinstance(service, FollowupRules) else None
                for event in list(service.decide(case, watermark)):
                    said = True
                    self._conclude(service, case, event, watermark)
            if not said:
                return
        raise AssertionError(f"case {case.id} does not settle")

    def _conclude(
        self, service: RoutingRules | ConsentRules | FollowupRules, case: State, event: Derived, now: datetime | None
    ) -> None:
        messages = list(service.deliver(case, event))
        entry = conclude(case, event, now)
        before = self.effects[event.TYPE, Effect.EFFECTIVE]
        self._append(case, entry)
        if self.effects[event.TYPE, Effect.EFFECTIVE] > before:
            messages += service.announce(case, entry)
            self.expected.update(messages_after(case, entry))
        report = case.report
        for partner, message in messages:
            self.announced.add((partner, message_id(message.TYPE, partner, entry.id)))
            if isinstance(message, ReferralOffered):
                self.offers.append(Offer(partner, message))
            self._arrived.append(Arrival(partner, report, message))
