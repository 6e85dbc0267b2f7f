"""Whether the services have nothing left to do: read from their databases, without disturbing them.

A service's transaction moves its position and fills its outbox together. So when every position is at the log's end and every
event in an outbox stands in the ledger already, nothing more is going to come.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import closing

from sqlalchemy import select

from backbone.casework import LEDGER
from backbone.settings import Settings
from backbone.store import outbox, tables
from backbone.store.store import Store

Ends = Mapping[tuple[str, int], int]


class Services:
    """The databases of the running services, for looking at."""

    def __init__(self, settings: Settings, names: Collection[str]) -> None:
        self.stores = {name: Store(settings.service_database_url(name), name) for name in names}

    def close(self) -> None:
        for store in self.stores.values():
            store.close()

    def busy(self, ends: Ends, in_ledger: Collection[str]) -> str:
        """What is still to be done up to these ends of topics, in words; empty when nothing is.

        in_ledger: ids of the events that were read from the ledger.
        """
        for name, store in self.stores.items():
            points = store.checkpoints()
            for place, end in ends.items():
                if place[0] != LEDGER and name != "intake":
                    continue  # only intake reads what partners send
                if (at := points[place].next_offset if place in points else 0) < end:
                    return f"{name} is at {at} of {end} in {place[0]}[{place[1]}]"
            missing = sum(event_id not in in_ledger for event_id in self._outgoing(store))
            if missing:
                return f"{name} has {missing} events on their way to the ledger"
        return ""

    @staticmethod
    def _outgoing(store: Store) -> Iterator[str]:
        with store.reading() as connection, closing(connection.execute(select(tables.outbox.c.packed))) as rows:
            for (packed,) in rows:
                for record in outbox.unpack(packed):
                    if record.topic == LEDGER:
                        yield dict(record.headers)["ce_id"].decode()
