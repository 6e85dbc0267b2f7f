"""Linking two cases: whoever links has to be in both, and is told no more than that."""

import pytest

from schakel.case_state import State
from schakel.envelope import Envelope
from schakel.events import Told
from schakel.events.data import StatementRetracted
from schakel.events.report import ReportLinked
from schakel.ids import new_case_id, partner_source
from services.intake.rules import Submission, refusal
from tests.support.casebook import CASE, World, given, repository
from tests.support.telling import CITY, COC, HELP, POLICE, Tell, moment, report, terms

OTHER, NOBODYS = new_case_id(), new_case_id()
NOW = moment("2026-03-03 12:00")


def case(*told: Tell, case_id: str = CASE) -> State:
    """A case in which these were told and everything has settled."""
    world = World(case_id=case_id)
    for one in told:
        world.tell(one)
        world.settle()
    return world.state()


@pytest.fixture(scope="module")
def mine() -> State:
    return case(report(consents=(terms(HELP),)))


@pytest.fixture(scope="module")
def other() -> State:
    """Reported by the city, so the police has no part in it; victim support has."""
    return case(report(by=CITY, consents=(terms(HELP),)), case_id=OTHER)


def judge(event: Told, by: str, known: State | None, second: State | None = None) -> tuple[str, str | None] | None:
    chains, _ = repository()
    partner = chains.partners[by]
    envelope = Envelope(new_case_id(), partner_source(partner.oin), event.TYPE, NOW, CASE)
    found = refusal(Submission(envelope, event, partner, known, second), chains, NOW)
    return (found.code, found.field) if found else None


def link(to: str = OTHER, kind: str = "same_person") -> ReportLinked:
    return ReportLinked(other_case=to, kind=kind)


def test_who_is_in_both_may_link_them(mine: State, other: State) -> None:
    assert judge(link(), HELP, mine, other) is None


def test_a_case_that_is_not_yours_and_one_that_is_not_there_get_the_same_answer(mine: State, other: State) -> None:
    chains, _ = repository()
    partner = chains.partners[POLICE]
    answers = []
    for second in (other, None):
        envelope = Envelope(new_case_id(), partner_source(partner.oin), ReportLinked.TYPE, NOW, CASE)
        answers.append(refusal(Submission(envelope, link(), partner, mine, second), chains, NOW))
    assert answers[0] == answers[1]
    assert answers[0] is not None
    assert (answers[0].code, answers[0].field, answers[0].found) == ("case.not_yours", "other_case", None)


def test_who_is_not_in_the_first_case_hears_of_neither(mine: State, other: State) -> None:
    assert judge(link(), COC, mine, other) == ("case.not_yours", "ce_subject")


def test_not_to_itself(mine: State) -> None:
    assert judge(link(CASE), HELP, mine, mine) == ("link.itself", "other_case")


def test_not_a_drill_to_a_real_case(mine: State) -> None:
    drill = case(Tell(HELP, report(by=HELP).event, id=None, drill=True), case_id=OTHER)
    assert drill.drill
    assert judge(link(), HELP, mine, drill) == ("link.drill", "other_case")


def test_not_twice_but_of_another_kind_or_by_another_partner_it_is(other: State) -> None:
    twice = case(report(consents=(terms(HELP),)), Tell(HELP, link()))
    assert judge(link(), HELP, twice, other) == ("link.said_before", "other_case")
    assert judge(link(kind="series"), HELP, twice, other) is None
    theirs = case(report(by=POLICE, consents=(terms(HELP),)), case_id=OTHER)
    assert judge(link(), POLICE, twice, theirs) is None


def test_only_who_told_it_takes_it_back() -> None:
    told = given(report(consents=(terms(HELP),)), Tell(HELP, link())).case
    (standing,) = told.links
    back = StatementRetracted(event=standing, reason="mistake")
    assert judge(back, POLICE, told) == ("statement.not_yours", "event")
    assert judge(back, HELP, told) is None
