"""What the Toronto list holds, counted straight from its CSV: other code than the import, and knowing nothing of it.

Words are those of the catalogue. A row may have several grounds and natures; it counts once under each.
"""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

NOTHING = ("None", "NO", "NA", "NSA", "")

OFFENCES = {  # what the offence's name begins with -> nature; the first that fits
    "Assault With a Weapon": "assault+weapon",
    "Firearms": "weapon",
    "Sexual Assault": "sexual_offence",
    "Aggravated Assault": "assault",
    "Assault": "assault",
    "Uttering Threats": "threat",
    "Mischief To Data": "other",
    "Mischief": "vandalism",
    "Criminal Harassment": "stalking",
    "Harassing": "intimidation",
    "Indecent": "intimidation",
    "Wilful Promotion": "hate_speech",
    "Public Incitement": "hate_speech",
    "Advocating": "hate_speech",
    "Theft": "theft",
    "Robbery": "robbery",
    "Arson": "arson",
    "Murder": "homicide",
}
PLACES = {  # what the location's name begins with -> place type
    "Streets": "street",
    "Educational": "school",
    "Apartment": "home",
    "House": "home",
    "Public Transportation": "public_transport",
    "Open Area": "park",
    "Religious": "place_of_worship",
    "Government": "public_building",
    "Business": "shop",
    "Medical": "care",
    "Other Commercial": "other",
    "Non-Commercial": "other",
    "NA": "unknown",
}
AGAINST_A_PERSON = ("assault", "threat", "stalking", "intimidation", "robbery", "sexual_offence", "homicide")


@dataclass
class Counts:
    rows: int = 0
    references: set[str] = field(default_factory=set)
    grounds: Counter[str] = field(default_factory=Counter)
    natures: Counter[str] = field(default_factory=Counter)
    places: Counter[str] = field(default_factory=Counter)
    districts: Counter[str] = field(default_factory=Counter)
    days: Counter[str] = field(default_factory=Counter)
    """By the day on which it happened."""
    persons: int = 0
    """Rows whose offence was aimed at a person: only for these a contact clock runs."""


def count(path: Path) -> Counts:
    """The counts of a list in the form of the Toronto open data."""
    counts = Counts()
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            counts.rows += 1
            counts.references.add(row["EVENT_UNIQUE_ID"])
            counts.grounds.update(set(_grounds(row)))
            counts.natures.update(first(OFFENCES, row["PRIMARY_OFFENCE"], "other").split("+"))
            counts.places[first(PLACES, row["LOCATION_TYPE"], "?")] += 1
            counts.districts[row["DIVISION"].lower() if row["DIVISION"] != "NSA" else "-"] += 1
            counts.days[row["OCCURRENCE_DATE"]] += 1
            counts.persons += against_a_person(row["PRIMARY_OFFENCE"])
    return counts


def against_a_person(offence: str) -> bool:
    nature = first(OFFENCES, offence, "other").split("+")[0]
    return nature in AGAINST_A_PERSON and offence.strip() != "Uttering Threats - Property"


def first(table: dict[str, str], name: str, otherwise: str) -> str:
    return next((word for start, word in table.items() if name.startswith(start)), otherwise)


def _grounds(row: dict[str, str]) -> Iterator[str]:
    found = list(_named(row))
    yield from found
    if not found and row["MULTIPLE_BIAS"] == "YES":
        yield "unknown"


def _named(row: dict[str, str]) -> Iterator[str]:
    if row["AGE_BIAS"] == "YES":
        yield "age"
    if row["MENTAL_OR_PHYSICAL_DISABILITY"] == "YES":
        yield "disability"
    for race in row["RACE_BIAS"].split(", "):
        if race not in NOTHING:
            yield "skin_colour" if race in ("Black", "White") else "origin"
    if row["ETHNICITY_BIAS"] not in NOTHING:
        yield "origin"
    if row["LANGUAGE_BIAS"] not in NOTHING:
        yield "language"
    for religion in row["RELIGION_BIAS"].split(", "):
        if religion not in NOTHING:
            yield {"Jewish": "antisemitism", "Muslim": "anti_muslim"}.get(religion, "religion")
    if row["SEXUAL_ORIENTATION_BIAS"] not in NOTHING:
        yield "sexual_orientation"
    for gender in row["GENDER_BIAS"].split(", "):
        if gender not in NOTHING:
            yield "gender_identity" if gender.startswith("Trans") else "gender"
