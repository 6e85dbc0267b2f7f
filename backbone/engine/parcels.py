"""Records of one partition on their way from the fetcher to the transaction, as one thing.

While a parcel waits in Faust's queue, what is fetched next for its partition joins it: that is how a transaction is small when
idle and large when catching up.
"""

from collections.abc import Sequence

from backbone.engine.processor import Place
from schakel.record import Raw

MAX_RECORDS = 20_000
"""Records of one transaction: more does not write fewer snapshots, and a rebalance has to wait for it."""
MAX_BYTES = 16 * 1024 * 1024
_OVERHEAD_BYTES = 200


class Parcel:
    """Records, consecutive as far as we know. token: of the seek that they were read after."""

    __slots__ = ("place", "records", "size_bytes", "taken", "token")

    def __init__(self, place: Place, token: int, records: Sequence[Raw]) -> None:
        self.place = place
        self.token = token
        self.records = list(records)
        self.size_bytes = _size(records)
        self.taken = False
        """Once somebody works on it, nothing may join it."""

    def join(self, token: int, records: Sequence[Raw]) -> bool:
        """Take these in too; False when they have to travel by themselves."""
        if self.taken or token != self.token:
            return False
        size_bytes = _size(records)
        if len(self.records) + len(records) > MAX_RECORDS or self.size_bytes + size_bytes > MAX_BYTES:
            return False
        self.records.extend(records)
        self.size_bytes += size_bytes
        return True


def _size(records: Sequence[Raw]) -> int:
    values = sum([len(record.value or b"") for record in records])
    return values + _OVERHEAD_BYTES * len(records)
