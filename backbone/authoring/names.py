"""What a part of a protocol file is called that has no title of its own: its id, written as people write it. Pure.

An id is small letters and hyphens: `coc-groningen-en-drenthe`. Names and abbreviations keep the capitals that they have in Dutch.
"""

import re
from collections.abc import Mapping

PHRASES: Mapping[str, str] = {
    "discriminatie-meldpunt-groningen": "Discriminatie Meldpunt Groningen",
    "klant-service-centrum": "Klant Service Centrum",
    "meldpunt-overlast-en-zorg": "Meldpunt Overlast en Zorg",
    "meldpunt-discriminatie": "Meldpunt Discriminatie",
    "openbaar-ministerie": "Openbaar Ministerie",
    "roze-in-blauw": "Roze in Blauw",
    "discriminatie-nl": "Discriminatie.nl",
    "meld-online": "Meld.Online",
    "veilig-thuis": "Veilig Thuis",
    "pink-panel": "Pink Panel",
    "gay-alert": "Gay Alert",
    "natuurlijk-samen": "Natuurlijk Samen",
    "panel-deurbeleid": "Panel Deurbeleid",
    "ecad-p": "ECAD-P",
    "trusted-flagger": "trusted flagger",
}
"""What is written otherwise than word for word; a longer one goes before a shorter."""

_ABBREVIATIONS = (
    "ADV AVG BOB BOA BTO CBS CIDI COA COC CSG DMG DMO ECAD GGD GGZ IND JenV KCC LDO LECD LHBT LHBTI LHBTIQA LODO MDRA MOP NVB ODIHR "
    "OOV OVSE POLBIS RADAR RDO RIEC RITA SAMOS SDO WODC ZSM ZWB"
)
_PLACES = (
    "Almere Amsterdam Arnhem Assen Brabant Breda Drenthe Friesland Groningen Haaglanden Haarlem Limburg Nederland Nijmegen "
    "Rotterdam Tilburg Utrecht Weert Zeeland"
)
WORDS: Mapping[str, str] = {
    **{word.lower(): word for word in _ABBREVIATIONS.split()},
    **{place.lower(): place for place in _PLACES.split()},
    "slachtofferhulp": "Slachtofferhulp",
    "instagram": "Instagram",
    "facebook": "Facebook",
    "whatsapp": "WhatsApp",
}
"""Words that have capitals wherever they stand."""

_PHRASE = re.compile("|".join(rf"(?<![^-]){re.escape(one)}(?![^-])" for one in sorted(PHRASES, key=len, reverse=True)))
_PROSECUTION = re.compile(r"(?:(?<=-het-)|(?<=^het-))om(?![^-])|(?<=-)om$|^om$")
"""`om` is a word of every day too; it is the Openbaar Ministerie after `het`, and where it stands last."""


def spoken(name: str) -> str:
    """As it stands inside a sentence: `COC Groningen en Drenthe`, `gemeente contact met slachtoffer`."""
    kept = _PHRASE.sub(
        lambda one: PHRASES[one.group()].replace("-", "\0").replace(" ", "\1"), _PROSECUTION.sub("OM", name)
    )
    return " ".join(WORDS.get(word, word) for word in kept.split("-")).replace("\0", "-").replace("\1", " ")


def titled(name: str) -> str:
    """The same at the beginning of a line."""
    said = spoken(name)
    return said[:1].upper() + said[1:]
