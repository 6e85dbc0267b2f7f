"""GRN: the Groningen Protocolkaart [0 flyer, p. 60]. Each test is named after its line of the scenarios (README.md here)."""

import pytest

from schakel.case_loop import owner_of
from schakel.case_needs import noted
from schakel.events.consent import ConsentNeeded
from schakel.events.referral import PartyInformed, ReferralProposed
from schakel.messages import ConsentQuestion, Information, ReferralOffered
from tests.scenarios.desk_stories import items, kinds
from tests.scenarios.stories import ever_sent, file_of, given, why_not
from tests.support.casebook import SERVICES, Story
from tests.support.conclusions import (
    clock_started,
    closed,
    delivered,
    denied,
    held,
    informed,
    needed,
    of_type,
    permitted,
    proposed,
    released,
    scheduled,
)
from tests.support.desks import agreed, needs
from tests.support.meetings import case, issue_of
from tests.support.newest import shipped
from tests.support.telling import (
    COC_GRONINGEN,
    DMG,
    GRONINGEN,
    NAME,
    POLICE_NORTH,
    Tell,
    accepted,
    assessed,
    close_requested,
    contact_made,
    corrected,
    granted,
    reads,
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
    assert [clock.name for clock in story.case.clocks.values()].count("gemeente-contact-met-slachtoffer") == 1
    step = file_of(story, "groningen-protocolkaart").step("naar-dmg")
    assert step is not None
    assert step.refer.form == "meldingsformulier"
    story.never(of_type(ReferralProposed, purpose="mediation"), informed("mayor"), informed("alderman"))


def test_grn_2_a_refused_name_strips_the_referral():
    """At the COC confidant the victim refuses to be named to DMG: it goes all the same, without anything that points to her.

    DMG asks to read her contact details or her story: denied, each: what went does not carry it. NOT held, NOT dropped, NOT asked again.
    """
    story = given(report_in_groningen(by=COC_GRONINGEN, **SUSPECTED)).then_among(needed(DMG, ask=COC_GRONINGEN))
    story.when(refused(DMG, "contact_details", "story", by=COC_GRONINGEN)).then(
        released(DMG, mode="stripped", basis="scheme", scopes=("case_facts",)), delivered(DMG)
    )
    (offer,) = story.sent(ReferralOffered, DMG)
    assert offer.scopes == ("case_facts",)
    assert story.sent(ConsentQuestion) == []
    for scope in NAME:
        story.when(reads(DMG, scope)).then(denied("too_narrow"))
    assert (story.referral(DMG).state, story.referral(DMG).hold_reason) == ("delivered", None)
    asked = [entry for entry in story.concluded(since=0) if isinstance(entry.event, ConsentNeeded)]
    assert len(asked) == 1
    named = given(report_in_groningen(by=COC_GRONINGEN, **SUSPECTED), granted(DMG, by=COC_GRONINGEN))
    named.when(reads(DMG, "story")).then(permitted("story"))  # where she let it be named


@pytest.mark.parametrize("identity", ["known_to_door", "anonymous_heard", "one_way"])
def test_grn_2_known_to_the_door_only_is_forwarded_without_asking(identity: str):
    """The other half of "always forwarded, by name or anonymous": nobody is asked for a name that is not given."""
    given(report_in_groningen(by=POLICE_NORTH, identity=identity, **SUSPECTED)).then_among(
        released(DMG, mode="stripped"), delivered(DMG)
    ).never(needed(DMG), held(DMG))


def test_grn_3_acute_and_high_profile_inform_mayor_and_alderman_once():
    """Both flags, the second by a correction: from then on mayor and alderman are informed, without personal data.

    NOT with one flag, NOT twice after a second correction or a replay.
    """
    home = {"municipality": "assen", "elsewhere": "yes"}
    story = given(report_in_groningen(acute=True, residence=home)).never(of_type(PartyInformed))
    story.when(correction(high_profile=True)).then(informed("mayor"), informed("alderman"))
    assert len(story.sent(Information)) == 2
    for message in story.sent(Information):
        assert message.facts.residence.municipality is None
        assert not set(type(message).model_fields) & {"sealed", "reference", "scopes"}
    story.when(correction(high_profile=False), correction(high_profile=True)).expect_nothing()
    before = len(story.world.ledger)
    for service in SERVICES:
        story.world.rebuild(service)
    story.world.settle()
    assert (len(story.world.ledger), ever_sent(story)) == (before, [])


def test_grn_3_not_with_high_profile_alone():
    given(report_in_groningen(high_profile=True)).never(of_type(PartyInformed))


@pytest.mark.parametrize("answer", ["no", "unknown"])
def test_grn_4_no_and_unknown_stay_at_the_desk(answer: str):
    """At the Meldpunt Overlast en Zorg. No: the desk's own process, and it keeps the case. Unknown: the question stays open.

    DMG hears nothing. NOT a referral to it, or to mediation, by itself.
    """
    story = given(report_in_groningen(channel="telephone"))
    story.when(assessed(GRONINGEN, "discrimination_or_violence", answer)).expect_nothing()
    story.never(of_type(ReferralProposed))
    assert (owner_of(story.case), DMG in story.case.parties) == (GRONINGEN, False)
    assert [message for to, message in ever_sent(story) if to == DMG] == []
    assert ("check_open" in kinds(story)) is (answer == "unknown")


def test_grn_4_unknown_is_not_no():
    """The open question is a task of the desk's, and can still be answered; the answer counts from then."""
    story = given(report_in_groningen(), assessed(GRONINGEN, "discrimination_or_violence", "unknown"))
    (item,) = [one for one in items(story) if one.kind == "check_open"]
    assert (item.who, item.what) == (GRONINGEN, ("vermoeden",))
    story.when(assessed(GRONINGEN, "discrimination_or_violence", "no"))
    assert "check_open" not in kinds(story)
    story.when(assessed(GRONINGEN, "discrimination_or_violence", "yes")).then_among(proposed(DMG))


def test_grn_5_it_ends_when_the_suspicion_is_removed_and_the_reporter_content():
    """After hearing both sides DMG assesses two things apart; with both answered yes the case closes so.

    NOT when only one of the two holds, NOT while one of them is unknown.
    """
    story = taken_in(agreed(DMG, "hearing_both_sides"))
    ending = close_requested(DMG, "suspicion_removed_and_content")
    for answers in ({}, {"suspicion_removed": "yes"}, {"reporter_content": "unknown"}):
        story.when(*(assessed(DMG, check, answer) for check, answer in answers.items())).expect_nothing()
        assert why_not(story, ending) == "close.not_yet"
    story.when(assessed(DMG, "reporter_content", "yes"))
    assert why_not(story, ending) == "close.aftercare_open"
    story.when(*aftercare_for_all(DMG))
    assert why_not(story, ending) is None
    story.when(ending).then_among(closed(reason="suspicion_removed_and_content"), scheduled("victim"))


def taken_in(*told: Tell, door: str = GRONINGEN) -> Story:
    """DMG has it, and did the intake; then these."""
    return given(report_in_groningen(by=door, **SUSPECTED), granted(DMG, by=door), accepted(DMG), *told)


def heard_in_groningen(door: str = GRONINGEN) -> Story:
    """DMG heard both sides, with the reporter's word first, and the suspicion stays."""
    story = taken_in(door=door)
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
    """ "Discuss next steps with the reporter" opens; only when that is recorded is the step proposed.

    NOT before, though she had said so earlier; NOT the others, NOT on another step's yes.
    """
    to, step, purpose = AFTER_HEARING[wish]
    door = COC_GRONINGEN if to == GRONINGEN else GRONINGEN  # whose own report it is has it already
    early = taken_in(needs(DMG, "legal", wishes=tuple(AFTER_HEARING)), door=door)
    early.when(agreed(DMG, "hearing_both_sides"), assessed(DMG, "suspicion_removed", "no"))
    assert [one.to for one in early.case.referrals.values()] == [DMG]
    story = heard_in_groningen(door)
    assert "next_steps_to_discuss" in kinds(story)
    story.when(needs(DMG, "legal", wishes=(wish,)))
    assert "next_steps_to_discuss" not in kinds(story)
    story.then_among(
        proposed(to, step=step, purpose=purpose), held(to, reason="not_asked"), needed(to, purpose=purpose)
    )
    opened = [(one.to, one.step) for one in story.case.referrals.values()]
    assert opened == [(DMG, "naar-dmg"), (to, step)]
    story.never(delivered(to), of_type(ConsentNeeded, of="offender"))


def test_grn_5_the_other_side_has_to_agree_to_the_cards_mediation():
    """The suspicion stands: no neighbourhood mediation; restorative mediation needs both. NOT on her word alone."""
    story = heard_in_groningen().when(needs(DMG, "legal", wishes=("restorative_mediation", "mediation")))
    assert {one.role for one in story.case.referrals.values()} == {"anti_discrimination", "restorative_mediation"}
    story.when(granted("perspectief", by=DMG)).never(delivered("perspectief"))
    assert story.referral("perspectief").hold_reason == "other_side"


def test_grn_5_the_other_side_is_not_heard_before_the_reporter_agreed():
    """NOT planned, NOT asked by the backbone; what was done all the same is accepted, and marked."""
    story = taken_in()
    assert why_not(story, agreed(DMG, "hearing_both_sides", wanted=False)) == "hearing.not_agreed"
    assert why_not(story, agreed(DMG, "hearing_both_sides")) is None
    story.when(assessed(DMG, "suspicion_removed", "no"))
    assert story.case.desk is not None
    assert [made.kind for made in story.case.desk.marks] == ["hearing_before_agreed"]
    story.never(of_type(ConsentNeeded, of="offender"))


def test_grn_5_one_of_the_two_is_not_the_end():
    """Removed but not content: discussed as well. Both: the end, nothing to discuss. NOT closed by either."""
    story = taken_in(agreed(DMG, "hearing_both_sides"), assessed(DMG, "suspicion_removed", "yes")).never(closed())
    assert "next_steps_to_discuss" not in kinds(story)
    story.when(assessed(DMG, "reporter_content", "no"))
    assert "next_steps_to_discuss" in kinds(story)
    story.when(needs(DMG, "be_heard")).expect_nothing()
    story.when(assessed(DMG, "reporter_content", "yes"))
    assert "next_steps_to_discuss" not in kinds(story)
    story.never(closed())


def test_grn_5_a_new_result_is_discussed_anew():
    story = heard_in_groningen().when(needs(DMG, "be_heard"))
    assert "next_steps_to_discuss" not in kinds(story)
    story.when(assessed(DMG, "suspicion_removed", "no"))
    assert "next_steps_to_discuss" not in kinds(story), "the same answer again"
    story.when(assessed(DMG, "suspicion_removed", "yes"), assessed(DMG, "reporter_content", "no"))
    assert "next_steps_to_discuss" in kinds(story)


def test_grn_6_a_direct_anonymous_call_is_heard_and_ends():
    """DMG hears an anonymous caller and closes as anonymous. NOT a clock, a question, a hearing of both sides or a referral."""
    story = given(anonymous_call())
    story.when(contact_made(DMG, "2026-03-02 12:00", listening_ear=True)).expect_nothing()
    story.when(close_requested(DMG, "anonymous")).then(closed(reason="anonymous"), scheduled("victim"))
    assert story.case.clocks == {}
    assert story.case.contacts[0].listening_ear
    assert items(story) == []
    assert noted(story.case).hearing is None
    story.never(of_type(ConsentNeeded), of_type(ReferralProposed), of_type(PartyInformed))


def test_grn_6_the_call_is_counted_in_the_overview():
    """Five of them in a month: the month's overview has five. NOT nothing because they were closed at once."""
    chain = shipped()[0].by_name["groningen"]
    heard = contact_made(DMG, "2026-03-02 12:00", listening_ear=True)
    calls = [
        case(shipped(), number, anonymous_call(), heard, close_requested(DMG, "anonymous")) for number in range(1, 6)
    ]
    assert issue_of(chain, calls, "2026-03").shown["incidents"]["all"] == {"all": 5}
    assert issue_of(chain, calls[:4], "2026-03").shown["incidents"]["all"] == {"all": None}


def anonymous_call() -> Tell:
    return report_in_groningen(by=DMG, identity="anonymous_heard", channel="telephone", **SUSPECTED)
