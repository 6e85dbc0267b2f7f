"""ACT and VST: the two national plans [2], [3]. Each test is named after its line of the scenarios (README.md here)."""

from typing import Any

import pytest

from backbone.desk.items import lacking_items
from schakel.case_loop import owner_of
from schakel.case_scheme import scheme_of
from schakel.events.referral import ReferralProposed
from schakel.messages import Attention
from tests.scenarios.region import given_in
from tests.scenarios.stories import why_not
from tests.support.casebook import Story
from tests.support.conclusions import (
    breached,
    clock_started,
    clock_stopped,
    exhausted,
    held,
    informed,
    needed,
    of_type,
    proposed,
    released,
    reminded,
)
from tests.support.desks import appointed, taken
from tests.support.telling import (
    ADV,
    POLICE,
    Tell,
    accepted,
    assessed,
    contact_made,
    explained,
    granted,
    passed,
    refused,
    report,
    requested,
)
from tests.support.telling_schemes import complaint_settled, complaint_taken, stated, wants

OM, FLAGGER, COA, IND, CITY = "om-amsterdam", "meld-online", "coa", "ind", "gemeente-amsterdam"
SPOKEN = contact_made(POLICE, "2026-03-02 13:00")


def here(*told: Tell, **more: object) -> Story:
    return given_in("landelijk", report(**more), *told)


def with_prosecutor(*told: Tell, **more: object) -> Story:
    """She files a complaint, and her yes to prosecution brings the case to the prosecutor."""
    referral = requested(OM, role="prosecutor", purpose="complaint")
    return here(complaint_taken(POLICE), referral, granted(OM, purpose="complaint"), accepted(OM), *told, **more)


def test_act_1_a_complaint_and_the_first_contact_make_the_assessment_due():
    """At the police, from the first personal contact of a victim who files a complaint. NOT for a report without a complaint."""
    story = here(SPOKEN).never(informed("police"))
    story.when(complaint_taken(POLICE)).then_among(informed("police", to=POLICE, inform="kwetsbaarheid-beoordelen"))
    given_in("landelijk", report(by=ADV), contact_made(ADV, "2026-03-02 13:00")).never(informed("police"))


def test_act_1_a_raised_risk_proposes_protective_measures_to_police_or_prosecutor():
    """The police is told, the prosecutor proposed with her consent. NOT seen outside these two, NOT asked of anybody else."""
    story = here(SPOKEN, complaint_taken(POLICE))
    assert why_not(story, assessed(POLICE, "vulnerability", "yes")) is None
    story.when(assessed(POLICE, "vulnerability", "yes")).then_among(
        informed("police", inform="beschermende-maatregelen"),
        proposed(OM, step="beschermende-maatregelen-om"),
        needed(OM),
        held(OM, reason="not_asked"),
    )
    for _, message in story.world.seats["routing"].sent + story.world.seats["consent"].sent:
        assert "vulnerability" not in message.model_dump_json()
    other = given_in("landelijk", report(by=ADV))
    assert why_not(other, assessed(ADV, "vulnerability", "yes")) == "word.reserved"


@pytest.mark.parametrize("answer", ["no", "unknown"])
def test_act_1_without_a_raised_risk_nothing_is_proposed(answer: str):
    here(SPOKEN, complaint_taken(POLICE), assessed(POLICE, "vulnerability", answer)).never(proposed(OM))


@pytest.mark.parametrize(("answer", "again"), [("no", False), ("unknown", True)])
def test_act_1_an_open_answer_is_asked_again_and_a_no_is_not(answer: str, again: bool):
    """Unknown is no no: the police is told, once. NOT anybody else, NOT a question for her."""
    story = here(SPOKEN, complaint_taken(POLICE)).when(assessed(POLICE, "vulnerability", answer))
    told = informed("police", to=POLICE, inform="kwetsbaarheid-opnieuw-beoordelen")
    if again:
        story.then_among(told).when(assessed(POLICE, "vulnerability", answer)).expect_nothing()
    else:
        story.never(told)
    story.never(proposed(OM))


def test_a45_a_complaint_that_she_wants_and_nobody_appointed_is_asked_after():
    """From the day she said so, to the police; once it is appointed, quiet. NOT a limit, NOT for her who wants none."""
    here(wants(POLICE, "emotional")).never(clock_started("afspraak"))
    story = here(wants(POLICE, "criminal_process"))
    story.then_among(clock_started("afspraak", responsible=POLICE, due_at=None))
    story.when(passed("2026-03-05 00:00")).then_among(reminded("afspraak", to=POLICE))
    story.when(appointed(POLICE)).then_among(clock_stopped("afspraak", by=POLICE))
    story.when(passed("2026-03-20 00:00")).expect_nothing()


