"""One record of the ledger, read: what every reader of it does first, live, in a replay and on somebody else's machine.

What the event then does to its case is the fold's (`schakel.case`); finding a case's records is `schakel.history`'s.
"""

from schakel import case_state, codec
from schakel.entry import Entry
from schakel.envelope import read_headers
from schakel.errors import Unreadable
from schakel.events import Event, Told
from schakel.events.chain import EventVoided
from schakel.events.report import CaseOpened
from schakel.ids import OPERATOR, service_source
from schakel.record import Raw


def understand(raw: Raw, known: Event | None = None) -> Entry:
    """One ledger record as the fold wants it. Raises Unreadable. known: what the value says, for whoever wrote just these bytes."""
    envelope = read_headers(raw.headers)
    event = known or codec.decode_event(raw.value)
    if envelope.type != type(event).TYPE:
        raise Unreadable(
            "type.mismatch",
            field="ce_type",
            found="another type than the value's schema",
            expected=type(event).TYPE,
            remedy="send the type that belongs to the schema",
        )
    if event.IN_CASE and envelope.case is not None and raw.key != envelope.case.encode():
        raise Unreadable(
            "key.mismatch",
            field="ce_subject",
            found="another case than the record's key",
            expected="the key of a record is its case: its place in the order of that case follows from it",
            remedy="write it with the case id as key, to the partition of that case",
        )
    if isinstance(event, Told) and event.IN_CASE and envelope.partner is None and not isinstance(event, EventVoided):
        raise Unreadable(
            "header.missing",
            field="ce_partner",
            expected="who told it: a partner, or for event.voided an operator",
            remedy="let intake append what partners tell",
        )
    if (
        isinstance(event, CaseOpened)
        and not case_state.knows_fold(event.fold_version)
        and envelope.source == service_source(CaseOpened.OWNER)
    ):
        raise Unreadable(
            "fold.unknown_version",
            field="fold_version",
            found=str(event.fold_version),
            expected=f"a case opened under version {case_state.FOLD_VERSION} of the fold or an earlier one, found {event.fold_version}",
            remedy="a newer version of the program opened this case; bring this one to that version, then try the case again",
        )
    return Entry(envelope, event, raw.partition, raw.offset)


def place_of(raw: Raw) -> str:
    """Where a record stands, in one word: `topic/partition/offset`."""
    return f"{raw.topic}/{raw.partition}/{raw.offset}"


def gives_up(entry: Entry, raw: Raw) -> bool:
    """Whether this is an operator's word that the record `raw`, which stands before it and cannot be read, has no effect for good.

    The record is named by its place: it may hold no id that could be read, or one that another event has as well. A record
    that can be read is never given up, so that a reader who sees this word first when it is too late knows as much as all others.
    """
    envelope = entry.envelope
    if not isinstance(entry.event, EventVoided) or envelope.source != OPERATOR or envelope.position != place_of(raw):
        return False
    try:
        understand(raw)
    except Unreadable:
        return True
    return False
