"""Giving up a parked record: `event.voided` is appended to its case in the ledger, then the record need not wait any more.

The seam between the command and the engine: what exactly is appended, by whom, and how the services let go of what waits
behind it is decided where the ledger is written.
"""

from backbone.cli.output import Undoable
from backbone.settings import Settings
from backbone.store.rows import ParkedRecord
from backbone.store.store import Store


def void_event(settings: Settings, store: Store, record: ParkedRecord, reason: str) -> None:
    """Append `event.voided` for the parked record. Raises Undoable when it cannot be done."""
    raise Undoable(
        f"dropping record {record.id} is not possible in this version; 'backbone park retry' tries it again once the cause is "
        "mended"
    )
