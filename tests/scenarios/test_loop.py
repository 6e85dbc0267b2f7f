"""What is about partners and chains, and about the way of a referral. Each test is named after its line of the scenarios (README.md here).

What is about a chain alone, whatever scheme it runs, is played with a small protocol of the test's own.
"""

import shutil
from pathlib import Path

import pytest

from backbone.chains import check_chains
from backbone.protocols import Problem
from schakel.case_loop import owner_of
from schakel.events.chain import NonconformanceFound
from schakel.events.clock import ClockStarted
from schakel.messages import Attention, ReferralOffered
from tests.rules.test_preferences import contacted, prefers
from tests.scenarios.region import REGIONS, RIGHTS, north, region
from tests.scenarios.stories import given, why_not
from tests.support import loops
from tests.support.casebook import World, repository
from tests.support.conclusions import (
    Pattern,
    clock_started,
    delivered,
    held,
    needed,
    of_type,
    proposed,
    released,
)
from tests.support.newest import filled_in, newest
from tests.support.telling import (
    ADV,
    CITY,
    DMG,
    HELP,
    POLICE,
    accepted,
    completed,
    contact_made,
    granted,
    report,
    requested,
)

# --- AMS-2


def test_ams_2_a_victim_from_another_chains_town_is_helped_there():
    """She lives in Groningen: Slachtofferhulp there, asked for first, whose contact counts from the delivery. NOT the project leader."""
    story = given(report(place={"district": "centrum"}, residence={"elsewhere": "yes", "municipality": "groningen"}))
    story.then_among(proposed(HELP, step="slachtofferhulp-eigen-woonplaats"), needed(HELP)).never(proposed(CITY))
    story.when(granted(HELP)).then_among(delivered(HELP), clock_started("contact-eigen-woonplaats", responsible=HELP))


def test_ams_2_the_desk_of_the_other_chain_takes_part_in_the_case_here():
    """By hand, with her yes, to the Meldpunt of Groningen: it is proposed, asked, delivered, and goes on there.

    The case stays where it happened, with the door that is in touch with her. NOT by name without her yes, NOT to a role that the chain
    does not name, NOT a case of its own in Groningen.
    """
    story = given(report(residence={"elsewhere": "yes", "municipality": "groningen"}))
    story.when(requested(DMG, role="anti_discrimination")).then(
        proposed(DMG, role="anti_discrimination"), needed(DMG), held(DMG, reason="not_asked")
    )
    story.when(granted(DMG)).then(released(DMG, mode="by_name"), delivered(DMG))
    story.when(accepted(DMG), contact_made(DMG, "2026-03-03 12:00"), completed(DMG)).then_quiet()
    assert (story.case.chain, owner_of(story.case)) == ("amsterdam", POLICE)
    assert why_not(story, requested("gemeente-groningen", role="coordinator")) == "role.not_held"
    assert why_not(story, requested(DMG, role="coc")) == "role.not_held"


# --- NRD and RTD

NORTH = """\
chain: noord
version: "1"
title: Alliantie Noord-Nederland, proef
time_zone: Europe/Amsterdam
calendar: nl
municipalities: [groningen, sudwest-fryslan, assen]
districts: [groningen, friesland, drenthe]
members:
  - {partner: gemeente-groningen, roles: [coordinator, municipal_desk], districts: all}
  - {partner: dmg, roles: [anti_discrimination], districts: [groningen]}
  - {partner: coc-groningen, roles: [anti_discrimination], districts: [friesland]}
  - {partner: politie-noord, roles: [anti_discrimination], districts: [drenthe]}
protocols:
  - {use: lus@1.0, districts: all}
joined:
  - {municipality: assen, since: 2016-10-11}
"""
TO_THE_ADV = loops.PROTOCOL.split("clocks:")[0].replace("victim_support", "anti_discrimination")


TOWNS = {
    "groningen": ("groningen", DMG, "groningen-dmg"),
    "sudwest-fryslan": ("sudwest-fryslan", "centrum-tumba", "centrum-tumba"),
    "assen": ("assen", "meldpunt-drenthe", "meldpunt-drenthe"),
}
"""Municipality -> its chain, the desk for all discrimination there, and the door that it works (`region.north`)."""
THE_POLICE_OF_THE_NORTH = "politie-noord"
SUSPECTED = {"checks": ({"check": "discrimination_or_violence", "answer": "yes"},)}


@pytest.mark.parametrize("municipality", TOWNS)
def test_nrd_3_each_of_the_three_regions_has_its_own_door(municipality: str):
    """The police of all three reports: with her yes it goes to the desk of that region. NOT all to DMG, NOT before her yes."""
    chain, desk, door = TOWNS[municipality]
    told = report(by=THE_POLICE_OF_THE_NORTH, place={"municipality": municipality, "district": None}, **SUSPECTED)
    chains, protocols = north()
    story = given(told, chains=chains, protocols=protocols).then_among(held(desk, reason="not_asked"))
    assert story.case.chain == chain
    assert [one.to for one in story.case.referrals.values()] == [desk]
    story.never(delivered(desk)).when(granted(desk, by=THE_POLICE_OF_THE_NORTH)).then_among(delivered(desk))
    assert {partner: bound.door for partner, bound in chains.by_name[chain].doors.items()} == {desk: door}
    assert chains.by_name[chain].doors[desk].municipalities == (municipality,)


