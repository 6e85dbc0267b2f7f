"""Whose word opens the gate, on which basis, for which purpose: what it asks back, and what it never takes for a yes."""

import pytest

from schakel.events.contact import ContactPreferenceTold
from schakel.events.vocab import Purpose
from schakel.messages import ConsentQuestion
from tests.support.casebook import given
from tests.support.conclusions import Pattern, delivered, expired, held, needed, released, revoked
from tests.support.telling import (
    ADV,
    CITY,
    COC,
    DMG,
    GRONINGEN,
    HELP,
    POLICE,
    asked,
    assessed,
    granted,
    invoked,
    refused,
    report,
    report_in_groningen,
    requested,
    terms,
    withdrawn,
)

NO = "00000000-0000-7000-8000-0000000000bb"
SUSPECTED = {"checks": ({"check": "discrimination_or_violence", "answer": "yes"},)}

# --- whose word


def test_a_professional_passes_on_what_she_said():
    given(report()).when(granted(HELP, given_by="professional")).then_among(released(HELP, basis="consent"))


def test_the_way_she_said_it_is_kept_with_it():
    story = given(report()).when(granted(HELP, way="self_service", text_version="nl-3")).then_among(delivered(HELP))
    (grant,) = story.case.grants.values()
    assert (grant.way, grant.wording, grant.given_by, grant.recorded_by) == ("self_service", "nl-3", "victim", POLICE)


def test_a_yes_that_its_own_beneficiary_recorded_waits_for_somebody_else_and_the_door_is_asked():
    story = given(report(), asked(CITY), asked(ADV)).when(granted(HELP, by=HELP))
    story.then(held(HELP, reason="provisional")).then_quiet()
    assert [grant.by_beneficiary for grant in story.case.grants.values()] == [True]
    story.when(granted(HELP, by=POLICE)).then(released(HELP), delivered(HELP)).then_quiet()


def test_to_confirm_such_a_yes_she_is_asked_through_the_door():
    story = given(report(consents=(terms(HELP),), by=HELP)).when(
        requested(HELP, role="victim_support", purpose="aftercare"), granted(HELP, by=HELP, purpose="aftercare")
    )
    story.then_among(needed(HELP, ask=CITY, purpose="aftercare"), held(HELP, reason="provisional", purpose="aftercare"))
    assert [message.terms.recipient for message in story.sent(ConsentQuestion, CITY)] == [HELP]


def test_a_yes_that_its_own_beneficiary_recorded_lifts_no_refusal():
    story = given(report_in_groningen(**SUSPECTED), refused(DMG, by=GRONINGEN))
    story.when(granted(DMG, by=DMG, supersedes=True)).expect_nothing().never(released(DMG)).then_quiet()


def test_a_representatives_yes_waits_while_honour_related_violence_is_not_ruled_out():
    """A relative is no representative without somebody who looks (domain-detail A08)."""
    story = given(report(), assessed(POLICE, "honour_related", "unknown"))
    story.when(granted(HELP, given_by="representative")).then(held(HELP, reason="provisional")).then_quiet()
    no_more_care = Pattern(ContactPreferenceTold, {"to": POLICE})
    story.when(assessed(POLICE, "honour_related", "no")).then(
        released(HELP), delivered(HELP), no_more_care
    ).then_quiet()
    more_care = (Pattern(ContactPreferenceTold, {"to": POLICE}), Pattern(ContactPreferenceTold, {"to": HELP}))
    story.when(assessed(POLICE, "honour_related", "yes"))
    story.then_among(revoked(HELP, reason="provisional"), *more_care).then_quiet()


# --- on which basis


def test_her_own_yes_is_named_where_it_is_enough():
    given(report(), invoked(HELP)).when(granted(HELP), withdrawn(HELP), granted(HELP, supersedes=True))
    story = given(report(), asked(HELP), invoked(CITY)).when(granted(HELP), invoked(HELP))
    story.then(released(HELP, basis="consent"), delivered(HELP)).then_quiet()


