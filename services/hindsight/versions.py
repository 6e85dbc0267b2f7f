"""What the chain as it stands today does not explain, explained with a version that was in use before (docs/adr/0046).

Who concludes reads the chain's file as it stands then. So the file of today is asked first, then the version under which the case was
opened, then the others that were in use. Pure.
"""

from collections.abc import Callable, Collection
from dataclasses import replace

from backbone.chains import Chains
from backbone.chains.kept import as_it_was, versions
from backbone.protocols import Protocols
from schakel.case_state import State
from schakel.definitions import Definitions
from services.hindsight.explaining import Explained, Why

Explain = Callable[[Chains, Collection[str] | None], Explained]


def explained(
    explain: Explain,
    chains: Chains,
    protocols: Protocols,
    definitions: Definitions,
    only: Collection[str] | None = None,
) -> Explained:
    """Each conclusion with the first version that gives just that event. explain: the case with these chains, the reasons of the events
    with these ids (None: of all)."""
    made = explain(chains, only)
    asked = {why.entry.id for why in made.whys if why.concluded and (only is None or why.entry.id in only)}
    left = asked - _explained_in(made)
    if not left or made.state.chain is None:
        return made
    usable = _before(made.state, chains, protocols, definitions)
    for ref, then in usable.items():
        for place, why in enumerate(explain(then, left).whys):
            if why.entry.id in left and why.decision is not None and _same(why):
                made.whys[place] = replace(why, decision=replace(why.decision, chain=ref))
        left -= _explained_in(made)
    opened = f"{made.state.chain}@{made.state.chain_version}"
    if opened not in (_today(made.state, chains), *usable):
        made.whys = [replace(why, not_kept=opened) if why.entry.id in left else why for why in made.whys]
    return made


def zone_of(case: State, chains: Chains, definitions: Definitions) -> str:
    """The time zone of the case's chain in the version under which it was opened; of today's where that is not kept."""
    kept = versions(definitions, case.chain or "").get(f"{case.chain}@{case.chain_version}", {})
    today = chains.get(case.chain or "")
    return str(kept.get("time_zone") or (today.file.time_zone if today else "Europe/Amsterdam"))


def _before(case: State, chains: Chains, protocols: Protocols, definitions: Definitions) -> dict[str, Chains]:
    """The versions that were in use before and can still be used, by `name@version`; that of the opening first."""
    kept = versions(definitions, case.chain or "")
    order = sorted(kept, key=lambda ref: (ref != f"{case.chain}@{case.chain_version}", ref))
    made = {ref: as_it_was(kept[ref], chains, protocols) for ref in order if ref != _today(case, chains)}
    return {ref: then for ref, then in made.items() if then is not None}


def _today(case: State, chains: Chains) -> str:
    chain = chains.get(case.chain or "")
    return f"{chain.name}@{chain.version}" if chain else ""


def _explained_in(made: Explained) -> set[str]:
    return {why.entry.id for why in made.whys if _same(why)}


def _same(why: Why) -> bool:
    return why.decision is not None and why.decision.same
