"""Sequences that matter to clocks: what comes early, twice, late, is said anew, taken back, reopened, forgotten (docs/adr/0025)."""

from pathlib import Path

import pytest

from schakel.case import fold
from schakel.case_state import Clock, ClockState
from schakel.messages import Reminder
from tests.support import casebook
from tests.support.casebook import Story, given
from tests.support.conclusions import (
    aftercare_due,
    any_breach,
    breached,
    clock_corrected,
    clock_started,
    clock_stopped,
    closed,
    exhausted,
    reminded,
    reopened,
    resumed,
    suspended,
)
from tests.support.telling import (
    CITY,
    GRONINGEN,
    HELP,
    POLICE,
    Tell,
    accepted,
    close_requested,
    completed,
    contact_attempted,
    contact_made,
    corrected,
    declined,
    explained,
    forget,
    granted,
    label_given,
    level_set,
    moment,
    passed,
    refused,
    reopen_requested,
    report,
    report_in_groningen,
    retracted,
    terms,
    thread_closed,
)
from tests.support.telling_clocks import (
    action_agreed,
    action_done,
    advice_given,
    advice_requested,
    aftercare_for_all,
)
from tests.support.variants import HELP_STEP, written

CONTACT = "contact-met-melder"
SAID, AGAIN = "00000000-0000-7000-8000-0000000000a1", "00000000-0000-7000-8000-0000000000a2"
USE = "  - {use: een@1.0, districts: all}\n"


def saturday() -> Story:
    """Contact is due Monday 13:00."""
    return given(report_in_groningen(at="2026-03-28 12:00"))


def clock(story: Story, name: str) -> Clock:
    (found,) = (one for one in story.case.clocks.values() if one.name == name)
    return found


def under(folder: Path, clocks: str, *told: Tell, steps: str = "", after: str = "") -> Story:
    """A case in a chain of the test's own, under these clocks."""
    text = f"{steps}clocks:\n{clocks}{after}"
    chains, protocols = written(folder, {"een": text}, USE)
    return given(*told, chains=chains, protocols=protocols)


def one_clock(name: str, starts: str, stops: str, limit: str = "2 werkdagen", **more: str) -> str:
    lines = {
        "starts": starts,
        "stops": stops,
        "limit": limit,
        "promise": "measured" if limit == "null" and "by_when" not in more else "our_choice",
        "responsible": "coordinator",
        **more,
        "source": '"keuze: proef"',
    }
    return f"  - id: {name}\n" + "".join(f"    {key}: {value}\n" for key, value in lines.items())


# --- early, at once, late


@pytest.mark.parametrize("answer", [accepted, declined])
def test_an_answer_that_lands_before_our_own_record_of_the_delivery(tmp_path: Path, answer):
    """The receiver was fast: the clock starts and stops at its answer, and accuses nobody."""
    clocks = one_clock("antwoord", "referral.delivered", "{{on: answered}}", of_step="any", responsible="doer")
    story = under(tmp_path, clocks, report(), steps=HELP_STEP)
    world = story.world
    world.tell(granted(HELP))
    world.read("consent")
    world.land("consent", 1)  # the release; the delivery is on its way
    world.tell(answer(HELP))
    world.settle()
    found = clock(story, "antwoord")
    assert (found.state, found.stopped_at, found.due_at is None) == (ClockState.STOPPED, found.started_at, False)
    story.never(any_breach())


def test_two_contacts_at_once_stop_it_once_whichever_comes_first():
    told = (
        contact_made(GRONINGEN, "2026-03-29 10:00", id=SAID),
        contact_made("dmg", "2026-03-29 10:00", logged="2026-03-29 10:06", id=AGAIN),
    )
    stopped = []
    for order in (told, told[::-1]):
        story = saturday()
        for tell in order:
            story.world.tell(tell)
        story.world.settle()
        stopped.append((clock(story, CONTACT).contact, clock(story, CONTACT).stopped_at))
        stops = [entry for entry in story.concluded(since=0) if clock_stopped(CONTACT).fits(entry, story.case)]
        assert len(stops) == 1
    assert stopped[0] == stopped[1]
    assert stopped[0][0] == SAID


