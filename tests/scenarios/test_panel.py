"""A03: the panel on refusals at the door of a club or bar [0 Fase 1]: which cases it hears of, and that she is asked for it."""

from pathlib import Path

import pytest

from backbone.chains import Chains
from backbone.protocols import Protocols
from schakel.case_state import State
from schakel.messages import ReferralOffered
from tests.scenarios.stories import given
from tests.support.casebook import Story
from tests.support.conclusions import delivered, held, needed, proposed, released
from tests.support.meetings import ADV, CITY, POLICE, agenda_of, case, case_id, joined, keeping
from tests.support.newest import newest
from tests.support.telling import Tell, granted, refused, report, withdrawn

Files = tuple[Chains, Protocols]
CLUB = {"municipality": "amsterdam", "district": "oost", "place_type": "nightlife"}
BARS = "perspectief"
"""Sits there for the owners of bars and clubs."""


@pytest.fixture
def offering(tmp_path: Path) -> Files:
    """A chain whose cases run under the panel's file too, beside the city's own."""
    owners = f"  - {{partner: {BARS}, roles: [other], districts: all}}\n"
    return keeping(tmp_path, members=owners, more="  - {use: panel-deurbeleid@newest}\n")


def at_the_desk(files: Files, *told: Tell, natures: tuple[str, ...] = ("refusal",), **place: str) -> Story:
    first = report(by=ADV, natures=natures, place={**CLUB, **place})
    return given(first, *told, chains=files[0], protocols=files[1])


def test_a03_a_refusal_at_a_club_is_offered_to_the_panel_and_she_is_asked_about_each(offering: Files):
    """Municipality, police and owners are each proposed for this purpose; the desk that took the report knows it already.

    Only with her yes to all of them it stands on the agenda. NOT on her silence, NOT on some of them, NOT more than the facts of the case.
    """
    story = at_the_desk(offering)
    assert newest("panel-deurbeleid") in story.case.protocols
    sitting = (CITY, POLICE, BARS)
    story.then_among(
        *(proposed(to, purpose="consultation", needs=("case_facts",), wants=()) for to in sitting),
        *(needed(to, purpose="consultation", ask=ADV) for to in sitting),
        *(held(to, purpose="consultation", reason="not_asked") for to in sitting),
    ).never(proposed(ADV))
    assert panel(offering, story.case) == ()
    for to in sitting:
        assert panel(offering, story.case) == ()
        story.when(yes_to(to)).then_among(released(to, scopes=("case_facts",)), delivered(to))
        (offer,) = story.sent(ReferralOffered, to)
        assert (offer.purpose, offer.scopes) == ("consultation", ("case_facts",))
    assert [line.cases for line in panel(offering, story.case)] == [(story.case.id,)]


def test_a03_of_two_owners_she_is_asked_about_each(tmp_path: Path):
    """Both sit there. NOT one of them alone, who would leave the agenda empty however often she says yes."""
    owners = "".join(f"  - {{partner: {one}, roles: [other], districts: all}}\n" for one in (BARS, "rita"))
    files = keeping(tmp_path, members=owners, more="  - {use: panel-deurbeleid@newest}\n")
    story = at_the_desk(files)
    story.then_among(*(proposed(to, purpose="consultation") for to in (CITY, POLICE, BARS, "rita")))
    story.when(*(yes_to(to) for to in (CITY, POLICE, BARS)))
    assert panel(files, story.case) == ()
    story.when(yes_to("rita"))
    assert [line.cases for line in panel(files, story.case)] == [(story.case.id,)]


def test_a03_her_no_to_one_of_them_keeps_it_off_the_agenda_and_takes_no_help_away(offering: Files, tmp_path: Path):
    """NOT released to the one, NOT asked again; the city's own steps are those of a chain that has no panel."""
    story = at_the_desk(offering, yes_to(CITY), yes_to(BARS), refused(POLICE, by=ADV, purpose="consultation"))
    story.never(released(POLICE))
    assert panel(offering, story.case) == ()
    (tmp_path / "plain").mkdir()
    plain = at_the_desk(keeping(tmp_path / "plain"))
    helping = [(one.to, one.step) for one in story.case.referrals.values() if one.purpose != "consultation"]
    assert helping == [(one.to, one.step) for one in plain.case.referrals.values()]
    assert helping


@pytest.mark.parametrize(
    ("natures", "place_type"), [(("threat",), "nightlife"), (("refusal",), "work"), (("refusal",), "street")]
)
def test_a03_what_is_no_refusal_at_a_club_is_not_offered(offering: Files, natures: tuple[str, ...], place_type: str):
    story = at_the_desk(offering, natures=natures, place_type=place_type)
    assert newest("panel-deurbeleid") not in story.case.protocols
    story.never(*(proposed(to, purpose="consultation") for to in (CITY, POLICE, BARS)))


def refused_at_a_club(files: Files, number: int, *told: Tell, **changed: object) -> State:
    """A refusal at a club, reported at the desk for discrimination."""
    first = report(by=ADV, natures=("refusal",), place=CLUB, consents=(), **changed)
    return case(files, number, first, *told)


def yes_to(to: str, purpose: str = "consultation", **more: object) -> Tell:
    return granted(to, "case_facts", by=ADV, purpose=purpose, **more)


def test_a03_the_panel_hears_only_of_cases_that_she_let_it_hear_of(tmp_path: Path):
    """Yes to everybody who sits in it, for this purpose; the desk that took the report knows it already.

    NOT on her silence, a yes to some of them, a yes for another purpose, one that was taken back or has ended; NOT once she asked to be
    forgotten.
    """
    files = keeping(tmp_path, "panel-deurbeleid")
    silent = refused_at_a_club(files, 1)
    some = refused_at_a_club(files, 2, yes_to(POLICE))
    other_purpose = refused_at_a_club(files, 3, yes_to(POLICE, "referral"), yes_to(CITY, "referral"))
    taken_back = refused_at_a_club(files, 4, yes_to(POLICE), yes_to(CITY), withdrawn(by=ADV))
    agreed = refused_at_a_club(files, 5, yes_to(POLICE), yes_to(CITY))
    cases = [silent, some, other_purpose, taken_back, agreed]
    assert [line.cases for line in panel(files, *cases)] == [(case_id(5),)]
    agreed.erasures["victim"] = "she asked to be forgotten"
    assert panel(files, *cases) == ()


def test_a03_a_yes_that_ended_brings_a_case_off_the_panels_agenda(tmp_path: Path):
    files = keeping(tmp_path, "panel-deurbeleid")
    agreed = refused_at_a_club(files, 1, yes_to(POLICE), yes_to(CITY, until="2026-03-20 12:00"))
    assert len(panel(files, agreed)) == 1
    assert panel(files, agreed, at="2026-03-20 12:01") == ()


def test_a03_another_case_of_the_same_incident_comes_along_on_nobodys_yes(tmp_path: Path):
    """Each person answers for her own report: the line holds the facts of the one who agreed alone."""
    files = keeping(tmp_path, "panel-deurbeleid")
    agreed = joined(refused_at_a_club(files, 1, yes_to(POLICE), yes_to(CITY)), 2)
    silent = joined(refused_at_a_club(files, 2, at="2026-03-01 12:00"), 1)
    assert [line.cases for line in panel(files, agreed, silent)] == [(case_id(1),)]


def panel(files: Files, *cases: State, at: str = "2026-03-10 12:00") -> tuple[object, ...]:
    return agenda_of(files, "panel-deurbeleid", at, *cases).lines
