"""The gateway at the ledger: folds it like everybody else, concludes nothing, and hears the gate's answers to those who wait here.

What it keeps beside the cases is where each reference leads and the newest sealed text of each field. How one read goes is
`services.gateway.reading`.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from backbone.casework import LEDGER, CaseProcessor
from backbone.desks import Desk
from backbone.engine.processor import Outcome, Place, Surroundings
from backbone.onlooker import NoRules
from backbone.store.transaction import Tx
from schakel.case_opening import reader_of
from schakel.case_state import Effect
from schakel.entry import Entry
from schakel.events.base import ce_type
from schakel.events.consent import BasisInvoked
from schakel.events.data import DisclosureDenied, DisclosurePermitted, DisclosureRequested, SubjectErased
from schakel.events.referral import ReferralProposed
from schakel.record import Raw
from services.gateway import fields, tables
from services.gateway.ledger import Answer, Referral, Watch

_TYPE_OF_REQUEST = ("ce_type", ce_type(DisclosureRequested.TYPE).encode())
_TYPES_OF_ANSWERS = {("ce_type", ce_type(model.TYPE).encode()) for model in (DisclosurePermitted, DisclosureDenied)}
Serve = Callable[[Surroundings], Any]


class GatewayProcessor(CaseProcessor):
    """See the module's words. serve: what listens for partners, as long as the worker runs; it gets the surroundings."""

    versions = (Path(__file__).parent / "migrations",)
    gives_way = 5  # a third of intake's share: it folds all that the others do, and only now and then somebody reads

    def __init__(self, watch: Watch, serve: Serve) -> None:
        super().__init__("gateway", NoRules())
        self._watch = watch
        self._serve = serve
        self._referrals: list[Referral] = []
        self._saved: list[Referral] = []
        self._sealed: dict[tuple[str, str], dict[str, Any]] = {}
        self._answers: list[Answer] = []
        self._erased: set[str] = set()

    def waited_for(self, record: Raw) -> bool:
        """While somebody reads, all of it but requests: those wait for their answers. While somebody waits for a place of the log, all."""
        if self._watch.waits_for_a_place:
            return True
        return self._watch.busy and _TYPE_OF_REQUEST not in record.headers

    def hurried(self) -> bool:
        """While somebody reads: no longer than an answer takes, the most that another read has to wait for what gathers."""
        return self._watch.busy

    async def serve(self, surroundings: Surroundings) -> None:
        """Listen for partners."""
        await self._serve(surroundings)

    def coming(self, place: Place, records: Sequence[Raw]) -> None:
        """Says where the newest of the gate's answers stands, so that whoever waits need not stand idle while it is folded."""
        if place[0] == LEDGER and self._watch.busy:
            for record in reversed(records):
                if not _TYPES_OF_ANSWERS.isdisjoint(record.headers):
                    self._watch.coming(place[1], record.offset)
                    return

    def committed(self, place: Place, position: int) -> None:
        """What was read up to here is known; whoever waits for it goes on."""
        answers, self._answers = self._answers, []
        saved, self._saved = self._saved, []
        self._watch.leads(saved)
        if place[0] == LEDGER:
            self._watch.reached(place[1], position, answers)

    def process(self, tx: Tx, records: Sequence[Raw]) -> Outcome:
        self._answers, self._saved = [], []  # of a transaction that was taken back: it comes again
        return super().process(tx, records)

    def folded(self, tx: Tx, desk: Desk, entry: Entry, effect: Effect) -> None:
        event = entry.event
        if isinstance(event, DisclosurePermitted | DisclosureDenied):
            if effect is Effect.EFFECTIVE:
                self._answers.append(Answer(event, entry.partition, entry.offset))
        elif isinstance(event, ReferralProposed | BasisInvoked):
            if effect is Effect.EFFECTIVE and reader_of(desk.case, entry.id):
                self._referrals.append(Referral(entry.id, desk.case.id, tx.checkpoint.partition, desk.case.drill))
        elif isinstance(event, SubjectErased):
            if effect is Effect.EFFECTIVE and event.subject == fields.SUBJECT:
                self._erased.add(desk.case.id)
        elif fields.SUBJECT not in desk.case.erased:
            for field, part in fields.told_in(entry, effect):
                self._sealed[desk.case.id, field] = {
                    "case_id": desk.case.id,
                    "field": field.value,
                    "event_id": entry.id,
                    "event_type": entry.envelope.type,
                    "body": part.body,
                }

    def saved(self, tx: Tx, desks: dict[str, Desk]) -> None:
        referrals, self._referrals = self._referrals, []
        sealed, self._sealed = [*self._sealed.values()], {}
        if referrals:
            self._saved += referrals
            rows = [
                {"referral_id": one.id, "case_id": one.case, "partition": one.partition, "drill": one.drill}
                for one in referrals
            ]
            tx.put(tables.referral, rows, ["case_id", "partition"])
        tx.put(tables.sealed, sealed)
        erased, self._erased = self._erased, set()
        if erased:  # nobody can open it any more, and nobody will look for it
            tx.remove(tables.sealed, "case_id", erased)
