"""The route of a protocol for professionals: from the door to the closing, with who is asked, who gets what, and which time runs. Pure."""

from collections.abc import Iterable, Iterator

from backbone.authoring import sentences as s
from backbone.authoring import together as t
from backbone.authoring import words as w
from backbone.authoring.explaining import HEADER, heading, is_about_cases, part_of, sections
from backbone.authoring.picture import ALWAYS_ON, CLOCK, PLAIN, TOLD, YES, Card, Lane, Mark, Route
from backbone.authoring.plain_parts import fields_of, word
from backbone.protocols.agreements import Pilot, SignedAgreement
from backbone.protocols.clock_rules import LadderStep
from backbone.protocols.conditions import Condition
from backbone.protocols.consultations import Consultation
from backbone.protocols.cooperation import Network
from backbone.protocols.desk import AdviceLadder
from backbone.protocols.measures import Register
from backbone.protocols.model import ClockRule, Inform, Protocol, Status, Step
from backbone.protocols.overviews import Definitions, Overview
from backbone.protocols.rhythms import Rhythm
from backbone.protocols.schemes import Card as Card_
from backbone.protocols.schemes import Category, Checklist, Deliberation, Pitfall, Reserved, Speaking
from backbone.protocols.schemes import Route as OutsideRoute
from schakel.events.vocab import Basis, ClockKind, Role

LEGEND = (
    (YES, "alleen met het ja van de persoon"),
    (ALWAYS_ON, "gaat altijd door; zonder naam als de persoon nee zegt"),
    (TOLD, "hoort dat er iets is gebeurd, zonder persoonsgegevens"),
    (CLOCK, "hier loopt een klok"),
)
_DRAWN = ("opens", "checks", "explain", "steps", "informs", "clocks", "closing", "aftercare", "readings", "variants")
_USUAL = ("door", "record_kind", "target")
"""Facts that a step need not repeat in the picture: from which door stands above it, the others hold of nearly every step."""


_REACHABLE = ("identity", frozenset({"known_to_door", "by_name"}))


def route(protocol: Protocol) -> Route:
    """Lanes only for what the protocol has."""
    lanes = tuple(lane for lane in _lanes(protocol) if lane.cards)
    held = "" if protocol.status is Status.HELD else " Wij hebben de tekst niet."
    words = "; ".join(
        f"{lane.heading}: {', '.join(card.title or card.lines[0] for card in lane.cards)}" for lane in lanes
    )
    says = (
        "Zo loopt een melding." if is_about_cases(protocol) else "Geen route van een melding: dit doen partners samen."
    )
    about = f"Versie {protocol.version}. {says}{held}"
    return Route(protocol.title, about, f"{says} {words}.", lanes, "nl", _legend(lanes))


def _legend(lanes: Iterable[Lane]) -> tuple[tuple[Mark, str], ...]:
    """Only the marks that are in the picture."""
    used = {card.mark for lane in lanes for card in lane.cards}
    return tuple((mark, says) for mark, says in LEGEND if mark in used)


def _lanes(protocol: Protocol) -> Iterator[Lane]:
    if is_about_cases(protocol):
        yield Lane("De melding komt binnen", tuple(_doors(protocol)))
    yield Lane("Er wordt gevraagd", tuple(_checks(protocol)))
    yield Lane("Er wordt uitgelegd", tuple(_explained(protocol)))
    yield Lane("Wie krijgt de melding", tuple(map(_step, protocol.steps)))
    yield Lane("Wie hoort het alleen", tuple(map(_inform, protocol.informs)))
    yield Lane("Welke tijd loopt er", tuple(map(_clock, protocol.clocks)))
    yield Lane("De zaak eindigt", tuple(_closing(protocol)))
    yield Lane("Nazorg", tuple(_aftercare(protocol)))
    for section in sections(protocol):
        if section not in _DRAWN and section not in HEADER and (value := part_of(protocol, section)):
            parts = value if isinstance(value, tuple) else (value,)
            yield Lane(heading(section), tuple(_part(part, protocol) for part in parts))
    if not is_about_cases(protocol) and protocol.readings and not protocol.cooperation.consultations:
        yield Lane("Wat wij ervan lezen", (Card("", tuple(f"• {_named(note)}" for note in protocol.readings)),))


