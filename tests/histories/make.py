"""The hand-made golden histories: `python -m tests.histories.make` writes their files again.

Only for a new history, or a change of the file format. When the fold answers differently from what stands in a file, the fold is wrong.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from schakel import codec
from schakel.case import apply, conclude
from schakel.case_state import State
from schakel.entry import Entry
from schakel.envelope import Envelope, Headers
from schakel.events import Derived, Told
from schakel.events.clock import ClockBreached, ClockCorrected, ClockReminded, ClockStarted, ClockStopped
from schakel.events.consent import ConsentAsked, ConsentGranted, ConsentNeeded, ConsentTerms, ConsentWithdrawn
from schakel.events.contact import ContactMade
from schakel.events.data import DisclosureDenied, DisclosurePermitted, DisclosureRequested
from schakel.events.referral import (
    ReferralAccepted,
    ReferralDelivered,
    ReferralHeld,
    ReferralProposed,
    ReferralReleased,
    ReferralRevoked,
)
from schakel.events.report import (
    CaseOpened,
    Occurrence,
    Place,
    PresumedMotive,
    ProtocolRef,
    ReportFacts,
    ReportReceived,
)
from schakel.ids import service_source
from tests.support.histories import write

START = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)
POLICE, HELP = ("politie-voorbeeld", "00000001000000000000"), ("slachtofferhulp-voorbeeld", "00000002000000000000")
PROTOCOL = ProtocolRef(name="amsterdam-handelingskader", version="2023.1")
HANDREIKING = ProtocolRef(name="handreiking-negen-stappen", version="2017.1")


class Pen:
    """Writes the records of one case. Each told event is a minute later than the one before; conclusions follow at once."""

    def __init__(self, case_id: str) -> None:
        self.state = State(id=case_id)
        self.records: list[tuple[Headers, bytes]] = []
        self._told = 0

    def tell(self, by: tuple[str, str], event: Told) -> str:
        """A partner's event, as intake would append it; its id."""
        self._told += 1
        at = START + timedelta(minutes=self._told)
        partner, oin = by
        envelope = Envelope(
            id=f"00000000-0000-7000-8000-{self._told:012d}",
            source=f"urn:nld:oin:{oin}",
            type=event.TYPE,
            time=at,
            case=self.state.id,
            logtime=at + timedelta(seconds=1),
            partner=partner,
        )
        return self.append(Entry(envelope, event))

    def ask(self, partner: tuple[str, str], referral: str, *scopes: str) -> str:
        """The gateway sees that a partner wants to read."""
        assert self.state.time
        at, number = self.state.time + timedelta(minutes=1), len(self.records) + 1
        event = DisclosureRequested(referral=referral, by=partner[0], scopes=scopes)
        source, event_id = service_source(event.OWNER), f"00000000-0000-7000-8000-{number:012d}"
        return self.append(Entry(Envelope(event_id, source, event.TYPE, at, self.state.id, logtime=at), event))

    def think(self, event: Derived) -> Entry:
        """A conclusion drawn from the history as it is now, but not yet in the ledger."""
        return conclude(self.state, event)

    def conclude(self, event: Derived) -> str:
        return self.append(self.think(event))

    def append(self, entry: Entry) -> str:
        headers, value = entry.envelope.headers(), codec.encode(entry.event)
        self.records.append((headers, value))
        apply(self.state, Entry(entry.envelope, codec.decode_event(value)))
        return entry.id


def terms() -> ConsentTerms:
    return ConsentTerms(recipient=HELP[0], purpose="referral", scopes=("case_facts", "contact_details"))