def test_late_work_and_late_paperwork_are_two_numbers():
    work = saturday().when(passed("2026-03-30 13:00"), contact_made(GRONINGEN, "2026-03-30 14:00"))
    paper = saturday().when(
        passed("2026-03-30 13:00"), contact_made(GRONINGEN, "2026-03-30 12:00", logged="2026-04-02 09:00")
    )
    assert (clock(work, CONTACT).state, clock(work, CONTACT).breached) == (ClockState.STOPPED, True)
    assert (clock(paper, CONTACT).state, clock(paper, CONTACT).breached) == (ClockState.CORRECTED, False)


def test_reminders_that_an_outage_delayed_are_one(tmp_path: Path):
    clocks = one_clock(
        "contact", "report.received", "{{on: made, with: [victim]}}", "10 dagen", reminders="[24h, 48h, 72h]"
    )
    story = under(tmp_path, clocks, report())
    story.when(passed("2026-03-04 13:00")).then(reminded("contact", nth=2, to=CITY)).then_quiet()
    story.when(passed("2026-03-05 13:00")).then(reminded("contact", nth=3)).then_quiet()


# --- what it is about


def test_each_referral_has_a_clock_of_its_own_and_the_receiver_has_to_answer(tmp_path: Path):
    clocks = one_clock("antwoord", "referral.delivered", "{{on: answered}}", of_step="any", responsible="doer")
    story = under(tmp_path, clocks, report(consents=(terms(HELP),)), steps=HELP_STEP)
    story.then_among(clock_started("antwoord", responsible=HELP, responsible_role="victim_support"))
    story.when(passed("2026-03-05 00:00")).then(breached("antwoord"), exhausted(HELP))  # nobody else holds the role
    (message,) = story.sent(Reminder)
    assert story.sent(Reminder, HELP) == [message]
    story.when(casebook.again(declined(HELP), logged=moment("2026-03-05 09:00"))).then_among(
        clock_stopped("antwoord", by=HELP)
    )


def test_a_referral_that_is_over_ends_what_waited_for_more_than_an_answer(tmp_path: Path):
    clocks = one_clock("hulp", "referral.delivered", "{{on: made, with: [victim]}}", of_step="hulp")
    story = under(tmp_path, clocks, report(consents=(terms(HELP),)), steps=HELP_STEP)
    story.when(declined(HELP)).then_among(suspended("hulp", reason="referral_ended"))
    story.when(passed("2026-04-05 00:00")).never(any_breach())


def test_how_long_it_took_ends_with_the_receivers_own_follow_up(tmp_path: Path):
    clocks = one_clock("duur", "referral.accepted", "{{on: ended}}", "null", of_step="hulp")
    story = under(tmp_path, clocks, report(consents=(terms(HELP),)), accepted(HELP), steps=HELP_STEP)
    story.when(thread_closed(POLICE)).never(clock_stopped("duur"))
    story.when(completed(HELP)).then(clock_stopped("duur", by=HELP)).then_quiet()


def test_notice_stops_no_clock_that_wants_a_contact(tmp_path: Path):
    clocks = one_clock("bericht", "report.received", "{{on: notice, with: [victim]}}", "48h") + one_clock(
        "contact", "report.received", "{{on: made, with: [victim]}}"
    )
    story = under(tmp_path, clocks, report())
    story.when(explained("what_happens_next", CITY)).then(clock_stopped("bericht", by=CITY))
    story.when(contact_made(CITY, "2026-03-03 10:00")).then(clock_stopped("contact")).then_quiet()


