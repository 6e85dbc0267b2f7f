"""TRT: Amsterdam, Treiteraanpak [0 bijlage 1]. Each test is named after its line of the scenarios (README.md here)."""

from collections.abc import Iterator

import pytest
from pydantic import ValidationError

from backbone.authoring import hers
from backbone.authoring.boxes import Route
from backbone.authoring.route import route
from backbone.evaluation.verdicts import Verdict
from schakel.case_scheme import scheme_of
from schakel.events.case import CaseEscalated, EscalationRequested
from schakel.events.clock import ClockBreached, ClockStarted
from schakel.events.referral import ReferralProposed
from schakel.events.vocab import CloseReason
from schakel.messages import Information
from tests.evaluation.stories import judged
from tests.scenarios.region import given_in
from tests.scenarios.stories import ever_sent, file_of, refused, why_not
from tests.support.casebook import Story
from tests.support.conclusions import (
    attached,
    breached,
    clock_started,
    clock_stopped,
    delivered,
    denied,
    escalated,
    informed,
    of_type,
    permitted,
    proposed,
    released,
)
from tests.support.newest import newest_of
from tests.support.telling import (
    ADV,
    CITY,
    HELP,
    POLICE,
    Tell,
    accepted,
    assessed,
    close_requested,
    contact_attempted,
    contact_made,
    corrected,
    explained,
    granted,
    invoked,
    label_given,
    level_set,
    moment,
    passed,
    reads,
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
    """With the reason: what of the case it is that rules it out."""
    no = refused(taken_up(natures=(nature, "neighbour_quarrel")), simple())
    assert (no.code, "natures" in no.expected) == ("category.refused", True)


@pytest.mark.parametrize("answer", ["yes", "unknown"])
def test_trt_2_simple_is_refused_while_anybody_suspects(answer: str):
    """Anybody's suspicion counts: one partner's no does not close another's."""
    story = taken_up().when(assessed(CITY, "discrimination", "no"), assessed(DIRECTOR, "discrimination", answer))
    no = refused(story, simple())
    assert (no.code, "suspected" in no.expected) == ("category.refused", True)


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
    """Accepted; the coordinator is told that it is out of order, and conformance has it so. Nothing is sent to her: cards address him."""
    story = taken_up().when(LEADS).when(agreed(DIRECTOR, "red_card"))
    story.then(informed("coordinator", to=CITY, inform="out-of-order-rode-kaart"))
    assert out_of_order(story) == ["rode-kaart"]
    assert out_of_order(taken_up().when(LEADS, agreed(DIRECTOR, "yellow_card"), agreed(DIRECTOR, "red_card"))) == []
    (message,) = story.sent(Information)
    assert "red_card" not in message.model_dump_json()
    story.when(agreed(DIRECTOR, "red_card")).expect_nothing()  # told once
    assert {card.to for card in file_of(story, SCHEME).scheme.cards} == {"offender"}
    assert b"yellow_card" not in everything_sent(story)
    assert b"red_card" not in everything_sent(story)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_trt_3_what_she_is_shown_has_no_card(language: str):
    """Her picture of the scheme, which stands in her copy and on her page; the policy officer's has them. NOT a card to her."""
    protocol = newest_of("amsterdam-treiteraanpak")
    lanes = " ".join(_said(hers.route(protocol, language)))
    assert [word for word in CARDS if word in lanes] == []
    assert [word for word in CARDS if word in " ".join(_said(route(protocol)))] == ["kaart", "gele", "rode"]


CARDS = ("kaart", "gele", "rode", "card", "yellow", "red ")


def _said(shown: Route) -> Iterator[str]:
    for lane in shown.lanes:
        yield lane.heading.lower()
        yield from (text.lower() for card in lane.all() for text in (card.title, card.above, card.says, *card.lines))


@pytest.mark.parametrize("card", ["yellow_card", "red_card"])
def test_trt_3_a_card_asks_her_nothing_and_tells_her_nothing(card: str):
    """No question to put to her, no word to whoever speaks with her, no clock towards her that stops by it. NOT a card to her."""
    story = taken_up().when(LEADS, agreed(DIRECTOR, "yellow_card"))
    known, clocks = len(list(ever_sent(story))), states(story)
    story.when(agreed(DIRECTOR, card)).expect_nothing()
    assert [message for _, message in ever_sent(story)][known:] == []
    now = states(story)
    assert {name: now[name] for name in clocks} == clocks


def states(story: Story) -> dict[str, str]:
    return {clock.name: clock.state.value for clock in story.case.clocks.values()}


def out_of_order(story: Story) -> list[str]:
    return [one.name for one in judged(story) if one.verdict is Verdict.OUT_OF_ORDER]


def everything_sent(story: Story) -> bytes:
    return b" ".join(message.model_dump_json().encode() for _, message in ever_sent(story))


def test_trt_4_the_top_team_by_the_directors_own_word():
    """ "Cannot be solved by me", with a reason: the case goes up once, and the top team leads.

    NOT before there is a lead, NOT on severity alone, NOT without the reason.
    """
    with pytest.raises(ValidationError):
        EscalationRequested.model_validate({"to": "top_team"})
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


COVENANT = {"basis": "agreement", "agreement": "gegevensuitwisseling-treiteraanpak"}


def test_trt_5_a_covenant_holds_until_its_last_day():
    """The police is party until 31 May: a read on 31 May is permitted, one on 1 June denied: it has ended.

    NOT a word to a partner that is no party, at any time; NOT another purpose than the covenant's.
    """
    story = taken_up(at="2026-05-04 12:00").when(LEADS)
    ask = {"by": DIRECTOR, "purpose": "consultation"}
    story.when(requested(POLICE, role="police", **ask), requested(ADV, role="anti_discrimination", **ask))
    in_force = invoked(POLICE, until="2026-06-01 00:00", **COVENANT, **ask)
    assert why_not(story, in_force) is None
    story.when(in_force).then_among(released(POLICE, basis="agreement"), delivered(POLICE))
    story.when(reads(POLICE, at="2026-05-31 23:00")).then_among(permitted())
    story.when(reads(ADV, at="2026-05-31 23:10")).then_among(denied("not_asked"))
    story.when(reads(POLICE, at="2026-06-01 00:30")).then_among(denied("ended"))
    story.when(passed("2026-06-02 00:00"), reads(POLICE, at="2026-06-02 12:00")).then_among(denied("ended"))
    story.when(reads(ADV, at="2026-06-02 12:10")).then_among(denied("not_asked"))
    ends = {"until": "2026-06-01 00:00", **COVENANT}
    other = taken_up(at="2026-05-04 12:00").when(LEADS)
    assert why_not(other, invoked(ADV, **ends, **ask)) == "agreement.not_party"
    assert why_not(other, invoked(POLICE, by=DIRECTOR, purpose="aftercare", **ends)) == "agreement.another_purpose"


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
    with pytest.raises(ValidationError):
        close_requested(CITY, reason="victim_moves")


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
    story.when(passed("2026-04-08 23:59")).expect_nothing().never(of_type(ClockBreached))
    story.when(passed("2026-04-09 00:00")).then(breached("contact"))


def test_trt_1_details_that_were_left_are_a_notice():
    story = given_in("treiteraanpak", quarrel(at="2026-04-02 10:00"))
    left = contact_attempted(CITY, "2026-04-03 11:00", outcome="left_details")
    story.when(left).then(clock_stopped("bericht", stopped_at="2026-04-03 11:00"))


def test_b19_the_covenant_stands_in_the_file():
    """Under the id that the chain's file gives it, so that who invokes it finds its text."""
    (agreement,) = file_of(given_in("treiteraanpak", quarrel()), SCHEME).cooperation.agreements
    assert (agreement.id, "police" in agreement.parties) == ("gegevensuitwisseling-treiteraanpak", True)


def test_x_2_a_label_brings_the_handelingskader_beside_the_treiteraanpak():
    """A case that runs already gets the label: the second scheme runs beside the first, each clock keeps its own limit.

    The victim is called once: the one contact counts for both. NOT one clock started again, NOT referred to anybody twice.
    """
    story = taken_up(at="2026-04-02 10:00")
    assert [ref.partition("@")[0] for ref in story.case.protocols] == [SCHEME]
    before = dict(story.case.clocks)

    story.when(label_given(by=DIRECTOR)).then_among(
        attached(), proposed(HELP, step="slachtofferhulp"), clock_started("eerste-contact", due_at=None)
    )
    assert [ref.partition("@")[0] for ref in story.case.protocols] == [SCHEME, "amsterdam-handelingskader"]
    assert {clock_id: story.case.clocks[clock_id] for clock_id in before} == before
    limits = {"bericht": moment("2026-04-04 10:00"), "contact": moment("2026-04-09 00:00"), "eerste-contact": None}
    due = {clock.name: clock.due_at for clock in story.case.clocks.values()}
    assert {name: due[name] for name in limits} == limits

    story.when(contact_made(DIRECTOR, "2026-04-03 11:00")).then_among(*(clock_stopped(name) for name in limits))
    begun = [entry.event.clock for entry in story.concluded(since=0) if isinstance(entry.event, ClockStarted)]
    assert {name: begun.count(name) for name in limits} == dict.fromkeys(limits, 1)
    referred = [one.to for one in story.case.referrals.values()]
    assert sorted(set(referred)) == sorted(referred)
