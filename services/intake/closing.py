"""What has to be answered before a case closes, and what an action needs to be kept: intake's rules about the end. Pure."""

from collections.abc import Iterator

from backbone.case_facts import chain_of, facts_of
from backbone.chains import Chains
from schakel.case_state import State
from schakel.events import Event, contact
from schakel.events.case import CloseRequested
from schakel.events.vocab import AftercareFor, CloseReason
from schakel.messages import Refusal

_NOBODY_TO_ASK = (CloseReason.ANONYMOUS, CloseReason.FOR_INFORMATION_ONLY)
"""A case that ends so has nobody whose aftercare could be answered."""


_SAID = {
    AftercareFor.VICTIM: "the person herself",
    AftercareFor.OTHERS_INVOLVED: "others_involved",
    AftercareFor.NEIGHBOURHOOD: "neighbourhood",
    AftercareFor.OTHER: "other",
}
"""As a receipt may say it: whoever passes the desk and reads it does not learn that something was done to her."""


def objections(event: Event, case: State, chains: Chains) -> Iterator[Refusal]:
    """Why it cannot enter the case as it stands."""
    if case.chain is None:
        return
    if isinstance(event, CloseRequested) and event.reason not in _NOBODY_TO_ASK:
        yield from _aftercare(case, chains)
    elif isinstance(event, contact.AftercareAnswered):
        yield from _of_the_street(event)
    elif isinstance(event, contact.ActionAgreed):
        yield from _owner(event, case, chains)
    elif isinstance(event, contact.ActionDone) and event.agreed not in case.actions:
        yield Refusal(
            code="action.unknown",
            field="agreed",
            expected="the id of an action that was agreed in this case",
            remedy="send the ce_id of the action.agreed, or tell that first",
        )


def _aftercare(case: State, chains: Chains) -> Iterator[Refusal]:
    """«Bied nazorg aan de slachtoffers of andere betrokkenen en de buurt» [0 stap 8]: each has an answer, and a no is one."""
    chain = chain_of(case, chains)
    facts = facts_of(case, chain.roles_of(case.door or ""))
    asked = (protocol.closing.aftercare for protocol in map(chain.runs, case.protocols) if protocol)
    wanted = {whom for rule in asked if rule and rule.when.matches(facts) for whom in rule.of}
    if missing := sorted(_SAID[whom] for whom in wanted if whom.value not in case.aftercare):
        yield Refusal(
            code="close.aftercare_open",
            field="reason",
            found=f"no answer about aftercare for {' and '.join(missing)}",
            expected=f"aftercare.answered for {' and '.join(sorted(_SAID[whom] for whom in wanted))}",
            remedy="tell aftercare.answered for each that is missing; not_wanted and not_possible are answers",
        )


def _of_the_street(event: contact.AftercareAnswered) -> Iterator[Refusal]:
    """Aftercare for the neighbourhood is about a street, not about a person of whom it would learn (scenarios.md, HRK-5)."""
    if event.of is AftercareFor.NEIGHBOURHOOD and event.sealed:
        yield Refusal(
            code="aftercare.personal",
            field="sealed",
            expected="an answer about the neighbourhood in which nothing is about a person",
            remedy="leave it out; what is about a person goes with the answer about that person",
        )


def _owner(event: contact.ActionAgreed, case: State, chains: Chains) -> Iterator[Refusal]:
    """An owner whom nobody can remind owns nothing."""
    chain = chain_of(case, chains)
    if not chain.roles_of(event.owner):
        yield Refusal(
            code="owner.not_a_member",
            field="owner",
            found=event.owner,
            expected=f"a member of the chain {chain.name}",
            remedy="name a partner of the chain; an action of the person herself is owned by the partner that helps her with it",
        )
