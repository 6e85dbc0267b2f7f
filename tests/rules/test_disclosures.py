"""The gate's answer to somebody who asks to read: the right data, a no with its reason, and quiet when nobody asks."""

import pytest

from schakel.case_state import OpenRead
from services.consent.disclosures import answers
from tests.support.casebook import given
from tests.support.conclusions import denied, held, permitted, released, revoked
from tests.support.telling import (
    ADV,
    AUDITOR,
    CITY,
    COC,
    DMG,
    HELP,
    OPENED,
    POLICE,
    accepted,
    completed,
    contact_made,
    declined,
    forget,
    granted,
    invoked,
    label_refused,
    looks,
    moment,
    opened,
    reads,
    refused,
    report,
    report_in_groningen,
    requested,
    retracted,
    terms,
    withdrawn,
)

AGREED = (terms(HELP),)
SUSPECTED = {"checks": ({"check": "discrimination_or_violence", "answer": "yes"},)}

# --- the right events


def test_the_receiver_reads_just_what_the_referral_carries():
    story = given(report(consents=AGREED)).when(reads(HELP))
    story.then(permitted("contact_details", "story")).then_quiet()


def test_asked_for_less_it_gets_less():
    given(report(consents=AGREED)).when(reads(HELP, "story")).then(permitted("story")).then_quiet()


def test_asked_for_more_it_gets_no_more():
    given(report(consents=AGREED)).when(reads(HELP, "story", "label", "contact_preference")).then(permitted("story"))


def test_each_read_is_answered_by_itself():
    story = given(report(consents=AGREED)).when(reads(HELP), reads(HELP, "story"), reads(HELP))
    story.then(
        permitted("contact_details", "story"), permitted("story"), permitted("contact_details", "story")
    ).then_quiet()


def test_a_permit_names_what_it_rests_on():
    story = given(report(consents=AGREED)).when(reads(HELP))
    referral = story.referral(HELP)
    (entry,) = story.concluded()
    asked = story.world.ledger[story.mark]
    assert entry.event.premises == (referral.id, referral.released, *referral.rests_on, asked.id)
    assert entry.envelope.causation == asked.id


def test_it_reads_on_after_it_accepted():
    given(report(consents=AGREED), accepted(HELP)).when(reads(HELP)).then(permitted("contact_details", "story"))


def test_on_another_basis_it_reads_too():
    given(report(), invoked(HELP, "contact_details")).when(reads(HELP)).then(permitted("contact_details"))


def test_after_part_was_taken_back_it_reads_what_is_left():
    given(report(consents=AGREED), refused(HELP, "story")).when(reads(HELP)).then(permitted("contact_details"))


def test_after_a_new_yes_it_reads_again():
    story = given(report(consents=AGREED), withdrawn(HELP), granted(HELP, supersedes=True)).when(reads(HELP))
    story.then(permitted("contact_details", "story"))


# --- a no with its reason


@pytest.mark.parametrize("who", [CITY, COC, DMG, "nobody-we-know"])
def test_another_partner_reads_nothing(who):
    given(report(consents=AGREED)).when(reads(who, to=HELP)).then(denied("unknown")).then_quiet()


def test_a_referral_that_is_in_no_such_case_is_the_same_no():
    given(report(consents=AGREED)).when(reads(HELP, to="nobody-we-know")).then(denied("unknown")).then_quiet()


def test_a_withdrawal_before_it_wins():
    given(report(consents=AGREED), withdrawn(HELP)).when(reads(HELP)).then(denied("withdrawn")).then_quiet()


def test_a_withdrawal_from_everybody_wins():
    given(report(consents=AGREED), accepted(HELP), withdrawn()).when(reads(HELP)).then(denied("withdrawn"))


@pytest.mark.parametrize(("told", "reason"), [(refused(ADV), "refused"), (granted(ADV, "story"), "too_narrow")])
def test_what_is_held_is_not_read(told, reason):
    given(report(), told).when(reads(ADV)).then(denied(reason)).then_quiet()


def test_nobody_was_asked_yet():
    given(report()).when(reads(HELP)).then(denied("not_asked")).then_quiet()


@pytest.mark.parametrize("told", [declined(HELP), completed(HELP)])
def test_who_no_longer_works_on_it_reads_no_more(told):
    given(report(consents=AGREED), accepted(HELP), told).when(reads(HELP)).then(denied("unknown")).then_quiet()


def test_asked_only_for_what_it_may_not_have():
    given(report(consents=AGREED)).when(reads(HELP, "contact_preference")).then(denied("too_narrow"))


def test_what_went_without_the_name_gives_nothing():
    story = given(report_in_groningen(identity="known_to_door", **SUSPECTED)).when(reads(DMG))
    assert story.referral(DMG).mode == "stripped"
    story.then(denied("too_narrow"))


def test_a_refused_label_is_read_by_nobody():
    story = given(report(label="place"), invoked(HELP, "contact_details", "label"), label_refused())
    story.when(reads(HELP, "label")).then(denied("too_narrow"))


def test_when_her_yes_has_ended_reading_has_ended_however_late_that_is_noticed():
    """The request itself brings the moment: nothing else has been told since."""
    story = given(report(at="2026-03-02 12:00", consents=(terms(HELP, until="2026-03-02 13:00"),)))
    story.then_among(released(HELP))
    story.when(reads(HELP, at="2026-03-02 12:59")).then(permitted())
    story.when(reads(HELP, at="2026-03-02 13:00")).then_among(denied("not_asked"))
    assert story.case.time == moment("2026-03-02 13:00")


