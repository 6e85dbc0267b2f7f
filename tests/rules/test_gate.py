"""The gate: what may go out, to whom, for what, with which data; and what happens when she changes her mind."""

import pytest

from schakel.messages import ConsentQuestion, ReferralOffered, ReferralWithdrawn
from tests.support.casebook import given
from tests.support.conclusions import clock_started, delivered, expired, held, needed, released, revoked, suspended
from tests.support.telling import (
    ADV,
    CITY,
    DMG,
    GRONINGEN,
    HELP,
    POLICE,
    accepted,
    asked,
    assessed,
    corrected,
    granted,
    invoked,
    label_refused,
    refused,
    report,
    report_in_groningen,
    requested,
    retracted,
    terms,
    withdrawn,
)

EARLIER = "00000000-0000-7000-8000-0000000000aa"
SUSPECTED = {"checks": ({"check": "discrimination_or_violence", "answer": "yes"},)}

# --- the right events


def test_without_consent_each_referral_is_held_with_its_own_question():
    story = given(report())
    story.then_among(
        *(held(to=to, reason="not_asked") for to in (HELP, CITY, ADV)),
        *(needed(to=to, ask=POLICE, scopes=("contact_details", "story")) for to in (HELP, CITY, ADV)),
    ).never(released(HELP), released(CITY), released(ADV))
    assert {message.terms.recipient for message in story.sent(ConsentQuestion, POLICE)} == {HELP, CITY, ADV}


def test_a_yes_releases_and_delivers_just_what_it_names():
    story = given(report()).when(granted(HELP))
    story.then(
        released(HELP, mode="by_name", basis="consent", scopes=("case_facts", "contact_details", "story")),
        delivered(HELP),
    ).then_quiet()
    (offer,) = story.sent(ReferralOffered, HELP)
    assert offer.scopes == ("case_facts", "contact_details", "story")
    assert story.sent(ReferralOffered, CITY) == story.sent(ReferralOffered, ADV) == []


def test_a_yes_given_at_the_door_needs_no_question():
    given(report(consents=(terms(HELP),))).then_among(released(HELP), delivered(HELP)).never(needed(HELP), held(HELP))


def test_what_the_step_only_wants_may_stay_away():
    given(report()).when(granted(HELP, "contact_details")).then_among(
        released(HELP, scopes=("case_facts", "contact_details"))
    )


def test_more_than_the_step_asks_for_does_not_go():
    given(report()).when(granted(HELP, "contact_details", "story", "label")).then_among(
        released(HELP, scopes=("case_facts", "contact_details", "story"))
    )


def test_a_yes_that_lacks_what_the_step_needs_holds_it_and_says_what_is_missing():
    given(report()).when(granted(HELP, "story")).then(
        held(HELP, reason="too_narrow", missing=("contact_details",))
    ).then_quiet()


def test_two_narrow_yeses_may_make_one_wide_enough():
    given(report(), granted(HELP, "story")).when(granted(HELP, "contact_details")).then(released(HELP), delivered(HELP))


def test_withdrawn_the_receiver_is_told_to_stop():
    story = given(report(consents=(terms(HELP),)), accepted(HELP)).when(withdrawn(HELP))
    story.then(revoked(HELP, reason="withdrawn"), suspended("duur-nazorg")).then_quiet()
    assert [message.reason for message in story.sent(ReferralWithdrawn, HELP)] == ["withdrawn"]


def test_a_withdrawal_of_everything_reaches_everybody():
    consents = (terms(HELP), terms(CITY), terms(ADV))
    given(report(consents=consents)).when(withdrawn()).then(revoked(HELP), revoked(CITY), revoked(ADV)).then_quiet()


def test_part_of_it_taken_back_sends_again_what_is_left():
    story = given(report(consents=(terms(HELP),))).when(refused(HELP, "story"))
    story.then(
        revoked(HELP, reason="too_narrow"),
        released(HELP, scopes=("case_facts", "contact_details")),
        delivered(HELP),
    ).then_quiet()


def test_a_new_yes_that_names_the_no_sends_it_out_again():
    given(report(consents=(terms(HELP),)), withdrawn(HELP)).when(granted(HELP, supersedes=True)).then(
        released(HELP), delivered(HELP)
    ).then_quiet()


