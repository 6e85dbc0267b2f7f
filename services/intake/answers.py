"""What intake answers, as records: the receipt of what was let in, the receipt and the operators' record of what was refused."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from backbone.chains import Partner
from backbone.records import out_record
from backbone.store.rows import Outgoing
from schakel.entry import Entry
from schakel.envelope import PATTERNS, Envelope
from schakel.errors import Unreadable
from schakel.ledger import place_of
from schakel.messages import Position, Receipt, ReceiptStatus, Refusal, RefusedRecord, TakenUpElsewhere
from schakel.record import Raw
from services.intake import seen

INTAKE, REFUSED = "intake", "schakel.refused"
_READABLE_ID = re.compile(PATTERNS["ce_id"])
_UUID = re.compile(PATTERNS["ce_subject"])
ALREADY_USED = Refusal(
    code="id.already_used",
    field="ce_id",
    expected="a new id for a new event",
    remedy="this id stands for an event with other content; to change what was said, send report.corrected with an id of its own",
)
GIVEN_UP = Refusal(
    code="event.given_up",
    expected="an event that this version of the backbone can read",
    remedy="the operator gave up its record in the ledger, where it has no effect; tell it again as a new event, with a new id",
)
TAKEN = Refusal(
    code="id.already_used",
    field="ce_id",
    expected="an id that stands for nothing else in this case, or for no other trend in this chain",
    remedy="another event of this id came before it, so that it has no effect; tell it again as a new event, with a new id",
)
FOR_GOOD = {seen.GIVEN_UP: GIVEN_UP, seen.TAKEN: TAKEN}
"""By what is remembered in the place of its content: why it never has an effect, however often it is sent."""


@dataclass(frozen=True, slots=True)
class _Came:
    """A message of an `in` topic, as it is named to its sender and to the operators."""

    topic: str
    partition: int
    offset: int
    size_bytes: int
    sha256: str

    @property
    def place(self) -> str:
        return f"{self.topic}/{self.partition}/{self.offset}"


def accepted(
    entry: Entry,
    case_id: str | None,
    drill: bool,
    head: str | None = None,
    elsewhere: Sequence[TakenUpElsewhere] = (),
) -> Outgoing:
    """The receipt of an accepted event: the same one, however often it is asked for, but for the newest signed head (`head`)."""
    envelope = entry.envelope
    receipt = Receipt(
        about=envelope.id,
        status=ReceiptStatus.ACCEPTED,
        case=case_id,
        position=Position(partition=entry.partition, offset=entry.offset),
        in_offset=int((envelope.position or "/0").rpartition("/")[2]),
        head=head,
        elsewhere=tuple(elsewhere),
    )
    about = f"{envelope.source}|{envelope.id}"
    at = envelope.logged_at
    return out_record(
        INTAKE, envelope.partner or "", receipt, about=about, cause=envelope.id, at=at, case=case_id, drill=drill
    )


def refused(
    raw: Raw,
    envelope: Envelope | None,
    why: Refusal,
    partner: Partner | None,
    now: datetime,
    head: str | None = None,
) -> Sequence[Outgoing]:
    """A record for the operators, in which nothing is in the sender's own words; and a receipt for the sender."""
    value = raw.value or b""
    came = _Came(raw.topic, raw.partition, raw.offset, len(value), sha256(value).hexdigest())
    return _refused(came, envelope.id if envelope else _about(raw), why, partner, now, head)


def taken(entry: Entry, size_bytes: int, partner: Partner, head: str | None = None) -> Sequence[Outgoing]:
    """The same for what was let in, and stands in the ledger behind another partner's event of the same id."""
    envelope = entry.envelope
    if not (envelope.position and envelope.digest):
        return ()  # it came by no `in` topic: nobody waits for an answer
    topic, partition, offset = envelope.position.split("/")
    came = _Came(topic, int(partition), int(offset), size_bytes, envelope.digest)
    return _refused(came, envelope.id, TAKEN, partner, envelope.logged_at, head)


def _refused(
    came: _Came, about: str | None, why: Refusal, partner: Partner | None, now: datetime, head: str | None
) -> Sequence[Outgoing]:
    known_as = (
        about if about and _UUID.fullmatch(about) else None
    )  # else it may be the number of a dossier or a telephone
    record = RefusedRecord(
        partner=partner.id if partner else None,
        topic=came.topic,
        partition=came.partition,
        offset=came.offset,
        size_bytes=came.size_bytes,
        sha256=came.sha256,
        about=known_as,
        refusal=why.model_copy(update={"found": None}),
    )
    to = partner.id if partner else "-"
    filed = out_record(INTAKE, to, record, about=came.place, cause=known_as, at=now, case=None, drill=False)
    rows = [Outgoing(REFUSED, None, came.topic.encode(), filed.value, filed.headers)]
    if partner:
        receipt = Receipt(about=about, status=ReceiptStatus.REFUSED, refusal=why, in_offset=came.offset, head=head)
        rows.append(
            out_record(INTAKE, partner.id, receipt, about=came.place, cause=about, at=now, case=None, drill=False)
        )
    return rows


def given_up(raw: Raw, envelope: Envelope, partner: Partner, head: str | None = None) -> Outgoing:
    """For who told it and waits: the record is in the ledger, nobody can read it, and it never has an effect."""
    receipt = Receipt(
        about=envelope.id,
        status=ReceiptStatus.REFUSED,
        refusal=GIVEN_UP,
        in_offset=int((envelope.position or "/0").rpartition("/")[2]),
        head=head,
    )
    at, about = envelope.logged_at, place_of(raw)
    return out_record(
        INTAKE, partner.id, receipt, about=about, cause=envelope.id, at=at, case=None, drill=envelope.drill
    )


def as_refusal(error: Unreadable) -> Refusal:
    """Why a message could not be read, for its sender."""
    return Refusal(code=error.code, field=error.field, found=error.found, expected=error.expected, remedy=error.remedy)


def _about(raw: Raw) -> str | None:
    """The id that the sender gave, when at least that header can be read."""
    for name, value in raw.headers:
        if name == "ce_id" and value:
            text = value.decode("ascii", "replace")
            return text if _READABLE_ID.fullmatch(text) else None
    return None