def test_a35_how_it_ended_is_asked_after_until_she_has_heard():
    """NOT too late ever: no text says when; NOT stopped by a word of somebody who did not settle it."""
    story = here(complaint_taken(POLICE), complaint_settled(POLICE, "dismissed"))
    story.when(passed("2026-03-10 00:00")).then_among(reminded("afloop-verteld", to=POLICE))
    story.when(passed("2026-06-01 00:00")).expect_nothing()
    story.when(explained("dismissal", CITY)).never(clock_stopped("afloop-verteld"))
    story.when(explained("dismissal", POLICE)).then_among(clock_stopped("afloop-verteld", by=POLICE))


def test_how_a_complaint_ended_is_explained_and_ends_nothing():
    """Dismissed: the police is told to explain why, once; when somebody has, it is quiet. NOT a case that closes by it."""
    story = here(complaint_taken(POLICE)).never(informed("police", inform="afloop-uitleggen"))
    story.when(complaint_settled(POLICE, "dismissed")).then(
        informed("police", inform="afloop-uitleggen"), clock_started("afloop-verteld", responsible=POLICE)
    )
    assert story.case.closed is None
    early = here(complaint_taken(POLICE), explained("dismissal"), complaint_settled(POLICE, "dismissed"))
    early.never(informed("police", inform="afloop-uitleggen"))


def test_vst_1_44bis_is_the_prosecutors_then_the_courts():
    """Considered, applied with its motive, and what the court made of it: both on the case, with their author.

    NOT from the police, the ADV or the municipality, NOT at intake.
    """
    story = with_prosecutor(occurrence={"first_day": "2026-03-01", "last_day": "2026-03-01"})
    for told in (
        assessed(POLICE, "aggravating_circumstance", "yes"),
        complaint_settled(POLICE, "prosecuted", applied=True),
    ):
        assert why_not(story, told) == "word.reserved"
    assert why_not(story, complaint_settled(POLICE, "dismissed")) is None
    story.when(
        assessed(OM, "aggravating_circumstance", "yes"),
        complaint_settled(OM, "prosecuted", applied=True),
        complaint_settled(OM, "convicted", applied=False),
    )
    said = scheme_of(story.case).aggravating
    assert [(one.by, one.answer, one.outcome) for one in said] == [
        (OM, "yes", None),
        (OM, "yes", "prosecuted"),
        (OM, "no", "convicted"),
    ]
    story.never(informed("prosecutor"))


def test_vst_1_an_offence_of_before_the_law_is_warned_of():
    """Accepted as said, since nobody's word is judged; the prosecutor is warned."""
    story = with_prosecutor(occurrence={"first_day": "2025-06-30", "last_day": "2025-06-30"})
    story.when(complaint_settled(OM, "prosecuted", applied=True)).then(
        informed("prosecutor", to=OM, inform="too-early-verzwaring"), clock_started("afloop-verteld", due_at=None)
    )


def test_vst_1_nobody_marks_it_at_the_door():
    checks = ({"check": "aggravating_circumstance", "answer": "yes"},)
    story = here()
    wrong = report(checks=checks).event
    from services.intake.schemes import at_the_door

    assert [one.code for one in at_the_door(wrong)] == ["word.not_at_the_door"]
    assert scheme_of(story.case).aggravating == []


def online(at: str, **more: Any) -> Story:
    place = {"municipality": "amsterdam", "district": "oost", "place_type": "online"}
    return here(at=at, place=place, natures=("online",), **more)


def test_vst_3_the_trusted_flagger_from_its_day_on():
    """After 1 October 2025 as trusted flagger, before it as an ordinary desk. NOT for an offline incident."""
    online("2025-10-01 00:10").then_among(proposed(FLAGGER, step="meld-online-als-trusted-flagger"), needed(FLAGGER))
    story = online("2025-09-30 23:50")
    story.then_among(proposed(FLAGGER, step="meld-online-als-gewoon-meldpunt", purpose="information"))
    here().never(proposed(FLAGGER))


