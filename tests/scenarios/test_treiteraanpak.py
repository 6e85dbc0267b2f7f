"""TRT: Amsterdam, Treiteraanpak [0 bijlage 1]. Each test is named after its line of the scenarios (README.md here)."""

import pytest

from schakel.case_scheme import scheme_of
from schakel.events.case import CaseEscalated
from schakel.events.referral import ReferralProposed
from schakel.events.vocab import CloseReason
from schakel.messages import Information
from tests.scenarios.region import given_in
from tests.scenarios.stories import why_not
from tests.support.casebook import Story
from tests.support.conclusions import breached, clock_started, clock_stopped, escalated, informed, of_type, proposed
from tests.support.telling import (
    CITY,
    POLICE,
    Tell,
    accepted,
    assessed,
    contact_attempted,
    corrected,
    explained,
    granted,
    invoked,
    level_set,
    passed,
    report,
    requested,
)
from tests.support.telling_schemes import agreed, category_set, done, escalation

DIRECTOR, TOP, TALK, SCHEME = "regisseur-oost", "top-tien-amsterdam", "beterburen", "amsterdam-treiteraanpak"
HOME = {"municipality": "amsterdam", "district": "oost", "place_type": "home"}
LEADS = category_set(DIRECTOR, SCHEME, "complex", lead="district_director")


def quarrel(**more: object) -> Tell:
    return report(by=CITY, channel="telephone", place=HOME, **{"natures": ("neighbour_quarrel",), **more})


def taken_up(**more: object) -> Story:
    """The director of the district has the case."""
    return given_in("treiteraanpak", quarrel(**more), granted(DIRECTOR, by=CITY), accepted(DIRECTOR))


def simple(by: str = DIRECTOR) -> Tell:
    return category_set(by, SCHEME, "simple")


def test_trt_2_a_simple_case_leaves_the_approach_and_may_be_mediated():
    """Nothing of threat, violence or suspicion recorded: simple. NOT cards, sharing under the covenant or a lead for it."""
    story = taken_up()
    assert why_not(story, simple()) is None
    story.when(simple(), assessed(CITY, "discrimination", "no")).expect_nothing()
    mediation = requested(TALK, by=DIRECTOR, role="mediation", purpose="mediation")
    assert why_not(story, mediation) is None
    assert why_not(story, agreed(DIRECTOR, "yellow_card")) == "card.not_here"
    assert why_not(story, category_set(DIRECTOR, SCHEME, "simple", lead="district_director")) == "lead.not_yours"
    covenant = invoked(
        POLICE,
        by=DIRECTOR,
        basis="agreement",
        purpose="consultation",
        until="2026-03-12 00:00",
        agreement="gegevensuitwisseling-treiteraanpak",
    )
    assert why_not(story, covenant) == "basis.not_at_this_level"
    story.when(LEADS)
    assert why_not(story, covenant) is None


@pytest.mark.parametrize("nature", ["threat", "assault", "intimidation"])
def test_trt_2_simple_is_refused_where_one_of_these_is_recorded(nature: str):
    assert why_not(taken_up(natures=(nature, "neighbour_quarrel")), simple()) == "category.refused"


@pytest.mark.parametrize("answer", ["yes", "unknown"])
def test_trt_2_simple_is_refused_while_anybody_suspects(answer: str):
    """Anybody's suspicion counts: one partner's no does not close another's."""
    story = taken_up().when(assessed(CITY, "discrimination", "no"), assessed(DIRECTOR, "discrimination", answer))
    assert why_not(story, simple()) == "category.refused"


def test_trt_3_the_director_leads_and_yellow_comes_before_red():
    """Complex: the director takes the lead, a yellow card as an action (who, when), a red one after it.

    NOT the top team, NOT a card before there is a level, NOT a word to anybody about a card in its order.
    """
    story = taken_up()
    assert why_not(story, agreed(DIRECTOR, "yellow_card")) == "card.not_here"
    assert why_not(story, category_set(CITY, SCHEME, "complex", lead="district_director")) == "category.not_yours"
    assert why_not(story, category_set(DIRECTOR, SCHEME, "complex", lead="top_team")) == "lead.not_yours"
    story.when(LEADS, agreed(DIRECTOR, "yellow_card"), agreed(DIRECTOR, "red_card")).expect_nothing()
    lead = scheme_of(story.case).lead
    assert lead is not None
    assert (lead.partner, lead.role) == (DIRECTOR, "district_director")
    story.never(of_type(CaseEscalated), proposed(TOP))


