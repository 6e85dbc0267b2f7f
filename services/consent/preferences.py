"""What the gate owes to how she wants to be reached. Reads like the policy.

Each referral by name takes her wishes along (`services.consent.processor`); a later word goes to everybody who knows her; a contact
that broke it is found and shown to whoever looks after the case. Silence says nothing, and nothing is found about it.
"""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from backbone.chains import Chains
from schakel.case_consent import stopped
from schakel.case_loop import owner_of
from schakel.case_preferences import ANOTHER, RULE, found_as, rhythm, to_be_told, wishes_for
from schakel.case_state import Referral, State
from schakel.entry import Entry
from schakel.events.chain import NonconformanceFound
from schakel.events.contact import ContactPreferenceTold
from schakel.events.vocab import ContactWish, Mode, Role
from schakel.messages import Attention, ContactPreference, Message


def owed(
    case: State, chains: Chains, away: Collection[str] = ()
) -> Iterator[ContactPreferenceTold | NonconformanceFound]:
    """Her newest word to those who have an older one or none; and each contact that broke it."""
    known = case.preferences
    if known is None or case.history or stopped(case):
        return
    for partner in to_be_told(case):
        if partner not in away:
            yield ContactPreferenceTold(to=partner, preference=known.id, premises=(known.id,))
    for contact in known.broken:
        if found_as(RULE, contact) not in known.found:
            yield NonconformanceFound(rule=RULE, event=contact, premises=(contact,))
    for contact, wanted in known.contacts.items():
        by = next((one.by for one in case.contacts if one.id == contact), None)
        wrong = by is not None and set(wanted).isdisjoint(roles_of(case, by, chains))
        if wrong and found_as(ANOTHER, contact) not in known.found:
            yield NonconformanceFound(rule=ANOTHER, event=contact, premises=(contact,))


def carried(case: State, referral: Referral) -> tuple[str, ...]:
    """The id of the word that a delivery takes along; none where there is nobody to call, or nothing was said."""
    return (case.preferences.id,) if case.preferences and referral.mode == Mode.BY_NAME else ()


class Asked(NamedTuple):
    """How she wants to be reached, as one partner gets it."""

    wishes: tuple[ContactWish, ...] = ()
    only_by: tuple[Role, ...] = ()
    """Of its own roles."""
    contact_every_days: int | None = None
    """Not for whoever is not to contact her."""


def for_partner(case: State, partner: str, chains: Chains) -> Asked:
    """What this partner hears of it."""
    wishes, only_by = wishes_for(case, roles_of(case, partner, chains))
    agreed = None if ContactWish.NOT_BY_YOU.value in wishes else rhythm(case)
    return Asked(
        tuple(ContactWish(wish) for wish in wishes),
        tuple(Role(role) for role in only_by),
        agreed.every_days if agreed else None,
    )


def announced(case: State, entry: Entry, chains: Chains) -> Iterator[tuple[str, Message]]:
    """The message of a later word, and the word to whoever looks after the case that it was not kept."""
    event = entry.event
    if isinstance(event, ContactPreferenceTold):
        yield event.to, ContactPreference(case=case.id, **for_partner(case, event.to, chains)._asdict())
    elif isinstance(event, NonconformanceFound) and (owner := owner_of(case)):
        yield owner, Attention(case=case.id, concerning=event.event, reason="preference_not_kept", owner=owner)


def roles_of(case: State, partner: str, chains: Chains) -> set[str]:
    """What the partner is in the case's chain."""
    chain = chains.get(case.chain or "")
    return {role.value for role in chain.roles_of(partner)} if chain else set()
