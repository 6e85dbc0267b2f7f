"""Invented people and what they tell. All of it is sealed by the client before it leaves a partner.

Every name, address and story holds one of `MARKS`: the checks look for these in whatever was written to disk.
"""

import random
from typing import Any

from schakel.events.vocab import Nature, PlaceType

_FIRST = (
    "Robin", "Sam", "Noor", "Kim", "Charlie", "Jip", "Alex", "Lou", "Bo", "Sascha", "Mika", "Yael", "Dani", "Pim",
    "Imani", "Quinn", "Senna", "Toni", "Vesper", "Wies",
)  # fmt: skip
_LAST = ("Denkbeeldig", "Proefpersoon", "Verzonnen", "Fictief", "Bestaatniet")
MARKS = (*_LAST, "06-00000", "Dit verhaal is bedacht")
"""Each invented personal detail holds one of these."""

_WHERE = {
    PlaceType.HOME: "bij de voordeur",
    PlaceType.STREET: "op straat",
    PlaceType.NIGHTLIFE: "na het uitgaan",
    PlaceType.PUBLIC_TRANSPORT: "in de tram",
    PlaceType.ONLINE: "op internet",
    PlaceType.WORK: "op het werk",
    PlaceType.SCHOOL: "op school",
    PlaceType.PARK: "in het park",
    PlaceType.SHOP: "in de winkel",
    PlaceType.SPORTS: "op de club",
}
_WHAT = {
    Nature.SCOLDING: "werd ik uitgescholden",
    Nature.THREAT: "werd ik bedreigd",
    Nature.INTIMIDATION: "werd ik klemgezet",
    Nature.ASSAULT: "kreeg ik klappen",
    Nature.VANDALISM: "werden mijn spullen vernield",
    Nature.FLAG_INCIDENT: "werd de vlag weggetrokken",
    Nature.HATE_SPEECH: "kwamen er berichten vol haat",
    Nature.REFUSAL: "mocht ik er niet in",
    Nature.UNEQUAL_TREATMENT: "werd ik anders behandeld",
    Nature.ROBBERY: "werd ik beroofd",
    Nature.SEXUAL_OFFENCE: "werd ik lastiggevallen",
    Nature.STALKING: "word ik gevolgd",
}


def contact_details(rolls: random.Random) -> dict[str, Any]:
    """How to reach somebody who does not exist."""
    first, last = rolls.choice(_FIRST), rolls.choice(_LAST)
    return {
        "name": f"{first} {last}",
        "telephone": f"06-00000{rolls.randrange(1000):03d}",
        "email": f"{first}.{last}@voorbeeld.invalid".lower(),
    }


def story(rolls: random.Random, nature: Nature, place: PlaceType) -> str:
    """Two sentences in the words of the person."""
    again = rolls.choice(
        ("Het was niet de eerste keer.", "Ik ken hem niet.", "Ze waren met z'n drieën.", "Ik slaap slecht.")
    )
    return f"Dit verhaal is bedacht: {_WHERE.get(place, 'ergens')} {_WHAT.get(nature, 'gebeurde het')}. {again}"