def test_trt_3_red_without_yellow_counts_and_shows():
    """Accepted, and the coordinator is told that it is out of order. Nothing is sent to her: cards never address her."""
    story = taken_up().when(LEADS).when(agreed(DIRECTOR, "red_card"))
    story.then(informed("coordinator", to=CITY, inform="out-of-order-rode-kaart"))
    (message,) = story.sent(Information)
    assert "red_card" not in message.model_dump_json()
    story.when(agreed(DIRECTOR, "red_card")).expect_nothing()  # told once
    card = story.world.protocols.get(SCHEME, "2013.1").scheme.cards[0]
    assert card.to == "offender"


def test_trt_4_the_top_team_by_the_directors_own_word():
    """ "Cannot be solved by me": the case goes up once, and the top team leads. NOT before there is a lead, NOT on severity alone."""
    story = taken_up().when(level_set(DIRECTOR, "heavy")).expect_nothing()
    assert why_not(story, escalation(DIRECTOR)) == "escalation.not_by_the_lead"
    story.when(LEADS)
    assert why_not(story, escalation(CITY)) == "escalation.not_by_the_lead"
    assert why_not(story, escalation(DIRECTOR)) is None
    story.when(escalation(DIRECTOR)).then(escalated("top_team", owner=TOP))
    lead = scheme_of(story.case).lead
    assert lead is not None
    assert (lead.partner, lead.role) == (TOP, "top_team")
    assert why_not(story, escalation(DIRECTOR)) == "escalation.not_by_the_lead"


def test_trt_6_the_offender_moves_only_when_something_else_failed():
    """Other solutions recorded as failed: allowed; without them refused, also when one of them helped."""
    story = taken_up().when(LEADS)
    moves = agreed(DIRECTOR, "offender_moves")
    assert why_not(story, moves) == "action.not_yet"
    story.when(agreed(DIRECTOR, "letter"), done(DIRECTOR, "partly"))
    assert why_not(story, moves) == "action.not_yet"
    story.when(agreed(DIRECTOR, "camera"), done(DIRECTOR, "no"))
    assert why_not(story, moves) is None


def test_trt_6_a_plan_in_which_she_moves_is_flagged():
    """The coordinator is told at once. NOT a reason to close: the list of reasons has no such word."""
    story = taken_up().when(LEADS).when(agreed(DIRECTOR, "victim_moves"))
    story.then(informed("coordinator", to=CITY, inform="verhuizing"))
    assert not [reason for reason in CloseReason if "moves" in reason]
    assert story.case.closed is None


def test_a_simple_case_that_turns_out_otherwise_gets_a_heavier_level():
    """What was set is kept; what counts is the newest."""
    story = taken_up().when(simple(), corrected(CITY, natures=("threat",), place=HOME)).when(LEADS)
    assert [mark.category for mark in scheme_of(story.case).categories] == ["simple", "complex"]
    story.never(of_type(ReferralProposed, purpose="mediation"))


def test_trt_1_the_schemes_own_file_has_the_two_terms():
    """Thursday 2 April 10:00: notice by Saturday 10:00, contact by the end of Wednesday 8 April; a notice on Friday stops the first only.

    NOT a call that nobody answered: she has heard nothing. NOT due on Good Friday, in the weekend or on Easter Monday.
    """
    story = given_in("treiteraanpak", quarrel(at="2026-04-02 10:00"))
    story.then_among(
        clock_started("bericht", due_at="2026-04-04 10:00"),
        clock_started("contact", due_at="2026-04-09 00:00", responsible=DIRECTOR),
    )
    story.when(contact_attempted(CITY, "2026-04-03 11:00", outcome="no_answer")).expect_nothing()
    story.when(explained("what_happens_next", CITY, logged="2026-04-03 15:00")).then(
        clock_stopped("bericht", stopped_at="2026-04-03 15:00")
    )
    story.when(passed("2026-04-08 23:59")).expect_nothing()
    story.when(passed("2026-04-09 00:00")).then(breached("contact"))


def test_trt_1_details_that_were_left_are_a_notice():
    story = given_in("treiteraanpak", quarrel(at="2026-04-02 10:00"))
    left = contact_attempted(CITY, "2026-04-03 11:00", outcome="left_details")
    story.when(left).then(clock_stopped("bericht", stopped_at="2026-04-03 11:00"))


def test_b19_the_covenant_stands_in_the_file():
    """Under the id that the chain's file gives it, so that who invokes it finds its text."""
    (agreement,) = given_in("treiteraanpak", quarrel()).world.protocols.get(SCHEME, "2013.2").cooperation.agreements
    assert (agreement.id, "police" in agreement.parties) == ("gegevensuitwisseling-treiteraanpak", True)
