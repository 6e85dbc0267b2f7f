"""Facts that rest on answers: earlier reports, a confused offender, what is punishable, and what a protocol asks in words of its own."""

from itertools import permutations
from pathlib import Path

import pytest

from backbone.case_facts import facts_of
from backbone.desk.items import open_items
from backbone.meetings import _enrichment
from backbone.person import plain
from schakel.case import facts_to_tell
from schakel.case_state import State
from schakel.events.report import AssessmentRecorded
from schakel.messages import Information, ReferralOffered
from services.intake import schemes
from tests.scenarios.stories import why_not
from tests.support.casebook import Story, given
from tests.support.telling import (
    CITY,
    HELP,
    POLICE,
    Tell,
    assessed,
    corrected,
    report,
    report_in_groningen,
    retracted,
    terms,
)
from tests.support.telling_schemes import linked
from tests.support.variants import written

USE = "  - {use: een@1.0, districts: all}\n"
ASKS = """\
checks:
  - id: pilot
    check: other
    question: Valt het onder de pilot?
    asked_by: [police]
    consequences: {{"yes": Ja., "no": Nee., "unknown": Vraag door.}}
    {source}
  - id: huur-of-koop
    check: other
    question: Is het een huurhuis?
    asked_by: [police]
    consequences: {{"yes": Ja., "no": Nee., "unknown": Vraag door.}}
    {source}
informs:
  - {{id: in-de-pilot, when: {{answered: [pilot-yes]}}, inform: [coordinator], {source}}}
"""
ORDER = ("no", "unknown", "yes")
"""From the most closed to the most open."""


def fact(case: State, name: str) -> object:
    return facts_of(case, ())[name]


def own(by: str, question: str | None, answer: str, id: str | None = None) -> Tell:
    return Tell(by, AssessmentRecorded(check="other", question=question, answer=answer), id=id)


def asking(folder: Path, *told: Tell) -> Story:
    chains, protocols = written(folder, {"een": ASKS}, USE)
    return given(*told, chains=chains, protocols=protocols)


# --- the most open answer of anybody


@pytest.mark.parametrize("name", ["earlier_reports", "confused_offender", "punishable"])
@pytest.mark.parametrize("answers", list(permutations(ORDER, 2)), ids="-".join)
def test_it_is_the_most_open_answer_of_anybody_the_report_included(name: str, answers: tuple[str, str]) -> None:
    assert fact(given(report()).case, name) is None
    first, second = answers
    story = given(report(checks=({"check": name, "answer": first},))).when(assessed(CITY, name, second))
    assert fact(story.case, name) == max(answers, key=ORDER.index)
    story.when(assessed(CITY, name, first))  # their own last word counts
    assert fact(story.case, name) == first


@pytest.mark.parametrize(("kind", "known"), [("same_person", "yes"), ("same_place", "no"), ("series", "no")])
def test_a_case_linked_as_of_the_same_person_is_an_earlier_report(kind: str, known: str) -> None:
    story = given(report(), assessed(POLICE, "earlier_reports", "no")).when(linked(POLICE, 2, kind))
    assert fact(story.case, "earlier_reports") == known


def test_a_link_that_is_taken_back_is_none() -> None:
    story = given(report()).when(linked(POLICE, 2, "same_person"))
    (link,) = story.case.links
    assert fact(story.when(retracted(link)).case, "earlier_reports") is None


# --- questions of a protocol's own


def test_each_question_has_its_own_most_open_answer(tmp_path: Path) -> None:
    at_the_door = ({"check": "other", "question": "pilot", "answer": "no"},)
    story = asking(tmp_path, report(checks=at_the_door), own(POLICE, "huur-of-koop", "unknown"))
    assert fact(story.case, "answered") == {"pilot-no", "huur-of-koop-unknown"}
    story.when(own(CITY, "pilot", "yes"))
    assert fact(story.case, "answered") == {"pilot-yes", "huur-of-koop-unknown"}
    assert story.case.informed == ["een@1.0/in-de-pilot/coordinator/gemeente-amsterdam"]


def test_what_names_no_question_answers_none_of_them(tmp_path: Path) -> None:
    """As partners said it until now: it stands in the ledger, and nobody guesses which question was meant."""
    story = asking(tmp_path, report(checks=({"check": "other", "answer": "yes"},)), own(POLICE, None, "yes"))
    assert fact(story.case, "answered") == frozenset()
    assert story.case.informed == []


