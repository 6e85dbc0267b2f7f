"""The gateway's reader over the mini cluster: real processor, stores and keys; the ledger is a list, and every wait can be held.

A test says what happens `before` a step of the read; so every order of withdrawal and read can be played, without a clock.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from backbone.casework import LEDGER, ledger_record
from backbone.keys.opening import open_reader
from schakel.entry import Entry
from schakel.events.base import SealedField
from schakel.events.consent import ConsentTerms, ConsentWithdrawn
from schakel.events.data import ErasureRequested
from schakel.events.report import Place, ReportFacts, ReportReceived
from schakel.events.vocab import Identity, Nature, Purpose, Scope
from schakel.ids import new_event_id
from schakel.messages import ReferralOffered
from schakel.sealing import seal
from services.gateway.reading import Given, Reader
from tests.support.minicluster import PARTITIONS, MiniCluster

DOOR, HELP, STRANGER, AUDITOR = "politie-amsterdam", "slachtofferhulp", "coc-amsterdam", "ketentoezicht"
PHONE, STORY, CHEF = "06-55501947", "Zij riepen het mij na.", {"phone": "06-55500000"}
STEPS = ("asked", "appended", "answered", "end asked", "opened")
"""Of a read: right before its request is appended, right after; before the answer is read; before the end is asked; before opening."""


@dataclass
class Clock:
    now_s: float = 1000.0

    def __call__(self) -> float:
        return self.now_s


@dataclass
class Reading:
    """A reader on a cluster. before: what happens right before a step, by its name."""

    cluster: MiniCluster
    clock: Clock = field(default_factory=Clock)
    before: dict[str, Callable[[], object]] = field(default_factory=dict)
    settles: bool = True
    """Whether the services get their turn once the request stands in the ledger."""

    def __post_init__(self) -> None:
        store = next(one.store for one in self.cluster.services if one.processor.name == "gateway")
        self.opener = open_reader(None, self.cluster._directory)
        self.reader = Reader(
            self.cluster.watch,
            self,
            self._ends,
            self._ends,
            store.reading,
            self,
            self.cluster.time,
            clock=self.clock,  # type: ignore[arg-type]
        )

    def _do(self, step: str) -> None:
        if happens := self.before.pop(step, None):
            happens()

    async def append(self, entry: Entry, partition: int, case_id: str) -> int:
        """As the gateway's producer."""
        self._do("asked")
        self.cluster.append(ledger_record(entry, partition, case_id))
        offset = len(self.cluster.topics[LEDGER, partition]) - 1
        self._do("appended")
        if self.settles:
            self.cluster.settle()
        self._do("answered")
        return offset

    async def _ends(self, of: object) -> Mapping[tuple[str, int], int]:
        self._do("end asked")
        ends = {(LEDGER, p): len(self.cluster.topics[LEDGER, p]) for p in range(PARTITIONS)}
        self.cluster.settle()
        return ends

    def open_all(self, *arguments: object) -> object:
        """As the opener."""
        self._do("opened")
        return self.opener.open_all(*arguments)  # type: ignore[arg-type]

    async def read(self, partner: str, referral: str, *scopes: Scope) -> Given:
        return await self.reader.read(partner, referral, scopes)

    # -- the story -----------------------------------------------------------------------------------------------------

    def offered(self, *scopes: Scope, partner: str = HELP) -> ReferralOffered:
        """A report whose person agreed to these, and the referral as victim support got it."""
        scopes = scopes or (Scope.CONTACT_DETAILS, Scope.STORY)
        event_id = new_event_id()
        terms = ConsentTerms(recipient=partner, purpose=Purpose.REFERRAL, scopes=(Scope.CASE_FACTS, *scopes))
        place = Place(municipality="amsterdam", district="oost")
        facts = ReportFacts(identity=Identity.BY_NAME, natures=(Nature.ASSAULT,), place=place)
        key = self.cluster.keys.door_keys()[0]
        hers = {
            SealedField.CONTACT_DETAILS: {"phone": PHONE},
            SealedField.CONTACT_PREFERENCE: "not at home",
            SealedField.STORY: STORY,
            SealedField.OWN_REFERENCE: "A-1",
            SealedField.FREE_TEXT: "seen by the desk",
        }
        sealed = (
            seal("victim", hers, key, about=event_id),
            seal("accused", {SealedField.CONTACT_DETAILS: CHEF}, key, about=event_id),
        )
        report = ReportReceived(reported_at=self.cluster.time.now(), facts=facts, consents=(terms,), sealed=sealed)
        self.cluster.send(DOOR, report, event_id=event_id)
        self.cluster.settle()
        case = self.cluster.receipts(DOOR)[event_id].case
        offers = [m for m in self.cluster.out(partner) if isinstance(m, ReferralOffered) and m.case == case]
        assert len(offers) == 1
        return offers[0]

    def withdraw(self, case: str) -> None:
        """She says no to her door; intake appends it, and nobody else has read it yet."""
        self.cluster.send(DOOR, ConsentWithdrawn(), case=case)
        intake = self.cluster.services[0]
        self.cluster.work(intake, 500)

    def ask_to_forget(self, case: str) -> None:
        """She asks at her door to be forgotten; intake appends it, and nobody else has read it yet."""
        self.cluster.send(DOOR, ErasureRequested(subject="victim"), case=case)
        self.cluster.work(self.cluster.services[0], 500)

    def referral(self, offer: ReferralOffered) -> str:
        """The id in its dataref."""
        assert offer.dataref == f"referrals/{offer.referral}"
        return offer.referral

    def effects(self, case: str) -> list[str]:
        """What stands in the ledger about reading in this case."""
        return [e.envelope.type for e in self.cluster.ledger(case) if e.envelope.type.startswith("disclosure.")]
