"""Wires the rules about a chain to the ledger: folds its stream, says what it lacks behind a watermark, tells those who have to look."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from backbone.chain_desks import ChainDesk, chains_in, concerned, load_chain_desk, save_chain_desk
from backbone.chains import Chain, Chains
from backbone.chains import rhythms as rhythms_of
from backbone.records import ledger_record, out_record
from backbone.store.rows import Outgoing
from backbone.store.transaction import Tx
from schakel.case_state import Effect
from schakel.chain import apply, conclude
from schakel.chain_state import ChainState
from schakel.entry import Entry
from schakel.events.chain import WatermarkPassed
from schakel.ids import service_source
from services.followup import rhythms, trends
from services.followup.chain_news import messages

SERVICE = "followup"


class ChainWork:
    """What follow-up does for the chains whose streams lie in the partition it is at."""

    def __init__(self, chains: Chains, now: Callable[[Tx], datetime | None]) -> None:
        self.chains = chains
        self.now = now
        """The newest watermark of the partition."""

    def take(self, tx: Tx, entries: Sequence[Entry]) -> None:
        """Fold what these say of the chains here, and conclude what follows. Called once a transaction, behind the cases."""
        here = list(chains_in(self.chains, tx.checkpoint.partition))
        moved = {chain.name for entry in entries for chain in self._touched(here, entry)}
        if any(isinstance(entry.event, WatermarkPassed) for entry in entries):
            moved |= {chain.name for chain in here if rhythms_of.begins(chain) is not None or tx.note(_asks(chain))}
        for chain in here:
            if chain.name in moved:
                self._work(tx, chain, entries)

    def _touched(self, here: Iterable[Chain], entry: Entry) -> list[Chain]:
        return [] if entry.event.IN_CASE else concerned(here, entry)

    def _work(self, tx: Tx, chain: Chain, entries: Sequence[Entry]) -> None:
        desk, quiet = load_chain_desk(tx, chain.name), tx.checkpoint.rebuilding
        outgoing: list[Outgoing] = []
        for entry in entries:
            if not self._touched([chain], entry):
                continue
            effect = apply(desk.state, entry)
            if entry.envelope.source == service_source(SERVICE):
                desk.pending = [said for said in desk.pending if said != entry.id]
            if effect is Effect.EFFECTIVE and not quiet:
                outgoing.extend(_messages(chain, desk.state, entry))
        if not quiet:
            outgoing.extend(self.lacking(tx, chain, desk))
        if outgoing:
            tx.outbox(outgoing)
        tx.set_note(_asks(chain), "answers" if trends.waits(desk.state) else None)
        save_chain_desk(tx, desk)

    def lacking(self, tx: Tx, chain: Chain, desk: ChainDesk) -> list[Outgoing]:
        """What the chain's stream lacks and is not on its way yet; from here on it is."""
        said: list[Outgoing] = []
        now = self.now(tx)
        for event in (*rhythms.decide(chain, desk.state, now), *trends.decide(chain, desk.state, now)):
            entry = conclude(desk.state, event)
            if entry.id not in desk.pending:
                desk.pending.append(entry.id)
                said.append(ledger_record(entry, tx.checkpoint.partition, chain.name))
        return said

    def caught_up(self, tx: Tx) -> None:
        """After a rebuild: conclude once on every chain here."""
        for chain in chains_in(self.chains, tx.checkpoint.partition):
            desk = load_chain_desk(tx, chain.name)
            if said := self.lacking(tx, chain, desk):
                tx.outbox(said)
                save_chain_desk(tx, desk)


def _asks(chain: Chain) -> str:
    """The note that an answer is waited for in this chain: then a watermark is looked at."""
    return f"asks/{chain.name}"


def _messages(chain: Chain, state: ChainState, entry: Entry) -> Iterable[Outgoing]:
    for partner, said in messages(chain, state, entry):
        yield out_record(
            SERVICE,
            partner,
            said,
            about=entry.id,
            cause=entry.id,
            at=entry.envelope.logged_at,
            case=None,
            drill=False,
        )