def test_a_correction_of_the_report_replaces_its_answers(tmp_path: Path) -> None:
    story = asking(tmp_path, report(checks=({"check": "other", "question": "pilot", "answer": "yes"},)))
    story.when(corrected(POLICE, checks=({"check": "other", "question": "pilot", "answer": "no"},)))
    assert fact(story.case, "answered") == {"pilot-no"}


def open_checks(story: Story) -> set[str]:
    chain = next(iter(story.world.chains))
    return {one.what[0] for one in open_items(story.case, chain, story.world.protocols) if one.kind == "check_open"}


def test_the_door_finds_the_question_that_it_left_open_and_no_other(tmp_path: Path) -> None:
    story = asking(tmp_path, report(), own(POLICE, "pilot", "unknown"))
    assert open_checks(story) == {"pilot"}
    story.when(own(POLICE, "pilot", "no"))
    assert open_checks(story) == set()
    story.when(own(POLICE, None, "unknown"))
    assert open_checks(story) == {"huur-of-koop"}, "an answer that names no question is to those that have none"


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (own(POLICE, "pilot", "yes"), None),
        (own(POLICE, None, "yes"), None),
        (own(POLICE, "danger", "yes"), "check.unknown_question"),
        (Tell(POLICE, AssessmentRecorded(check="minor", question="pilot", answer="yes")), "check.unknown_question"),
        (corrected(POLICE, checks=({"check": "other", "question": "pilot", "answer": "no"},)), None),
        (
            corrected(POLICE, checks=({"check": "other", "question": "weet-niet", "answer": "no"},)),
            "check.unknown_question",
        ),
    ],
)
def test_intake_lets_in_only_answers_to_what_is_asked(tmp_path: Path, told: Tell, code: str | None) -> None:
    assert why_not(asking(tmp_path, report()), told) == code


def test_a_report_may_answer_what_a_protocol_of_any_chain_asks(tmp_path: Path) -> None:
    """Which protocols a report opens is known only when it is in."""
    chains, _ = written(tmp_path, {"een": ASKS}, USE)

    def codes(question: str) -> list[str]:
        told = report(checks=({"check": "other", "question": question, "answer": "yes"},)).event
        return [one.code for one in schemes.checked(told, None, chains, POLICE)]

    assert (codes("pilot"), codes("niemand-vraagt-dit")) == ([], ["check.unknown_question"])


def test_whoever_reads_an_answer_reads_to_which_question_it_is(tmp_path: Path) -> None:
    """Two of them on her page, or on a list for a meeting, would else be one question that was answered yes and no."""
    said = {"pilot": "no", "huur-of-koop": "yes"}
    checks = [{"check": "other", "question": question, "answer": answer} for question, answer in said.items()]
    story = asking(tmp_path, report(checks=tuple(checks)), *(own(CITY, *each) for each in said.items()))
    told = facts_to_tell(story.case)
    assert dict(plain.facts(told, "nl"))["Wat is nagevraagd"] == "pilot: nee; huur of koop: ja"
    assert dict(plain.facts(told, "en"))["What was checked"] == "pilot: no; huur of koop: yes"
    assert {(one.what, one.says) for one in _enrichment([story.case])} == set(said.items())


def test_whether_the_offender_is_confused_goes_to_nobody_with_the_facts(tmp_path: Path) -> None:
    """Of another's health: neither with a referral or a word to who is informed, nor to her, nor on a list for a meeting."""
    checks = tuple({"check": check, "answer": "yes"} for check in ("confused_offender", "discrimination", "danger_now"))
    story = given(report(checks=checks, consents=(terms(HELP),)), assessed(CITY, "confused_offender", "yes"))
    loud = given(report_in_groningen(checks=checks, acute=True, high_profile=True))
    told = [story.sent(ReferralOffered, HELP)[0].facts, *(one.facts for one in loud.sent(Information))]
    assert len(told) > 1
    for facts in (*told, facts_to_tell(story.case)):
        assert [one.check for one in facts.checks] == ["discrimination", "danger_now"]
    assert "confused_offender" not in {one.what for one in _enrichment([story.case])}
    assert fact(story.case, "confused_offender") == "yes", "rules ask for it all the same"
