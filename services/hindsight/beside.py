"""Every service's projection built once more from the ledger, beside the live one and while it works, and the two held against each other.

The fold that the service runs runs here too, as in a rebuild: it decides nothing, sends nothing and destroys nothing. It goes up to the
positions at which one look at the live database finds it, so that both know exactly the same records. Compared is what was made of
them (`projection`); what is on its way (outbox, own conclusions not yet read back) is work, and no knowledge. The tally's counters are
not compared.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import NoReturn

from sqlalchemy import Connection

from backbone.casework import LEDGER, CaseProcessor
from backbone.chains import Chains
from backbone.desks import load_desks
from backbone.protocols import Protocols
from backbone.store.rows import Checkpoint
from backbone.store.store import Store
from backbone.store.transaction import checkpoints
from schakel.record import Raw
from schakel.timesource import FixedTime
from services.cases.processor import CasesProcessor
from services.consent.erasing import ConsentProcessor
from services.consent.processor import ConsentRules
from services.followup.processor import FollowupProcessor, FollowupRules
from services.gateway.ledger import Watch
from services.gateway.processor import GatewayProcessor
from services.hindsight.projection import Difference, compare
from services.intake.processor import IntakeProcessor
from services.routing.processor import RoutingProcessor, RoutingRules

AT_ONCE = 5_000
_FAR = 2**62
"""No position reaches it: a database that is built beside never begins to decide."""
Read = Callable[[int, int, int], Iterator[Raw]]
"""The ledger's records of a partition from one offset up to, and without, another."""


@dataclass(slots=True)
class Beside:
    """One service's answer. digest: SHA-256 over all that was compared, the same on every machine when there is no difference."""

    service: str
    positions: Mapping[int, int]
    """How far the live one was in each partition, and so this one."""
    rows: Mapping[str, int]
    """How many rows of each part were compared."""
    digest: str
    differences: list[Difference] = field(default_factory=list)

    @property
    def equal(self) -> bool:
        return not self.differences


def processors(chains: Chains, protocols: Protocols) -> dict[str, Callable[[], CaseProcessor]]:
    """A service's processor by its name, without what reaches outside: keys, partners, a clock."""
    never = FixedTime(datetime.min.replace(tzinfo=UTC))
    return {
        "intake": lambda: IntakeProcessor(chains, _no_keys, never, lambda topic, partition: 0),
        "routing": lambda: RoutingProcessor(RoutingRules(chains, protocols)),
        "consent": lambda: ConsentProcessor(ConsentRules(chains), _Untouched),
        "followup": lambda: FollowupProcessor("followup", FollowupRules(chains, protocols)),
        "cases": lambda: CasesProcessor(chains, protocols),
        "gateway": lambda: GatewayProcessor(Watch(), _nobody),
    }


def rebuild(
    name: str, make: Callable[[], CaseProcessor], live: Store, read: Read, directory: Path, most: int = 5
) -> Beside:
    """Build the projection of one service in `directory`, which has to be empty, and compare. most: how many differences to name."""
    processor = make()
    other = Store(f"sqlite:///{directory / name}.db", name, getattr(processor, "versions", ()))
    try:
        other.migrate()
        with live.reading() as connection:
            _advance(processor, other, read, _positions(connection))  # the long part: nothing is held open meanwhile
        with one_look(live) as connection:
            positions = _positions(connection)
            _advance(processor, other, read, positions)
            _stand(processor, other, positions)
            with other.reading() as built:
                found = compare(name, connection, built, most)
        return Beside(name, positions, found.rows, found.digest, found.differences)
    finally:
        other.close()


@contextmanager
def one_look(live: Store) -> Iterator[Connection]:
    """A connection that sees the database as it is at the first question, whatever the service writes meanwhile."""
    with live.reading() as connection:
        if connection.dialect.name == "postgresql":  # SQLite's transaction has one look anyhow
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield connection


def _positions(connection: Connection) -> dict[int, int]:
    return {place[1]: point.next_offset for place, point in checkpoints(connection).items() if place[0] == LEDGER}


def _advance(processor: CaseProcessor, store: Store, read: Read, positions: Mapping[int, int]) -> None:
    """Fold on to these positions."""
    store.take_up([Checkpoint(0, LEDGER, partition, 0, "beside", rebuild_until=_FAR) for partition in positions])
    done = {place[1]: point.next_offset for place, point in store.checkpoints().items()}
    for partition, until in sorted(positions.items()):
        records = read(partition, done[partition], until)
        while batch := list(islice(records, AT_ONCE)):
            _fold(processor, store, partition, batch)


def _fold(processor: CaseProcessor, store: Store, partition: int, batch: Sequence[Raw]) -> None:
    with store.transaction(LEDGER, partition) as tx:
        processor.process(tx, batch)
        tx.checkpoint.next_offset = batch[-1].offset + 1
        tx.advance()
    if isinstance(processor, GatewayProcessor):
        processor.committed((LEDGER, partition), batch[-1].offset + 1)


def _stand(processor: CaseProcessor, store: Store, positions: Iterable[int]) -> None:
    """What `cases` writes of each case at the end of a rebuild, when all of it is known."""
    if not isinstance(processor, CasesProcessor):
        return
    for partition in positions:
        with store.transaction(LEDGER, partition) as tx:
            after = ""
            while ids := tx.case_ids(partition, after, AT_ONCE):
                processor.stand(tx, [desk.case for desk in load_desks(tx, ids).values()])
                after = ids[-1]


class _Untouched:
    """Destroys no key: the live service did."""

    def destroy(self, case_id: str, subject: str) -> bool:
        return False

    def destroyed_at(self, case_id: str, subject: str) -> datetime | None:
        return None

    def close(self) -> None:
        """Nothing is open."""


def _no_keys() -> NoReturn:
    raise AssertionError("a projection that is built beside seals nothing")


async def _nobody(surroundings: object) -> None:
    """Nobody reads from it."""
