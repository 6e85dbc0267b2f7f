"""Which routes take up a report that a protocol of its chain leaves to somebody else (scenarios.md, UTR-5).

Here: which ones. That they are told is `services.routing.schemes`; that they stand on the receipt is `services.intake.elsewhere`. Pure.
"""

from collections.abc import Iterator

from backbone.chains import Chain
from backbone.protocols import Protocol
from backbone.protocols.facts import Facts
from backbone.protocols.schemes import Route
from schakel.case_state import State


def routes(case: State, chain: Chain, facts: Facts) -> Iterator[tuple[Protocol, Route]]:
    """In the order of the chain's file; of protocols that are in force for the report and that the case does not run under."""
    running = {ref.partition("@")[0] for ref in case.protocols}
    reported = chain.day_of(case.reported_at) if case.reported_at else None
    for binding in chain.file.protocols:
        protocol = chain.protocols[binding.use]
        here = binding.districts is None or facts.get("district") in binding.districts
        if protocol.protocol in running or not (here and binding.when.matches(facts) and binding.holds_on(reported)):
            continue
        for route in protocol.scheme.outside:
            if route.when.matches(facts):
                yield protocol, route
