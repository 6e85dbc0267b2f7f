"""Reports by invented people, with what a real one carries: facts, a consent, a sealed story and contact details."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from schakel.events.consent import ConsentTerms
from schakel.events.report import Place, ReportFacts, ReportReceived
from schakel.events.vocab import Identity, Nature, Purpose, Scope

RECEIVER = "slachtofferhulp"
DOOR = "politie-amsterdam"
CONSENT = ConsentTerms(recipient=RECEIVER, purpose=Purpose.REFERRAL, scopes=(Scope.CONTACT_DETAILS, Scope.STORY))
PERSONAL = {
    "victim": {
        "contact_details": {"name": "Voorbeeld Persoon", "phone": "020-5550123"},
        "story": "Op straat uitgescholden en geduwd door twee onbekenden; een omstander bleef erbij. " * 4,
    }
}
_DISTRICTS = ("centrum", "west", "nieuw-west", "zuid", "oost", "noord", "zuidoost", "weesp")
_NATURES = (Nature.ASSAULT, Nature.THREAT, Nature.INTIMIDATION)


def reports(seed: int = 1, at: datetime | None = None) -> Iterator[ReportReceived]:
    """Without end, the same for the same seed: reports of Amsterdam that allow referral to Slachtofferhulp."""
    chance = random.Random(seed)
    while True:
        now = at or datetime.now(UTC)
        yield ReportReceived(
            reported_at=now - timedelta(minutes=chance.randrange(1, 120)),
            facts=ReportFacts(
                identity=Identity.BY_NAME,
                natures=(chance.choice(_NATURES),),
                place=Place(municipality="amsterdam", district=chance.choice(_DISTRICTS)),
            ),
            consents=(CONSENT,),
        )
