"""Partners at work, for tests under load: they report, answer what they are asked, take up referrals, change their minds, send things
twice, and never wait. Everybody is invented.

Which message causes which answer hangs on a seed and on the message's own id; the order in which things come does not.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from backbone.chains import Chains
from schakel import codec
from schakel.envelope import Envelope, read_headers
from schakel.events import Told
from schakel.events.base import Sealed, SealedField
from schakel.events.consent import ConsentAsked, ConsentGranted, ConsentRefused, ConsentTerms, ConsentWithdrawn
from schakel.events.contact import ContactMade
from schakel.events.referral import ReferralAccepted, ReferralCompleted, ReferralDeclined
from schakel.events.report import Place, ReportCorrected, ReportFacts, ReportReceived
from schakel.events.vocab import (
    Channel,
    DeclineReason,
    Identity,
    Nature,
    Outcome,
    Person,
    PlaceType,
    Purpose,
    Scope,
)
from schakel.ids import new_event_id, partner_source
from schakel.messages import ConsentQuestion, Message, Receipt, ReceiptStatus, ReferralOffered
from schakel.record import Raw
from schakel.sealing import PublicKey, seal
from tests.support.wire import Wire

OUT = "schakel.out."
DOORS = {
    "politie-amsterdam": "amsterdam",
    "discriminatie-nl-amsterdam": "amsterdam",
    "coc-amsterdam": "amsterdam",
    "rita": "amsterdam",
    "dmg": "groningen",
    "politie-noord": "groningen",
    "coc-groningen": "groningen",
}
DISTRICTS = {"amsterdam": ("oost", "west", "centrum"), "groningen": ("centrum", "noord")}
SUPPORT = "slachtofferhulp"

NAME = "Robin Voorbeeld-Testpersoon"
PHONE = "06-55501947"
STORY = "Zij riepen het mij na bij halte Verzonnenplein en scheurden mijn jas."
PERSONAL = (NAME, PHONE, STORY)
"""What nobody may ever find outside of what is sealed."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One message. expect: the code of the refusal that it must get; None for a receipt that it was accepted."""

    partner: str
    id: str
    event: Told
    expect: str | None
    future: Any

    @property
    def offset(self) -> int:
        """Where it stands; once the wire was flushed."""
        return int(self.future.get(10).offset)


