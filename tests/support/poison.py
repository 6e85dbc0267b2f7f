"""Messages that no backbone can take in, each with the refusal that it must get; and messages at random, for those nobody thought of.

For a broker and for lists alike: a message is a value and headers. What a real broker adds (compression, names of headers that
are no text, batches) is in tests/system/test_poison.py.
"""

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from schakel import codec
from schakel.envelope import Envelope
from schakel.events import Event, Told
from schakel.events.base import Sealed, SealedField
from schakel.events.case import CloseRequested
from schakel.events.chain import PartnerSuspended, WatermarkPassed
from schakel.events.clock import ClockBreached
from schakel.events.consent import ConsentGranted, ConsentTerms, ConsentWithdrawn
from schakel.events.contact import ContactAttempted, ContactMade
from schakel.events.data import DisclosureRequested
from schakel.events.referral import ReferralAccepted, ReferralReleased
from schakel.events.report import Occurrence, Place, ReportFacts, ReportReceived
from schakel.events.vocab import (
    AttemptOutcome,
    Basis,
    Channel,
    CloseReason,
    Identity,
    Mode,
    Nature,
    Person,
    Purpose,
    Scope,
)
from schakel.ids import new_case_id, new_event_id, partner_source
from schakel.messages import Receipt, ReceiptStatus
from schakel.sealing import PublicKey, seal

Headers = list[tuple[str, bytes]]
NEEDED = ("ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time")


@dataclass(frozen=True, slots=True)
class Poison:
    """One message and the code that its refusal must have."""

    name: str
    code: str
    value: bytes | None
    headers: Headers


@dataclass(frozen=True)
class Sender:
    """A partner of the chain `groningen` that means well in everything else. case: one that it reported; strange: one that it has
    nothing to do with; key: to seal to."""

    oin: str
    now: datetime
    case: str
    strange: str
    key: PublicKey
    place: Place = field(default_factory=lambda: Place(municipality="groningen", district="centrum"))

    def report(self, **changed: Any) -> ReportReceived:
        facts = {"identity": Identity.BY_NAME, "natures": (Nature.SCOLDING,), "place": self.place}
        own = {name: changed.pop(name) for name in list(changed) if name in ReportReceived.model_fields}
        told = {"reported_at": self.now, "facts": ReportFacts.model_validate(facts | changed)}
        return ReportReceived.model_validate(told | own)

    def headers(self, event: Event | type[Event], case: str | None = None, **changed: Any) -> Headers:
        """As they should be, but for what is changed: `ce_id=b"…"`, or `ce_id=None` to leave it out."""
        envelope = Envelope(new_event_id(), partner_source(self.oin), event.TYPE, self.now, case)
        pairs = dict(envelope.headers()) | changed
        return [(name, value) for name, value in pairs.items() if value is not None]


def poisons(sender: Sender) -> Iterator[Poison]:
    """All that we thought of."""
    yield from _values(sender)
    yield from _headers(sender)
    yield from _moments(sender)
    yield from _places(sender)
    yield from _not_theirs(sender)
    yield from _sealed(sender)


