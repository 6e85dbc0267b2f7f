"""A chain as a service keeps it beside its cases: what its own stream says, and which own conclusions are on their way.

A chain's stream lies in one partition of the ledger, by its name; whoever works there keeps its desk.
"""

from collections.abc import Iterable, Iterator

import msgspec
from sqlalchemy import Connection, select

from backbone.chains import Chain, Chains
from backbone.chains.schemes import consultation_of
from backbone.engine.publisher import partition_of
from backbone.kafka.names import LEDGER_PARTITIONS
from backbone.store.tables import note
from backbone.store.transaction import Tx
from schakel.chain_state import ChainState
from schakel.entry import Entry
from schakel.events.case import TrendAnswered, TrendSignalled, TrendUnanswered
from schakel.events.chain import (
    AgreementEnded,
    AgreementSigned,
    PartnerRestored,
    PartnerSuspended,
    RhythmDue,
    RhythmMissed,
)
from schakel.events.overview import OverviewReleased, OverviewReleaseWithdrawn
from schakel.events.partners import MinutesRecorded


class ChainDesk(msgspec.Struct, omit_defaults=True):
    """See the module's words."""

    state: ChainState
    pending: list[str] = []


_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder(ChainDesk).decode


def load_chain_desk(tx: Tx, chain: str) -> ChainDesk:
    """The chain as it was saved, or a new one."""
    text = tx.note(_note(chain))
    return _decode(text) if text else ChainDesk(ChainState(name=chain))


def save_chain_desk(tx: Tx, desk: ChainDesk) -> None:
    tx.set_note(_note(desk.state.name), _encode(desk).decode())


def read_chain_state(connection: Connection, chain: str) -> ChainState:
    """The chain as it stands in the database, for whoever only reads; an empty one before anything was told."""
    text = connection.execute(select(note.c.value).where(note.c.name == _note(chain))).scalar()
    return _decode(text).state if text else ChainState(name=chain)


def _note(chain: str) -> str:
    return f"chain/{chain}"


def lies_in(chain: str, partition: int) -> bool:
    """Whether a chain's own stream lies in this partition of the ledger."""
    return partition_of(chain.encode(), LEDGER_PARTITIONS) == partition


def chains_in(chains: Chains, partition: int) -> Iterator[Chain]:
    return (chain for chain in chains if lies_in(chain.name, partition))


def concerned(chains: Iterable[Chain], entry: Entry) -> list[Chain]:
    """The chains to which an event of a chain's stream belongs: that keep the consultation, hold the parties, or are named."""
    return [chain for chain in chains if _concerns(chain, entry)]


def _concerns(chain: Chain, entry: Entry) -> bool:
    event = entry.event
    match event:
        case MinutesRecorded():
            held = consultation_of(chain, event.consultation)
            named = event.chain in (None, chain.name)
            return held is not None and named and bool(chain.roles_of(entry.author))
        case AgreementSigned():
            return any(chain.roles_of(party) for party in event.parties)
        case AgreementEnded():
            return event.party is None or bool(chain.roles_of(event.party))
        case PartnerSuspended() | PartnerRestored():
            return bool(chain.roles_of(event.partner))
        case TrendSignalled() | TrendAnswered():
            return event.municipality in chain.municipalities
        case OverviewReleased() | OverviewReleaseWithdrawn():
            return event.chain == chain.name and bool(chain.roles_of(entry.author))
        case RhythmDue() | RhythmMissed() | TrendUnanswered():
            return event.chain == chain.name
        case _:
            return False
