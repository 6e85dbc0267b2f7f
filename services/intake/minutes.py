"""Intake's rules of minutes: of a consultation that the chain keeps, about its own subjects, with whoever may sit in it. Pure.

A chain whose file names no scheme takes minutes of any consultation, as they were told.
"""

from collections.abc import Iterator, Sequence

from backbone.chains import Chain, Partner
from backbone.chains.schemes import consultation_of, kept
from backbone.meeting_rights import members, uninvited
from backbone.protocols.consultations import Consultation
from schakel.events.partners import MinutesRecorded
from schakel.messages import Refusal


def objections(event: MinutesRecorded, sender: Partner, chains: Sequence[Chain]) -> Iterator[Refusal]:
    """Why these minutes cannot be taken. chains: those of the sender."""
    asked = [chain for chain in chains if event.chain in (None, chain.name)]
    if event.chain is not None and not asked:
        yield Refusal(
            code="chain.not_yours",
            field="chain",
            found=event.chain,
            expected=f"a chain that you are a member of: {', '.join(chain.name for chain in chains)}",
            remedy="name the chain in which it was held, or leave it out where one alone keeps this consultation",
        )
        return
    keeping = [chain for chain in asked if any(True for _ in kept(chain))]
    if not keeping:
        return
    found = [(chain, held[2]) for chain in keeping if (held := consultation_of(chain, event.consultation))]
    if not found:
        known = sorted({one.id for chain in keeping for _, here in kept(chain) for one in here.consultations})
        yield Refusal(
            code="consultation.unknown",
            field="consultation",
            found=event.consultation,
            expected=f"one of {', '.join(known) or 'none: the chain keeps no consultation'}",
            remedy="name it as the scheme's file does; a new one has to be added to a scheme that the chain keeps",
        )
    elif len(found) > 1:
        yield Refusal(
            code="chain.not_named",
            field="chain",
            expected=f"the chain in which it was held: {', '.join(chain.name for chain, _ in found)}",
            remedy="name it: each of them keeps a consultation of this name, with an agenda and a rhythm of its own",
        )
    else:
        yield from _of(event, sender, *found[0])


def _of(event: MinutesRecorded, sender: Partner, chain: Chain, one: Consultation) -> Iterator[Refusal]:
    if sender.id not in members(chain, one):
        yield Refusal(
            code="consultation.not_a_member",
            field="consultation",
            found=event.consultation,
            expected=f"minutes from one of its members: {', '.join(sorted(members(chain, one))) or 'nobody holds these roles'}",
            remedy="have a member record them; who sits in it stands in the scheme's file",
        )
    unknown = [item for item in event.items if one.item(item) is None]
    if unknown:
        yield Refusal(
            code="consultation.another_item",
            field="items",
            found=unknown[0],
            expected=f"subjects of its agenda: {', '.join(item.id for item in one.items) or 'it has none'}",
            remedy="name a subject as the scheme's file does, or leave it out",
        )
    outside = uninvited(chain, one, event.present, frozenset(event.agreed_by))
    if outside:
        yield Refusal(
            code="consultation.not_invited",
            field="present",
            found=outside[0],
            expected="members, and guests to whom every member agreed (agreed_by)",
            remedy=f"name under agreed_by whoever agreed; all of {', '.join(sorted(members(chain, one)))} have to",
        )
    if event.settled and one.cases is None:
        yield Refusal(
            code="consultation.no_cases",
            field="settled",
            expected="cases settled only by a consultation that discusses cases",
            remedy="leave settled out; this part is about policy",
        )
