"""Cases: the queryable state. Folds the ledger like everybody else, concludes nothing, and keeps a row a case beside its snapshot."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from aiohttp import web

from backbone.casework import CaseProcessor
from backbone.chain_desks import chains_in, concerned, load_chain_desk, save_chain_desk
from backbone.chains import Chains
from backbone.desks import Desk
from backbone.engine.processor import Surroundings
from backbone.onlooker import NoRules
from backbone.overviews.incident import contact_clocks
from backbone.protocols import Protocols
from backbone.store.store import Store
from backbone.store.transaction import Tx
from schakel.case import grounds_to_tell
from schakel.case_consent import HER
from schakel.case_state import Effect, ReferralState, State
from schakel.chain import apply
from schakel.entry import Entry
from schakel.timesource import time_source
from services.cases import api, by_itself, counted, directory, together, told
from services.cases.desk import DeskList
from services.cases.overview import overview
from services.cases.tally.keeping import Tally


class CasesProcessor(CaseProcessor):
    """See the module's words."""

    waited_for = None  # type: ignore[assignment]  # nobody waits for what it does
    gather_s = 0.25  # in which most of what follows from one report is in, and takes one loading and saving of its case
    versions = (Path(__file__).parent / "migrations",)

    def __init__(self, chains: Chains, protocols: Protocols) -> None:
        super().__init__("cases", NoRules())
        self.chains, self.protocols = chains, protocols
        self.desk_list = DeskList(chains, protocols)
        self.tally = Tally(chains, protocols)
        self.contact = contact_clocks(protocols)

    def routes(self, surroundings: Surroundings) -> list[web.RouteDef]:
        """Queries over the state, beside the service's metrics."""
        reading = surroundings.store.reading
        clock = time_source(surroundings.settings.clock)
        figures = counted.routes(reading, self.chains, self.protocols)
        return [
            *self.desk_list.routes(reading, clock), *api.routes(reading), *together.routes(reading, self.chains),
            *figures, *told.routes(reading), *directory.routes(self.chains, clock),
        ]  # fmt: skip

    async def serve(self, surroundings: Surroundings) -> None:
        """Show the tally among the service's metrics."""
        await self.tally.serve(surroundings)

    def folded(self, tx: Tx, desk: Desk, entry: Entry, effect: Effect) -> None:
        self.tally.folded(tx, desk.case, entry, effect)

    def restless(self, store: Store) -> bool:
        """Never: a tick only fills tables that are younger than their database."""
        return False

    def tick(self, tx: Tx, topic: str, partition: int) -> bool:
        more = [self.tally.fill(tx, self.desks), by_itself.fill(tx, self.desks, self.contact)]
        return any(more)

    def caught_up(self, tx: Tx, topic: str, partition: int) -> bool:
        done = super().caught_up(tx, topic, partition)
        if done:
            self.tally.is_filled(tx)
            by_itself.is_filled(tx)
        return done

    def _take(self, tx: Tx, entries: Sequence[Entry]) -> None:
        super()._take(tx, entries)
        counted.read_to(tx, entries)

    def chain_event(self, tx: Tx, entry: Entry) -> None:
        """What is known of the chains themselves, for agendas: minutes, agreements, rhythms."""
        for chain in concerned(chains_in(self.chains, tx.checkpoint.partition), entry):
            desk = load_chain_desk(tx, chain.name)
            apply(desk.state, entry)
            save_chain_desk(tx, desk)

    def saved(self, tx: Tx, desks: dict[str, Desk]) -> None:
        point = tx.checkpoint
        if point.rebuilding and not point.reconciling:
            self.tally.saved(tx, ())  # what a case stands as is written once, when all of it is known
        else:
            self.stand(tx, [desk.case for desk in desks.values()])

    def stand(self, tx: Tx, cases: Sequence[State]) -> None:
        """Write what these cases stand as, in every table beside them."""
        self.desk_list.saved(tx, cases)
        self.tally.saved(tx, cases)
        by_itself.keep(tx, cases, self.contact)
        tx.put(overview, [row_of(case) for case in cases if case.report])


def row_of(case: State) -> Mapping[str, object]:
    """The overview row of a case. Pure, so that a replay can compare it."""
    return {**_row(case), **(_FORGOTTEN if HER in case.erased else {})}


_FORGOTTEN: Mapping[str, object] = {
    "status": "erased",
    "door": None,
    "reported_at": None,
    "identity": None,
    "place_type": None,
    "waiting_referrals": 0,
    "running_clocks": 0,
}
"""Of a case whose person was erased only what counts are made of stays: that it happened, of what nature, in which district."""


def _row(case: State) -> dict[str, object]:
    facts = case.facts
    return {
        "case_id": case.id,
        "chain": case.chain,
        "municipality": facts["place"]["municipality"],
        "district": facts["place"]["district"],
        "status": "closed" if case.closed else "open" if case.opened else "received",
        "door": case.door,
        "reported_at": case.reported_at,
        "identity": facts["identity"],
        "place_type": facts["place"]["place_type"],
        "natures": _words(facts["natures"]),
        "grounds": _words([motive["ground"] for motive in grounds_to_tell(case)]),
        "waiting_referrals": sum(referral.state is ReferralState.HELD for referral in case.referrals.values()),
        "running_clocks": sum(clock.state == "running" for clock in case.clocks.values()),
        "breached_clocks": sum(clock.breached for clock in case.clocks.values()),
        "events": case.events,
        "drill": case.drill,
        "history": case.history,
    }


def _words(words: list[str]) -> str:
    return f" {' '.join(sorted(set(words)))} "
