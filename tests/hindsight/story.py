"""Cases to look back on: one played by the real services over lists, with time that passes; and the golden ones."""

from datetime import timedelta
from pathlib import Path

from msgspec.structs import replace

from schakel.entry import Entry
from schakel.events.consent import ConsentGranted, ConsentRefused, ConsentTerms, ConsentWithdrawn
from schakel.events.contact import ContactAttempted, ContactMade
from schakel.events.referral import ReferralAccepted
from schakel.events.report import PresumedMotive
from schakel.history import History, collect
from schakel.ledger import understand
from tests.support.copies import Copies, copies_in
from tests.support.histories import Replay
from tests.support.minicluster import PARTITIONS

POLICE, DMG, CITY, HELP = "politie-noord", "dmg", "gemeente-groningen", "slachtofferhulp"


def groningen(directory: Path) -> tuple[Copies, str]:
    """A case under two protocols: consent given, ended by itself and taken back; a clock that breached and was in time after all."""
    copies = copies_in(directory)
    cluster = copies.cluster
    now = cluster.time.now
    yes = ConsentTerms(recipient=DMG, purpose="referral", scopes=("case_facts", "contact_details", "story"))
    motive = PresumedMotive(ground="sexual_orientation", sub_ground="gay", basis="shouted")
    place = {"municipality": "groningen", "district": "centrum", "place_type": "street"}
    suspected = ({"check": "discrimination_or_violence", "answer": "yes"},)
    case = copies.report(POLICE, yes, place=place, grounds=(motive,), acute=True, checks=suspected)
    copies.tell(DMG, ReferralAccepted(referral=copies.referral(case, DMG)), case)
    cluster.advance(timedelta(hours=20))
    copies.tell(CITY, ContactAttempted(whom="victim", at=now(), channel="telephone", outcome="no_answer"), case)
    called = now() + timedelta(hours=6)
    cluster.advance(timedelta(days=1, hours=8))
    week = ConsentTerms(recipient=HELP, purpose="referral", scopes=("case_facts",), until=now() + timedelta(days=3))
    copies.tell(POLICE, ConsentGranted(terms=week), case)
    cluster.advance(timedelta(days=2))
    copies.tell(CITY, ContactMade(whom="victim", at=called, channel="telephone"), case)
    cluster.advance(timedelta(days=4))
    copies.tell(POLICE, ConsentRefused(recipient=CITY, purpose="referral"), case)
    copies.tell(POLICE, ConsentWithdrawn(recipient=DMG), case)
    cluster.advance(timedelta(days=40))
    return copies, case


def read(copies: Copies, case: str) -> tuple[History, list[Entry]]:
    """As `schakel.history.read_with_surroundings` reads it from a broker."""
    records = copies.records(case)
    history = collect(records)[case]
    partition = records[0].partition
    assert partition < PARTITIONS
    around = [understand(raw) for raw in copies.cluster.topics["schakel.ledger", partition] if raw.key != case.encode()]
    return history, [entry for entry in around if not entry.event.IN_CASE]


def placed(golden: Replay) -> list[Entry]:
    """A golden history's entries with the offsets that it does not hold."""
    return [replace(step.entry, partition=0, offset=10 * number) for number, step in enumerate(golden.steps)]
