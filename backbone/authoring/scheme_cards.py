"""Parts of a scheme that are no route of a case, each as a card: meetings, overviews, levels, checklists. Pure."""

from backbone.authoring import sentences as s
from backbone.authoring import together as t
from backbone.authoring.boxes import CLOCK, TOLD, Card
from backbone.authoring.names import titled
from backbone.authoring.plain_parts import fields_of, word
from backbone.protocols.agreements import Pilot, SignedAgreement
from backbone.protocols.consultations import Consultation
from backbone.protocols.cooperation import Network
from backbone.protocols.desk import AdviceLadder
from backbone.protocols.measures import Register
from backbone.protocols.model import Protocol
from backbone.protocols.overviews import Definitions, Overview
from backbone.protocols.rhythms import Rhythm
from backbone.protocols.schemes import Card as Card_
from backbone.protocols.schemes import Category, Checklist, Deliberation, Pitfall, Reserved, Speaking, Stage
from backbone.protocols.schemes import Route as OutsideRoute
from schakel.events.vocab import ClockKind


def part_card(part: object, protocol: Protocol) -> Card:
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
        case Category():
            lead = (f"De leiding heeft {s.role(part.lead)}.",) if part.lead else ()
            outside = (f"Valt hierbuiten; gebruik dan {part.outside}",) if part.outside else ()
            return Card(part.text, (*lead, *outside))
        case Stage():
            return Card(part.text, (f"{s.capital(s.roles(part.answered_by, 'of'))} zegt of dit op orde is.",))
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
            return Card(named(part), ())


def named(part: object) -> str:
    """Its title; of a part without one its id, written as people write it."""
    fields = fields_of(part)
    return s.capital(str(fields.get("title") or titled(str(fields.get("id", "")))))