def test_the_longest_silence_begins_anew_with_every_word(tmp_path: Path):
    clocks = one_clock("stilte", "last_word", "{{on: word, with: [victim]}}", "14 dagen")
    story = under(tmp_path, clocks, report(at="2026-03-02 12:00"))
    story.when(contact_made(CITY, "2026-03-10 12:00", id=SAID)).then(
        clock_stopped("stilte", elapsed_s=8 * 86400), clock_started("stilte", about=SAID, due_at="2026-03-25 00:00")
    )
    story.when(passed("2026-03-25 00:00")).then(breached("stilte")).then_quiet()
    story.when(contact_made(HELP, "2026-03-20 12:00", logged="2026-03-26 12:00")).then(
        clock_corrected("stilte", reason="registered_late"), clock_started("stilte")
    ).then_quiet()


def test_advice_is_awaited_from_the_role_that_was_asked(tmp_path: Path):
    clocks = one_clock("advies", "advice.requested", "{{on: advised}}", responsible="doer")
    story = under(tmp_path, clocks, report())
    story.when(advice_requested(POLICE, "anti_discrimination", id=SAID)).then(
        clock_started("advies", about=SAID, responsible="discriminatie-nl-amsterdam")
    )
    story.when(advice_given("discriminatie-nl-amsterdam")).expect_nothing()  # unasked: not the answer
    story.when(advice_given("discriminatie-nl-amsterdam", SAID)).then(clock_stopped("advies")).then_quiet()


def test_a_level_starts_a_clock_of_that_level_only_and_a_later_one_replaces_it(tmp_path: Path):
    clocks = one_clock("zwaar", "level.set", "{{on: made, with: [victim]}}", of="[heavy]")
    story = under(tmp_path, clocks, report(), level_set(POLICE, "light")).never(clock_started("zwaar"))
    story.when(level_set(POLICE, "heavy")).then(clock_started("zwaar"))
    story.when(level_set(POLICE, "light")).then(suspended("zwaar", reason="start_taken_back")).then_quiet()


# --- standing still, and going on


def postponed(by: str, at: str, id: str = SAID) -> Tell:
    told = contact_attempted(by, at, outcome="postponed")
    return casebook.again(told, id=id)


WAITING = one_clock("contact", "report.received", "{{on: made, with: [victim]}}", "48h", waits="1 week")


def test_she_puts_it_off_and_nobody_is_late_for_that_but_once(tmp_path: Path):
    story = under(tmp_path, WAITING, report(at="2026-03-02 12:00"))
    story.when(postponed(CITY, "2026-03-03 12:00")).then(
        suspended("contact", reason="waits_for_person", until="2026-03-11 00:00")
    )
    story.when(passed("2026-03-10 23:59")).expect_nothing()
    story.when(passed("2026-03-11 00:00")).then(resumed("contact", due_at="2026-03-12 00:00")).then_quiet()
    story.when(postponed(CITY, "2026-03-11 09:00", AGAIN)).expect_nothing()
    story.when(passed("2026-03-12 00:00")).then(breached("contact")).then_quiet()


def test_reached_while_it_stood_still_it_is_done(tmp_path: Path):
    story = under(tmp_path, WAITING, report(at="2026-03-02 12:00"), postponed(CITY, "2026-03-03 12:00"))
    story.when(contact_made(CITY, "2026-03-09 12:00")).then(clock_stopped("contact")).then_quiet()


def test_what_waited_for_her_ends_its_waiting_though_the_rule_no_longer_holds(tmp_path: Path):
    clocks = WAITING.replace("source:", 'when: {{identity: ["by_name"]}}\n    source:')
    story = under(tmp_path, clocks, report(at="2026-03-02 12:00"), postponed(CITY, "2026-03-03 12:00"))
    story.when(corrected(POLICE, identity="one_way"), passed("2026-03-11 00:00"))
    story.then(resumed("contact"), suspended("contact", reason="no_longer_applies")).then_quiet()