def opened(pen: Pen, *consents: ConsentTerms) -> str:
    """Report, case, and the referral to victim support that its protocol proposes; the referral's id."""
    facts = ReportFacts(
        identity="by_name",
        natures=("threat", "scolding"),
        grounds=(PresumedMotive(ground="sexual_orientation", sub_ground="gay", basis="shouted"),),
        occurrence=Occurrence(first_day=date(2026, 3, 27), last_day=date(2026, 3, 27), day_part="night"),
        place=Place(municipality="amsterdam", district="oost", place_type="street"),
    )
    report = pen.tell(POLICE, ReportReceived(reported_at=START, facts=facts, consents=consents))
    pen.conclude(
        CaseOpened(
            chain="amsterdam",
            chain_version="2026.1",
            protocols=(PROTOCOL,),
            fold_version=1,
            door=POLICE[0],
            coordinator="gemeente-voorbeeld",
            premises=(report,),
        )
    )
    return pen.conclude(
        ReferralProposed(
            to=HELP[0],
            role="victim_support",
            purpose="referral",
            needs=("contact_details",),
            protocol=PROTOCOL,
            step="victim-support",
            premises=(report,),
        )
    )


def release(referral: str, *grants: str) -> ReferralReleased:
    return ReferralReleased(
        referral=referral,
        to=HELP[0],
        mode="by_name",
        scopes=("case_facts", "contact_details"),
        basis="consent",
        premises=(referral, *grants),
    )


def the_whole_path() -> Pen:
    pen = Pen("11111111-1111-4111-8111-111111111111")
    referral = opened(pen)
    report = pen.state.report
    assert report
    clock = pen.conclude(
        ClockStarted(
            clock="first-contact",
            protocol=PROTOCOL,
            kind="measured",
            started_at=START,
            responsible_role="victim_support",
            premises=(report,),
        )
    )
    needed = pen.conclude(
        ConsentNeeded(
            referral=referral,
            recipient=HELP[0],
            role="victim_support",
            purpose="referral",
            scopes=("contact_details",),
            ask=POLICE[0],
            premises=(referral,),
        )
    )
    pen.conclude(ReferralHeld(referral=referral, reason="not_asked", premises=(referral,)))
    asked = pen.tell(POLICE, ConsentAsked(terms=terms(), needed=needed))
    pen.conclude(ReferralHeld(referral=referral, reason="no_answer", premises=(referral, asked)))
    granted = pen.tell(POLICE, ConsentGranted(terms=terms(), asked=asked))
    released = pen.conclude(release(referral, granted))
    pen.conclude(ReferralDelivered(referral=referral, to=HELP[0], premises=(released,)))
    pen.tell(HELP, ReferralAccepted(referral=referral))
    at = START + timedelta(minutes=30)
    made = pen.tell(HELP, ContactMade(whom="victim", at=at, channel="telephone"))
    pen.conclude(ClockStopped(clock=clock, stopped_at=at, elapsed_s=1800, by=HELP[0], premises=(clock, made)))
    return pen


def a_withdrawal_overtakes_a_release() -> Pen:
    """The gate decides to release; before that lands, she withdraws. What lands behind her word has no effect."""
    pen = Pen("22222222-2222-4222-8222-222222222222")
    referral = opened(pen, terms())
    late = pen.think(release(referral, f"{pen.state.report}#0"))
    withdrawn = pen.tell(POLICE, ConsentWithdrawn())
    pen.append(late)
    pen.append(late)  # and once more, as after a restart
    pen.conclude(ReferralHeld(referral=referral, reason="withdrawn", premises=(referral, withdrawn)))
    return pen


def an_old_yes_comes_late() -> Pen:
    """A grant from before the withdrawal is forwarded after it: it resurrects nothing. A new one that names the withdrawal does."""
    pen = Pen("33333333-3333-4333-8333-333333333333")
    referral = opened(pen, terms())
    released = pen.conclude(release(referral, f"{pen.state.report}#0"))
    pen.conclude(ReferralDelivered(referral=referral, to=HELP[0], premises=(released,)))
    withdrawn = pen.tell(POLICE, ConsentWithdrawn(recipient=HELP[0], purpose="referral"))
    pen.conclude(ReferralRevoked(referral=referral, to=HELP[0], reason="withdrawn", premises=(referral, released)))
    old = pen.tell(HELP, ConsentGranted(terms=terms()))
    pen.conclude(release(referral, old))
    new = pen.tell(POLICE, ConsentGranted(terms=terms(), supersedes=withdrawn))
    pen.conclude(release(referral, new))
    pen.tell(POLICE, ConsentGranted(terms=terms()))  # her no is past: a further yes need not name it again
    return pen


