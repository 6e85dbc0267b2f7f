"""What routing owes a case by its schemes' own parts: who is told of a pitfall or of what is out of order, what is suggested, and who
has what is outside a file. Pure; each rule is quiet once its conclusion stands.

Nobody is told anything of a person: it is the `information` that something happened, under the name of the rule.
"""

from collections.abc import Iterator

from backbone.chains import Chain
from backbone.elsewhere import routes
from backbone.explaining import Explained, status_of
from backbone.protocols import ALWAYS, Protocol, Step
from backbone.protocols.facts import Facts
from backbone.protocols.schemes import STAGES
from schakel.case_derived import informed_key
from schakel.case_scheme import categories, scheme_of
from schakel.case_scheme_state import Said
from schakel.case_state import State
from schakel.events import Derived
from schakel.events.referral import PartyInformed
from schakel.events.report import ProtocolRef
from schakel.events.scheme import CategorySuggested
from schakel.events.vocab import Answer, Check, LineAnswer, LinkKind, Role

_EVIDENCE = (LinkKind.SERIES, LinkKind.SAME_PLACE)


def owed(case: State, chain: Chain, protocol: Protocol, facts: Facts) -> Iterator[Derived]:
    """For one protocol of the case; a partner is told of one rule once, however often it was broken."""
    yield from _once(_told(case, chain, protocol, facts))
    yield from _suggest(case, protocol, facts)


def _once(told: Iterator[PartyInformed]) -> Iterator[PartyInformed]:
    known: set[str] = set()
    for event in told:
        if (key := informed_key(event)) not in known:
            known.add(key)
            yield event


def _told(case: State, chain: Chain, protocol: Protocol, facts: Facts) -> Iterator[PartyInformed]:
    for pitfall in protocol.scheme.pitfalls:
        if pitfall.when.matches(facts):
            yield from _tell(case, chain, protocol, pitfall.tell, pitfall.id, case.opened)
    for checklist in protocol.scheme.checklists:
        if checklist.when != ALWAYS and checklist.when.matches(facts):
            yield from _tell(case, chain, protocol, checklist.answered_by[0], checklist.id, case.opened)
    for explain in protocol.explain:
        if explain.by and status_of(explain, case.explained, facts) is Explained.DUE:
            yield from _tell(case, chain, protocol, explain.by, explain.id, case.opened)
    for name, event_id in out_of_order(case, protocol):
        yield from _tell(case, chain, protocol, Role.COORDINATOR, name, event_id)
    yield from _too_early_an_offence(case, chain, protocol, facts)


def outside(case: State, chain: Chain, facts: Facts) -> Iterator[PartyInformed]:
    """A protocol of the chain that does not open for the report says who does take it up; that role and the door are told."""
    yield from _once(_outside(case, chain, facts))


def _outside(case: State, chain: Chain, facts: Facts) -> Iterator[PartyInformed]:
    for protocol, route in routes(case, chain, facts):
        yield from _tell(case, chain, protocol, route.to, route.id, case.opened)
        yield from _tell_partner(case, protocol, case.door, route.to, route.id, case.opened)


def out_of_order(case: State, protocol: Protocol) -> Iterator[tuple[str, str]]:
    """(name, event id) of what was accepted although something that comes first had not been: a card, a stage."""
    scheme = scheme_of(case)
    for number, agreed in enumerate(scheme.actions):
        before = {action.action for action in scheme.actions[:number]}
        for card in protocol.scheme.cards:
            if card.action == agreed.action and card.after and card.after not in before:
                yield f"out-of-order-{card.id}", agreed.id
        for position, stage in enumerate(protocol.scheme.stages):
            if agreed.action in stage.actions and not _in_order(case, protocol, position):
                yield f"out-of-order-{stage.id}", agreed.id


def _in_order(case: State, protocol: Protocol, position: int) -> bool:
    """Whether every stage before this one was said to be in order."""
    lines = scheme_of(case).lines
    marks = (lines.get(f"{protocol.protocol}/{STAGES}/{stage.id}") for stage in protocol.scheme.stages[:position])
    return all(mark is not None and mark.answer == LineAnswer.YES for mark in marks)


def _too_early_an_offence(case: State, chain: Chain, protocol: Protocol, facts: Facts) -> Iterator[PartyInformed]:
    """The law did not hold yet: whoever applied it is warned. It was said, and stands as said."""
    day = facts.get("occurred_on")
    for reserved in protocol.scheme.reserved:
        early = reserved.offences_since and isinstance(day, str) and day < reserved.offences_since.isoformat()
        if not early or reserved.check is not Check.AGGRAVATING_CIRCUMSTANCE:
            continue
        for said in scheme_of(case).aggravating:
            if said.answer == Answer.YES:
                yield from _tell_partner(
                    case, protocol, said.by, _role_of(chain, said, reserved.by), f"too-early-{reserved.id}", said.id
                )


def _role_of(chain: Chain, said: Said, roles: tuple[Role, ...]) -> Role:
    return next((role for role in roles if role in chain.roles_of(said.by)), roles[0])


def _suggest(case: State, protocol: Protocol, facts: Facts) -> Iterator[CategorySuggested]:
    """What is known looks like another category: suggested once, with its evidence; setting it is a person's."""
    assert case.opened is not None
    current = categories(case).get(protocol.protocol)
    for category in protocol.scheme.categories:
        if category.suggested_when is None or not category.suggested_when.matches(facts):
            continue
        known = f"{protocol.protocol}/{category.id}" in scheme_of(case).suggested
        if not known and (current is None or current.category != category.id):
            evidence = tuple(link.id for link in case.links.values() if link.kind in _EVIDENCE)
            ref = ProtocolRef(name=protocol.protocol, version=protocol.version)
            yield CategorySuggested(protocol=ref, category=category.id, premises=(case.opened, *evidence))


def _tell(
    case: State, chain: Chain, protocol: Protocol, role: Role, name: str, rests_on: str | None
) -> Iterator[PartyInformed]:
    for partner in chain.partners_for(role, case.facts["place"]["district"])[:1]:
        yield from _tell_partner(case, protocol, partner.id, role, name, rests_on)


def _tell_partner(
    case: State, protocol: Protocol, to: str | None, role: Role, name: str, rests_on: str | None
) -> Iterator[PartyInformed]:
    if to is None or rests_on is None:
        return
    ref = ProtocolRef(name=protocol.protocol, version=protocol.version)
    event = PartyInformed(to=to, role=role, inform=name, protocol=ref, premises=(rests_on,))
    if informed_key(event) not in case.informed:
        yield event


def trained_first(case: State, chain: Chain, step: Step, partners: list[str]) -> list[str]:
    """Where a step asks for it, whoever the chain's file says is trained comes first; nobody trained: in the file's order."""
    if not step.refer.qualified or case.time is None:
        return partners
    trained = chain.trained(step.refer.to, case.time)
    return sorted(partners, key=lambda partner: partner not in trained)
