"""Intake's rules of a door: what its file does not know, it does not take in. Pure.

Only for a partner to whom the chain's file binds a door. A person outside the target group is never refused: routing passes the report on.
What was imported from before the backbone came in by other doors than today's.
"""

from collections.abc import Iterator

from backbone.chains import Chain
from schakel.events.base import SealedField
from schakel.events.report import ReportReceived
from schakel.events.vocab import Identity
from schakel.messages import Refusal

POINTS_BACK = frozenset({SealedField.CONTACT_DETAILS, SealedField.CONTACT_PREFERENCE, SealedField.OWN_REFERENCE})
"""What a one-way report cannot have: there is no way back. Whatever the sender knew of it has to be taken off at the door."""


def objections(event: ReportReceived, chain: Chain, partner: str) -> Iterator[Refusal]:
    """Why this report cannot have come in at the door that the partner works; nothing where it works none."""
    door = chain.doors.get(partner)
    if door is None or event.history:
        return
    facts = event.facts
    if facts.channel not in door.channels:
        yield Refusal(
            code="door.another_channel",
            field="facts.channel",
            found=facts.channel,
            expected=f"a channel of the door {door.door}: {', '.join(door.channels)}",
            remedy="send the channel by which it came in; when the door has a new one, it has to be added to the door's file first",
        )
    if facts.identity not in door.identity:
        yield Refusal(
            code="door.another_identity",
            field="facts.identity",
            found=facts.identity,
            expected=f"a form in which one can report at {door.door}: {', '.join(door.identity)}",
            remedy="take off at the door what it does not ask for, and send it in a form that the door knows",
        )
    if facts.identity is Identity.ONE_WAY:
        yield from _one_way(event)


def _one_way(event: ReportReceived) -> Iterator[Refusal]:
    sealed = {field for part in event.sealed for field in part.fields}
    if sealed & POINTS_BACK:
        yield Refusal(
            code="door.no_way_back",
            field="sealed",
            found=", ".join(sorted(sealed & POINTS_BACK)),
            expected="no field that leads back to the reporter in a one_way report",
            remedy="take it off at the door and send the report again; it is not kept here",
        )
    if event.consents:
        yield Refusal(
            code="door.no_way_back",
            field="consents",
            expected="no consent in a one_way report: nobody was asked",
            remedy="leave consents out, or send the identity in which she was spoken to",
        )