def _part(part: object, protocol: Protocol) -> Card:
    """A part of a scheme: its name, and what makes it different from its neighbours."""
    match part:
        case Consultation():
            return Card(part.title, (s.capital(s.roles(part.members)) + ".",), "Overleg")
        case Overview():
            return Card(part.title, (f"Voor {s.roles(part.readers)}.", s.capital(word(part.of)) + "."), "Overzicht")
        case Rhythm():
            kind = {ClockKind.MEASURED: "Alleen geteld", ClockKind.PROMISED: "Beloofd"}
            says = f"{s.capital(t.often(part))}. {kind.get(part.promise, 'Onze eigen keuze')}"
            return Card(t.named_in(protocol.cooperation, part.of), (), "", CLOCK, says)
        case LadderStep():
            above = f"{s.limit(part.after)} na de grens"
            return Card(s.capital(s.role(part.to)), (f"Hoort dat dit nog niet is gebeurd: {_names(part.of)}.",), above)
        case Category():
            lead = (f"De leiding heeft {s.role(part.lead)}.",) if part.lead else ()
            outside = (f"Valt hierbuiten; gebruik dan {part.outside}",) if part.outside else ()
            return Card(part.text, (*lead, *outside))
        case Card_():
            after = (f"Pas na: {word(part.after)}.",) if part.after else ()
            return Card(s.capital(word(part.action)), after, "Voor wie het doet")
        case Checklist():
            return Card(part.title, (f"{len(part.lines)} regels; {s.roles(part.answered_by, 'of')} antwoordt.",))
        case Pitfall():
            return Card(part.says, (f"Dan hoort {s.role(part.tell)} dat.",), mark=TOLD)
        case Register():
            return Card(
                part.title, (f"{len(part.measures)} maatregelen, {part.first_year} tot en met {part.last_year}.",)
            )
        case OutsideRoute():
            return Card(part.says, (f"Naar {s.role(part.to)}.",))
        case Deliberation():
            return Card(s.capital(word(part.step)), tuple(f"• {one}" for one in part.asks))
        case Reserved():
            return Card(s.capital(word(part.check)), (f"Dat mag alleen {s.roles(part.by, 'of')} zeggen.",))
        case Speaking():
            return Card("", (f"{s.capital(s.roles(part.spokesperson, 'of'))}: één tegelijk.",))
        case AdviceLadder():
            return Card("", (f"Eerst wie het dichtst bij is: {', dan '.join(map(s.role, part.rungs))}.",))
        case Definitions():
            return Card("", (s.capital(s.listed(map(word, (*part.records, *part.natures)))) + ".",))
        case Network():
            return Card("", (s.capital(s.roles(part.wants)) + ".",))
        case SignedAgreement() | Pilot():
            return Card(part.title, (s.capital(s.roles(part.parties)) + ".",))
        case _:
            return Card(_named(part), ())


def _names(ids: Iterable[str]) -> str:
    return s.listed((one.replace("-", " ") for one in ids), "of")


def _named(part: object) -> str:
    fields = fields_of(part)
    title = fields.get("title") or str(fields.get("id", "")).replace("-", " ")
    return s.capital(str(title))


def _doors(protocol: Protocol) -> Iterator[Card]:
    whens = [*(step.when for step in protocol.steps), *(inform.when for inform in protocol.informs)]
    named = {role for when in whens for role in s.doors(when)}
    asked = {role for check in protocol.checks for role in check.asked_by}
    known = [role for role in Role if role in (named or asked)]
    lines = [s.capital(s.listed((s.role(role) for role in known), "of"))] if known else ["Elk loket van de keten"]
    if protocol.opens:
        lines += _conditions(protocol.opens.when, ())
    yield Card("", tuple(lines))