def test_a_grant_that_has_ended_is_announced_and_its_referral_revoked():
    story = given(report(at="2026-03-02 12:00", consents=(terms(HELP, until="2026-03-02 12:10"),)))
    story.then_among(released(HELP))
    story.when(asked(ADV)).then(
        expired(), revoked(HELP, reason="not_asked"), needed(HELP), held(ADV, reason="no_answer")
    ).then_quiet()


def test_vital_interest_opens_the_gate_and_is_named():
    given(report()).when(invoked(HELP, "contact_details")).then(released(HELP, basis="vital_interest"), delivered(HELP))


def test_a_refused_name_strips_what_the_scheme_always_forwards():
    story = given(report_in_groningen(**SUSPECTED)).when(refused(DMG, "contact_details", "story", by=GRONINGEN))
    story.then(released(DMG, mode="stripped", basis="scheme", scopes=("case_facts",)), delivered(DMG)).then_quiet()
    (offer,) = story.sent(ReferralOffered, DMG)
    assert offer.facts.residence.municipality is None


def test_a_yes_to_the_case_facts_alone_is_a_yes_without_the_name():
    given(report_in_groningen(**SUSPECTED)).when(granted(DMG, "case_facts", by=GRONINGEN)).then_among(
        released(DMG, mode="stripped", basis="consent", scopes=("case_facts",))
    )


# --- says no, with the reason


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        (asked(HELP), "no_answer"),
        (refused(HELP), "refused"),
        (withdrawn(HELP), "withdrawn"),
        (withdrawn(), "withdrawn"),
        (granted(HELP, "story"), "too_narrow"),
    ],
    ids=["asked", "refused", "withdrawn", "withdrawn from all", "too narrow"],
)
def test_why_it_waits_is_said(word, reason: str):
    given(report()).when(word).then_among(held(HELP, reason=reason)).then_quiet()


def test_not_asked_refused_and_no_answer_stay_three_things():
    story = given(report(), asked(HELP), refused(CITY))
    assert [story.referral(to).hold_reason for to in (ADV, HELP, CITY)] == ["not_asked", "no_answer", "refused"]


def test_a_no_to_the_step_itself_stops_even_what_is_always_forwarded():
    given(report_in_groningen(**SUSPECTED)).when(refused(DMG, by=GRONINGEN)).then(
        held(DMG, reason="refused")
    ).then_quiet()


def test_a_no_to_the_case_facts_is_a_no_to_the_step():
    given(report_in_groningen(**SUSPECTED)).when(refused(DMG, "case_facts", by=GRONINGEN)).then(
        held(DMG, reason="refused")
    )


def test_a_withdrawal_stops_what_went_without_the_name():
    story = given(report_in_groningen(identity="known_to_door", **SUSPECTED)).then_among(released(DMG, mode="stripped"))
    story.when(withdrawn(by=GRONINGEN)).then(revoked(DMG, reason="withdrawn")).then_quiet()


def test_a_refused_name_does_not_soften_an_earlier_withdrawal():
    story = given(report_in_groningen(**SUSPECTED), withdrawn(by=GRONINGEN))
    story.when(refused(DMG, "story", by=GRONINGEN)).never(released(DMG)).then_quiet()
    assert story.referral(DMG).state == "held"


def test_an_old_yes_forwarded_late_resurrects_nothing():
    story = given(report(consents=(terms(HELP),)), withdrawn(HELP)).when(granted(HELP, by=HELP))
    story.expect_nothing().then_quiet()
    assert story.referral(HELP).state == "revoked"


def test_a_yes_that_names_an_older_no_than_the_newest_counts_for_nothing():
    story = given(report(), refused(HELP))
    late = granted(HELP, supersedes=True)
    event = late.event(story.case)  # names the refusal
    story.when(withdrawn(HELP))
    story.when(type(late)(POLICE, event)).expect_nothing()


@pytest.mark.parametrize("giver", ["bystander", "offender", "neighbour"])
def test_somebody_elses_yes_is_not_hers(giver: str):
    given(report()).when(granted(HELP, given_by=giver)).expect_nothing().never(released(HELP))
    given(report(consents=(terms(HELP, given_by=giver),))).then_among(held(HELP, reason="not_asked"))


def test_her_representative_speaks_for_her():
    given(report()).when(granted(HELP, given_by="representative")).then_among(released(HELP))


@pytest.mark.parametrize("basis", ["consent", "scheme", "unknown"])
def test_a_basis_that_cannot_be_invoked_opens_nothing(basis: str):
    given(report()).when(invoked(HELP, "contact_details", basis=basis)).expect_nothing().then_quiet()


