"""`cooperation:` of a protocol file: what partners do together over all cases, rather than in one of them.

Here: the section with its parts, and what must hold between them. The parts: `consultations`, `overviews`, `rhythms`, `agreements`,
`measures`. A chain's file names the schemes that the chain keeps, under `schemes`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from pydantic import Field

from backbone.protocols.agreements import Pilot, SignedAgreement
from backbone.protocols.consultations import AgendaItem, Consultation, Sees, Shows, Stays
from backbone.protocols.measures import Register
from backbone.protocols.overviews import By, Definitions, Of, Overview
from backbone.protocols.parts import Part, Source, no_such
from backbone.protocols.reading import Fault, Level, Location
from backbone.protocols.rhythms import Rhythm
from schakel.events.vocab import ClockKind, Role


class Network(Part):
    """The roles that every district of the alliance is to have: the map shows the empty places first (scenarios.md, NRD-1)."""

    wants: tuple[Role, ...] = Field(min_length=1, description="the roles that are wanted everywhere")
    source: Source


class Cooperation(Part):
    """Everything in a scheme that is about working together."""

    consultations: tuple[Consultation, ...] = ()
    overviews: tuple[Overview, ...] = ()
    rhythms: tuple[Rhythm, ...] = ()
    agreements: tuple[SignedAgreement, ...] = ()
    definitions: tuple[Definitions, ...] = ()
    registers: tuple[Register, ...] = ()
    pilots: tuple[Pilot, ...] = ()
    network: Network | None = None

    def consultation(self, name: str) -> Consultation | None:
        return next((one for one in self.consultations if one.id == name), None)

    def overview(self, name: str) -> Overview | None:
        return next((one for one in self.overviews if one.id == name), None)

    def rhythm(self, name: str) -> Rhythm | None:
        return next((one for one in self.rhythms if one.id == name), None)

    def agreement(self, name: str | None) -> SignedAgreement | None:
        return next((one for one in self.agreements if one.id == name), None)

    def item(self, name: str) -> AgendaItem | None:
        """A subject that comes back, on whichever agenda it stands."""
        return next((found for one in self.consultations if (found := one.item(name))), None)

    def roles(self) -> dict[Role, str]:
        """Every role that it counts on, with the first place that asks for it."""
        asked: dict[Role, str] = {}
        named: list[tuple[Sequence[Role], str]] = [
            *((one.members, f"consultation {one.id}") for one in self.consultations),
            *((one.readers, f"overview {one.id}") for one in self.overviews),
            *((one.tell, f"rhythm {one.id}") for one in self.rhythms),
            *((one.parties, f"agreement {one.id}") for one in self.agreements),
        ]
        for roles, where in named:
            for role in roles:
                asked.setdefault(role, where)
        return asked


EMPTY = Cooperation()
_QUOTE = re.compile(r"«[^»]+»")
_MARK = re.compile(r"\[([0-9A-Za-z]+)\]")
_SECTIONS = ("consultations", "overviews", "rhythms", "agreements", "definitions", "registers", "pilots")


def faults(here: Cooperation, sources: Mapping[str, str], *, held: bool) -> Iterator[Fault]:
    """What is wrong in the section, in its order. sources: the file's marks; held: whether somebody has the scheme's text.

    A paper that was signed may promise how often partners meet, while the scheme that they are to write is not there yet.
    """
    yield from _ids(here)
    yield from _sourced(here, sources)
    for position, consultation in enumerate(here.consultations):
        yield from _consultation(("cooperation", "consultations", position), consultation, here)
    for position, overview in enumerate(here.overviews):
        yield from _overview(("cooperation", "overviews", position), overview)
        timed = any(rhythm.of == overview.id and rhythm.every is not None for rhythm in here.rhythms)
        if Shows.CHANGES in overview.shows and not timed:
            yield Fault(
                ("cooperation", "overviews", position, "shows"),
                f"`{overview.id}` says what changed since the last issue, and has no issues",
                "a rhythm `every` so many days of it",
                "add the rhythm, or drop `changes`",
            )
    for position, rhythm in enumerate(here.rhythms):
        yield from _rhythm(("cooperation", "rhythms", position), rhythm, here)
    if not held and here.rhythms and not any(agreement.signed_on for agreement in here.agreements):
        yield Fault(
            ("cooperation", "rhythms"),
            "the text of this scheme is not held, yet the file has rhythms",
            "a stub: title, sources and notes; or, under `agreements`, the paper that was signed and says how often",
            "drop them, or write `status: held` once somebody has read the text",
            Level.WARNING,
        )


def _ids(here: Cooperation) -> Iterator[Fault]:
    """A rhythm names what it is of, and events name them all: an id once in the whole section, agenda items apart."""
    seen: dict[str, str] = {}
    for section in _SECTIONS:
        for position, part in enumerate(getattr(here, section)):
            if part.id in seen:
                yield Fault(
                    ("cooperation", section, position, "id"),
                    f"the id `{part.id}` stands under {section} and under {seen[part.id]}",
                    "an id of its own for each: rhythms and events name it",
                    "give one of them another id",
                )
            seen[part.id] = section
    for position, consultation in enumerate(here.consultations):
        for number, item in enumerate(consultation.items):
            if item.id in seen:
                yield Fault(
                    ("cooperation", "consultations", position, "items", number, "id"),
                    f"the agenda item `{item.id}` bears the id of one of the {seen[item.id]}",
                    "an id that is not in use",
                    "give it another id",
                )


def _passages(here: Cooperation) -> Iterator[tuple[Location, str]]:
    """Every source of the section, with its place."""
    for section in _SECTIONS:
        for position, part in enumerate(getattr(here, section)):
            yield ("cooperation", section, position, "source"), part.source
    for position, consultation in enumerate(here.consultations):
        at: Location = ("cooperation", "consultations", position)
        if consultation.cases:
            yield (*at, "cases", "source"), consultation.cases.source
        for number, guest in enumerate(consultation.guests):
            yield (*at, "guests", number, "source"), guest.source
        for number, item in enumerate(consultation.items):
            yield (*at, "items", number, "source"), item.source
    for position, register in enumerate(here.registers):
        for number, measure in enumerate(register.measures):
            yield ("cooperation", "registers", position, "measures", number, "source"), measure.source
    if here.network:
        yield ("cooperation", "network", "source"), here.network.source


def _sourced(here: Cooperation, sources: Mapping[str, str]) -> Iterator[Fault]:
    """Nothing without its passage: a mark that the file explains, or our own choice, marked as such."""
    known = ", ".join(f"[{mark}]" for mark in sources) or "none"
    for at, source in _passages(here):
        marks = _MARK.findall(source)
        if not marks and not source.startswith("keuze:"):
            yield Fault(
                at,
                f"the source {source!r} names no document",
                f'a mark of `sources` ({known}) with a passage, or text that begins with "keuze:"',
                "cite the passage, or say that it is our own choice",
            )
        for mark in marks:
            if mark not in sources:
                yield Fault(
                    at, f"the source names [{mark}]", f"a mark of `sources` ({known})", f"add {mark} under `sources`"
                )


def _consultation(at: Location, one: Consultation, here: Cooperation) -> Iterator[Fault]:
    agreements = [agreement.id for agreement in here.agreements]
    if one.parties_to is not None and one.parties_to not in agreements:
        what = f"consultation `{one.id}`"
        yield no_such((*at, "parties_to"), what, one.parties_to, agreements, "the file's agreements")
    agreement = here.agreement(one.parties_to)
    outside = [role for role in one.members if agreement and one.cases and role not in agreement.parties]
    if agreement and outside:
        yield Fault(
            (*at, "members"),
            f"{', '.join(outside)} would sit in `{one.id}` and is no party to `{agreement.id}`",
            f"members of a consultation about cases among {', '.join(agreement.parties)}",
            "make it a guest of the part without cases, or drop it",
        )
    for role in (role for role in (one.chair, one.secretariat) if role is not None and role not in one.members):
        yield Fault(
            (*at, "members"),
            f"{role} chairs or keeps the papers of `{one.id}` and is no member",
            "a chair and a secretariat from its midst",
            f"add {role} to `members`, or name a member",
        )
    for number, guest in enumerate(one.guests):
        if guest.role in one.members:
            yield Fault(
                (*at, "guests", number, "role"),
                f"{guest.role} is a guest of `{one.id}` and a member too",
                "one of the two: a guest sees less",
                "drop it from `guests` or from `members`",
            )
        if guest.sees is not Sees.NOTHING and one.parties_to and not guest.if_all_agree:
            yield Fault(
                (*at, "guests", number, "if_all_agree"),
                f"the guest {guest.role} of `{one.id}` sees something without the members' agreement",
                "if_all_agree: true where a covenant says who sees the cases",
                "write `if_all_agree: true`, or `sees: nothing`",
            )
    if one.cases and one.cases.stays is Stays.SETTLED and one.cases.when.asks_about("severity"):
        yield Fault(
            (*at, "cases", "when"),
            f"the agenda of `{one.id}` depends on severity",
            "every case, not only the heavy ones (scenarios.md, UTR-3)",
            "drop `severity`",
            Level.WARNING,
        )


def _overview(at: Location, overview: Overview) -> Iterator[Fault]:
    if overview.of is Of.NUMBERS and overview.smallest_cell is None:
        yield Fault(
            (*at, "smallest_cell"),
            f"the numbers of `{overview.id}` have no smallest cell",
            "5: a smaller number may be somebody",
            "write `smallest_cell: 5`",
        )
    if overview.of is not Of.NUMBERS and overview.by and not overview.to_write:
        yield Fault(
            (*at, "by"),
            f"`{overview.id}` is of {overview.of} and is counted by {', '.join(overview.by)}",
            "by only with `of: numbers`, or in a report that says under `to_write` what people write",
            "write `of: numbers`, or drop `by`",
        )
    if By.SCREENING in overview.by and (len(overview.by) > 1 or overview.of is not Of.NUMBERS):
        yield Fault(
            (*at, "by"),
            f"`{overview.id}` is counted by screening and by something else",
            "`of: numbers` by screening alone: most of what a query finds is no report",
            "make two overviews of it",
        )
    if overview.to_write and (overview.of is not Of.REPORT or not overview.by):
        yield Fault(
            (*at, "to_write"),
            f"`{overview.id}` says what people write, and is of {overview.of}{'' if overview.by else ' without figures'}",
            "`of: report` with `by`: a draft begins from figures",
            "write `of: report` and `by`, or drop `to_write`",
        )
    if overview.of is Of.MEASURES and (overview.shows or overview.known_to or overview.criminal_side):
        yield Fault(
            (*at, "of"),
            f"`{overview.id}` is about measures and asks for something of cases",
            "measures only: a report on measures never holds case data (scenarios.md, VST-4)",
            "drop shows, known_to and criminal_side",
        )


def _rhythm(at: Location, rhythm: Rhythm, here: Cooperation) -> Iterator[Fault]:
    known = [
        *(one.id for one in here.consultations),
        *(one.id for one in here.overviews),
        *(one.id for one in here.agreements),
        *(one.id for one in here.registers),
        *(item.id for one in here.consultations for item in one.items),
    ]
    if rhythm.of not in known:
        yield no_such((*at, "of"), f"rhythm `{rhythm.id}`", rhythm.of, known, "what this section holds")
    for place in rhythm.discussed_in:
        consultation = here.consultation(place)
        if consultation is None:
            names = [one.id for one in here.consultations]
            yield no_such((*at, "discussed_in"), f"rhythm `{rhythm.id}`", place, names, "the file's consultations")
        elif here.item(rhythm.of) and consultation.item(rhythm.of) is None:
            yield Fault(
                (*at, "discussed_in"),
                f"`{rhythm.of}` is to be discussed in `{place}` and is no item of its agenda",
                f"`{rhythm.of}` under its `items`: minutes can only name what the agenda knows",
                "add the item there",
            )
    if rhythm.promise is ClockKind.MEASURED and rhythm.tell:
        yield Fault(
            (*at, "tell"),
            f"rhythm `{rhythm.id}` is measured, so that it is never missed, and yet somebody is told",
            "nobody is accused of what nobody promised",
            "drop `tell`, or say who promised it (promised, our_choice)",
        )
    if rhythm.promise is not ClockKind.MEASURED and not rhythm.tell:
        yield Fault(
            (*at, "tell"),
            f"nobody hears that rhythm `{rhythm.id}` was not kept",
            "the role that answers for it",
            "add `tell: [role]`",
        )
    if rhythm.promise is ClockKind.PROMISED and not _QUOTE.search(rhythm.source):
        yield Fault(
            (*at, "source"),
            f"rhythm `{rhythm.id}` is promised but its source quotes nothing",
            "the passage that promises it, between « and »",
            "quote it, or write `promise: our_choice`",
        )