def _checks(protocol: Protocol) -> Iterator[Card]:
    said = {"yes": "Ja", "no": "Nee", "unknown": "Onbekend"}
    for check in protocol.checks:
        answers = tuple(f"{said[answer.value]}: {text}" for answer, text in check.consequences.items())
        yield Card(check.question, answers)


def _explained(protocol: Protocol) -> Iterator[Card]:
    topics = [s.in_list("InformationTopic", explain.topic.value) for explain in protocol.explain]
    if topics:
        yield Card("", tuple(s.capital(topic) for topic in dict.fromkeys(topics)))


def _step(step: Step) -> Card:
    refer, doors = step.refer, s.doors(step.when)
    mark, says = _consent(step)
    lines = [f"Gaat mee: {s.scopes((*refer.needs, *refer.wants))}."]
    lines += _conditions(step.when, _USUAL)
    above = f"Van {s.listed((s.role(role) for role in doors), 'of')}" if doors else "Van elk loket"
    return Card(f"Naar {s.receiver(refer)}", tuple(lines), above, mark, says)


def _consent(step: Step) -> tuple[Mark, str]:
    if step.refer.basis is not Basis.CONSENT:
        return PLAIN, f"Op grond van: {s.in_list('Basis', step.refer.basis.value)}"
    if step.refer.if_refused.value == "strip":
        return ALWAYS_ON, "Altijd; zonder naam bij nee"
    return YES, "Alleen met een ja"


def _inform(inform: Inform) -> Card:
    doors = s.doors(inform.when)
    above = f"Van {s.listed((s.role(role) for role in doors), 'of')}" if doors else ""
    lines = tuple(_conditions(inform.when, _USUAL))
    return Card(s.capital(s.roles(inform.inform)), lines, above, mark=TOLD, says="Zonder persoonsgegevens")


def _clock(clock: ClockRule) -> Card:
    says, lines = "Geen grens; alleen gemeten", [f"Aan zet: {s.doer(clock)}."]
    if clock.limit is not None:
        promised = "Beloofd" if clock.promise is ClockKind.PROMISED else "Onze eigen keuze"
        says = f"Binnen {s.limit(clock.limit)}. {promised}"
    if clock.by_when:
        says = "Op de afgesproken dag"
    lines.insert(0, s.start(clock))
    if clock.on_breach:
        lines.append(f"Te laat? Dan {s.hears(clock.on_breach)} {s.roles(clock.on_breach)} dat.")
    title = w.CLOCKS[clock.stops.on.value].format(whom=s.persons(clock.stops.with_) or "de persoon")
    return Card(title, tuple(lines), mark=CLOCK, says=says)


def _closing(protocol: Protocol) -> Iterator[Card]:
    closing = protocol.closing
    if closing.by or closing.reasons:
        by = (f"{s.capital(s.role(closing.by))} sluit de zaak.",) if closing.by else ()
        yield Card("", (*by, *(f"• {reason.text}" for reason in closing.reasons)))


def _aftercare(protocol: Protocol) -> Iterator[Card]:
    if care := protocol.aftercare:
        until = f" tot {s.limit(care.until)}" if care.until else ""
        says = "Beloofd" if care.promise is ClockKind.PROMISED else "Onze eigen keuze"
        yield Card(
            f"{s.capital(s.role(care.responsible))} belt nog eens",
            (f"{s.limit(care.after)}{until} na het sluiten.",),
            "",
            CLOCK,
            says,
        )


def _conditions(when: Condition, without: tuple[str, ...]) -> list[str]:
    """What makes this part different, short. That the person can be reached needs no line: who is asked, can be."""
    must = tuple((name, words) for name, words in when.must if name not in without and (name, words) != _REACHABLE)
    kept = Condition(must, tuple(one for one in when.none_of if one[0] not in without))
    only, never = s.condition(kept), s.exceptions(kept)
    lines = [f"Alleen als: {'; en '.join(only)}."] if only else []
    return lines + ([f"Niet als: {'; of '.join(never)}."] if never else [])