def test_a_rule_that_holds_again_gives_the_time_that_was_left():
    place = {"municipality": "groningen", "district": "centrum"}
    story = saturday().when(corrected(GRONINGEN, identity="one_way", place=place))
    story.then_among(suspended(CONTACT, reason="no_longer_applies"))
    before = clock(story, CONTACT)
    story.when(passed("2026-04-03 12:00")).expect_nothing()
    told = corrected(GRONINGEN, identity="by_name", place=place)
    story.when(casebook.again(told, logged=moment("2026-04-03 14:15"))).then_among(resumed(CONTACT)).never(any_breach())
    after = clock(story, CONTACT)
    assert before.due_at
    assert before.still_since
    assert after.due_at == before.due_at + (moment("2026-04-03 14:15") - before.still_since)


def test_a_reopened_case_goes_on_where_it_was_and_keeps_its_first_date():
    """What stood still while it was closed has the time it had left; what was stopped is not started again."""
    story = saturday().when(*aftercare_for_all(GRONINGEN), close_requested(GRONINGEN))
    story.then_among(closed(), suspended(CONTACT, reason="case_closed"))
    story.when(passed("2026-04-10 12:00")).never(any_breach())
    first, ids = story.case.reported_at, set(story.case.clocks)
    reopening = casebook.again(reopen_requested(GRONINGEN), logged=moment("2026-04-10 12:35"))
    story.when(reopening).then_among(reopened(), resumed(CONTACT), suspended("evaluatie", reason="reopened"))
    story.never(any_breach())
    assert story.case.reported_at == first
    assert set(story.case.clocks) == ids
    later = clock(story, CONTACT).due_at
    assert later
    story.when(passed(later)).then_among(breached(CONTACT))


def test_a_second_closing_has_aftercare_of_its_own():
    story = given(report(), close_requested(CITY), reopen_requested(CITY))
    story.when(casebook.again(close_requested(CITY), logged=moment("2026-06-01 12:00")))
    story.then_among(clock_started("nabellen", started_at="2026-06-01 12:00"))
    story.when(passed("2026-07-02 00:00")).then(aftercare_due(responsible=CITY)).then_quiet()
    assert [one.state for one in story.case.clocks.values() if one.name == "nabellen"] == ["suspended", "running"]


def test_the_clock_of_a_person_who_wants_to_be_forgotten_stands_still_and_goes_on_when_she_does_not():
    story = saturday().when(forget(by=GRONINGEN, id=SAID)).then_among(suspended(CONTACT, reason="erasure_requested"))
    story.when(passed("2026-04-05 12:00")).never(any_breach(), reminded(CONTACT)).then_quiet()
    story.when(retracted(SAID, by=GRONINGEN)).then_among(resumed(CONTACT)).then_quiet()


def test_the_clock_of_an_erased_person_never_runs_again():
    proof = forget(by=GRONINGEN, proof="letter")
    story = saturday().when(action_agreed(GRONINGEN, GRONINGEN, "2026-04-20", id=AGAIN))
    story.when(forget(by=GRONINGEN), proof, passed("2026-04-20 00:00"))
    assert story.case.erased
    story.when(passed("2027-04-20 00:00")).expect_nothing().never(any_breach(), reminded(CONTACT), reminded("actie"))
    assert {one.state for one in story.case.clocks.values() if one.due_at} == {ClockState.SUSPENDED}
    story.when(contact_made(GRONINGEN, "2027-05-01 12:00")).never(any_breach()).then_quiet()


def test_a_start_that_is_taken_back_takes_its_clock_along(tmp_path: Path):
    clocks = one_clock("na-actie", "action.agreed", "{{on: done}}", "null", by_when="true", responsible="doer")
    story = under(tmp_path, clocks, report(), action_agreed(POLICE, POLICE, "2026-03-06", id=SAID))
    story.when(retracted(SAID, by=POLICE)).then(suspended("na-actie", reason="start_taken_back"))
    story.when(passed("2026-04-06 00:00")).never(any_breach())


