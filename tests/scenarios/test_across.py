"""X: what no single file shows. Each test is named after its line of the scenarios (README.md here)."""

from dataclasses import replace

import pytest

from backbone import meetings
from backbone.overviews import incident as overviews
from backbone.supervisor.up import SERVICES
from schakel.ids import service_source
from services.cases.processor import row_of
from tests.outing import test_no_word_outs as scan
from tests.scenarios.stories import given
from tests.support import casebook
from tests.support.conclusions import (
    released,
)
from tests.support.meetings import agenda_of
from tests.support.newest import shipped
from tests.support.telling import (
    ADV,
    CITY,
    COC,
    COC_GRONINGEN,
    DMG,
    GRONINGEN,
    HELP,
    POLICE,
    POLICE_NORTH,
    RITA,
    assessed,
    granted,
    report,
    report_in_groningen,
    requested,
    terms,
)


@pytest.mark.parametrize("nature", ["threat", "assault", "intimidation", "stalking", "robbery"])
def test_x_1_mediation_is_not_proposed_with_violence_or_threat(nature: str):
    """A file with such a step is refused with its line (tests/protocols); asked for by hand, it is not proposed either."""
    mediation = requested(CITY, role="coordinator", purpose="mediation")
    story = casebook.given(report(natures=(nature,)), assessed(POLICE, "discrimination", "no"))
    story.when(
        mediation
    ).expect_nothing().then_quiet()  # intake refuses it with the passage: tests/rules/test_intake.py


DOORS = {
    "amsterdam": (POLICE, CITY, ADV, HELP, COC, RITA),
    "groningen": (GRONINGEN, DMG, COC_GRONINGEN, POLICE_NORTH),
}


@pytest.mark.parametrize(("town", "door"), [(town, door) for town, doors in DOORS.items() for door in doors])
def test_x_3_a_drill_is_a_case_like_any_other_and_in_no_figure_list_or_agenda(town: str, door: str):
    """Through every door of both chains: referrals, questions, clocks and their times are real, and it is marked.

    NOT in an overview, a list or an agenda. Its receipt, and the counts and metrics of the services: tests/services/test_drills.py.
    """
    told = (report if town == "amsterdam" else report_in_groningen)(
        by=door, channel="telephone", label="said_by_victim"
    )
    real = given(told)
    drill = casebook.given(replace(told, drill=True), chains=real.world.chains)
    assert drill.case.drill
    assert not real.case.drill
    types = [[entry.envelope.type for entry in story.concluded(since=0)] for story in (real, drill)]
    assert types[0] == types[1]
    assert all(entry.envelope.drill for entry in drill.concluded(since=0))
    assert row_of(drill.case) == {**row_of(real.case), "drill": True}
    times = [[(one.name, one.started_at, one.due_at) for one in story.case.clocks.values()] for story in (real, drill)]
    assert times[0] == times[1]
    assert times[0] or door == RITA
    chain = real.world.chains.by_name[town]
    for case, many in ((real.case, 1), (drill.case, 0)):
        assert len(list(overviews.incidents(chain, [case], frozenset()))) == many
        assert len(meetings.incidents(chain, [case])) == many
    for consultation in ("basisteamoverleg", "casusoverleg") if town == "amsterdam" else ():
        on_it = agenda_of(shipped(), consultation, "2026-03-10 12:00", real.case, of=town).lines
        not_on_it = agenda_of(shipped(), consultation, "2026-03-10 12:00", drill.case, of=town).lines
        assert (len(on_it), not_on_it) == (1, ())


@pytest.mark.parametrize("door", [CITY, ADV])
def test_mld_4_a_bystanders_yes_is_not_the_victims(door: str):
    """Taken in at every door, and what kind of reporter it was is kept. NOT her consent: she has to be asked herself."""
    said = terms(HELP, given_by="bystander")
    story = given(report(by=door, reporter="bystander", consents=(said,))).never(released(HELP))
    assert story.case.facts["reporter"] == "bystander"
    assert story.case.grants == {}
    story.when(granted(HELP, by=door, given_by="bystander")).never(released(HELP))


def test_x_6_no_message_address_title_file_name_or_reminder_outs_her():
    """In Dutch and English, by the list of words in tests/outing. NOT excepted: who sends it."""
    for path in scan.SOURCES:
        scan.test_no_text_in_the_code_outs_a_person(path)
    scan.test_no_name_of_a_file_a_message_or_a_header_outs()
    scan.test_what_is_shown_for_each_word_is_plain()
    for service in SERVICES:
        assert scan.outs(service_source(service)) is None, service
