"""What the receipt of a report says when a scheme of the chain leaves it to somebody else: which route does take it up (UTR-5). Pure.

It is worked out from the report as it was told, so that it is the same whenever the receipt is asked for. What is corrected later is told
by routing, as information.
"""

from backbone import elsewhere
from backbone.case_facts import facts_of
from backbone.chains import Chain, Chains
from schakel.case import apply
from schakel.case_state import State
from schakel.entry import Entry
from schakel.events.report import ProtocolRef, ReportReceived
from schakel.messages import TakenUpElsewhere


def routes(entry: Entry, case_id: str | None, chains: Chains) -> tuple[TakenUpElsewhere, ...]:
    """Each route with whoever has that role where it happened; none for any other event, and none for imported history."""
    if not isinstance(entry.event, ReportReceived) or case_id is None or not any(map(_leaves_some, chains)):
        return ()
    case = State(id=case_id)
    apply(case, entry)
    if case.history or not case.report:
        return ()
    chain = chains.resolve(case.door or "", case.facts["place"]["municipality"], case.reported_at)
    if not isinstance(chain, Chain) or not _leaves_some(chain):
        return ()
    facts = facts_of(case, chain.roles_of(case.door or ""), chain.file.time_zone)
    reported = chain.day_of(case.reported_at) if case.reported_at else None
    case.protocols = [f"{ref.name}@{ref.version}" for ref in chain.protocols_for(facts, reported)]
    found = []
    for protocol, route in elsewhere.routes(case, chain, facts):
        takes = chain.partners_for(route.to, case.facts["place"]["district"])[:1]
        ref = ProtocolRef(name=protocol.protocol, version=protocol.version)
        to = takes[0].id if takes else None
        found.append(TakenUpElsewhere(protocol=ref, route=route.id, role=route.to, to=to))
    return tuple(found)


def _leaves_some(chain: Chain) -> bool:
    return any(one.scheme.outside for one in chain.protocols.values())