def test_done_is_taken_back_and_it_is_late_after_all(tmp_path: Path):
    clocks = one_clock("na-actie", "action.agreed", "{{on: done}}", "null", by_when="true", responsible="doer")
    story = under(tmp_path, clocks, report(), action_agreed(POLICE, POLICE, "2026-03-06", id=SAID))
    story.when(action_done(POLICE, SAID, id=AGAIN)).then(clock_stopped("na-actie"))
    story.when(retracted(AGAIN, by=CITY)).expect_nothing()
    story.when(retracted(AGAIN, by=POLICE)).expect_nothing()
    story.when(passed("2026-03-07 00:00")).then(breached("na-actie")).then_quiet()


def test_what_the_person_does_herself_is_never_overdue(tmp_path: Path):
    clocks = one_clock("na-actie", "action.agreed", "{{on: done}}", "null", by_when="true", responsible="doer")
    story = under(tmp_path, clocks, report())
    story.when(action_agreed(POLICE, POLICE, "2026-03-06", "person_acts")).expect_nothing()


# --- the incident's own day


DAYS = {"first_day": "2026-03-01", "last_day": "2026-03-01"}
AFTER_THE_INCIDENT = one_clock("na-incident", "occurrence", "{{on: made, with: [victim]}}", "6 dagen")


def test_the_day_of_the_incident_said_anew_is_another_start(tmp_path: Path):
    story = under(tmp_path, AFTER_THE_INCIDENT, report(at="2026-03-02 12:00", occurrence=DAYS))
    story.then_among(clock_started("na-incident", started_at="2026-03-01 00:00", due_at="2026-03-10 00:00"))
    later = {"first_day": "2026-03-02", "last_day": "2026-03-02"}
    story.when(corrected(POLICE, occurrence=later)).then(
        suspended("na-incident", reason="start_taken_back"), clock_started("na-incident", started_at="2026-03-02 00:00")
    ).then_quiet()


def test_a_breach_that_rests_on_the_wrong_day_is_put_right(tmp_path: Path):
    story = under(tmp_path, AFTER_THE_INCIDENT, report(at="2026-03-02 12:00", occurrence=DAYS))
    story.when(passed("2026-03-10 00:00")).then(breached("na-incident"))
    later = {"first_day": "2026-03-08", "last_day": "2026-03-08"}
    told = casebook.again(corrected(POLICE, occurrence=later), logged=moment("2026-03-11 12:00"))
    story.when(told).then(
        clock_corrected("na-incident", reason="start_corrected"),
        clock_started("na-incident", due_at="2026-03-17 00:00"),
    ).then_quiet()
    assert not any(one.breached for one in story.case.clocks.values())


def test_six_weeks_of_stress_ask_who_is_in_touch_and_refer_nobody():
    """Counted from the incident, and only once Slachtofferhulp has taken her case up."""
    story = given(report(at="2026-03-02 12:00", occurrence=DAYS, consents=(terms(HELP),)))
    story.never(clock_started("stress-zes-weken")).when(accepted(HELP)).then_among(
        clock_started("stress-zes-weken", responsible=HELP, started_at="2026-03-01 00:00", due_at=None)
    )
    story.when(passed("2026-04-14 00:00")).then(reminded("stress-zes-weken", to=HELP)).then_quiet()
    assert [message.breached for message in story.sent(Reminder, HELP)] == [False]
    story.when(passed("2026-09-13 00:00")).never(any_breach())


# --- whatever the order


def test_the_state_is_that_of_the_ledger(tmp_path: Path):
    story = under(tmp_path, WAITING, report(), label_given(), refused(HELP), postponed(CITY, "2026-03-03 12:00"))
    entries = [entry for entry in story.world.ledger if entry.event.IN_CASE]
    assert fold(story.case.id, entries) == story.case
