"""A case as a service keeps it, and the desks that are at hand because they were just worked at."""

from collections.abc import Mapping, Sequence

import msgspec

from backbone.store.transaction import Tx
from schakel.case_state import State

AT_HAND = 2_000


class Desk(msgspec.Struct, omit_defaults=True):
    """A case as a service keeps it: what is known, and which own conclusions are on their way to the ledger."""

    case: State
    pending: list[str] = []
    run: int = 0
    """Own conclusions since the last event that is not concluded."""


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Desk).decode
_decode_state = msgspec.msgpack.Decoder(State).decode


def copied(case: State) -> State:
    """The same knowledge, to be changed apart."""
    return _decode_state(_encode(case))


def load_desk(snapshot: bytes) -> Desk:
    """The desk that a snapshot row holds. Raises msgspec.DecodeError for anything else."""
    return _decode(snapshot)


def load_desks(tx: Tx, ids: Sequence[str]) -> dict[str, Desk]:
    """The desks of these cases, as far as there are any."""
    return {case_id: _decode(blob) for case_id, blob in tx.snapshots(ids).items()}


class Desks:
    """Loads and saves desks, and keeps the newest at hand: to decode a case costs more than to fold an event into it.

    The database stays the truth. A desk is handed out only for the very bytes that stand there now, so it does not matter who wrote
    them or whether what we wrote was ever committed; and what was handed out is no longer at hand until it is saved again.
    """

    def __init__(self, at_most: int = AT_HAND) -> None:
        self._at_most = at_most
        self._kept: dict[str, tuple[bytes, Desk]] = {}

    def load(self, tx: Tx, ids: Sequence[str]) -> dict[str, Desk]:
        """The desks of these cases, as far as there are any; to be changed and saved, or thrown away."""
        desks = {}
        for case_id, blob in tx.snapshots(ids).items():
            kept = self._kept.pop(case_id, None)
            desks[case_id] = kept[1] if kept is not None and kept[0] == blob else _decode(blob)
        return desks

    def save(self, tx: Tx, desks: Mapping[str, Desk]) -> None:
        """Write these; whoever has them changes them no more."""
        blobs = {case_id: _encode(desk) for case_id, desk in desks.items()}
        tx.save_snapshots(blobs)
        for case_id, blob in blobs.items():
            self._kept.pop(case_id, None)
            self._kept[case_id] = (blob, desks[case_id])
        while len(self._kept) > self._at_most:
            del self._kept[next(iter(self._kept))]
