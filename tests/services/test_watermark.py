"""A watermark says that what partners sent stands in the ledger: read is not enough, nor let in; it has to be published."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from backbone.casework import LEDGER
from backbone.store.rows import Checkpoint, Outgoing
from backbone.store.store import Store
from services.intake.watermark import Watermark
from tests.support.casebook import repository

TOPIC = "schakel.in.politie-amsterdam"
NOW = datetime(2026, 3, 30, 12, 0, tzinfo=UTC)
LET_IN = Outgoing(LEDGER, None, b"case", b"a contact, made in time", ())


def intake_store(directory: Path) -> Store:
    """One message was sent and let in; a clock was due an hour ago."""
    store = Store(f"sqlite:///{directory / 'intake.db'}", "intake")
    store.migrate()
    store.take_up([Checkpoint(0, TOPIC, 0, 0, "log"), Checkpoint(0, LEDGER, 0, 0, "log")])
    with store.transaction(LEDGER, 0) as tx:
        tx.set_timers({"case": [("clock/0", int((NOW - timedelta(hours=1)).timestamp() * 1000))]})
        tx.advance()
    with store.transaction(TOPIC, 0) as tx:
        tx.checkpoint.next_offset = 1
        tx.outbox([LET_IN])
        tx.write_outbox()
        tx.advance()
    return store


def due(store: Store, watermark: Watermark) -> bool:
    """Let the `in` topic say how far it is; whether a watermark may then be logged."""
    with store.transaction(TOPIC, 0) as tx:
        watermark.handled(tx, TOPIC)
    with store.transaction(LEDGER, 0) as tx:
        return watermark.due(tx, 0)[0] is not None


def test_what_is_let_in_and_not_published_holds_it_back(tmp_path: Path) -> None:
    store, watermark = intake_store(tmp_path), Watermark([TOPIC], repository()[0])
    watermark.noticed(TOPIC, NOW, 1)
    assert not due(store, watermark), "another worker's watermark would stand before the contact"
    with store.transaction(TOPIC, 0) as tx:
        tx.forget_published(tx.checkpoint.outbox_seq)
    assert due(store, watermark)


def test_what_is_not_read_holds_it_back(tmp_path: Path) -> None:
    store, watermark = intake_store(tmp_path), Watermark([TOPIC], repository()[0])
    with store.transaction(TOPIC, 0) as tx:
        tx.forget_published(tx.checkpoint.outbox_seq)
    watermark.noticed(TOPIC, NOW, 2)
    assert not due(store, watermark)
