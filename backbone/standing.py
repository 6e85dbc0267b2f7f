"""Who is suspended, as a partition of the ledger says: from where it stands there, that partner reads nothing and is proposed nothing.

`partner.suspended` and `partner.restored` are appended to each partition (`backbone partner suspend`), as watermarks are, so that every
service hears them between the cases' own records, wherever it has read to. What a partner tells is heard all the same: a no protects.
"""

from sqlalchemy import Connection, select

from backbone.store.tables import note
from backbone.store.transaction import Tx
from schakel.entry import Entry
from schakel.events.chain import PartnerRestored, PartnerSuspended
from schakel.ids import OPERATOR


def taken(tx: Tx, entry: Entry) -> None:
    """Remember what this record says about a partner's standing, and that every case has to be looked at once for it."""
    event = entry.event
    if not isinstance(event, PartnerSuspended | PartnerRestored) or entry.envelope.source != OPERATOR:
        return
    known = suspended(tx)
    now = known | {event.partner} if isinstance(event, PartnerSuspended) else known - {event.partner}
    if now != known:
        partition = tx.checkpoint.partition
        tx.set_note(_name(partition), ",".join(sorted(now)) or None)
        tx.set_note(_again(partition), "")


def suspended(tx: Tx) -> frozenset[str]:
    """Who is suspended, by the partition that is worked on."""
    return _ids(tx.note(_name(tx.checkpoint.partition)))


def suspended_in(connection: Connection, partition: int) -> frozenset[str]:
    """The same, for who only looks at the database."""
    return _ids(connection.execute(select(note.c.value).where(note.c.name == _name(partition))).scalar())


def looked_at(tx: Tx) -> str | None:
    """Up to which case all have been looked at since somebody's standing changed; None when there is nothing to look at."""
    return tx.note(_again(tx.checkpoint.partition))


def look_on(tx: Tx, after: str | None) -> None:
    """They have been up to this case; None: all of them."""
    tx.set_note(_again(tx.checkpoint.partition), after)


def _name(partition: int) -> str:
    return f"suspended/{partition}"


def _again(partition: int) -> str:
    return f"standing/{partition}"


def _ids(value: str | None) -> frozenset[str]:
    return frozenset(filter(None, (value or "").split(",")))
