"""From a case's history to the closed list of facts that protocol and chain files may ask about (`backbone.protocols.facts`)."""

from collections.abc import Iterable

from backbone.chains import Chain, Chains
from backbone.protocols.facts import Facts, FactValue
from backbone.scheme_facts import scheme_facts
from schakel.case_hearing import stage
from schakel.case_mediation import SUSPICION, label_standing
from schakel.case_needs import wishes
from schakel.case_state import State
from schakel.errors import SchakelError
from schakel.events.vocab import Check, Role


class ChainNotLoadedError(SchakelError):
    """A case is pinned to a chain that is not among the files."""


def chain_of(case: State, chains: Chains) -> Chain:
    """The chain the case was opened in. Raises ChainNotLoadedError: the service stops rather than forget a case."""
    chain = chains.get(case.chain or "")
    if chain is None:
        raise ChainNotLoadedError(
            f"case {case.id} belongs to chain {case.chain!r}, which is not loaded; loaded are"
            f" {', '.join(sorted(chain.name for chain in chains)) or 'none'}; put its file back under chains/"
        )
    return chain


_CHECKS = {
    "minor": Check.MINOR,
    "domestic": Check.DOMESTIC,
    "honour": Check.HONOUR_RELATED,
    "refugee": Check.REFUGEE,
}


def facts_of(case: State, door_roles: Iterable[Role], time_zone: str = "Europe/Amsterdam") -> Facts:
    """The facts now. `door_roles` are the roles that the reporting partner holds in the case's chain, `time_zone` is the chain's."""
    told = case.facts
    place, checks = told["place"], {entry["check"]: entry["answer"] for entry in told["checks"]}
    facts: dict[str, FactValue] = {
        "record_kind": told["record_kind"],
        "identity": told["identity"],
        "reporter": told["reporter"],
        "target": told["target"],
        "channel": told["channel"],
        "door": frozenset(role.value for role in door_roles),
        "acute": told["acute"],
        "high_profile": told["high_profile"],
        "natures": frozenset(told["natures"]),
        "grounds": frozenset(motive["ground"] for motive in told["grounds"]),
        "place_type": told["place"]["place_type"],
        "district": place["district"],
        "municipality": place["municipality"],
        "residence_elsewhere": told["residence"]["elsewhere"],
        "suspicion": _suspicion(case, checks),
        "label": label_standing(case),
        "history": case.history,
        "tenure": place["tenure"],
        "wishes": wishes(case)[0],
        "hearing": stage(case),
        "severity": frozenset({*(mark["severity"] for mark in told["severity"]), *case.levels.values()}),
    }
    for fact, check in _CHECKS.items():
        facts[fact] = checks.get(check.value)
    facts.update(scheme_facts(case, checks, time_zone))
    return facts


def _suspicion(case: State, checks: dict[str, str]) -> str | None:
    """The door's latest answer; what others assess stands beside it and never closes it (domain-detail A22)."""
    for check in SUSPICION:
        answer = case.assessments.get(f"{case.door}/{check}") or checks.get(check.value)
        if answer:
            return answer
    return None
