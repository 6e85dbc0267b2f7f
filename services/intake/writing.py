"""What intake writes of a message that it lets in: the envelope with what only intake may say, and the same word in another case."""

from datetime import datetime

import msgspec

from backbone.chains import Partner
from schakel.case_links import elsewhere
from schakel.case_state import State
from schakel.entry import Entry
from schakel.envelope import Envelope
from schakel.events import Told


def also(entry: Entry, case: State) -> Entry | None:
    """The same word in the other case that it concerns. It names the first as its cause; nothing that a partner sends can.

    entry: as it stands in the ledger; case: before it. What names a cause is such a word itself, and goes no further.
    """
    envelope, event = entry.envelope, entry.event
    if envelope.causation or not isinstance(event, Told) or (found := elsewhere(case, event, entry.id)) is None:
        return None
    other_case, there, event_id = found
    return Entry(msgspec.structs.replace(envelope, id=event_id, case=other_case, causation=entry.id), there)


def envelope_with(
    envelope: Envelope,
    partner: Partner | None,
    now: datetime,
    *,
    case: str | None = None,
    position: str | None = None,
    digest: str | None = None,
) -> Envelope:
    """The sender's envelope with what only intake may say: case, partner, log time, where it came from."""
    return Envelope(
        id=envelope.id,
        source=envelope.source,
        type=envelope.type,
        time=envelope.time,
        case=case,
        actor=envelope.actor,
        traceparent=envelope.traceparent,
        drill=envelope.drill,
        logtime=now,
        partner=partner.id if partner else None,
        position=position,
        digest=digest,
    )
