"""Follow-up: clocks that start, stop, remind, breach and are put right; cases that close and open again."""

from pathlib import Path

import pytest

from tests.support.casebook import Story, given
from tests.support.conclusions import (
    any_breach,
    breached,
    clock_corrected,
    clock_started,
    clock_stopped,
    closed,
    reminded,
    reopened,
    resumed,
    scheduled,
    suspended,
)
from tests.support.telling import (
    ADV,
    COC_GRONINGEN,
    DMG,
    GRONINGEN,
    HELP,
    accepted,
    close_requested,
    contact_attempted,
    contact_made,
    corrected,
    granted,
    label_given,
    moment,
    passed,
    reopen_requested,
    report,
    report_in_groningen,
    retracted,
    terms,
    thread_closed,
    withdrawn,
)
from tests.support.variants import HELP_STEP, written

CONTACT = "contact-met-melder"
SILENCE = "stilte-naar-melder"
CALLED = "00000000-0000-7000-8000-0000000000cc"
IN_GRONINGEN = {"municipality": "groningen", "district": "centrum"}


def saturday() -> Story:
    """A report in Groningen, the day before the clocks go forward; contact is due Monday 13:00."""
    return given(report_in_groningen(at="2026-03-28 12:00"))


# --- the right events


def test_the_promise_of_48_hours_starts_with_the_report_and_counts_hours():
    saturday().then_among(
        clock_started(
            CONTACT, kind="our_choice", started_at="2026-03-28 12:00", due_at="2026-03-30 13:00", responsible=GRONINGEN
        )
    )


def test_a_contact_in_time_stops_it():
    saturday().when(contact_made(GRONINGEN, "2026-03-29 10:00")).then_among(
        clock_stopped(CONTACT, stopped_at="2026-03-29 10:00", by=GRONINGEN, elapsed_s=21 * 3600)
    ).then_quiet()


def test_half_way_the_responsible_is_reminded_once():
    story = saturday().when(passed("2026-03-29 14:00")).then(reminded(CONTACT, to=GRONINGEN, nth=1))
    story.when(passed("2026-03-29 18:00")).expect_nothing().then_quiet()


def test_at_the_due_moment_it_breaches_and_the_coordinator_is_told():
    saturday().when(passed("2026-03-30 13:00")).then(breached(CONTACT, tell=(GRONINGEN,))).then_quiet()


def test_made_late_is_late_work():
    story = saturday().when(passed("2026-03-30 14:00"), contact_made(GRONINGEN, "2026-03-31 09:00"))
    story.then_among(breached(CONTACT), clock_stopped(CONTACT, stopped_at="2026-03-31 09:00")).never(
        clock_corrected(CONTACT)
    )
    assert next(clock for clock in story.case.clocks.values() if clock.name == CONTACT).breached


def test_made_in_time_and_written_down_late_is_late_paperwork():
    story = saturday().when(passed("2026-03-30 13:00")).then(breached(CONTACT))
    story.when(contact_made(GRONINGEN, "2026-03-30 11:00", logged="2026-03-31 09:00")).then_among(
        clock_corrected(CONTACT, reason="registered_late", stopped_at="2026-03-30 11:00")
    ).then_quiet()


def test_late_work_becomes_late_paperwork_when_an_earlier_contact_turns_up():
    story = saturday().when(passed("2026-03-30 14:00"), contact_made(GRONINGEN, "2026-03-31 09:00"))
    story.when(contact_made(DMG, "2026-03-29 09:00", logged="2026-04-02 09:00")).then(
        clock_corrected(CONTACT)
    ).then_quiet()


def test_a_contact_taken_back_lets_the_clock_run_again():
    story = saturday().when(contact_made(GRONINGEN, "2026-03-29 10:00", id=CALLED)).then_among(clock_stopped(CONTACT))
    story.when(retracted(CALLED, by=GRONINGEN)).then(suspended(SILENCE, reason="start_taken_back"))
    story.when(passed("2026-03-30 13:00")).then_among(breached(CONTACT)).then_quiet()


