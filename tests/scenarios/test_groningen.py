"""GRN: the Groningen Protocolkaart [0 flyer, p. 60]. Each test is named after its line of the scenarios (README.md here)."""

import pytest

from schakel.events.consent import ConsentNeeded
from schakel.events.referral import PartyInformed, ReferralProposed
from schakel.messages import ConsentQuestion, Information, ReferralOffered
from tests.scenarios.stories import given, why_not
from tests.support.casebook import Story
from tests.support.conclusions import (
    clock_started,
    closed,
    delivered,
    held,
    informed,
    needed,
    of_type,
    proposed,
    released,
    scheduled,
)
from tests.support.desks import agreed, needs
from tests.support.telling import (
    COC_GRONINGEN,
    DMG,
    GRONINGEN,
    POLICE_NORTH,
    Tell,
    accepted,
    assessed,
    close_requested,
    contact_made,
    corrected,
    granted,
    refused,
    report_in_groningen,
)
from tests.support.telling_clocks import aftercare_for_all

HERE = {"municipality": "groningen", "district": "centrum"}
SUSPECTED = {"checks": ({"check": "discrimination_or_violence", "answer": "yes"},)}


def correction(**changed: object) -> Tell:
    return corrected(GRONINGEN, place=HERE, **changed)


def test_grn_1_suspicion_at_the_desk_goes_to_dmg_by_name_with_the_form():
    """Report at the Klant Service Centrum, suspicion yes, she grants contact details and story to DMG: one referral, by name.

    The city's own contact with the victim begins to count. NOT mediation, NOT mayor or alderman.
    """
    story = given(report_in_groningen()).never(of_type(ReferralProposed))
    story.when(assessed(GRONINGEN, "discrimination_or_violence", "yes"), granted(DMG, by=GRONINGEN))
    story.then_among(
        proposed(DMG, step="naar-dmg", purpose="referral"),
        released(DMG, mode="by_name", scopes=("case_facts", "contact_details", "story")),
        delivered(DMG),
        clock_started("gemeente-contact-met-slachtoffer", responsible=GRONINGEN),
    )
    assert [referral.to for referral in story.case.referrals.values()] == [DMG]
    step = story.world.protocols.get("groningen-protocolkaart", "2017.3").step("naar-dmg")
    assert step is not None
    assert step.refer.form == "meldingsformulier"
    story.never(of_type(ReferralProposed, purpose="mediation"), informed("mayor"), informed("alderman"))


def test_grn_2_a_refused_name_strips_the_referral():
    """At the COC confidant the victim refuses to be named to DMG: it goes all the same, without anything that points to her.

    NOT held for ever, NOT dropped, NOT asked again. Reading contact details or story is not covered by what was released.
    """
    story = given(report_in_groningen(by=COC_GRONINGEN, **SUSPECTED)).then_among(needed(DMG, ask=COC_GRONINGEN))
    story.when(refused(DMG, "contact_details", "story", by=COC_GRONINGEN)).then(
        released(DMG, mode="stripped", basis="scheme", scopes=("case_facts",)), delivered(DMG)
    )
    (offer,) = story.sent(ReferralOffered, DMG)
    assert offer.scopes == ("case_facts",)
    asked = [entry for entry in story.concluded(since=0) if isinstance(entry.event, ConsentNeeded)]
    assert len(asked) == 1
    assert story.sent(ConsentQuestion) == []


@pytest.mark.parametrize("identity", ["known_to_door", "anonymous_heard", "one_way"])
def test_grn_2_known_to_the_door_only_is_forwarded_without_asking(identity: str):
    """The other half of "always forwarded, by name or anonymous": nobody is asked for a name that is not given."""
    given(report_in_groningen(by=POLICE_NORTH, identity=identity, **SUSPECTED)).then_among(
        released(DMG, mode="stripped"), delivered(DMG)
    ).never(needed(DMG), held(DMG))


def test_grn_3_acute_and_high_profile_inform_mayor_and_alderman_once():
    """Both flags, the second by a correction: from then on mayor and alderman are informed, without personal data.

    NOT with one flag, NOT twice after a second correction.
    """
    story = given(report_in_groningen(acute=True)).never(of_type(PartyInformed))
    story.when(correction(high_profile=True)).then(informed("mayor"), informed("alderman"))
    for message in story.sent(Information):
        assert message.facts.residence.municipality is None
        assert b"sealed" not in message.model_dump_json().encode()
    story.when(correction(high_profile=False), correction(high_profile=True)).expect_nothing()


def test_grn_3_not_with_high_profile_alone():
    given(report_in_groningen(high_profile=True)).never(of_type(PartyInformed))


