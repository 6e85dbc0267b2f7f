"""What is about partners and chains, and about the way of a referral. Each test is named after its line of the scenarios (README.md here).

Schemes whose own file another part of the list waits for are played with a small protocol of the test's own.
"""

from pathlib import Path

import pytest

from backbone.chains import Chain
from backbone.protocols import DefinitionError
from schakel.case_loop import owner_of
from schakel.case_state import State
from schakel.events.chain import NonconformanceFound, WatermarkPassed
from schakel.events.clock import ClockStarted
from schakel.messages import Attention, ReferralOffered
from tests.rules.test_preferences import contacted, prefers
from tests.scenarios.region import north
from tests.scenarios.stories import given, why_not
from tests.support import loops
from tests.support.casebook import World, apply
from tests.support.conclusions import (
    Pattern,
    clock_started,
    delivered,
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
    DMG,
    HELP,
    POLICE,
    accepted,
    completed,
    contact_made,
    declined,
    granted,
    passed,
    report,
    requested,
    terms,
)

# --- ACT-2


def test_act_2_what_comes_back_has_an_owner_the_same_day_and_its_referrer_knows_why(tmp_path: Path):
    """ADV refers to the police by hand, which declines for too few leads: the ADV gets it back with the reason and the owner's name,
    the same day. NOT closed, NOT without an owner at any position of the ledger.

    The reporter is told by whoever is in touch with her, here the ADV: the backbone speaks with no person itself.
    """
    story = given(report(by=ADV), requested(POLICE, by=ADV, role="police"), granted(POLICE, by=ADV))
    story.when(declined(POLICE, "too_few_leads")).then(exhausted(POLICE, reason="too_few_leads", tell=CITY))
    for partner in (ADV, CITY):
        [word] = story.sent(Attention, partner)
        assert (word.to, word.decline, word.owner) == (POLICE, "too_few_leads", CITY)
    told, gone = story.world.ledger[-1], story.world.ledger[-2]
    assert told.envelope.logged_at.date() == gone.envelope.logged_at.date()
    assert story.case.closed is None
    assert owned_throughout(story.world) == {CITY}


def test_act_2_a_silent_adv_is_the_coordinators(tmp_path: Path):
    """The police refers to the ADV, which lets the clock pass that waits for an answer: the coordinator looks, nobody else is left."""
    protocol = loops.PROTOCOL.replace("to: victim_support", "to: anti_discrimination").replace(
        "victim_support", "anti_discrimination"
    )
    chains, protocols = loops.written(tmp_path, protocol=protocol)
    story = given(report(consents=(terms(ADV),)), chains=chains, protocols=protocols)
    story.when(passed("2026-03-06 12:00")).then_among(exhausted(ADV, tell=CITY))
    assert [(word.reason, word.owner) for word in story.sent(Attention, CITY)] == [("referral_unanswered", CITY)]
    story.when(accepted(ADV)).expect_nothing()  # it may still answer
    assert owned_throughout(story.world) == {CITY}


def owned_throughout(world: World) -> set[str | None]:
    """Who looked after the case, at every position from its opening on."""
    case, owners = State(id=world.id), set()
    for entry in world.ledger:
        if not isinstance(entry.event, WatermarkPassed):
            apply(case, entry)
        if case.opened:
            owners.add(owner_of(case))
    return owners


# --- AMS-2


def test_ams_2_a_victim_from_another_chains_town_is_helped_there():
    """She lives in Groningen: Slachtofferhulp there, asked for first, whose contact counts from the delivery. NOT the project leader."""
    story = given(report(place={"district": "centrum"}, residence={"elsewhere": "yes", "municipality": "groningen"}))
    story.then_among(proposed(HELP, step="slachtofferhulp-eigen-woonplaats"), needed(HELP)).never(proposed(CITY))
    story.when(granted(HELP)).then_among(delivered(HELP), clock_started("contact-eigen-woonplaats", responsible=HELP))