def test_a_corrected_breach_is_a_breach_again_when_its_contact_is_taken_back():
    story = saturday().when(passed("2026-03-30 13:00"))
    story.when(contact_made(GRONINGEN, "2026-03-30 11:00", logged="2026-03-31 09:00", id=CALLED))
    story.then_among(clock_corrected(CONTACT))
    story.when(retracted(CALLED, by=GRONINGEN)).then(suspended(SILENCE)).then_quiet()
    assert next(clock for clock in story.case.clocks.values() if clock.name == CONTACT).breached


def test_a_clock_whose_rule_no_longer_holds_waits_and_goes_on_when_it_does():
    story = (
        saturday()
        .when(corrected(GRONINGEN, identity="one_way", place=IN_GRONINGEN))
        .then(suspended(CONTACT, reason="no_longer_applies"), suspended(SILENCE), suspended("volhouden"))
    )
    story.when(passed("2026-04-03 12:00")).expect_nothing()
    story.when(corrected(GRONINGEN, identity="by_name", place=IN_GRONINGEN)).then_among(resumed(CONTACT)).then_quiet()


def test_a_clock_that_starts_at_delivery_starts_when_it_was_delivered(tmp_path: Path):
    story = delivery_clock(tmp_path, "referral.delivered")
    delivered_at = story.referral(HELP).delivered_at
    story.then_among(clock_started("na-levering", started_at=delivered_at))
    story.when(contact_made(HELP, "2026-03-02 13:00")).then(clock_stopped("na-levering", by=HELP)).then_quiet()


def test_a_clock_that_starts_at_acceptance_waits_for_it(tmp_path: Path):
    story = delivery_clock(tmp_path, "referral.accepted").never(clock_started("na-levering"))
    story.when(accepted(HELP)).then(clock_started("na-levering", started_at="2026-03-02 12:15"))


def delivery_clock(folder: Path, starts: str) -> Story:
    clock = (
        f"clocks:\n  - id: na-levering\n    starts: {starts}\n    of_step: hulp\n"
        "    stops: {{on: made, with: [victim], by: [victim_support]}}\n    limit: null\n    promise: measured\n"
        "    responsible: victim_support\n    {source}\n"
    )
    chains, protocols = written(folder, {"een": HELP_STEP + clock}, "  - {use: een@1.0, districts: all}\n")
    return given(report(consents=(terms(HELP),)), chains=chains, protocols=protocols)


def test_a_clock_that_starts_at_the_label_starts_when_it_was_given(tmp_path: Path):
    clock = (
        "clocks:\n  - id: na-label\n    starts: label.given\n    stops: {{on: made, with: [victim]}}\n    limit: 2 werkdagen\n"
        '    promise: our_choice\n    responsible: coordinator\n    source: "keuze: proef"\n'
    )
    chains, protocols = written(tmp_path, {"een": clock}, "  - {use: een@1.0, districts: all}\n")
    story = given(report(), chains=chains, protocols=protocols).never(clock_started("na-label"))
    story.when(label_given()).then(
        clock_started("na-label", started_at="2026-03-02 12:15", due_at="2026-03-05 00:00", kind="our_choice")
    ).then_quiet()


def test_the_coordinators_word_closes_the_case_and_the_next_opens_it():
    story = given(report()).when(close_requested())
    call = clock_started("nabellen")
    story.then(closed(reason="enough_help"), scheduled("victim", ground="retention_term"), call).then_quiet()
    story.when(reopen_requested()).then(reopened(), suspended("nabellen", reason="reopened")).then_quiet()
    story.when(close_requested(reason="no_help_wanted"))
    story.then(closed(reason="no_help_wanted"), scheduled("victim"), call).then_quiet()


def test_who_changes_his_mind_before_it_is_done_gets_his_last_word():
    story = given(report())
    story.world.tell(close_requested())
    story.when(reopen_requested()).expect_nothing().then_quiet()
    assert story.case.closed is None


# --- says no: what does not stop a clock


@pytest.mark.parametrize(
    "contact",
    [
        contact_made(GRONINGEN, "2026-03-29 10:00", whom="neighbour"),
        contact_attempted(GRONINGEN, "2026-03-29 10:00"),
        contact_made(GRONINGEN, "2026-03-28 11:00"),
    ],
    ids=["with somebody else", "an attempt", "before the report"],
)
def test_this_does_not_stop_the_clock(contact):
    saturday().when(contact).never(clock_stopped(CONTACT)).when(passed("2026-03-30 13:00")).then_among(
        breached(CONTACT)
    )


