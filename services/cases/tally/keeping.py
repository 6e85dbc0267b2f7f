"""Keeps the tally beside the fold, and what is shown of it fresh."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence

import structlog
from prometheus_client import REGISTRY

from backbone.chains import Chains
from backbone.desks import Desks
from backbone.engine.processor import Surroundings
from backbone.protocols import Protocols
from backbone.store.errors import StoreError
from backbone.store.transaction import Tx
from schakel.case_state import Effect, State
from schakel.entry import Entry
from schakel.events.vocab import Role
from schakel.timesource import time_source
from services.cases.tally import table
from services.cases.tally.counted import happened
from services.cases.tally.shown import TallyCollector

READ_EVERY_S = 5.0
FILL_AT_ONCE = 500
_FILLED = "filled"
log = structlog.get_logger(__name__)


class Tally:
    """One a worker. `folded`, `saved` and `fill` are called inside a transaction, `serve` beside them."""

    def __init__(self, chains: Chains, protocols: Protocols) -> None:
        self._chains, self._protocols = chains, protocols
        self._happened: Counter[str] = Counter()
        self._in: Tx | None = None

    def folded(self, tx: Tx, case: State, entry: Entry, effect: Effect) -> None:
        """An event was folded into its case."""
        self._begin(tx)
        if effect is Effect.EFFECTIVE:
            self._happened.update(happened(case, entry))

    def saved(self, tx: Tx, cases: Sequence[State]) -> None:
        """These cases stand as they are now."""
        self._begin(tx)
        table.count(tx, cases, self._happened, self._asks)
        self._happened.clear()

    def _begin(self, tx: Tx) -> None:
        """What an earlier transaction counted and did not commit is forgotten: it comes again."""
        if self._in is not tx:
            self._in = tx
            self._happened.clear()

    def fill(self, tx: Tx, desks: Desks) -> bool:
        """Count how the cases of a database stand that is older than its tally, some at a time. True when there are more.

        What happened before is not known then: those counters begin at nothing. A rebuild of the service counts them all.
        """
        note = _note(tx)
        after = tx.note(note) or ""
        if after == _FILLED:
            return False
        ids = tx.case_ids(tx.checkpoint.partition, after, FILL_AT_ONCE)
        table.count(tx, [desk.case for desk in desks.load(tx, ids).values()], {}, self._asks)
        more = len(ids) == FILL_AT_ONCE
        tx.set_note(note, ids[-1] if more else _FILLED)
        return more

    def is_filled(self, tx: Tx) -> None:
        """Every case of this partition was counted as it stands."""
        tx.set_note(_note(tx), _FILLED)

    async def serve(self, surroundings: Surroundings) -> None:
        """Show the tally at `/metrics`, read anew every few seconds."""
        clock = time_source(surroundings.settings.clock)
        shown = TallyCollector(self._chains, self._protocols, lambda: clock.now().timestamp(), time.monotonic)
        REGISTRY.register(shown)
        try:
            while True:
                try:
                    await asyncio.to_thread(lambda: shown.read(self._numbers(surroundings)))
                except StoreError as error:
                    log.info("the tally was not read; its last figures grow old", reason=type(error).__name__)
                await asyncio.sleep(READ_EVERY_S)
        finally:
            REGISTRY.unregister(shown)

    def _numbers(self, surroundings: Surroundings) -> dict[str, int] | None:
        with surroundings.store.reading() as connection:
            return table.numbers(connection)

    def _asks(self, case: State) -> str:
        """The role of the partner that has her before it: it asks."""
        chain = self._chains.get(case.chain or "")
        roles = sorted(chain.roles_of(case.door or "")) if chain else []
        return roles[0] if roles else Role.OTHER.value


def _note(tx: Tx) -> str:
    return f"tally/{tx.checkpoint.partition}"