def test_when_another_basis_than_consent_has_ended_the_answer_says_so():
    """As long as nothing else was said of it; what she refuses then goes before it."""
    story = given(report(), invoked(HELP, until="2026-03-04 12:00")).then_among(released(HELP, basis="vital_interest"))
    story.when(reads(HELP, at="2026-03-04 11:59")).then(permitted())
    story.when(reads(HELP, at="2026-03-04 12:00")).then_among(denied("ended"))
    story.when(refused(HELP), reads(HELP, at="2026-03-04 13:00")).then_among(denied("refused"))


def test_a_grant_taken_back_by_its_author_gives_nothing():
    story = given(report(), granted(HELP, id="00000000-0000-7000-8000-0000000000aa"))
    story.when(retracted("00000000-0000-7000-8000-0000000000aa")).then_among(revoked(HELP))
    story.when(reads(HELP)).never(permitted())


def test_imported_history_is_answered_too():
    given(report(history=True)).when(reads(HELP)).then(denied("unknown")).then_quiet()


# --- what an auditor opens, without a referral (docs/adr/0042)


def test_an_auditor_reads_just_the_fields_that_it_named():
    story = given(report(consents=AGREED), opened("story")).when(looks())
    story.then(permitted("story")).then_quiet()
    (entry,) = story.concluded()
    assert entry.event.premises == (OPENED, story.world.ledger[story.mark].id)


def test_invoking_it_alone_sends_nothing_to_anybody():
    given(report(consents=AGREED)).when(opened("story")).then().then_quiet()


@pytest.mark.parametrize("said", [withdrawn(), refused(AUDITOR, purpose="audit"), withdrawn(AUDITOR)])
def test_her_no_does_not_stop_a_duty_by_law(said):
    given(report(consents=AGREED), opened("story"), said).when(looks()).then(permitted("story"))
    given(report(consents=AGREED), said, opened("story")).when(looks()).then(permitted("story"))


def test_of_a_closed_case_and_of_imported_history_too():
    given(report(history=True), opened("story")).when(looks()).then(permitted("story")).then_quiet()


@pytest.mark.parametrize("named", [("contact_details",), ("contact_details", "story"), ("label",)])
def test_fields_that_were_not_named_stay_closed(named):
    given(report(consents=AGREED), opened("contact_preference")).when(looks(*named)).then(denied("too_narrow"))


def test_when_its_time_is_over_it_has_ended_however_late_that_is_noticed():
    story = given(report(at="2026-03-02 12:00"), opened("story", until="2026-03-03 12:00"))
    story.when(looks(at="2026-03-03 11:59")).then(permitted("story"))
    story.when(looks(at="2026-03-03 12:00")).then_among(denied("ended"))


def test_taken_back_by_its_author_it_has_ended():
    given(report(), opened("story"), retracted(OPENED, by=AUDITOR)).when(looks()).then(denied("ended"))


def test_somebody_else_does_not_take_it_back():
    given(report(), opened("story"), retracted(OPENED)).when(looks()).then(permitted("story"))


@pytest.mark.parametrize("who", [HELP, POLICE, DMG, "nobody-we-know"])
def test_nobody_else_reads_under_it(who):
    given(report(consents=AGREED), opened("story")).when(looks(by=who)).then(denied("unknown")).then_quiet()


def test_without_an_opening_an_auditor_reads_nothing():
    given(report(consents=AGREED)).when(looks()).then(denied("unknown")).then_quiet()


def test_a_suspended_auditor_reads_nothing():
    story = given(report(), opened("story")).when(looks())
    case = story.world.state()
    case.reading["asked"] = OpenRead("asked", OPENED, AUDITOR, [])
    (answer,) = answers(case, away={AUDITOR})
    assert (answer.TYPE, answer.reason) == ("disclosure.denied", "unknown")


def test_a_refused_label_is_opened_by_nobody():
    story = given(report(label="place"), opened("label", "story"), label_refused())
    story.when(looks("label")).then(denied("too_narrow"))
    story.when(looks()).then(permitted("story"))


def test_whoever_asked_to_be_forgotten_is_opened_by_nobody():
    story = given(report(consents=AGREED), opened("story"), forget())
    story.when(looks()).then(denied("erasure_requested"))


@pytest.mark.parametrize(
    "told",
    [opened("story", to=POLICE), opened("story", by=POLICE), opened("story", basis="vital_interest"), opened()],
    ids=["for another", "by another", "danger to life", "no fields"],
)
def test_what_intake_would_not_let_in_opens_nothing_either(told):
    """The fold does not trust that intake looked: it is not understood, and opens nothing."""
    story = given(report(consents=AGREED), told)
    assert OPENED not in story.case.grants
    story.when(looks(), looks(by=POLICE)).then(denied("unknown"), denied("unknown"))


def test_an_opening_sends_no_referral_on_its_way():
    """A referral for an audit needs her own yes, as publication does: what is opened is read, and nothing else."""
    story = given(report(at="2026-03-02 12:00"), opened("story", "contact_details"))
    story.when(requested(AUDITOR, role="auditor", purpose="audit")).never(released(AUDITOR))
    story.then_among(held(AUDITOR, reason="not_asked"))


# --- quiet


def test_nobody_asks_nothing_is_said():
    given(report(consents=AGREED)).when(contact_made(HELP, "2026-03-03 12:00")).never(permitted(), denied("unknown"))
