"""From a case's history to the closed list of facts that protocol and chain files may ask about (`backbone.protocols.facts`)."""

from collections.abc import Iterable

from backbone.chains import Chain, Chains
from backbone.protocols import mediation_refused
from backbone.protocols.facts import Facts, FactValue
from backbone.scheme_facts import scheme_facts
from schakel.case_hearing import stage
from schakel.case_needs import wishes
from schakel.case_state import State
from schakel.errors import SchakelError
from schakel.events.vocab import Answer, Check, Role


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
_SUSPICION = (Check.DISCRIMINATION_OR_VIOLENCE, Check.DISCRIMINATION)


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
        "label": _label(case),
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


def mediation_objection(case: State, chain: Chain) -> str | None:
    """The passage that forbids mediation in this case now, or None.

    Anybody's open suspicion of discrimination counts here, not only the door's, and anybody's yes to honour or household: a rule above
    all protocol files (domain-detail A17, A22, A08, A09).
    """
    facts = dict(facts_of(case, chain.roles_of(case.door or ""), chain.file.time_zone))
    said = {
        answer
        for key, answer in case.assessments.items()
        if key.rpartition("/")[2] in {check.value for check in _SUSPICION}
    }
    said |= {facts["suspicion"]} if isinstance(facts["suspicion"], str) else set()
    facts["suspicion"] = next((answer for answer in (Answer.YES, Answer.UNKNOWN, Answer.NO) if answer in said), None)
    for fact, check in (("honour", Check.HONOUR_RELATED), ("domestic", Check.DOMESTIC)):
        if any(key.endswith(f"/{check}") and answer == Answer.YES for key, answer in case.assessments.items()):
            facts[fact] = Answer.YES
    return mediation_refused(facts)


def _suspicion(case: State, checks: dict[str, str]) -> str | None:
    """The door's latest answer; what others assess stands beside it and never closes it (domain-detail A22)."""
    for check in _SUSPICION:
        answer = case.assessments.get(f"{case.door}/{check}") or checks.get(check.value)
        if answer:
            return answer
    return None


def _label(case: State) -> str:
    if case.label_refused:
        return "refused"
    return "given" if any(label.standing for label in case.labels) else "none"
