"""ACT and VST: the two national plans [2], [3]. Each test is named after its line of the scenarios (README.md here)."""

from dataclasses import replace
from typing import Any

import pytest

from backbone.desk.items import lacking_items
from backbone.meetings import in_pilot
from backbone.overviews.incident import incidents
from backbone.overviews.tables import TABLES
from schakel.case import apply
from schakel.case_loop import owner_of
from schakel.case_scheme import scheme_of
from schakel.case_state import State
from schakel.events.chain import WatermarkPassed
from schakel.events.contact import ComplaintSettled, NeedsRecorded
from schakel.events.referral import ReferralDeclined, ReferralExhausted, ReferralProposed
from schakel.messages import Attention
from tests.scenarios.desk_stories import kinds
from tests.scenarios.region import given_in, region
from tests.scenarios.stories import ever_sent, why_not
from tests.support.casebook import Story, World
from tests.support.conclusions import (
    breached,
    clock_started,
    clock_stopped,
    delivered,
    exhausted,
    held,
    informed,
    needed,
    of_type,
    proposed,
    released,
    reminded,
)
from tests.support.desks import appointed, chosen, needs, settled, taken
from tests.support.meetings import scheme
from tests.support.telling import (
    ADV,
    POLICE,
    Tell,
    accepted,
    assessed,
    contact_made,
    declined,
    explained,
    granted,
    moment,
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
    story.when(complaint_settled(POLICE, "dismissed"))
    assert [one for one in story.concluded() if informed("police").fits(one, story.case)] == [], "once"
    assert story.case.closed is None
    early = here(complaint_taken(POLICE), explained("dismissal"), complaint_settled(POLICE, "dismissed"))
    early.never(informed("police", inform="afloop-uitleggen"))


def test_vst_1_44bis_is_the_prosecutors_then_the_courts():
    """Considered, applied with its motive, and what the court made of it: both on the case, with their author.

    NOT from the police, the ADV or the municipality, NOT at intake.
    """
    story = with_prosecutor(
        requested(ADV, by=POLICE, role="anti_discrimination"),
        granted(ADV, by=POLICE),
        accepted(ADV),
        occurrence={"first_day": "2026-03-01", "last_day": "2026-03-01"},
    )
    for partner in (POLICE, ADV, CITY):
        assert why_not(story, assessed(partner, "aggravating_circumstance", "yes")) == "word.reserved"
    assert why_not(story, complaint_settled(POLICE, "prosecuted", applied=True)) == "word.reserved"
    assert why_not(story, complaint_settled(POLICE, "dismissed")) is None
    for partner in (ADV, CITY):
        assert why_not(story, complaint_settled(partner, "prosecuted", applied=True)) == "right.missing"
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


def test_vst_1_considered_and_not_applied_has_its_motive_too():
    """NOT without the motive; what the court decides later has its own."""
    story = with_prosecutor(assessed(OM, "aggravating_circumstance", "yes"))
    story.when(complaint_settled(OM, "prosecuted", applied=False, reason="motive_not_proven"))
    assert [(one.by, one.answer) for one in scheme_of(story.case).aggravating] == [(OM, "yes"), (OM, "no")]
    (settled,) = (entry.event for entry in story.world.ledger if isinstance(entry.event, ComplaintSettled))
    assert settled.reason == "motive_not_proven"
    for applied in (True, False):
        assert why_not(story, complaint_settled(OM, "prosecuted", applied, reason=None)) == "motive.missing"
    assert why_not(story, complaint_settled(OM, "prosecuted", reason=None)) is None
    assert why_not(story, complaint_settled(OM, "convicted", applied=True, reason=None)) is None, "the court's own"


def test_vst_1_nobody_marks_it_at_the_door():
    checks = ({"check": "aggravating_circumstance", "answer": "yes"},)
    story = here()
    wrong = report(checks=checks).event
    from services.intake.schemes import at_the_door

    assert [one.code for one in at_the_door(wrong)] == ["word.not_at_the_door"]
    assert scheme_of(story.case).aggravating == []
    chain = story.world.chains.by_name["landelijk"]
    (counted,) = incidents(chain, [story.case], frozenset())
    assert not any("aggravating" in f"{table} {words}" for table, words in counted.words.items())
    assert not any("aggravating" in word for table in TABLES.values() for word in (table.id, *table.words))


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
    assert {to for to, _ in ever_sent(story)} <= {POLICE, CITY}, (
        "who took the report, and who looks after it: nobody there"
    )
    story.when(granted(COA)).then_among(released(COA), delivered(COA)).never(proposed(IND))


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


def test_act_2_what_comes_back_has_an_owner_the_same_day_and_its_referrer_knows_why():
    """ADV refers to the police, which declines for too few leads: the ADV gets it back with the reason and the owner's name, the same day.

    NOT closed, NOT without an owner at any position of the ledger. The reporter is told by whoever is in touch with her, here the ADV: the
    backbone speaks with no person itself.
    """
    story = here(requested(POLICE, by=ADV, role="police"), granted(POLICE, by=ADV), by=ADV)
    story.when(declined(POLICE, "too_few_leads")).then_among(
        exhausted(POLICE, reason="too_few_leads", tell=CITY), clock_stopped("antwoord", by=POLICE)
    )
    for partner in (ADV, CITY):
        [word] = story.sent(Attention, partner)
        assert (word.to, word.decline, word.owner) == (POLICE, "too_few_leads", CITY)
    assert [word.reason for word in story.sent(Attention, CITY)] == ["referral_exhausted"]
    gone, told = (
        next(entry for entry in story.world.ledger if isinstance(entry.event, model))
        for model in (ReferralDeclined, ReferralExhausted)
    )
    assert told.envelope.logged_at.date() == gone.envelope.logged_at.date()
    assert story.case.closed is None
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


def test_act_2_whoever_says_nothing_for_two_working_days_hands_it_to_the_coordinator():
    """By the plan's own file: the police refers to the ADV by hand, which is silent. NOT closed, NOT without an owner."""
    story = here(requested(ADV, by=POLICE, role="anti_discrimination"), granted(ADV, by=POLICE), by=POLICE)
    story.then_among(clock_started("antwoord", responsible=ADV))
    story.when(passed("2026-03-04 12:00")).expect_nothing()  # the second working day has not ended
    story.when(passed("2026-03-05 00:00")).then_among(breached("antwoord"), exhausted(ADV, tell=CITY))
    assert [(word.reason, word.owner) for word in story.sent(Attention, CITY)] == [("referral_unanswered", CITY)]
    assert story.case.closed is None
    assert owner_of(story.case) == CITY
    late = replace(accepted(ADV), logged=moment("2026-03-05 09:00"))
    story.when(late).then_among(clock_stopped("antwoord", by=ADV)).never(exhausted(POLICE))  # it may still answer
    assert owned_throughout(story.world) == {CITY}


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
    assert kinds(story)["complaint_incomplete"] == ("internetadres", "account")
    assert case.report
    story.when(taken(POLICE, "internetadres", "account", supplement=True))
    assert "complaint_incomplete" not in kinds(story)
    assert story.sent(Attention) == []
    assert lacking_items(story.case, chain, story.world.protocols) == ()
    street = here(taken(POLICE), natures=("scolding",))
    assert lacking_items(street.case, chain, street.world.protocols) == ()


# --- ACT-3: the list itself is in `test_joint_list`


def test_act_3_a_settlement_against_the_wish_has_its_motive_and_is_explained():
    """Chosen jointly, beside the wish as it was recorded. NOT against the wish without motive, NOT by a wish that nobody recorded."""
    story = here(by=POLICE)
    assert why_not(story, chosen(POLICE, "talk", wish="00000000-0000-7000-8000-00000000dead")) == "wish.unknown"
    wish = "00000000-0000-7000-8000-00000000abcd"
    story.when(Tell(POLICE, NeedsRecorded(needs=("criminal_process",)), id=wish))
    assert why_not(story, chosen(POLICE, "talk", wish, departs=True)) == "motive.missing"
    story.when(chosen(POLICE, "talk", wish, "no_evidence", departs=True)).expect_nothing()
    desk = story.case.desk
    assert desk is not None
    (choice,) = desk.settlements.values()
    assert (choice.settlement, choice.wish, choice.motive) == ("talk", wish, "no_evidence")
    assert kinds(story)["departure_not_explained"] == ("talk",)
    story.when(explained("what_happens_next"))
    assert "departure_not_explained" not in kinds(story)


def test_act_3_from_the_wish_to_the_end_and_its_reason():
    """Wanted, appointed, taken, dismissed: each is open until it is done, and the reason is explained to her (domain-detail A35).

    NOT closed by a dismissal.
    """
    story = here(needs(POLICE, "criminal_process"), by=POLICE)
    assert "complaint_not_appointed" in kinds(story)
    story.when(appointed())
    assert "complaint_not_appointed" not in kinds(story)
    story.when(taken(), settled())
    assert kinds(story)["end_not_explained"] == ("dismissed",)
    assert story.case.closed is None
    story.when(explained("dismissal"))
    assert "end_not_explained" not in kinds(story)
    assert story.case.desk is not None
    assert story.case.desk.marks == []


def test_vst_2_the_pilot_has_bounds_and_gives_no_right():
    """Amsterdam from 2026: in; Utrecht: out; 2025: out. NOT one thing more is shared because of it: her yes still decides."""
    pilot = scheme(region("landelijk"), "versterkte-aanpak-maatregelen").pilots[0]
    inside = here()
    utrecht = here(place={"municipality": "utrecht", "district": None})
    before = here(at="2025-12-31 12:00")
    assert [in_pilot(story.case, pilot) for story in (inside, utrecht, before)] == [True, False, False]
    for story in (inside, utrecht, before):
        story.when(requested(OM, by=POLICE, role="prosecutor", purpose="complaint"))
        story.then_among(held(OM, reason="not_asked")).never(released(OM), delivered(OM))
    shared = [[(one.to, one.state) for one in story.case.referrals.values()] for story in (inside, before)]
    assert shared[0] == shared[1]