def test_a_yes_for_another_purpose_or_partner_opens_nothing():
    given(report()).when(granted(HELP, purpose="aftercare"), granted(CITY, purpose="board_contact")).expect_nothing()


def test_a_grant_without_scopes_is_withdrawn_like_any_other():
    """It names no data, so nothing shrinks; it lapses all the same."""
    said = terms(DMG).model_copy(update={"scopes": ()})
    story = given(report_in_groningen(consents=(said,), **SUSPECTED)).then_among(released(DMG))
    story.when(withdrawn(DMG, by=GRONINGEN)).then(revoked(DMG, reason="withdrawn")).then_quiet()


def test_the_label_she_refused_goes_to_nobody_any_more():
    story = given(report(consents=(terms(ADV, "contact_details", "label", purpose="aftercare"),)))
    story.when(requested(ADV, role="anti_discrimination", purpose="aftercare", wants=("label",))).then_among(
        released(ADV, purpose="aftercare", scopes=("case_facts", "contact_details", "label"))
    )
    story.when(label_refused()).then(
        revoked(ADV, reason="too_narrow"), released(ADV, scopes=("case_facts", "contact_details")), delivered(ADV)
    ).then_quiet()


def test_a_yes_that_its_author_takes_back_no_longer_carries_anything():
    story = given(report(), granted(HELP, id=EARLIER)).then_among(released(HELP))
    story.when(retracted(EARLIER)).then(revoked(HELP)).then_quiet()


def test_only_its_author_takes_a_yes_back():
    given(report(), granted(HELP, id=EARLIER)).when(retracted(EARLIER, by=CITY)).expect_nothing()


# --- stays quiet


def test_a_second_yes_of_the_same_kind_changes_nothing():
    given(report(), granted(HELP)).when(granted(HELP)).expect_nothing().then_quiet()


def test_nobody_is_asked_twice():
    story = given(report(), asked(HELP), granted(HELP, "story"), refused(HELP), asked(HELP))
    assert (
        len([entry for entry in story.concluded(since=0) if entry.envelope.type == "consent.needed"]) == 3
    )  # one each


def test_nobody_can_be_asked_about_a_one_way_report():
    given(report_in_groningen(identity="one_way", **SUSPECTED)).then_among(released(DMG, mode="stripped")).never(
        needed(DMG)
    )


def test_a_referral_that_the_receiver_answered_is_not_sent_again():
    given(report(consents=(terms(HELP),))).when(accepted(HELP)).then(
        clock_started("duur-nazorg")
    ).then_quiet()


def test_imported_history_asks_and_sends_nothing():
    given(report(history=True, consents=(terms(HELP),))).never(held(HELP), needed(HELP), released(HELP)).then_quiet()


def test_the_same_hold_can_come_true_twice():
    """Too narrow, refused, too narrow again: each is said, and then it is quiet."""
    story = given(report(), granted(HELP, "story")).then_among(held(HELP, reason="too_narrow"))
    story.when(refused(HELP)).then(held(HELP, reason="refused"))
    story.when(granted(HELP, "story", supersedes=True)).then(held(HELP, reason="too_narrow")).then_quiet()


def test_a_stripped_release_can_come_true_twice():
    """Forwarded, stopped by her no, the no lifted by a yes that ends: forwarded once more in the same words."""
    story = given(report_in_groningen(identity="known_to_door", **SUSPECTED)).then_among(released(DMG, basis="scheme"))
    story.when(refused(DMG, by=GRONINGEN)).then(revoked(DMG))
    story.when(granted(DMG, by=GRONINGEN, supersedes=True, until="2026-03-02 12:40")).then_among(
        released(DMG, basis="consent")
    )
    story.when(
        assessed(GRONINGEN, "minor", "no"), assessed(GRONINGEN, "minor", "no"), assessed(GRONINGEN, "minor", "no")
    )
    story.then_quiet()
    assert (story.referral(DMG).state, story.referral(DMG).mode) == ("delivered", "stripped")


def test_a_name_that_becomes_known_does_not_stop_what_went_without_it():
    story = given(report_in_groningen(identity="known_to_door", **SUSPECTED)).then_among(delivered(DMG))
    place = {"municipality": "groningen", "district": "centrum"}
    story.when(corrected(GRONINGEN, identity="by_name", place=place)).never(revoked(DMG)).then_quiet()
