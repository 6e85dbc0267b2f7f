"""Conditions: what they match, what they exclude, and that the rule above all files is the same checked and asked live."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backbone.protocols import FACTS, Condition
from backbone.protocols.facts import ABSENT
from backbone.protocols.model import Protocol
from backbone.protocols.rules import faults
from schakel.case_mediation import NO_MEDIATION_NATURES, mediation_refused
from tests.protocols.samples import cases, conditions, lines

QUARREL = {"natures": frozenset({"neighbour_quarrel"}), "suspicion": "no"}


def matches(when: dict[str, object], **facts: object) -> bool:
    return Condition.of(when).matches(facts)


def test_the_empty_condition_always_holds():
    assert matches({})
    assert matches({}, identity="one_way")


def test_one_of_the_words_has_to_apply_and_every_line():
    assert matches({"identity": ["by_name", "known_to_door"]}, identity="known_to_door")
    assert not matches({"identity": ["by_name"]}, identity="one_way")
    assert not matches({"identity": ["by_name"], "acute": True}, identity="by_name", acute=False)
    assert matches({"identity": "by_name", "acute": True}, identity="by_name", acute=True)


def test_of_a_set_any_may_apply():
    assert matches({"natures": ["threat", "arson"]}, natures=frozenset({"arson", "scolding"}))
    assert not matches({"natures": ["threat"]}, natures=frozenset({"arson"}))
    assert not matches({"natures": ["threat"]}, natures=frozenset())


def test_under_not_none_may_hold():
    when = {"not": {"natures": ["threat"], "record_kind": ["lead"]}}
    assert matches(when, natures=frozenset({"arson"}), record_kind="report")
    assert not matches(when, natures=frozenset({"threat", "arson"}), record_kind="report")
    assert not matches(when, natures=frozenset({"arson"}), record_kind="lead")


def test_what_nobody_said_is_neither_yes_nor_no():
    assert not matches({"suspicion": ["yes"]})
    assert not matches({"suspicion": ["no"]}, suspicion=None)
    assert not matches({"acute": False})
    assert matches({"suspicion": [ABSENT, "unknown"]})
    assert matches({"natures": [ABSENT]}, natures=frozenset())
    assert not matches({"not": {"suspicion": [ABSENT]}})


def test_excludes_says_whether_a_value_is_out_of_reach():
    when = Condition.of({"suspicion": ["no"], "natures": ["vandalism"], "not": {"natures": ["threat"]}})
    assert when.excludes("suspicion", "yes")
    assert when.excludes("suspicion", None)
    assert not when.excludes("suspicion", "no")
    assert when.excludes("natures", "threat")
    assert not when.excludes("natures", "assault")  # a case can be vandalism and assault
    assert when.excludes("natures", None)
    assert not when.excludes("identity", "one_way")


def test_a_condition_built_by_hand_is_checked_too():
    with pytest.raises(ValueError, match="`colour` is not a fact"):
        Condition.of({"colour": ["red"]})


# --- mediation, live ------------------------------------------------------------------------------------------------


def test_a_quarrel_between_neighbours_may_be_mediated():
    assert mediation_refused(QUARREL) is None
    assert mediation_refused({**QUARREL, "label": "none"}) is None


@pytest.mark.parametrize("nature", sorted(NO_MEDIATION_NATURES))
def test_never_with_violence_threat_or_intimidation(nature: str):
    refused = mediation_refused({**QUARREL, "natures": frozenset({"neighbour_quarrel", nature})})
    assert refused is not None
    assert "«" in refused


@pytest.mark.parametrize("suspicion", ["yes", "unknown", None])
def test_never_while_a_suspicion_is_open(suspicion: str | None):
    assert mediation_refused({**QUARREL, "suspicion": suspicion})


def test_never_while_the_label_stands():
    assert mediation_refused({**QUARREL, "label": "given"})
    assert mediation_refused({})


@pytest.mark.parametrize("check", ["honour", "domestic"])
def test_never_with_honour_or_within_the_household(check: str):
    assert mediation_refused({**QUARREL, check: "no"}) is None
    refused = mediation_refused({**QUARREL, check: "yes"})
    assert refused is not None
    assert "«" in refused


# --- properties -----------------------------------------------------------------------------------------------------


def as_the_sentence_says(when: dict[str, object], facts: dict[str, object]) -> bool:
    """The same meaning, written the slow way."""

    def said(name: str) -> set[object]:
        value = facts.get(name)
        if isinstance(value, frozenset):
            return set(value) or {ABSENT}
        return {ABSENT if value is None else value}

    excluded = when["not"]
    assert isinstance(excluded, dict)
    wanted = {name: words for name, words in when.items() if name != "not"}
    return all(applies(said(name), words) for name, words in wanted.items()) and not any(
        applies(said(name), words) for name, words in excluded.items()
    )


def applies(said: set[object], words: object) -> bool:
    """One of the words is said; a span of days is said by each day in it."""
    assert isinstance(words, list)
    spans = [word.split("..") for word in words if isinstance(word, str) and ".." in word]
    days = [day for day in said if isinstance(day, str)]
    return bool(said & set(words)) or any(
        (first or day) <= day <= (last or day) for first, last in spans for day in days if day != ABSENT
    )


@given(conditions, cases)
def test_matches_as_the_sentence_says(when: dict[str, object], facts: dict[str, object]):
    assert Condition.of(when).matches(facts) == as_the_sentence_says(when, facts)


@given(conditions, cases)
def test_what_is_excluded_never_matches(when: dict[str, object], facts: dict[str, object]):
    condition = Condition.of(when)
    for name in FACTS:
        value = facts.get(name)
        said = value if isinstance(value, frozenset) and value else {None if isinstance(value, frozenset) else value}
        if any(condition.excludes(name, each) for each in said):
            assert not condition.matches(facts)


@given(conditions, cases)
def test_a_condition_that_never_holds_never_holds(when: dict[str, object], facts: dict[str, object]):
    condition = Condition.of(when)
    assert not (condition.never_holds() and condition.matches(facts))


@given(conditions)
def test_its_data_reads_back(when: dict[str, object]):
    condition = Condition.of(when)
    again = Condition.of(condition.as_data())
    assert (dict(again.must), dict(again.none_of)) == (dict(condition.must), dict(condition.none_of))


safe = lines(st.just(["natures"])).map(
    lambda _: {
        "suspicion": ["no"],
        "not": {"natures": sorted(NO_MEDIATION_NATURES), "honour": ["yes"], "domestic": ["yes"]},
    }
)


@settings(max_examples=200)
@given(conditions | safe, cases.map(lambda facts: {**facts, "label": "none"}))
def test_mediation_that_passes_the_check_is_never_refused_live(when: dict[str, object], facts: dict[str, object]):
    protocol = Protocol.model_validate(
        {
            "protocol": "proef",
            "version": "1",
            "title": "Proef",
            "status": "held",
            "sources": {"0": "x"},
            "steps": [
                {
                    "id": "bemiddeling",
                    "when": when,
                    "refer": {"to": "mediation", "purpose": "mediation", "needs": ["case_facts"]},
                    "source": "[0]",
                }
            ],
        }
    )
    passes = not any(fault.what.startswith("mediation") for fault in faults(protocol))
    if passes and any(protocol.steps_for(facts)):
        assert mediation_refused(facts) is None