def _values(sender: Sender) -> Iterator[Poison]:
    good, told = codec.encode(sender.report()), sender.headers(ReportReceived)

    def wrong(name: str, code: str, value: bytes | None, event: Event | type[Event] = ReportReceived) -> Poison:
        return Poison(name, code, value, sender.headers(event) if event is not ReportReceived else _anew(told))

    yield wrong("random bytes", "value.not_wire_format", b"\xff" + random.Random(1).randbytes(300))
    yield wrong("text", "value.not_wire_format", b'{"report": true}')
    yield wrong("an empty value", "value.not_wire_format", b"")
    yield wrong("four bytes", "value.not_wire_format", b"\x00\x00\x00\x00")
    yield wrong("a null value", "value.null", None)
    yield wrong("another magic byte", "value.not_wire_format", b"\x01" + good[1:])
    yield wrong("a schema that nobody has", "value.unknown_schema", b"\x00\x7f\xff\xff\xff" + good[5:])
    yield wrong("a truncated body", "value.not_avro", good[: len(good) // 2])
    yield wrong("only the wire format's header", "value.not_avro", good[:5])
    yield wrong("bytes after the end", "value.trailing_bytes", good + b"\x00")
    yield wrong("an enumeration out of range", "value.not_avro", _broken_enumeration(sender))
    yield wrong("300 KiB", "value.too_large", good + bytes(300 * 1024))
    yield wrong("nearly a mebibyte", "value.too_large", bytes(1_047_000))
    receipt = Receipt(about=None, status=ReceiptStatus.ACCEPTED, in_offset=0)
    yield wrong("a message of an out topic", "value.not_an_event", codec.encode(receipt))
    for event in _not_told(sender):
        value = codec.encode(event)
        yield Poison(f"a {event.TYPE} of its own", "type.not_yours", value, sender.headers(event, sender.case))
    released = codec.encode(_release(sender))
    yield wrong("a release that calls itself a report", "type.mismatch", released)
    yield Poison("a report that calls itself a contact", "type.mismatch", good, sender.headers(ContactMade))
    unknown = sender.headers(ReportReceived, ce_type=b"nl.schakel.report.invented.v1")
    yield Poison("a type that nobody has", "type.mismatch", good, unknown)


def _not_told(sender: Sender) -> Iterator[Event]:
    yield _release(sender)
    yield ClockBreached(clock=new_event_id(), due_at=sender.now, watermark=sender.now)
    yield WatermarkPassed(at=sender.now)
    yield DisclosureRequested(referral=new_event_id(), by="coc-groningen", scopes=(Scope.STORY,))


def _release(sender: Sender) -> ReferralReleased:
    return ReferralReleased(
        referral=new_event_id(),
        to="coc-groningen",
        mode=Mode.BY_NAME,
        scopes=(Scope.CASE_FACTS, Scope.STORY),
        basis=Basis.CONSENT,
        premises=(sender.case,),
    )


def _broken_enumeration(sender: Sender) -> bytes:
    """The first byte behind the moment is the record's kind; there are not that many."""
    good, other = codec.encode(sender.report()), codec.encode(sender.report(record_kind="lead"))
    at = next(number for number, (one, two) in enumerate(zip(good, other, strict=True)) if one != two)
    return good[:at] + b"\x7e" + good[at + 1 :]


def _headers(sender: Sender) -> Iterator[Poison]:
    event = sender.report()
    value = codec.encode(event)

    def wrong(name: str, code: str, **changed: bytes | None) -> Poison:
        return Poison(name, code, value, sender.headers(event, **changed))

    for name in NEEDED:
        yield wrong(f"no {name}", "header.missing", **{name: None})
        yield wrong(f"an empty {name}", "header.missing", **{name: b""})
        yield wrong(f"{name} that is no UTF-8", "header.invalid", **{name: b"\xff\xfe\xfd"})
    yield Poison("no headers at all", "header.missing", value, [])
    yield wrong("another version of CloudEvents", "header.invalid", ce_specversion=b"0.3")
    yield wrong("a type outside the catalogue", "header.invalid", ce_type=b"com.example.incident")
    yield wrong("an id that is no UUID", "id.not_a_uuid", ce_id=b"meldings-nummer-2026-17")
    yield wrong("an id in capitals", "id.not_a_uuid", ce_id=new_event_id().upper().encode())
    yield wrong("an id with a line break", "header.invalid", ce_id=b"2026\n17")
    yield wrong("an id of a kilobyte", "header.invalid", ce_id=b"7" * 1024)
    yield wrong("a source that is no organisation", "header.invalid", ce_source=b"https://example.org/desk")
    yield wrong("somebody else's source", "source.not_yours", ce_source=partner_source("9" * 20).encode())
    yield wrong("a service's source", "source.not_yours", ce_source=b"urn:schakel:consent")
    yield wrong("a time without a zone", "header.invalid", ce_time=b"2026-03-01T10:00:00")
    yield wrong("a time that does not exist", "header.invalid", ce_time=b"2026-02-30T10:00:00Z")
    yield wrong("a drill or not", "header.invalid", ce_drill=b"maybe")
    yield wrong("a case that is no id", "header.invalid", ce_subject=b"../../etc/passwd")
    yield wrong("headers of nine kilobytes", "headers.too_large", x_remark=b"x" * 9 * 1024)
    twice = [*sender.headers(event), ("ce_id", new_event_id().encode())]
    yield Poison("the same header twice", "header.invalid", value, twice)
    many = [*sender.headers(event), *((f"x-{number}", b"1234567") for number in range(1_000))]
    yield Poison("a thousand headers", "headers.too_large", value, many)


def _moments(sender: Sender) -> Iterator[Poison]:
    later = sender.now + timedelta(hours=1)
    first = sender.now.date() - timedelta(days=3)
    ahead = sender.report()
    in_advance = sender.headers(ahead, ce_time=later.isoformat().encode())
    yield Poison("logged in the future", "time.in_the_future", codec.encode(ahead), in_advance)
    yield _about_nothing(sender, "reported in the future", "time.in_the_future", sender.report(reported_at=later))
    happening = Occurrence(first_day=first + timedelta(days=30))
    yield _about_nothing(sender, "it has yet to happen", "time.in_the_future", sender.report(occurrence=happening))
    ending = Occurrence(first_day=first, last_day=first + timedelta(days=30))
    yield _about_nothing(sender, "it has yet to end", "time.in_the_future", sender.report(occurrence=ending))
    unknown = datetime(1, 1, 1, tzinfo=UTC)  # what some systems send for a date that they do not know
    yield Poison(
        "logged in the year 1",
        "time.long_ago",
        codec.encode(ahead),
        sender.headers(ahead, ce_time=unknown.isoformat().encode()),
    )
    yield _about_nothing(sender, "reported in the year 1", "time.long_ago", sender.report(reported_at=unknown))
    ancient = sender.report(occurrence=Occurrence(first_day=unknown.date()))
    yield _about_nothing(sender, "it happened in the year 1", "time.long_ago", ancient)
    backwards = Occurrence(first_day=first, last_day=first - timedelta(days=1))
    yield _about_nothing(
        sender, "it ended before it began", "occurrence.backwards", sender.report(occurrence=backwards)
    )
    made = ContactMade(whom=Person.VICTIM, at=later, channel=Channel.TELEPHONE)
    yield _in_case(sender, "a contact in the future", "time.in_the_future", made)
    tried = ContactAttempted(whom=Person.VICTIM, at=later, channel=Channel.TELEPHONE, outcome=AttemptOutcome.NO_ANSWER)
    yield _in_case(sender, "an attempt in the future", "time.in_the_future", tried)


def _places(sender: Sender) -> Iterator[Poison]:
    unknown = sender.report(place=Place(municipality="nergenshuizen"))
    yield _about_nothing(sender, "a municipality of no chain", "chain.unknown", unknown)
    elsewhere = sender.report(place=Place(municipality="amsterdam"))
    yield _about_nothing(sender, "a municipality of another chain", "chain.unknown", elsewhere)
    no_district = sender.report(place=Place(municipality="groningen", district="zuidoost"))
    yield _about_nothing(sender, "a district of another city", "place.unknown_district", no_district)
    nobody = ConsentTerms(recipient="nobody-at-all", purpose=Purpose.REFERRAL, scopes=(Scope.STORY,))
    yield _about_nothing(sender, "a yes to nobody", "recipient.unknown", sender.report(consents=(nobody,)))
    yield _in_case(sender, "a later yes to nobody", "recipient.unknown", ConsentGranted(terms=nobody))


def _not_theirs(sender: Sender) -> Iterator[Poison]:
    made = ContactMade(whom=Person.VICTIM, at=sender.now, channel=Channel.TELEPHONE)
    yield Poison("a case of somebody else", "case.not_yours", codec.encode(made), sender.headers(made, sender.strange))
    yield Poison("a case that is not there", "case.not_yours", codec.encode(made), sender.headers(made, new_case_id()))
    withdrawn = ConsentWithdrawn()
    headers = sender.headers(withdrawn, new_case_id())
    yield Poison("a withdrawal for no case", "case.not_yours", codec.encode(withdrawn), headers)
    yield Poison("no case", "case.missing", codec.encode(made), sender.headers(made))
    report = sender.report()
    yield Poison("a report in a case", "case.not_expected", codec.encode(report), sender.headers(report, sender.case))
    accepted = ReferralAccepted(referral=new_event_id())
    yield _in_case(sender, "a referral that is not there", "referral.not_yours", accepted)
    closing = CloseRequested(reason=CloseReason.ENOUGH_HELP)
    yield _in_case(sender, "closing what others coordinate", "right.missing", closing)
    yield _about_nothing(
        sender, "suspending a partner", "right.missing", PartnerSuspended(partner="coc-groningen", reason="because")
    )


def _sealed(sender: Sender) -> Iterator[Poison]:
    event_id = new_event_id()
    good = sealed_story(sender.key, event_id)
    unknown = sealed_story(PublicKey("another-key", sender.key.x, sender.key.y), event_id)
    other = sealed_story(sender.key, new_event_id())
    start, _, tag = good.body.rpartition(b".")
    spoilt = start + b"." + bytes([tag[0] ^ 1 if tag[0] != ord("A") else ord("B")]) + tag[1:]
    declared = good.model_copy(update={"fields": (SealedField.STORY, SealedField.CONTACT_DETAILS)})
    for name, code, parts in (
        ("a key that nobody has", "sealed.unknown_key", (unknown,)),
        ("something that is no JWE", "sealed.not_jwe", (good.model_copy(update={"body": b"Robin, 06-12345678"}),)),
        ("nothing sealed", "sealed.not_jwe", (good.model_copy(update={"body": b""}),)),
        ("sealed for another event", "sealed.wrong_event", (other,)),
        ("sealed and spoilt", "sealed.cannot_open", (good.model_copy(update={"body": spoilt}),)),
        ("other fields than declared", "sealed.fields_differ", (declared,)),
        ("the same twice", "sealed.twice", (good, good)),
    ):
        report = sender.report().model_copy(update={"sealed": parts})
        yield Poison(name, code, codec.encode(report), sender.headers(report, ce_id=event_id.encode()))


def sealed_story(key: PublicKey, event_id: str) -> Sealed:
    """A story of the victim, sealed for that event."""
    return seal("victim", {SealedField.STORY: "Een verzonnen verhaal."}, key, about=event_id)


def _about_nothing(sender: Sender, name: str, code: str, event: Told) -> Poison:
    return Poison(name, code, codec.encode(event), sender.headers(event))


def _in_case(sender: Sender, name: str, code: str, event: Told) -> Poison:
    return Poison(name, code, codec.encode(event), sender.headers(event, sender.case))


def _anew(headers: Headers) -> Headers:
    """The same with an id of its own."""
    return [(name, new_event_id().encode() if name == "ce_id" else value) for name, value in headers]


# -- at random ---------------------------------------------------------------------------------------------------------


def fuzz(rng: random.Random, sender: Sender, count: int) -> Iterator[tuple[bytes | None, Headers]]:
    """Good messages with something done to them: some stay good, most do not. Every one has an id of its own, or none to be read."""
    made = ContactMade(whom=Person.VICTIM, at=sender.now, channel=Channel.TELEPHONE)
    good: list[tuple[Told, str | None]] = [
        (sender.report(), None),
        (made, sender.case),
        (ConsentWithdrawn(), sender.case),
    ]
    for _ in range(count):
        event, case = rng.choice(good)
        value: bytes | None = codec.encode(event)
        headers: Headers = sender.headers(event, case)
        for _ in range(rng.choice((0, 1, 1, 1, 2, 3))):
            if rng.random() < 0.6:
                value = _spoil_value(rng, value)
            else:
                headers = _spoil_headers(rng, headers)
        yield value, headers


def _spoil_value(rng: random.Random, value: bytes | None) -> bytes | None:
    kind = rng.randrange(8)
    if not value or kind == 0:
        return rng.choice((None, b"", rng.randbytes(rng.randrange(1, 60))))
    at = rng.randrange(len(value))
    if kind == 1:
        return value[:at]
    if kind == 2:
        return value + rng.randbytes(rng.randrange(1, 9))
    if kind == 3:
        return b"\x00" + rng.randrange(120).to_bytes(4, "big") + value[5:]
    if kind == 4:
        return value[:at] + b"\xff" * rng.randrange(1, 11) + value[at:]
    return value[:at] + rng.randbytes(1) + value[at + 1 :]


def _spoil_headers(rng: random.Random, headers: Headers) -> Headers:
    if not headers:
        return headers
    at = rng.randrange(len(headers))
    name, value = headers[at]
    changed: Mapping[int, Iterable[tuple[str, bytes]]] = {
        0: (),
        1: ((name, b""),),
        2: ((name, rng.randbytes(rng.randrange(1, 40))),),
        3: ((name, value), (name, value)),
        4: ((name, value[: rng.randrange(len(value) + 1)]),),
        5: ((name.upper(), value),),
        6: ((name, value), (rng.choice(("", "x", "ce_", "ce_logtime", "ce_partner", "é")), rng.randbytes(9))),
    }
    return [*headers[:at], *changed[rng.randrange(7)], *headers[at + 1 :]]