def late_paperwork_is_not_late_work() -> Pen:
    """Contact in time, written down after the promised 48 hours: the breach is corrected. A second clock stays breached."""
    pen = Pen("44444444-4444-4444-8444-444444444444")
    opened(pen)
    report = pen.state.report
    assert report
    due, late = START + timedelta(hours=48), START + timedelta(hours=49)
    contact, notice = (
        pen.conclude(
            ClockStarted(
                clock=name,
                protocol=HANDREIKING,
                kind="promised",
                started_at=START,
                limit="48h",
                due_at=due,
                remind_at=(START + timedelta(hours=24),),
                calendar="nl-2026",
                responsible_role="police",
                responsible=POLICE[0],
                premises=(report,),
            )
        )
        for name in ("first-contact", "notice")
    )
    pen.conclude(ClockReminded(clock=contact, nth=1, to=POLICE[0], premises=(contact,)))
    for clock in (contact, notice):
        pen.conclude(ClockBreached(clock=clock, due_at=due, watermark=late, tell=(POLICE[0],), premises=(clock,)))
    at = START + timedelta(hours=47)
    made = pen.tell(POLICE, ContactMade(whom="victim", at=at, channel="telephone"))
    pen.conclude(
        ClockCorrected(clock=contact, reason="registered_late", stopped_at=at, by=POLICE[0], premises=(contact, made))
    )
    pen.conclude(ClockStopped(clock=notice, stopped_at=late, elapsed_s=49 * 3600, by=POLICE[0], premises=(notice,)))
    return pen


def a_permit_lands_behind_a_withdrawal() -> Pen:
    """Read once; then she withdraws while the second permit is under way: it is overtaken, and the request denied."""
    pen = Pen("55555555-5555-4555-8555-555555555555")
    referral = opened(pen, terms())
    grant = f"{pen.state.report}#0"
    released = pen.conclude(release(referral, grant))
    pen.conclude(ReferralDelivered(referral=referral, to=HELP[0], premises=(released,)))

    def permit(request: str) -> DisclosurePermitted:
        premises = (referral, released, grant, request)
        return DisclosurePermitted(request=request, scopes=("contact_details",), premises=premises)

    pen.conclude(permit(pen.ask(HELP, referral)))
    stranger = pen.ask(POLICE, referral)
    pen.conclude(DisclosureDenied(request=stranger, reason="unknown", premises=(stranger,)))
    late = pen.ask(HELP, referral, "contact_details")
    under_way = pen.think(permit(late))
    pen.tell(POLICE, ConsentWithdrawn())
    pen.append(under_way)
    pen.conclude(DisclosureDenied(request=late, reason="withdrawn", premises=(late,)))
    return pen


def histories() -> Iterator[tuple[str, str, Pen]]:
    yield (
        "the-whole-path",
        "report, consent asked and granted, release, delivery, acceptance, contact",
        the_whole_path(),
    )
    yield (
        "a-withdrawal-overtakes-a-release",
        "she withdraws while the release is under way: it lands behind her word, without effect",
        a_withdrawal_overtakes_a_release(),
    )
    yield (
        "an-old-yes-comes-late",
        "a grant from before her withdrawal arrives after it: without effect, until a new grant names the withdrawal",
        an_old_yes_comes_late(),
    )
    yield (
        "late-paperwork-is-not-late-work",
        "two promised clocks breach; one contact was made in time and only written down late, the other stays late",
        late_paperwork_is_not_late_work(),
    )
    yield (
        "a-permit-lands-behind-a-withdrawal",
        "read once, asked for by somebody else, and a permit that her withdrawal overtakes",
        a_permit_lands_behind_a_withdrawal(),
    )


if __name__ == "__main__":
    for name, says, pen in histories():
        sys.stdout.write(f"{write(name, says, pen.state.id, pen.records)}\n")