def test_the_reporter_is_whoever_reported():
    story = given(report_in_groningen(at="2026-03-28 12:00", reporter="bystander"))
    story.when(contact_made(GRONINGEN, "2026-03-28 15:00")).never(clock_stopped(CONTACT))
    story.when(contact_made(GRONINGEN, "2026-03-28 16:00", whom="bystander")).then_among(clock_stopped(CONTACT))


def test_somebody_elses_contact_is_not_taken_back():
    story = saturday().when(contact_made(GRONINGEN, "2026-03-29 10:00", id=CALLED))
    story.when(retracted(CALLED, by=DMG), passed("2026-03-30 13:00")).never(any_breach())


def test_only_the_city_stops_the_citys_own_clock():
    known = {"checks": ({"check": "discrimination_or_violence", "answer": "yes"},)}
    story = given(report_in_groningen(**known)).then_among(clock_started("gemeente-contact-met-slachtoffer"))
    story.when(contact_made(DMG, "2026-03-02 15:00")).never(clock_stopped("gemeente-contact-met-slachtoffer"))
    story.when(contact_made(GRONINGEN, "2026-03-02 16:00")).then_among(
        clock_stopped("gemeente-contact-met-slachtoffer")
    )


# --- stays quiet


def test_nothing_breaches_before_the_watermark():
    saturday().when(passed("2026-03-30 12:59")).never(any_breach()).then_quiet()


def test_a_contact_later_than_due_waits_for_the_watermark():
    saturday().when(contact_made(GRONINGEN, "2026-03-31 09:00")).never(clock_stopped(CONTACT), any_breach())


def test_a_measured_clock_never_breaches_or_reminds():
    story = given(report()).then_among(clock_started("eerste-contact", kind="measured", due_at=None, remind_at=()))
    story.when(passed("2027-03-02 12:00")).expect_nothing().then_quiet()


def test_a_closed_case_is_not_accused():
    saturday().when(close_requested(GRONINGEN), passed("2026-03-31 12:00")).never(any_breach())


def test_imported_history_is_measured_and_never_accused():
    story = given(report_in_groningen(at="2020-03-28 12:00", history=True)).then_among(clock_started(CONTACT))
    story.when(passed("2026-03-30 13:00")).expect_nothing()
    story.when(contact_made(GRONINGEN, "2020-04-28 12:00")).then_among(clock_stopped(CONTACT)).never(any_breach())


def test_a_lead_starts_no_clock():
    given(report(record_kind="lead")).never(clock_started("eerste-contact"))
    given(report_in_groningen(record_kind="for_information")).never(clock_started(CONTACT))


@pytest.mark.parametrize("identity", ["one_way", "anonymous_heard"])
def test_nobody_is_timed_on_a_person_without_a_name(identity: str):
    given(report_in_groningen(by=COC_GRONINGEN, identity=identity)).never(clock_started(CONTACT))


def test_a_thread_that_closes_does_not_close_the_case():
    story = given(report(consents=(terms(HELP),)), accepted(HELP)).when(thread_closed(HELP), thread_closed(ADV))
    story.then(clock_stopped("duur-nazorg", by=HELP))
    assert story.case.closed is None
    assert story.case.threads[HELP].closed


def test_taking_up_a_referral_again_opens_the_thread_again():
    story = given(report(consents=(terms(HELP),)), accepted(HELP), thread_closed(HELP), withdrawn(HELP))
    assert story.case.threads[HELP].closed
    story.when(granted(HELP, supersedes=True), accepted(HELP))
    assert not story.case.threads[HELP].closed


# --- what no system should have sent


def test_a_report_of_the_year_1_stops_nobody():
    """Refused today (`time.long_ago`); where it stands in a ledger already, its silence is counted in months like any other."""
    story = given(report_in_groningen(at="0001-01-01 12:00", logged="2026-03-28 12:00"))
    story.when(passed("2026-05-29 00:00"))
    (silence,) = (clock for clock in story.case.clocks.values() if clock.name == "volhouden")
    assert silence.remind_at[-1] > moment("2026-05-29 00:00")
