"""ECD: what detectives advise on the cases of the fortnightly overview, asked and unasked [1 bijlage]. Each test is named after its line.

On the centre's own file, in a chain where it is a partner beside the police teams. The rhythm of the overview, and what it may hold:
`test_rhythms`.
"""

from dataclasses import asdict
from datetime import date

import pytest

from backbone.desk.items import advice_for
from backbone.meetings import Line, Wanted, case_list
from backbone.overviews.lines import rows
from schakel.messages import ColleagueSays
from tests.scenarios.desk_stories import kinds
from tests.scenarios.region import given_in, region
from tests.scenarios.stories import why_not
from tests.support.casebook import Story
from tests.support.desks import advice, advice_wanted
from tests.support.meetings import scheme
from tests.support.telling import ADV, CITY, COC, HELP, POLICE, moment, passed, report

ADVISERS, CONTACT, SCHEME = "ecad", "aanspreekpunt-amsterdam", "ecad-p-zaaksoverzicht"


def overview(story: Story, at: str) -> list[Line]:
    """The lines of the overview that ECAD-P reads at a moment."""
    files = region("ecad")
    here = scheme(files, SCHEME)
    one = here.overview("zaaksoverzicht")
    assert one is not None
    return case_list(files[0].by_name["ecad"], here, one, [story.case], moment(at))[0]


def test_ecd_2_advice_unasked_goes_to_the_police_team_and_changes_nothing():
    """A case on the overview, a detective advises unasked: the police team that has it gets the advice, and it is on the case.

    NOT a change of owner, level or clock, NOT visible to partners outside the police by default.
    """
    story = given_in("ecad", report(by=POLICE))
    assert [line.cases for line in overview(story, "2026-03-16 09:00")] == [(story.case.id,)]
    before = story.case
    story.when(advice(ADVISERS, "secure_footage")).expect_nothing()
    (said,) = story.sent(ColleagueSays)
    assert (said, said.advises, said.asked) == (story.sent(ColleagueSays, POLICE)[0], ("secure_footage",), None)
    after = story.case
    for name in ("coordinator", "parties", "levels", "clocks", "threads", "referrals"):
        assert getattr(after, name) == getattr(before, name)
    chain = story.world.chains.get("ecad")
    assert chain is not None
    seen = {who for who in (POLICE, ADVISERS, CONTACT, CITY, ADV, HELP) if advice_for(after, chain, who)}
    assert seen == {POLICE, ADVISERS, CONTACT}


def test_ecd_2_without_a_team_of_the_police_in_the_case_there_is_nobody_to_give_it_to():
    assert why_not(given_in("ecad", report(by=ADV)), advice(ADVISERS)) == "advice.no_team"


def test_ecd_3_a_request_and_its_answer_belong_together_and_an_open_one_shows():
    """A team asks for advice: request and answer are linked, and an unanswered one is on the next overview, and on the one after that.

    NOT lost when the overview rolls on; NOT shown once it was answered.
    """
    story = given_in("ecad", report(by=POLICE), advice_wanted(POLICE, "ecad_p"))
    for issue in ("2026-03-16 09:00", "2026-03-30 09:00", "2026-04-13 09:00"):
        story.when(passed(issue)).expect_nothing()
        (line,) = overview(story, issue)
        assert set(line.advice) == {Wanted("ecad_p", POLICE, date(2026, 3, 2))}
    assert kinds(story)["advice_unanswered"] == ("ecad_p",)
    assert why_not(story, advice(COC, asked=True)) == "advice.not_asked"
    story.when(advice(ADVISERS, "camera", asked=True))
    (said,) = story.sent(ColleagueSays, POLICE)
    desk = story.case.desk
    assert desk is not None
    assert said.asked == next(iter(desk.asked_advice))
    assert "advice_unanswered" not in kinds(story)
    (line,) = overview(story, "2026-04-27 09:00")
    assert line.advice == ()


@pytest.mark.parametrize("asked", ["coc", "prosecutor"])
def test_ecd_3_what_somebody_else_was_asked_is_not_on_it(asked: str):
    """Whoever reads the overview learns of the questions to itself. NOT of another's."""
    story = given_in("ecad", report(by=POLICE), advice_wanted(POLICE, asked))
    assert kinds(story)["advice_unanswered"] == (asked,)
    (line,) = overview(story, "2026-03-16 09:00")
    assert line.advice == ()


def test_ecd_3_it_is_handed_out_in_words():
    head, row = rows([{"advice": [asdict(Wanted("ecad_p", POLICE, date(2026, 3, 2)))]}])
    assert head == ("Advies gevraagd, nog zonder antwoord",)
    assert row == (f"ECAD-P, gevraagd door {POLICE} op 2026-03-02",)
