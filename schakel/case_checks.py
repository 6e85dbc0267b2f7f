"""What a case's history answers to a question: the report, and the last word of everybody who was asked. Pure."""

from schakel.case_state import State
from schakel.events.vocab import Check


def answers(case: State, check: Check) -> set[str]:
    """All of them, side by side: none takes the place of another's (domain-detail A22)."""
    reported = {entry["answer"] for entry in case.facts.get("checks", ()) if entry["check"] == check}
    return reported | {said for key, said in case.assessments.items() if key.endswith(f"/{check}")}


def own_answers(case: State) -> dict[str, set[str]]:
    """The same to what protocols ask in words of their own, by the id of the question."""
    found: dict[str, set[str]] = {}
    for entry in case.facts.get("checks", ()):
        if entry["check"] == Check.OTHER and entry.get("question"):
            found.setdefault(entry["question"], set()).add(entry["answer"])
    for key, said in case.own_answers.items():
        found.setdefault(key.rpartition("/")[2], set()).add(said)
    return found