class Partners:
    """All partners of both chains. now: what their clocks show. `play` lets them react to what has come since."""

    def __init__(self, wire: Wire, chains: Chains, key: PublicKey, seed: int, now: Callable[[], datetime]) -> None:
        self._wire = wire
        self._chains = chains
        self._key = key
        self._seed = seed
        self._rng = random.Random(seed)
        self._now = now
        self._seen: set[str] = set()
        self._mine: dict[str, Sent] = {}
        self._read = {place: len(raws) for place, raws in wire.records.items()}
        self.sent: list[Sent] = []
        self.on_offer: Callable[[str, ReferralOffered], object] = lambda partner, offer: None
        """What else a receiver does with a referral that reached it; it must not wait."""
        self.cases: dict[str, str] = {}
        """The case of each report of ours, by the report's id, once its receipt has come."""

    # -- saying something ----------------------------------------------------------------------------------------------

    def tell(
        self,
        partner: str,
        event: Told,
        case: str | None = None,
        *,
        event_id: str | None = None,
        expect: str | None = None,
    ) -> Sent:
        """Send it, whatever becomes of it."""
        event_id = event_id or new_event_id()
        source = partner_source(self._chains.partners[partner].oin)
        envelope = Envelope(event_id, source, type(event).TYPE, self._now(), case)
        future = self._wire.put(f"schakel.in.{partner}", codec.encode(event), envelope.headers())
        sent = Sent(partner, event_id, event, expect, future)
        self.sent.append(sent)
        self._mine.setdefault(event_id, sent)
        return sent

    def report(self, partner: str | None = None, **changed: Any) -> Sent:
        """A report at some door, with the person's name, number and story sealed."""
        rng, event_id = self._rng, new_event_id()
        partner = partner or rng.choice(list(DOORS))
        city = DOORS[partner]
        facts = {
            "identity": rng.choice(
                (Identity.BY_NAME, Identity.BY_NAME, Identity.KNOWN_TO_DOOR, Identity.ANONYMOUS_HEARD)
            ),
            "channel": Channel.TELEPHONE,  # every door takes it
            "natures": (rng.choice((Nature.ASSAULT, Nature.SCOLDING, Nature.THREAT)),),
            "place": Place(municipality=city, district=rng.choice(DISTRICTS[city]), place_type=PlaceType.STREET),
            "acute": rng.random() < 0.1,
            "high_profile": rng.random() < 0.1,
        } | changed
        consents = (self._terms(SUPPORT),) if rng.random() < 0.35 else ()
        event = ReportReceived(
            reported_at=self._now() - timedelta(minutes=rng.randrange(1, 50)),
            facts=ReportFacts.model_validate(facts),
            consents=consents,
            sealed=(self._sealed(event_id),),
        )
        return self.tell(partner, event, event_id=event_id)

    def at_every_door(self) -> Sent:
        """A report at each, the last one returned: behind it nothing was sent again.

        Whoever loses its database rather answers twice than not at all what was sent again at the very end.
        """
        return [self.report(door) for door in DOORS][-1]

    def _sealed(self, event_id: str) -> Sealed:
        told = {SealedField.CONTACT_DETAILS: {"name": NAME, "phone": PHONE}, SealedField.STORY: STORY}
        return seal("victim", told, self._key, about=event_id)

    def _terms(self, recipient: str) -> ConsentTerms:
        scopes = (Scope.CASE_FACTS, Scope.CONTACT_DETAILS, Scope.STORY)
        return ConsentTerms(recipient=recipient, purpose=Purpose.REFERRAL, scopes=scopes)

    # -- reacting ------------------------------------------------------------------------------------------------------

    def play(self, timeout_s: float = 0.05) -> int:
        """Read what has come and answer it; returns how many messages were new."""
        self._wire.poll(timeout_s)
        new = 0
        for place, raws in list(self._wire.records.items()):
            start, self._read[place] = self._read.get(place, 0), len(raws)
            if place[0].startswith(OUT):
                for raw in raws[start:]:
                    new += self._hear(place[0].removeprefix(OUT), raw)
        return new

    def _hear(self, partner: str, raw: Raw) -> int:
        message_id = read_headers(raw.headers).id
        if message_id in self._seen:
            return 0
        self._seen.add(message_id)
        self._react(partner, codec.decode_message(raw.value), random.Random(f"{self._seed}/{message_id}"))
        return 1

    def _react(self, partner: str, message: Message, rng: random.Random) -> None:
        if isinstance(message, Receipt):
            if message.status is ReceiptStatus.ACCEPTED and message.about in self._mine and message.case:
                self._acknowledged(partner, self._mine[message.about], message.case, rng)
        elif isinstance(message, ConsentQuestion):
            self._asked(partner, message, rng)
        elif isinstance(message, ReferralOffered):
            self._offered(partner, message, rng)

    def _acknowledged(self, partner: str, sent: Sent, case: str, rng: random.Random) -> None:
        if isinstance(sent.event, ConsentWithdrawn) and rng.random() < 0.4:
            again = ConsentGranted(terms=self._terms(sent.event.recipient or SUPPORT), supersedes=sent.id)
            self.tell(partner, again, case)
        if not isinstance(sent.event, ReportReceived):
            return
        self.cases[sent.id] = case
        if rng.random() < 0.25:  # the receipt did not come in time
            self.tell(partner, sent.event, event_id=sent.id)
        if rng.random() < 0.1:
            changed = sent.event.model_copy(update={"history": True})
            self.tell(partner, changed, event_id=sent.id, expect="id.already_used")
        if rng.random() < 0.3:
            self._contact(partner, case)
        if rng.random() < 0.15:
            facts = sent.event.facts.model_copy(update={"natures": (Nature.ASSAULT, Nature.THREAT)})
            self.tell(partner, ReportCorrected(replaces=("natures",), facts=facts), case)
        if rng.random() < 0.15:
            self.tell(partner, ConsentWithdrawn(), case)

    def _asked(self, partner: str, question: ConsentQuestion, rng: random.Random) -> None:
        answer, terms = rng.random(), question.terms
        if answer < 0.2:
            self.tell(partner, ConsentAsked(terms=terms, needed=question.needed), question.case)
        if answer < 0.6:
            self.tell(partner, ConsentGranted(terms=terms), question.case)
        elif answer < 0.75:
            no = ConsentRefused(recipient=terms.recipient, purpose=terms.purpose)
            self.tell(partner, no, question.case)

    def _offered(self, partner: str, offer: ReferralOffered, rng: random.Random) -> None:
        self.on_offer(partner, offer)
        answer = rng.random()
        if answer < 0.6:
            self.tell(partner, ReferralAccepted(referral=offer.referral), offer.case)
            self._contact(partner, offer.case)
            if answer < 0.2:
                self.tell(partner, ReferralCompleted(referral=offer.referral, helped=Outcome.UNKNOWN), offer.case)
        elif answer < 0.75:
            declined = ReferralDeclined(referral=offer.referral, reason=DeclineReason.NO_CAPACITY)
            self.tell(partner, declined, offer.case)
        if rng.random() < 0.15 and offer.from_partner in DOORS:
            self.tell(offer.from_partner, ConsentWithdrawn(recipient=partner), offer.case)

    def _contact(self, partner: str, case: str) -> None:
        self.tell(partner, ContactMade(whom=Person.VICTIM, at=self._now(), channel=Channel.TELEPHONE), case)


def as_expected(partners: Partners) -> list[str]:
    """What was not answered as its sender expected; after the wire has read everything."""
    codes: dict[tuple[str, int], str] = {}
    accepted: set[tuple[str, str | None]] = set()
    for place, raws in partners._wire.records.items():
        if place[0].startswith(OUT):
            for raw in raws:
                message = codec.decode_message(raw.value)
                if isinstance(message, Receipt) and message.refusal:
                    codes[place[0].removeprefix(OUT), message.in_offset] = message.refusal.code
                elif isinstance(message, Receipt):
                    accepted.add((place[0].removeprefix(OUT), message.about))
    wrong = []
    for sent in partners.sent:
        found = codes.get((sent.partner, sent.offset))
        if found != sent.expect or (found is None and (sent.partner, sent.id) not in accepted):
            name = type(sent.event).TYPE
            wrong.append(f"{sent.partner}: {name} {sent.id}: expected {sent.expect or 'accepted'}, found {found}")
    return wrong