def test_nrd_4_assen_is_under_the_alliance_from_its_own_day():
    """Assen joined on 11 October 2016, and history is replayed: the case of the day before opens, and not under the alliance.

    NOT decided by today's membership, whenever it comes in.
    """
    chains, protocols = north()
    place = {"municipality": "assen", "district": None}
    for at, logged, under in (
        ("2016-10-10 23:50", None, False),
        ("2016-10-10 23:50", "2026-03-02 12:00", False),
        ("2016-10-11 00:05", None, True),
        ("2016-10-11 00:05", "2026-03-02 12:00", True),
    ):
        told = report(by=THE_POLICE_OF_THE_NORTH, at=at, logged=logged, place=place, **SUSPECTED)
        story = given(told, chains=chains, protocols=protocols)
        assert story.case.chain == "assen"
        assert (newest("noord-nederland-alliantie") in story.case.protocols) is under
        assert bool(story.case.referrals) is under


def test_nrd_4_membership_is_that_of_the_day_of_the_report(tmp_path: Path):
    """Assen joined on 11 October 2016: a report of the 10th is not under the alliance, one of the 11th is. NOT by today's membership."""
    chains, protocols = loops.written(tmp_path, protocol=TO_THE_ADV, beside={"noord": NORTH})
    place, by = {"municipality": "assen", "district": "drenthe"}, "gemeente-groningen"
    under = given(report(by=by, at="2016-10-11 00:05", place=place), chains=chains, protocols=protocols)
    assert under.case.chain == "noord"
    world = World(chains, protocols)
    world.tell(report(by=by, at="2016-10-10 23:50", place=place, logged="2026-03-02 12:00"))
    world.settle()
    assert (world.state().report is not None, world.state().chain) == (True, None)


def test_nrd_4_a_scheme_with_dates_leaves_what_was_reported_before_to_the_others(tmp_path: Path):
    """The same for a scheme that a chain joined: the case opens, and not under the alliance."""
    bindings = "  - {use: lus@1.0, districts: all, since: 2016-10-11}\n"
    chains, protocols = loops.written(tmp_path, bindings=bindings)
    for day, schemes in (("2016-10-10", []), ("2016-10-11", ["lus@1.0"])):
        story = given(report(at=f"{day} 12:00"), chains=chains, protocols=protocols)
        assert story.case.protocols == schemes


ALLIANCE = "rotterdam-natuurlijk-samen@newest, districts: all"


def rotterdam(folder: Path, partners: str) -> list[Problem]:
    """What the check says of Rotterdam's chain when these are the partners of its alliance; its text stands in `folder` then."""
    for name in ("partners.yaml", "rotterdam.yaml"):
        text = (REGIONS / name).read_text(encoding="utf-8").replace(ALLIANCE, f"{ALLIANCE}, partners: [{partners}]")
        (folder / name).write_text(filled_in(text), encoding="utf-8")
    shutil.copy(RIGHTS, folder)
    return [problem for problem in check_chains(folder, repository()[1])[1] if problem.is_error]


def test_rtd_3_a_partner_of_the_alliance_without_a_role_fails_the_check(tmp_path: Path):
    """In Rotterdam's own alliance: the partner is named, with file and line. NOT a default role."""
    [problem] = rotterdam(tmp_path, "radar-rotterdam, idem-rotterdam")
    assert f"`idem-rotterdam` is a partner of {newest('rotterdam-natuurlijk-samen')} and has no role in it" in str(
        problem
    )
    line = (tmp_path / "rotterdam.yaml").read_text(encoding="utf-8").splitlines()[problem.line - 1]
    assert "idem-rotterdam]" in line
    chain = region("rotterdam")[0].by_name["rotterdam"]
    assert set(chain.roles_of("idem-rotterdam")) == {"other"}, (
        "what its chain says it is, and nothing of the alliance's"
    )


def test_rtd_3_a_partner_with_a_role_passes(tmp_path: Path):
    assert rotterdam(tmp_path, "radar-rotterdam") == []


# ---


def test_x_5_how_she_wants_to_be_reached_travels_with_each_referral():
    """ "No visit, Roze in Blauw only, no voicemail", and referred on twice: each receiver gets it. A recorded visit shows.

    NOT lost at the second hop, NOT a finding on silence.
    """
    story = given(report(by=ADV), prefers("no_visit", "no_voicemail", only_by=("roze_in_blauw",), by=ADV))
    story.when(requested(POLICE, by=ADV, role="police"), granted(POLICE, by=ADV))
    [first] = story.sent(ReferralOffered, POLICE)
    assert ([*first.wishes], [*first.only_by]) == (["no_visit", "no_voicemail"], ["roze_in_blauw"])
    story.when(accepted(POLICE), requested(HELP, by=POLICE, role="victim_support", purpose="aftercare"))
    story.when(granted(HELP, purpose="aftercare", by=POLICE))
    [second] = story.sent(ReferralOffered, HELP)
    assert [*second.wishes] == ["no_visit", "no_voicemail", "not_by_you"]
    assert [*second.only_by] == []
    story.never(of_type(NonconformanceFound))
    story.when(contacted(POLICE, "visit")).then_among(Pattern(NonconformanceFound, {"rule": "contact_preference"}))
    assert [word.reason for word in story.sent(Attention, CITY)] == ["preference_not_kept"]


def test_no_clock_runs_for_a_case_that_is_not_under_the_scheme(tmp_path: Path):
    bindings = "  - {use: lus@1.0, districts: all, since: 2027-01-01}\n"
    chains, protocols = loops.written(tmp_path, bindings=bindings)
    given(report(), chains=chains, protocols=protocols).never(of_type(ClockStarted))
