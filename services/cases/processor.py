"""Cases: the queryable state. Folds the ledger like everybody else, concludes nothing, and keeps a row a case beside its snapshot."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import BigInteger, Boolean, Column, DateTime, MetaData, String, Table, Text

from backbone.casework import CaseProcessor, Desk
from backbone.store.transaction import Tx
from schakel.case_state import ReferralState, State
from schakel.entry import Entry
from schakel.events import Derived

metadata = MetaData()
overview = Table(
    "overview",
    metadata,
    Column("case_id", String(36), primary_key=True),
    Column("chain", String(60), index=True),
    Column("municipality", String(60)),
    Column("district", String(60), index=True),
    Column("status", String(12), nullable=False, index=True),
    Column("door", String(42), index=True),
    Column("reported_at", DateTime(timezone=True), index=True),
    Column("identity", String(20)),
    Column("place_type", String(24)),
    Column("natures", Text, nullable=False),
    Column("grounds", Text, nullable=False),
    Column("waiting_referrals", BigInteger, nullable=False),
    Column("running_clocks", BigInteger, nullable=False),
    Column("breached_clocks", BigInteger, nullable=False),
    Column("events", BigInteger, nullable=False),
    Column("drill", Boolean, nullable=False),
    Column("history", Boolean, nullable=False),
)
"""One row a case, for lists and counts. Words in `natures` and `grounds` stand between spaces: ` threat assault `."""


class NoRules:
    """This service concludes nothing; it has no right to write the ledger either."""

    def decide(self, case: State, now: datetime | None) -> tuple[Derived, ...]:
        return ()

    def deliver(self, case: State, event: Derived) -> tuple[()]:
        return ()

    def announce(self, case: State, entry: Entry) -> tuple[()]:
        return ()


class CasesProcessor(CaseProcessor):
    """See the module's words."""

    def __init__(self) -> None:
        super().__init__("cases", NoRules())

    def saved(self, tx: Tx, desks: dict[str, Desk]) -> None:
        rows = [row_of(desk.case) for desk in desks.values() if desk.case.report]
        if rows:
            columns = tuple(column.name for column in overview.columns if not column.primary_key)
            tx.connection.execute(tx.upsert(overview, ("case_id",), columns), rows)


def row_of(case: State) -> Mapping[str, object]:
    """The overview row of a case. Pure, so that a replay can compare it."""
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
        "grounds": _words([motive["ground"] for motive in facts["grounds"]]),
        "waiting_referrals": sum(referral.state is ReferralState.HELD for referral in case.referrals.values()),
        "running_clocks": sum(clock.state == "running" for clock in case.clocks.values()),
        "breached_clocks": sum(clock.breached for clock in case.clocks.values()),
        "events": case.events,
        "drill": case.drill,
        "history": case.history,
    }


def _words(words: list[str]) -> str:
    return f" {' '.join(sorted(set(words)))} "
