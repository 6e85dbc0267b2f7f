"""Routing: which case opens under what, who is proposed, who is informed, and what is left alone."""

from pathlib import Path

import pytest

from schakel.messages import Attention, Information
from tests.support.casebook import World, given
from tests.support.conclusions import attached, exhausted, informed, opened, proposed
from tests.support.telling import (
    ADV,
    CITY,
    COC_GRONINGEN,
    DMG,
    GRONINGEN,
    HELP,
    POLICE,
    accepted,
    assessed,
    close_requested,
    corrected,
    declined,
    granted,
    label_given,
    label_refused,
    level_set,
    reopen_requested,
    report,
    report_in_groningen,
    requested,
    terms,
)
from tests.support.variants import HELP_STEP, written

# --- the right events


def test_a_report_opens_a_case_under_its_chains_protocol():
    story = given(report()).then_among(opened(chain="amsterdam", door=POLICE, coordinator=CITY))
    assert story.case.protocols == ["amsterdam-handelingskader@2023.4"]


def test_a_case_in_groningen_runs_under_both_its_protocols():
    story = given(report_in_groningen())
    assert story.case.protocols == ["groningen-protocolkaart@2017.4", "handreiking-negen-stappen@2017.4"]


def test_the_protocols_steps_are_proposed_once_each():
    given(report()).then_among(
        proposed(HELP, step="slachtofferhulp"),
        proposed(CITY, step="projectleider-veiligheid"),
        proposed(ADV, step="discriminatie-nl"),
    ).then_quiet()


def test_what_becomes_known_later_is_proposed_then():
    story = given(report(natures=("scolding",))).never(proposed(CITY))
    story.when(corrected(natures=("scolding", "assault"))).then_among(proposed(CITY)).then_quiet()


def test_a_suspicion_that_is_assessed_later_counts_from_then():
    story = given(report_in_groningen()).never(proposed(DMG))
    story.when(assessed(GRONINGEN, "discrimination_or_violence", "yes")).then_among(proposed(DMG)).then_quiet()


def test_a_referral_by_hand_goes_through_the_gate_like_any_other():
    given(report(natures=("scolding",))).when(requested(CITY, by=POLICE, role="coordinator")).then_among(
        proposed(CITY, role="coordinator", needs=("contact_details",), step=None)
    ).then_quiet()


def test_mayor_and_alderman_are_informed_once_each_and_without_a_person():
    story = given(report_in_groningen(acute=True, high_profile=True, residence={"municipality": "haren"}))
    story.then_among(informed("mayor"), informed("alderman")).then_quiet()
    for message in story.sent(Information, GRONINGEN):
        assert message.facts.residence.municipality is None


def test_a_label_may_bring_a_second_protocol(tmp_path: Path):
    chains, protocols = written(
        tmp_path,
        {"eerst": HELP_STEP, "later": "steps: []\n"},
        '  - {use: eerst@1.0, districts: all}\n  - {use: later@1.0, districts: all, when: {label: ["given"]}}\n',
    )
    story = given(report(), chains=chains, protocols=protocols)
    assert story.case.protocols == ["eerst@1.0"]
    story.when(label_given()).then(attached()).then_quiet()
    story.when(label_refused()).expect_nothing()
    assert story.case.protocols == ["eerst@1.0", "later@1.0"]


def test_a_declined_referral_is_laid_before_the_coordinator():
    story = given(report(consents=(terms(HELP),))).when(declined(HELP, "no_capacity"))
    story.then(exhausted(HELP, reason="no_capacity", tell=CITY)).then_quiet()
    assert [message.reason for message in story.sent(Attention, CITY)] == ["referral_exhausted"]


def test_severe_for_one_partner_informs_the_board():
    story = given(report()).when(level_set(ADV, "serious"))
    story.then(informed("district_chair", to=CITY), informed("mayor", to=CITY)).then_quiet()


def test_a_severity_that_comes_with_an_assessment_counts_too():
    mark = {"scale": "injury", "severity": "serious"}
    given(report()).when(assessed(POLICE, "punishable", "yes", severity=mark)).then(
        informed("district_chair"), informed("mayor")
    )


# --- what was decided on an older history


def test_what_rests_on_an_opening_that_came_too_late_has_no_effect():
    """Routing decides twice before anything lands, the second time on a corrected place: one opening counts, and what rests on it."""
    world = World()
    world.tell(report(place={"district": None}))
    world.read("routing")
    world.tell(corrected(place={"municipality": "amsterdam", "district": "oost"}))
    world.read("routing")
    world.land("routing")
    _case, effects = world.folded()
    openings = [
        (entry.id, effect)
        for entry, effect in zip(world.ledger, effects, strict=True)
        if entry.envelope.type == "case.opened"
    ]
    assert [effect for _, effect in openings] == ["effective", "overtaken"]
    resting = [
        effect
        for entry, effect in zip(world.ledger, effects, strict=True)
        if entry.envelope.type == "referral.proposed" and openings[1][0] in entry.event.premises
    ]
    assert resting
    assert set(resting) == {"overtaken"}
    world.settle()
    assert {referral.to for referral in world.state().referrals.values()} == {HELP, CITY, ADV}


