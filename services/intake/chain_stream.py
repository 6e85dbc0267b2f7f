"""A chain's own stream at intake: under which key an event goes there, and the watermarks that its rhythms wait for.

A watermark is logged into the chain's partition behind each moment at which something comes round or a term is over, and at no other: a
chain that keeps no scheme, and reminds nobody of an event, writes nothing.
"""

from datetime import datetime, timedelta

from backbone.chain_desks import chains_in, concerned
from backbone.chains import Chain, Chains, Partner
from backbone.chains.rhythms import begins, next_moment, reminded_since
from backbone.chains.schemes import consultation_of
from backbone.protocols.reading import digest
from backbone.store.transaction import Tx
from schakel.entry import Entry
from schakel.envelope import Envelope
from schakel.events import Told
from schakel.events.case import TrendAnswered, TrendSignalled
from schakel.events.overview import OverviewReleased, OverviewReleaseWithdrawn
from schakel.events.partners import MinutesRecorded

MARK = "~"
"""Begins the name under which a chain's timer stands among those of cases; no case id has one in it, and it fits the column."""
TREND = "trend/"
"""Behind it, the name of a trend's timer has the id of its event instead of a chain's name."""


class ChainStream:
    """The chains' streams as intake knows them."""

    def __init__(self, chains: Chains) -> None:
        self.chains = chains
        self._says: dict[str, str] = {}
        """What each chain keeps, as a digest: when a file changes, its next moment is another one."""

    def key(self, partner: Partner | None, event: Told) -> str:
        """The chain to whose stream it belongs: the one it names, for minutes the one that keeps the consultation, else the first of its
        partner."""
        if isinstance(event, OverviewReleased | OverviewReleaseWithdrawn):
            return event.chain
        own = self.chains.chains_of(partner.id) if partner else []
        if isinstance(event, MinutesRecorded):
            named = [chain for chain in own if event.chain in (None, chain.name)]
            own = [chain for chain in named if consultation_of(chain, event.consultation)] or named or own
        if isinstance(event, TrendSignalled | TrendAnswered):
            own = [chain for chain in own if event.municipality in chain.municipalities] or own
        return own[0].name if own else "chain"

    def heard(self, tx: Tx, entry: Entry) -> bool:
        """Keep what a trend is signalled under: answers name it by its id alone. False when another partner's stands under that already,
        so that it is none (`schakel.chain`). One that waits for answers has a timer of its own, behind its last day."""
        event = entry.event
        if not isinstance(event, TrendSignalled):
            return True
        here = concerned(chains_in(self.chains, tx.checkpoint.partition), entry)
        firsts = [chain for chain in here if self._signalled_by(tx, chain, entry.id) in (None, entry.envelope.source)]
        for chain in firsts:
            tx.set_note(_trend(chain.name, entry.id), entry.envelope.source)
            if event.answer_by is not None:
                over = chain.calendar().end_of_day(event.answer_by)
                tx.set_timers({f"{MARK}{TREND}{entry.id}": [("answers", int(over.timestamp() * 1000))]})
        return bool(firsts) or not here

    def holds(self, tx: Tx, partner: Partner, envelope: Envelope, event: Told) -> bool:
        """Whether another partner's trend stands under the id of this one, in the chain to whose stream it would go."""
        chain = self.chains.get(self.key(partner, event)) if isinstance(event, TrendSignalled) else None
        return chain is not None and self._signalled_by(tx, chain, envelope.id) not in (None, envelope.source)

    def _signalled_by(self, tx: Tx, chain: Chain, event_id: str) -> str | None:
        return tx.note(_trend(chain.name, event_id))

    def arm(self, tx: Tx, partition: int) -> None:
        """Have a timer stand for each chain here, from where its last watermark was logged; again when what it keeps has changed."""
        for chain in chains_in(self.chains, partition):
            if tx.note(f"keeps/{chain.name}") == (says := self._digest(chain)):
                continue
            tx.set_note(f"keeps/{chain.name}", says)
            logged, begin = tx.note(_note(chain.name)), begins(chain)
            if begin is None:
                tx.set_timers({f"{MARK}{chain.name}": []})
            else:
                self._wait(tx, chain.name, datetime.fromisoformat(logged) if logged else begin - timedelta.resolution)

    def _digest(self, chain: Chain) -> str:
        if chain.name not in self._says:
            schemes = [f"{one.since}/{chain.schemes[one.use].digest}" for one in chain.file.schemes]
            events = [occasion.model_dump(mode="json") for occasion, _, _ in reminded_since(chain)]
            self._says[chain.name] = digest([chain.file.time_zone, chain.file.calendar, *schemes, *events])
        return self._says[chain.name]

    def passed(self, tx: Tx, name: str, at: datetime) -> None:
        """A watermark was logged for this timer: wait for the next moment behind it."""
        chain = name.removeprefix(MARK)
        if chain.startswith(TREND):
            tx.set_timers({name: []})
            return
        tx.set_note(_note(chain), at.isoformat())
        self._wait(tx, chain, at)

    def looked_at(self, tx: Tx, logged: datetime) -> None:
        """Of a new database: the lost one logged a watermark here. What came round by then was looked at, and is not waited for."""
        for chain in chains_in(self.chains, tx.checkpoint.partition):
            known = tx.note(_note(chain.name))
            if known is None or datetime.fromisoformat(known) < logged:
                tx.set_note(_note(chain.name), logged.isoformat())
                if tx.note(f"keeps/{chain.name}"):
                    self._wait(tx, chain.name, logged)

    def _wait(self, tx: Tx, name: str, after: datetime) -> None:
        chain = self.chains.get(name)
        moment = next_moment(chain, after) if chain else None
        timers = [("rhythm", int(moment.timestamp() * 1000))] if moment else []
        tx.set_timers({f"{MARK}{name}": timers})


def _note(chain: str) -> str:
    return f"rhythm/{chain}"


def _trend(chain: str, event_id: str) -> str:
    return f"trend/{chain}/{event_id}"