def test_vst_3_without_contact_details_when_she_wants_none():
    """Her yes covers the facts alone: it goes with these alone. NOT without any yes."""
    story = online("2026-03-02 12:00").never(released(FLAGGER))
    story.when(granted(FLAGGER, "case_facts")).then_among(released(FLAGGER, scopes=("case_facts",)))


def test_vst_5_the_contact_person_in_an_asylum_centre():
    """COA's contact person is proposed, with her consent. NOT the immigration service, NOT anybody by default."""
    place = {"municipality": "amsterdam", "district": "oost", "place_type": "asylum_centre"}
    story = here(place=place).then_among(proposed(COA, step="coa-contactpersoon"), needed(COA), held(COA))
    story.never(released(COA), proposed(IND), informed("immigration_service"))
    assert [one.to for one in story.case.referrals.values()] == [COA]


PUBLIC = {"target_group": "publiek", "purpose": "norm", "shows_case": True}


def test_vst_6_showing_a_case_has_a_yes_of_its_own():
    """Police or prosecutor, also anonymised: her yes to publication. NOT covered by her yes to prosecution."""
    story = with_prosecutor()
    assert why_not(story, stated(OM, "prosecutor", **PUBLIC)) == "publication.not_granted"
    story.when(requested(OM, role="prosecutor", purpose="publication", needs=("case_facts",)))
    story.then_among(proposed(OM, purpose="publication"), needed(OM, purpose="publication"))
    story.when(granted(OM, "case_facts", purpose="publication"))
    assert why_not(story, stated(OM, "prosecutor", **PUBLIC)) is None
    assert why_not(story, stated(POLICE, "police", **PUBLIC)) == "publication.not_granted"


def test_vst_6_a_no_to_one_is_a_no_to_both():
    """Refused stays refused, for police and prosecutor alike; only she takes it back."""
    story = with_prosecutor(refused(POLICE, purpose="publication"))
    by_hand = requested(OM, role="prosecutor", purpose="publication", needs=("case_facts",))
    assert why_not(story, by_hand) == "publication.refused"
    story.when(granted(OM, "case_facts", purpose="publication"))
    assert why_not(story, stated(OM, "prosecutor", **PUBLIC)) == "publication.refused"
    story.never(of_type(ReferralProposed, purpose="publication"))
    story.when(granted(POLICE, "case_facts", by=OM, purpose="publication", supersedes=True))
    assert why_not(story, stated(OM, "prosecutor", **PUBLIC)) is None


def test_act_2_whoever_says_nothing_for_two_working_days_hands_it_to_the_coordinator():
    """By the plan's own file: the police refers to the ADV by hand, which is silent. NOT closed, NOT without an owner."""
    story = here(requested(ADV, by=POLICE, role="anti_discrimination"), granted(ADV, by=POLICE), by=POLICE)
    story.then_among(clock_started("antwoord", responsible=ADV))
    story.when(passed("2026-03-04 12:00")).expect_nothing()  # the second working day has not ended
    story.when(passed("2026-03-05 00:00")).then_among(breached("antwoord"), exhausted(ADV, tell=CITY))
    assert story.case.closed is None
    assert owner_of(story.case) == CITY
    story.when(accepted(ADV)).never(exhausted(POLICE))


def test_act_2_who_answers_in_time_is_left_alone():
    story = here(requested(ADV, by=POLICE, role="anti_discrimination"), granted(ADV, by=POLICE), by=POLICE)
    story.when(accepted(ADV)).then_among(clock_stopped("antwoord", by=ADV))
    story.when(passed("2026-03-12 12:00")).never(breached("antwoord"), exhausted(ADV))


def test_act_5_the_plans_own_file_says_what_an_online_complaint_lacks():
    """By our list, until the Aanwijzing is held. NOT for what happened on the street, NOT the report refused for it."""
    story = here(natures=("online",))
    assert why_not(story, taken(POLICE, "schermafdruk", "datum")) is None
    story.when(taken(POLICE, "schermafdruk", "datum"))
    assert [message.reason for message in story.sent(Attention, POLICE)] == ["items_missing"]
    case = story.case
    chain = story.world.chains.get(case.chain or "")
    assert chain is not None
    assert lacking_items(case, chain, story.world.protocols) == ("internetadres", "account")
    story.when(taken(POLICE, "internetadres", "account", supplement=True))
    assert lacking_items(story.case, chain, story.world.protocols) == ()
    street = here(taken(POLICE), natures=("scolding",))
    assert lacking_items(street.case, chain, street.world.protocols) == ()
