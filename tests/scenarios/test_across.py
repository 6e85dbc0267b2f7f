"""X: what no single file shows. Each test is named after its line of the scenarios (README.md here)."""

from dataclasses import replace
from pathlib import Path

import pytest

from backbone.supervisor.up import SERVICES
from schakel.events.clock import ClockStarted
from schakel.events.referral import ReferralProposed
from schakel.ids import service_source
from schakel.messages import Attention
from services.cases.processor import row_of
from tests.outing import test_no_word_outs as scan
from tests.scenarios.stories import given, why_not
from tests.scenarios.test_clocks import TREITER
from tests.support import casebook
from tests.support.conclusions import (
    attached,
    clock_started,
    clock_stopped,
    exhausted,
    held,
    needed,
    of_type,
    proposed,
    released,
)
from tests.support.telling import (
    ADV,
    CITY,
    HELP,
    POLICE,
    accepted,
    assessed,
    contact_made,
    declined,
    granted,
    label_given,
    report,
    requested,
    terms,
)
from tests.support.variants import HELP_STEP, written

CHAIN = """\
  - {use: treiter@1.0, districts: all}
  - {use: amsterdam-handelingskader@2023.2, districts: all, when: {label: ["given"]}}
"""


@pytest.mark.parametrize("nature", ["threat", "assault", "intimidation", "stalking", "robbery"])
def test_x_1_mediation_is_not_proposed_with_violence_or_threat(nature: str):
    """A file with such a step is refused with its line (tests/protocols); asked for by hand, it is not proposed either."""
    mediation = requested(CITY, role="coordinator", purpose="mediation")
    story = casebook.given(report(natures=(nature,)), assessed(POLICE, "discrimination", "no"))
    story.when(
        mediation
    ).expect_nothing().then_quiet()  # intake refuses it with the passage: tests/rules/test_intake.py


def test_x_3_a_drill_is_a_case_like_any_other_and_marked():
    """Referrals, questions and clocks are real. In lists it is marked; counts and metrics: tests/services/test_drills.py."""
    real, drill = given(report()), casebook.given(replace(report(), drill=True))
    assert drill.case.drill
    assert not real.case.drill
    types = [[entry.envelope.type for entry in story.concluded(since=0)] for story in (real, drill)]
    assert types[0] == types[1]
    assert all(entry.envelope.drill for entry in drill.concluded(since=0))
    assert row_of(drill.case) == {**row_of(real.case), "drill": True}


def test_x_2_a_label_brings_the_handelingskader_beside_the_treiteraanpak(tmp_path: Path):
    """A case that runs already gets the label: the second scheme runs beside the first, each clock keeps its own limit.

    The victim is referred to Slachtofferhulp once and called once. NOT one clock started again.
    """
    chains, protocols = written(tmp_path, {"treiter": HELP_STEP + TREITER}, CHAIN, "amsterdam-handelingskader")
    story = given(
        report(at="2026-04-02 10:00", consents=(terms(HELP),)), accepted(HELP), chains=chains, protocols=protocols
    )
    assert story.case.protocols == ["treiter@1.0"]
    before = dict(story.case.clocks)

    story.when(label_given()).then_among(
        attached(), proposed(ADV, step="discriminatie-nl"), clock_started("eerste-contact", due_at=None)
    )
    assert story.case.protocols == ["treiter@1.0", "amsterdam-handelingskader@2023.2"]
    assert [referral.protocol for referral in story.case.referrals.values() if referral.to == HELP] == ["treiter@1.0"]
    assert {clock_id: story.case.clocks[clock_id] for clock_id in before} == before

    story.when(contact_made(HELP, "2026-04-03 11:00")).then(
        clock_stopped("bericht"), clock_stopped("contact"), clock_stopped("eerste-contact")
    )
    started = [entry.event.clock for entry in story.concluded(since=0) if isinstance(entry.event, ClockStarted)]
    assert sorted(started) == ["antwoord", "bericht", "contact", "eerste-contact"]
    story.never(of_type(ReferralProposed, to=HELP, step="slachtofferhulp"))
    assert len([entry for entry in story.concluded(since=0) if released(HELP).fits(entry, story.case)]) == 1


def test_won_5_no_mediation_with_a_threat_however_much_quick_peace_is_wanted():
    """Refused with the passage. The police is proposed instead, with her consent. NOT by name without it."""
    story = given(report(by=CITY, natures=("threat", "neighbour_quarrel")))
    assert why_not(story, requested(CITY, by=CITY, role="coordinator", purpose="mediation")) == "mediation.refused"
    story.when(requested(POLICE, by=CITY, role="police")).then(
        proposed(POLICE, role="police"), needed(POLICE, ask=CITY), held(POLICE, reason="not_asked")
    )
    story.never(released(POLICE)).when(granted(POLICE, by=CITY)).then_among(released(POLICE, mode="by_name"))


@pytest.mark.parametrize("door", [CITY, ADV])
def test_mld_4_a_bystanders_yes_is_not_the_victims(door: str):
    """Taken in at every door, and what kind of reporter it was is kept. NOT her consent: she has to be asked herself."""
    said = terms(HELP, given_by="bystander")
    story = given(report(by=door, reporter="bystander", consents=(said,))).never(released(HELP))
    assert story.case.facts["reporter"] == "bystander"
    assert story.case.grants == {}
    story.when(granted(HELP, by=door, given_by="bystander")).never(released(HELP))


def test_act_2_what_the_police_declines_comes_back_with_its_reason():
    """Too few leads: the coordinator is told, with the reason. NOT closed, NOT without somebody who looks after it."""
    story = given(report(by=ADV), requested(POLICE, by=ADV, role="police"), granted(POLICE, by=ADV))
    story.when(declined(POLICE, "too_few_leads")).then(exhausted(POLICE, reason="too_few_leads", tell=CITY))
    assert [message.reason for message in story.sent(Attention, CITY)] == ["referral_exhausted"]
    assert story.case.closed is None
    assert story.case.coordinator == CITY


def test_x_6_no_message_address_title_file_name_or_reminder_outs_her():
    """In Dutch and English, by the list of words in tests/outing. NOT excepted: who sends it."""
    for path in scan.SOURCES:
        scan.test_no_text_in_the_code_outs_a_person(path)
    scan.test_no_name_of_a_file_a_message_or_a_header_outs()
    scan.test_what_is_shown_for_each_word_is_plain()
    for service in SERVICES:
        assert scan.outs(service_source(service)) is None, service