def test_when_she_withdraws_what_the_law_still_allows_is_a_release_of_its_own_with_its_name():
    story = given(report(), granted(HELP), invoked(HELP, "contact_details")).when(withdrawn(HELP))
    story.then(
        revoked(HELP, reason="withdrawn"),
        released(HELP, basis="vital_interest", scopes=("case_facts", "contact_details")),
        delivered(HELP),
    ).then_quiet()


def test_also_what_the_scheme_always_forwards_goes_out_anew_when_only_the_law_still_allows_it():
    story = given(report_in_groningen(identity="known_to_door", **SUSPECTED)).then_among(released(DMG, basis="scheme"))
    story.when(invoked(DMG, "contact_details", basis="legal_duty", by=GRONINGEN)).expect_nothing()
    story.when(withdrawn(DMG, by=GRONINGEN)).then(
        revoked(DMG, reason="withdrawn"), released(DMG, basis="legal_duty", mode="by_name"), delivered(DMG)
    ).then_quiet()


def test_what_is_invoked_ends_at_its_end():
    story = given(report(at="2026-03-02 12:00"), invoked(HELP, until="2026-03-02 12:20")).then_among(released(HELP))
    story.when(asked(ADV)).then_among(expired(), revoked(HELP, reason="not_asked"))


def test_an_agreement_opens_the_gate_where_she_has_not_spoken():
    given(report()).when(invoked(HELP, basis="agreement")).then_among(released(HELP, basis="agreement"))


@pytest.mark.parametrize("no", [refused(HELP), withdrawn(HELP), withdrawn()], ids=["refused", "withdrawn", "from all"])
def test_an_agreement_between_partners_does_not_stand_against_her_no(no):
    given(report(), no).when(invoked(HELP, basis="agreement")).expect_nothing().never(released(HELP)).then_quiet()
    given(report(), invoked(HELP, basis="agreement")).when(no).then_among(revoked(HELP)).then_quiet()


def test_a_duty_by_law_stands_beside_her_no():
    given(report(), refused(HELP)).when(invoked(HELP, basis="legal_duty")).then_among(
        released(HELP, basis="legal_duty")
    )


# --- for which purpose


@pytest.mark.parametrize("purpose", [purpose for purpose in Purpose if purpose is not Purpose.MEDIATION])
def test_for_every_purpose_the_default_is_no(purpose: Purpose):
    ask = requested(COC, role="coc", purpose=purpose, needs=("case_facts",))
    story = given(report()).when(ask).then_among(held(COC, reason="not_asked"), needed(COC, purpose=purpose))
    others = [other for other in Purpose if other not in (purpose, Purpose.MEDIATION)]
    story.when(*(granted(COC, purpose=other) for other in others)).never(released(COC))
    story.when(granted(COC, "case_facts", purpose=purpose)).then(released(COC), delivered(COC)).then_quiet()


@pytest.mark.parametrize("purpose", ["publication", "later_research", "victim_network", "board_contact"])
def test_what_is_hers_alone_no_other_basis_opens_also_without_her_name(purpose: str):
    """A case in the newspaper is a next step, anonymised or not (domain-detail A87)."""
    story = given(report(), requested(COC, role="coc", purpose=purpose, needs=("case_facts",)))
    for basis in ("vital_interest", "legal_duty", "agreement"):
        story.when(invoked(COC, "case_facts", basis=basis, purpose=purpose)).expect_nothing().then_quiet()
    story.never(released(COC))


def test_refused_for_research_stays_refused_and_help_goes_on():
    story = given(report(consents=(terms(HELP),))).when(
        requested(COC, role="coc", purpose="later_research", needs=("case_facts",)),
        refused(COC, purpose="later_research"),
    )
    story.then_among(held(COC, reason="refused")).never(revoked(HELP)).then_quiet()


def test_a_yes_for_later_research_ends_at_its_end():
    ask = requested(COC, role="coc", purpose="later_research", needs=("case_facts",))
    story = given(report(at="2026-03-02 12:00"), ask)
    story.when(granted(COC, purpose="later_research", until="2026-03-02 12:30")).then_among(released(COC))
    story.when(asked(ADV)).then_among(expired(), revoked(COC)).then_quiet()
