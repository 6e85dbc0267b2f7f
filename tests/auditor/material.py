"""Ledgers to audit: two cases in one partition, with receipts, played by the real rules on paper.

In Groningen a clock with a limit breaches, and is put right; in Amsterdam a referral is delivered and read until she withdraws.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache

from auditor.audit import audit
from auditor.formats import Record
from auditor.report import Finding, Report
from schakel import codec
from schakel.entry import Entry
from schakel.envelope import Envelope
from schakel.events import Event
from schakel.events.chain import PartnerSuspended
from schakel.events.clock import ClockBreached
from schakel.messages import Position, Receipt, ReceiptStatus
from tests.auditor.writer import Ledger, in_memory, record_of
from tests.support import telling
from tests.support.casebook import World
from tests.support.telling import CITY, COC_GRONINGEN, GRONINGEN, HELP, POLICE

BREACHED, READ = "b0000000-0000-4000-8000-000000000001", "a0000000-0000-4000-8000-000000000002"


def played(case_id: str, *told: telling.Tell | telling.Watermark | telling.Ask) -> World:
    world = World(case_id=case_id)
    for one in told:
        world.tell(one)
        world.settle()
    return world


@cache
def breached() -> World:
    """Due on 4 March at noon; the contact in time is told after the breach. An action is agreed, and is not done by its day."""
    return played(
        BREACHED,
        telling.report_in_groningen(),
        telling.passed("2026-03-04 12:00"),
        telling.contact_made(GRONINGEN, "2026-03-04 10:00", logged="2026-03-05 09:00"),
        telling.contact_made(COC_GRONINGEN, "2026-03-05 11:00"),
        telling.passed("2026-03-07 12:00"),
    )


@cache
def late() -> World:
    """Due on 4 March at noon; nobody calls. Follow-up goes on in the case behind the breach."""
    return played(
        BREACHED,
        telling.report_in_groningen(),
        telling.passed("2026-03-04 12:00"),
        telling.contact_made(GRONINGEN, "2026-03-05 10:00"),
        telling.passed("2026-03-07 12:00"),
    )


@cache
def read() -> World:
    return played(
        READ,
        telling.report(consents=(telling.terms(HELP),)),
        telling.reads(HELP),
        telling.accepted(HELP),
        telling.reads(HELP),
        telling.withdrawn(HELP),
        telling.reads(HELP),
        telling.granted(HELP, "contact_details", supersedes=True),
        telling.contact_made(CITY, "2026-03-03 10:00"),
        telling.thread_closed(POLICE),
    )


def records(*worlds: World) -> list[Record]:
    """Their records in one log, one from each in turn."""
    left = [list(world.ledger) for world in worlds]
    merged: list[Entry] = []
    while any(left):
        merged += [entries.pop(0) for entries in left if entries]
    return [record_of(entry, offset, codec.encode(entry.event)) for offset, entry in enumerate(merged)]


def receipts(log: Iterable[Record], partition: int = 0) -> dict[str, list[Record]]:
    """A receipt for every told event, on the topic of who told it."""
    topics: dict[str, list[Record]] = {}
    for record in log:
        head = {name: value.decode() for name, value in record.headers}
        if "ce_partner" not in head:
            continue
        position, case = Position(partition=partition, offset=record.offset), head.get("ce_subject")
        receipt = Receipt(about=head["ce_id"], status=ReceiptStatus.ACCEPTED, case=case, position=position, in_offset=0)
        topic = f"schakel.out.{head['ce_partner']}"
        envelope = Envelope(
            f"r-{record.offset}", "urn:schakel:intake", receipt.TYPE, telling.moment("2026-03-02 12:00"), case
        )
        mine = topics.setdefault(topic, [])
        mine.append(Record(topic, 0, len(mine), None, codec.encode(receipt), envelope.headers()))
    return topics


@cache
def _ledger() -> Ledger:
    log = records(breached(), read())
    return Ledger({0: log}, topics=receipts(log))


def ledger(log: Sequence[Record] | None = None) -> Ledger:
    """The two cases; or another log, with a receipt for each of its told events."""
    return _ledger() if log is None else Ledger({0: list(log)}, topics=receipts(log))


def verified(what: Ledger, *heads: str) -> Report:
    """The audit of a whole export. Without heads: with the log's own, so that only what it says is in question."""
    return audit(in_memory(what.export()), heads or [what.head(partition) for partition in what.logs])


def wrong(report: Report, question: str | None = None) -> list[Finding]:
    return [one for one in sorted(report.findings) if one.answer == "wrong" and question in (None, one.question)]


def codes(report: Report, answer: str = "wrong", question: str | None = None) -> set[str]:
    return {one.code for one in report.findings if one.answer == answer and question in (None, one.question)}


def without(log: Sequence[Record], unwanted: Callable[[str], bool]) -> list[Record]:
    """The log without the records of these types, as if they had never been appended."""
    kept = [record for record in log if not unwanted(type_of(record))]
    return [replace(record, offset=offset) for offset, record in enumerate(kept)]


def with_event(
    log: Sequence[Record], at: int, event: Event, like: Record, event_id: str = "00000000-0000-5000-8000-0000000000ff"
) -> list[Record]:
    """The log with one more record at a place: the headers of `like`, another id, and what the event says."""
    named = {"ce_id": event_id.encode(), "ce_type": f"nl.schakel.{event.TYPE}.v1".encode()}
    headers = tuple((name, named.get(name, value)) for name, value in like.headers)
    new = replace(like, value=codec.encode(event), headers=headers)
    return [replace(record, offset=offset) for offset, record in enumerate([*log[:at], new, *log[at:]])]


def altered(log: Sequence[Record], record: Record, **fields: object) -> list[Record]:
    """The log with other fields in the event of one of its records."""
    event = codec.decode_event(record.value)
    said = type(event).model_validate(event.model_dump() | fields)
    return [*log[: record.offset], replace(record, value=codec.encode(said)), *log[record.offset + 1 :]]


def invented() -> tuple[list[Record], list[Record]]:
    """What really happened, a call in time; and the same with a breach in place of the stop."""
    world = played(
        BREACHED,
        telling.report_in_groningen(),
        telling.contact_made(GRONINGEN, "2026-03-03 10:00"),
        telling.passed("2026-03-07 12:00"),
    )
    true = records(world)
    log = without(true, lambda name: name == "clock.stopped")
    like, due_at = find(log, "clock.started"), telling.moment("2026-03-04 12:00")
    clock = dict(like.headers)["ce_id"].decode()
    watermark = telling.moment("2026-03-07 12:00")
    breach = ClockBreached(clock=clock, due_at=due_at, watermark=watermark, premises=(clock,))
    return true, with_event(log, len(log), breach, like)


def suspended(log: Sequence[Record], at: int) -> list[Record]:
    """The log with an operator's word before a place: the victims' aid is suspended."""
    event = PartnerSuspended(partner=HELP, reason="covenant_broken")
    headers = (
        ("ce_specversion", b"1.0"),
        ("ce_source", b"urn:schakel:operator"),
        ("ce_time", dict(log[at].headers)["ce_time"]),
        ("ce_id", b""),
        ("ce_type", b""),
    )
    return with_event(log, at, event, replace(log[at], key=b"standing/slachtofferhulp", headers=headers))


def type_of(record: Record) -> str:
    said = dict(record.headers)["ce_type"].decode()
    return said.removeprefix("nl.schakel.").removesuffix(".v1")


def find(log: Sequence[Record], event_type: str, nth: int = 0) -> Record:
    return [record for record in log if type_of(record) == event_type][nth]