def test_ams_2_the_desk_of_the_other_chain_takes_part_in_the_case_here():
    """By hand, with her yes, to the Meldpunt of Groningen: it is proposed, asked, delivered, and goes on there.

    The case stays where it happened, with its owner. NOT by name without her yes, NOT to a role that the chain does not name, NOT a
    case of its own in Groningen.
    """
    story = given(report(residence={"elsewhere": "yes", "municipality": "groningen"}))
    story.when(requested(DMG, role="anti_discrimination")).then(
        proposed(DMG, role="anti_discrimination"), needed(DMG), held(DMG, reason="not_asked")
    )
    story.when(granted(DMG)).then(released(DMG, mode="by_name"), delivered(DMG))
    story.when(accepted(DMG), contact_made(DMG, "2026-03-03 12:00"), completed(DMG)).then_quiet()
    assert (story.case.chain, owner_of(story.case)) == ("amsterdam", CITY)
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


REGIONS = {
    "groningen": ("groningen", DMG, "groningen-dmg"),
    "sudwest-fryslan": ("sudwest-fryslan", "centrum-tumba", "centrum-tumba"),
    "assen": ("assen", "meldpunt-drenthe", "meldpunt-drenthe"),
}
"""Municipality -> its chain, the desk for all discrimination there, and the door that it works (`region.north`)."""
THE_POLICE_OF_THE_NORTH = "politie-noord"
SUSPECTED = {"checks": ({"check": "discrimination_or_violence", "answer": "yes"},)}


@pytest.mark.parametrize("municipality", REGIONS)
def test_nrd_3_each_of_the_three_regions_has_its_own_door(municipality: str):
    """The police of all three reports: with her yes it goes to the desk of that region. NOT all to DMG, NOT before her yes."""
    chain, desk, door = REGIONS[municipality]
    told = report(by=THE_POLICE_OF_THE_NORTH, place={"municipality": municipality, "district": None}, **SUSPECTED)
    chains, protocols = north()
    story = given(told, chains=chains, protocols=protocols).then_among(held(desk, reason="not_asked"))
    assert story.case.chain == chain
    assert [one.to for one in story.case.referrals.values()] == [desk]
    story.never(delivered(desk)).when(granted(desk, by=THE_POLICE_OF_THE_NORTH)).then_among(delivered(desk))
    assert {partner: bound.door for partner, bound in chains.by_name[chain].doors.items()} == {desk: door}
    assert chains.by_name[chain].doors[desk].municipalities == (municipality,)


def test_nrd_4_assen_is_under_the_alliance_from_its_own_day():
    """On the chain's own file: the case of the day before opens, and not under the alliance."""
    chains, protocols = north()
    place = {"municipality": "assen", "district": None}
    for day, under in (("2016-10-10", False), ("2016-10-11", True)):
        told = report(by=THE_POLICE_OF_THE_NORTH, at=f"{day} 12:00", place=place, **SUSPECTED)
        story = given(told, chains=chains, protocols=protocols)
        assert story.case.chain == "assen"
        assert ("noord-nederland-alliantie@2016.2" in story.case.protocols) is under
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


def test_rtd_3_a_partner_of_the_alliance_without_a_role_fails_the_check(tmp_path: Path):
    """The partner is named, with file and line. NOT a default role."""
    bindings = "  - {use: lus@1.0, districts: all, partners: [slachtofferhulp, politie-amsterdam]}\n"
    with pytest.raises(DefinitionError) as error:
        loops.written(tmp_path, bindings=bindings)
    [problem] = [one for one in error.value.problems if one.is_error]
    assert "`politie-amsterdam` is a partner of lus@1.0 and has no role in it" in str(problem)
    line = (tmp_path / "chains" / "lus.yaml").read_text(encoding="utf-8").splitlines()[problem.line - 1]
    assert "politie-amsterdam]" in line


def test_rtd_3_a_partner_with_a_role_passes(tmp_path: Path):
    bindings = "  - {use: lus@1.0, districts: all, partners: [slachtofferhulp, coc-amsterdam]}\n"
    chains, _ = loops.written(tmp_path, bindings=bindings)
    assert isinstance(chains.get("lus"), Chain)


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
