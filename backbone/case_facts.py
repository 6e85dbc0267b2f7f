"""From a case's history to the closed list of facts that protocol and chain files may ask about (`backbone.protocols.facts`)."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from backbone.chains import Chain, Chains
from backbone.protocols.facts import FactValue
from backbone.scheme_facts import SCHEME_FACTS, Asked, FactOf
from schakel.case_hearing import stage
from schakel.case_mediation import SUSPICION, label_standing
from schakel.case_needs import wishes
from schakel.case_state import State
from schakel.errors import SchakelError
from schakel.events.vocab import Role


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


_FACTS: Mapping[str, FactOf] = {
    "record_kind": lambda of: of.case.facts["record_kind"],
    "identity": lambda of: of.case.facts["identity"],
    "reporter": lambda of: of.case.facts["reporter"],
    "target": lambda of: of.case.facts["target"],
    "channel": lambda of: of.case.facts["channel"],
    "door": lambda of: frozenset(role.value for role in of.door_roles),
    "acute": lambda of: of.case.facts["acute"],
    "high_profile": lambda of: of.case.facts["high_profile"],
    "natures": lambda of: frozenset(of.case.facts["natures"]),
    "grounds": lambda of: frozenset(motive["ground"] for motive in of.case.facts["grounds"]),
    "place_type": lambda of: of.case.facts["place"]["place_type"],
    "district": lambda of: of.case.facts["place"]["district"],
    "municipality": lambda of: of.case.facts["place"]["municipality"],
    "residence_elsewhere": lambda of: of.case.facts["residence"]["elsewhere"],
    "suspicion": lambda of: _suspicion(of.case, of.checks),
    "label": lambda of: label_standing(of.case),
    "history": lambda of: of.case.history,
    "tenure": lambda of: of.case.facts["place"]["tenure"],
    "wishes": lambda of: wishes(of.case)[0],
    "hearing": lambda of: stage(of.case),
    "severity": lambda of: frozenset(
        {*(mark["severity"] for mark in of.case.facts["severity"]), *of.case.levels.values()}
    ),
    **SCHEME_FACTS,
}


class CaseFacts(Mapping[str, FactValue]):
    """The facts of one case, each worked out when it is first asked for: a condition stops at its first line that does not hold, and
    few lines are about more than the report. For a case that does not change meanwhile."""

    __slots__ = ("_found", "_of")

    def __init__(self, of: Asked) -> None:
        self._of = of
        self._found: dict[str, FactValue] = {}

    def __getitem__(self, name: str) -> FactValue:
        if name not in self._found:
            self._found[name] = _FACTS[name](self._of)
        return self._found[name]

    def get(self, name: str, default: object = None) -> Any:
        """As of any mapping; what goes wrong while a fact is worked out is raised, and never a fact that is not there."""
        return self[name] if name in _FACTS else default

    def __contains__(self, name: object) -> bool:
        return name in _FACTS

    def __iter__(self) -> Iterator[str]:
        return iter(_FACTS)

    def __len__(self) -> int:
        return len(_FACTS)


def facts_of(case: State, door_roles: Collection[Role], time_zone: str = "Europe/Amsterdam") -> CaseFacts:
    """The facts now. `door_roles` are the roles that the reporting partner holds in the case's chain, `time_zone` is the chain's."""
    return CaseFacts(Asked(case, door_roles, time_zone))


def _suspicion(case: State, checks: Mapping[str, str]) -> str | None:
    """The door's latest answer; what others assess stands beside it and never closes it (domain-detail A22)."""
    for check in SUSPICION:
        answer = case.assessments.get(f"{case.door}/{check}") or checks.get(check.value)
        if answer:
            return answer
    return None
