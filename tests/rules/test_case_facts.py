"""The facts of a case are worked out when they are asked for: the closed list, each of a kind that a condition may compare."""

import pytest

from backbone.case_facts import facts_of
from backbone.protocols import Condition
from backbone.protocols.facts import FACTS, Kind
from schakel.case_state import State
from schakel.events.report import ReportFacts
from schakel.events.vocab import Identity, Role

KINDS = {Kind.WORD: str, Kind.WORDS: frozenset, Kind.FLAG: bool, Kind.DATE: str}


def reported() -> State:
    case = State(id="11111111-1111-4111-8111-111111111111")
    case.facts = ReportFacts(identity=Identity.BY_NAME).model_dump(mode="json")
    return case


def test_every_fact_of_the_list_and_no_other_can_be_asked() -> None:
    facts = facts_of(reported(), {Role.POLICE})
    assert set(facts) == set(FACTS)
    assert len(facts) == len(FACTS)
    for name, value in facts.items():
        assert value is None or isinstance(value, KINDS[FACTS[name].kind]), f"{name} is {value!r}"
    assert facts["door"] == frozenset({"police"})
    assert facts.get("no such fact", "default") == "default"
    assert "no such fact" not in facts


def test_what_is_not_asked_is_not_worked_out() -> None:
    case = reported()
    del case.facts["place"]
    facts = facts_of(case, ())
    first_line_decides = Condition.of({"identity": ["unknown"], "district": ["centrum"], "not": {"tenure": ["rented"]}})
    assert not first_line_decides.matches(facts)
    with pytest.raises(KeyError):  # what goes wrong in working out is no absent fact
        facts.get("district")
