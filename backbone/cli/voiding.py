"""Giving up a parked record: `event.voided` is appended to its case in the ledger, under the operator's own user of the broker.

Every service that has the record parked lets go of it when it reads that (`backbone.casework`). Nothing is written to a database
here: the ledger is the truth, and a service that is not running hears of it later.
"""

import re
from datetime import UTC, datetime
from hashlib import sha256

from sqlalchemy import select

from backbone.casework import LEDGER, case_named
from backbone.cli.hand import OperatorsHand
from backbone.cli.output import Undoable
from backbone.desks import load_desk
from backbone.settings import Settings
from backbone.store import tables
from backbone.store.rows import Outgoing, ParkedRecord
from backbone.store.store import Store
from schakel import codec
from schakel.case_state import State
from schakel.envelope import PATTERNS, Envelope
from schakel.errors import Unreadable
from schakel.events.chain import EventVoided
from schakel.ids import OPERATOR, derived_id
from schakel.ledger import place_of, understand
from schakel.record import Raw

_CASE = re.compile(PATTERNS["ce_subject"])
_ID = re.compile(PATTERNS["ce_id"])
_REASON = re.compile(r"[a-z]{2,16}(_[a-z]{1,12}){0,4}")


def check_reason(reason: str) -> None:
    """Raises Undoable for a reason that cannot stand in the ledger: there is no free text in it."""
    if not _REASON.fullmatch(reason):
        raise Undoable(
            f"--reason {reason!r}: expected a short code of small letters and underscores, such as cannot_be_read, "
            "superseded or test_data"
        )


def why_parked(record: ParkedRecord) -> Unreadable:
    """What cannot be read about it. Raises Undoable for a record that can be read: it only waits, and is never given up."""
    try:
        understand(record.raw)
    except Unreadable as problem:
        return problem
    raise Undoable(
        f"the record at {place_of(record.raw)} can be read, so it is not given up: it waits behind another of its case, or for "
        "'backbone park retry'; drop the first of the case in 'backbone park list' that cannot be read"
    )


def void_event(settings: Settings, store: Store, record: ParkedRecord, reason: str) -> str:
    """Append `event.voided` for the parked record; returns where it stands. Raises Undoable and KafkaProblem."""
    return OperatorsHand.find(settings).append(voided(record.raw, _case(store, record.raw), reason))


def voided(raw: Raw, case: State | None, reason: str) -> Outgoing:
    """The record that gives up `raw`; the same one has the same id, so that giving up twice is giving up once.

    case: as a service knows it, null when the record belongs to none. An operator's computer gives no time: that of the case is
    used, as for every conclusion, and where there is no case the broker's.
    """
    named = _case_id(raw)
    envelope = Envelope(
        id=derived_id("operator", named or "", EventVoided.TYPE, place_of(raw), 0),
        source=OPERATOR,
        type=EventVoided.TYPE,
        time=case.time if case and case.time else datetime.fromtimestamp(raw.timestamp_ms / 1000, UTC),
        case=named,
        drill=bool(case and case.drill),
        position=place_of(raw),
        digest=sha256(raw.value or b"").hexdigest(),
    )
    event = EventVoided(event=_event_id(raw), reason=reason)
    return Outgoing(LEDGER, raw.partition, raw.key, codec.encode(event), envelope.headers())


def _event_id(raw: Raw) -> str:
    """The id that its author gave it, as far as that can be read; else a word for its place."""
    found = next((value.decode("ascii", "replace") for name, value in raw.headers if name == "ce_id"), "")
    return found if _ID.fullmatch(found) else f"record:{raw.partition}:{raw.offset}"


def _case_id(raw: Raw) -> str | None:
    named = case_named(raw)
    return named if _CASE.fullmatch(named) else None


def _case(store: Store, raw: Raw) -> State | None:
    with store.reading() as db:
        column = tables.snapshot.c
        found = db.execute(select(column.state).where(column.case_id == _case_id(raw))).scalar()
    return load_desk(found).case if found else None