# --- leaves alone


def test_a_partner_is_not_referred_to_itself():
    given(report(by=ADV)).never(proposed(ADV))


def test_two_protocols_contact_the_person_once(tmp_path: Path):
    chains, protocols = written(
        tmp_path,
        {"een": HELP_STEP, "twee": HELP_STEP},
        "  - {use: een@1.0, districts: all}\n  - {use: twee@1.0, districts: all}\n",
    )
    story = given(report(consents=(terms(HELP),)), chains=chains, protocols=protocols).then_quiet()
    assert [referral.protocol for referral in story.case.referrals.values()] == ["een@1.0"]
    story.when(accepted(HELP)).expect_nothing()


def test_a_partner_that_declined_is_not_asked_again_by_the_next_protocol(tmp_path: Path):
    chains, protocols = written(
        tmp_path,
        {"een": HELP_STEP, "twee": HELP_STEP},
        "  - {use: een@1.0, districts: all}\n  - {use: twee@1.0, districts: all}\n",
    )
    story = given(report(consents=(terms(HELP),)), chains=chains, protocols=protocols)
    story.when(declined(HELP)).then(exhausted(HELP)).then_quiet()
    story.when(requested(HELP, role="victim_support")).then_among(proposed(HELP, step=None))  # by hand it is possible


@pytest.mark.parametrize("natures", [("threat",), ("neighbour_quarrel", "assault"), ("intimidation",)])
def test_mediation_asked_for_by_hand_is_not_proposed_with_violence_or_threat(natures: tuple[str, ...]):
    mediation = requested(CITY, role="coordinator", purpose="mediation")
    given(report(natures=natures), assessed(POLICE, "discrimination", "no")).when(mediation).expect_nothing()


def test_mediation_waits_for_every_partners_suspicion():
    mediation = requested(CITY, role="coordinator", purpose="mediation")
    story = given(report(natures=("neighbour_quarrel",)), assessed(POLICE, "discrimination", "no"))
    story.when(assessed(ADV, "discrimination", "unknown"), mediation).never(proposed(CITY, purpose="mediation"))
    story.when(assessed(ADV, "discrimination", "no")).then_among(proposed(CITY, purpose="mediation")).then_quiet()


def test_a_request_for_somebody_outside_the_chain_goes_nowhere():
    """Intake refuses it; a ledger that holds one all the same has nobody to deliver to."""
    given(report()).when(requested("nobody-we-know"), requested(DMG)).expect_nothing().then_quiet()


def test_only_both_flags_inform_the_board_in_groningen():
    given(report_in_groningen(acute=True)).never(informed("mayor"), informed("alderman"))
    given(report_in_groningen(high_profile=True)).never(informed("mayor"), informed("alderman"))


def test_a_second_correction_informs_nobody_again():
    place = {"municipality": "groningen", "district": "centrum"}
    story = given(report_in_groningen(acute=True, high_profile=True))
    story.when(corrected(GRONINGEN, acute=False, place=place), corrected(GRONINGEN, acute=True, place=place))
    story.expect_nothing()


def test_a_lead_refers_and_informs_nobody():
    story = given(
        report(record_kind="lead", natures=("assault",), severity=({"scale": "injury", "severity": "serious"},))
    )
    story.then(opened()).then_quiet()


def test_imported_history_only_opens():
    given(report(history=True)).then_among(opened()).never(proposed(HELP), proposed(CITY), informed("mayor"))


def test_a_closed_case_starts_nothing_new_until_it_is_reopened():
    story = given(report(natures=("scolding",)), close_requested()).when(corrected(natures=("assault",)))
    story.expect_nothing().when(reopen_requested()).then_among(proposed(CITY)).then_quiet()


def test_a_victim_from_abroad_is_for_a_person_to_find_a_place_for():
    """No home town that a chain knows of, so none is guessed (scenarios.md, AMS-2)."""
    story = given(report(residence={"elsewhere": "yes", "abroad": True}))
    story.never(proposed(HELP)).then_quiet()


@pytest.mark.parametrize("home", [None, "harlem", "amsterdam"])
def test_a_home_town_that_nobody_named_or_serves_is_for_a_person_too(home: str | None):
    story = given(report(residence={"elsewhere": "yes", "municipality": home})).never(proposed(HELP)).then_quiet()
    place = {"municipality": "amsterdam", "district": "oost"}
    known = {"elsewhere": "yes", "municipality": "haarlem"}
    story.when(corrected(residence=known, place=place)).then_among(
        proposed(HELP, step="slachtofferhulp-eigen-woonplaats")
    )


def test_a_place_that_no_chain_covers_opens_nothing_and_breaks_nothing():
    given(report(place={"municipality": "haarlem"})).expect_nothing().then_quiet()
    given(report(by=HELP, place={"municipality": None})).expect_nothing()


def test_a_second_report_in_a_case_changes_nothing():
    given(report()).when(report(by=COC_GRONINGEN, id="00000000-0000-7000-8000-0000000000bb")).expect_nothing()


def test_nothing_is_concluded_before_there_is_a_report():
    given(granted(HELP), label_given(), close_requested()).expect_nothing().then_quiet()