@pytest.mark.parametrize("answer", ["no", "unknown"])
def test_grn_4_no_and_unknown_stay_at_the_desk(answer: str):
    """No: the desk's own process. Unknown: the question stays open. Neither reaches DMG or mediation by itself."""
    story = given(report_in_groningen(channel="telephone"))
    story.when(assessed(GRONINGEN, "discrimination_or_violence", answer)).expect_nothing()
    story.never(of_type(ReferralProposed))


def test_grn_4_unknown_is_not_no():
    """The open question can still be answered, and counts from then."""
    story = given(report_in_groningen(), assessed(GRONINGEN, "discrimination_or_violence", "unknown"))
    story.when(assessed(GRONINGEN, "discrimination_or_violence", "yes")).then_among(proposed(DMG))


def test_grn_5_it_ends_when_the_suspicion_is_removed_and_the_reporter_content():
    """After hearing both sides DMG assesses two things apart; with both answered yes the case closes so.

    NOT when only one of the two holds, NOT while one of them is unknown.
    """
    story = given(report_in_groningen(**SUSPECTED), granted(DMG, by=GRONINGEN), accepted(DMG))
    ending = close_requested(DMG, "suspicion_removed_and_content")
    for answers in ({}, {"suspicion_removed": "yes"}, {"reporter_content": "unknown"}):
        story.when(*(assessed(DMG, check, answer) for check, answer in answers.items())).expect_nothing()
        assert why_not(story, ending) == "close.not_yet"
    story.when(assessed(DMG, "reporter_content", "yes"))
    assert why_not(story, ending) == "close.aftercare_open"
    story.when(*aftercare_for_all(DMG))
    assert why_not(story, ending) is None
    story.when(ending).then_among(closed(reason="suspicion_removed_and_content"), scheduled("victim"))


def heard_in_groningen(door: str = GRONINGEN) -> Story:
    """DMG heard both sides, with the reporter's word first, and the suspicion stays."""
    story = given(report_in_groningen(by=door, **SUSPECTED), granted(DMG, by=door), accepted(DMG))
    story.when(agreed(DMG, "hearing_both_sides")).then_among(clock_started("actie", responsible=DMG))
    return story.when(assessed(DMG, "suspicion_removed", "no")).expect_nothing()


AFTER_HEARING = {
    "coc_confidant": (COC_GRONINGEN, "maatwerk", "referral"),
    "restorative_mediation": ("perspectief", "herstelbemiddeling", "referral"),
    "human_rights_institute": ("college-rechten-mens", "procedure", "referral"),
    "police": (POLICE_NORTH, "aangifte", "complaint"),
    "municipality": (GRONINGEN, "afstemming", "consultation"),
}
"""What she wants -> who is proposed, by which step of the card, for what."""


@pytest.mark.parametrize("wish", AFTER_HEARING)
def test_grn_5_after_the_talk_only_what_she_wants_is_proposed_and_each_with_its_own_yes(wish: str):
    """On the card's own file. NOT before the next steps are discussed, NOT the others, NOT on another step's yes."""
    to, step, purpose = AFTER_HEARING[wish]
    door = COC_GRONINGEN if to == GRONINGEN else GRONINGEN  # whose own report it is has it already
    story = heard_in_groningen(door).when(needs(DMG, "legal", wishes=(wish,)))
    story.then_among(
        proposed(to, step=step, purpose=purpose), held(to, reason="not_asked"), needed(to, purpose=purpose)
    )
    opened = [(one.to, one.step) for one in story.case.referrals.values()]
    assert opened == [(DMG, "naar-dmg"), (to, step)]
    story.never(delivered(to))


def test_grn_5_the_other_side_has_to_agree_to_the_cards_mediation():
    """The suspicion stands: no neighbourhood mediation; restorative mediation needs both. NOT on her word alone."""
    story = heard_in_groningen().when(needs(DMG, "legal", wishes=("restorative_mediation", "mediation")))
    assert {one.role for one in story.case.referrals.values()} == {"anti_discrimination", "restorative_mediation"}
    story.when(granted("perspectief", by=DMG)).never(delivered("perspectief"))
    assert story.referral("perspectief").hold_reason == "other_side"


def test_grn_6_a_direct_anonymous_call_is_heard_and_ends():
    """DMG hears an anonymous caller and closes as anonymous. NOT a clock, a question or a referral."""
    story = given(report_in_groningen(by=DMG, identity="anonymous_heard", channel="telephone", **SUSPECTED))
    story.when(contact_made(DMG, "2026-03-02 12:00", listening_ear=True)).expect_nothing()
    story.when(close_requested(DMG, "anonymous")).then(closed(reason="anonymous"), scheduled("victim"))
    assert story.case.clocks == {}
    assert story.case.contacts[0].listening_ear
    story.never(of_type(ConsentNeeded), of_type(ReferralProposed), of_type(PartyInformed))
