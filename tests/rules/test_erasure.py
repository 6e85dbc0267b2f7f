"""Who is forgotten, when: asked and proved, cooled off, held back by law, or kept for long enough; and what stops meanwhile."""

import pytest

from schakel.calendar import Calendar, Limit
from schakel.case_state import ReferralState
from schakel.events.data import ErasureRefused, ErasureScheduled, SubjectErased
from schakel.messages import Attention, Erased, ReferralOffered, ReferralWithdrawn, Reminder
from tests.support.casebook import Story, given
from tests.support.conclusions import (
    closed,
    delivered,
    denied,
    erased,
    held,
    not_erased,
    of_type,
    permitted,
    released,
    reopened,
    revoked,
    scheduled,
)
from tests.support.telling import (
    CITY,
    COC,
    HELP,
    POLICE,
    Tell,
    about,
    accepted,
    assessed,
    close_requested,
    completed,
    forget,
    granted,
    hold,
    invoked,
    lifted,
    moment,
    passed,
    reads,
    reopen_requested,
    report,
    requested,
    retracted,
    terms,
    withdrawn,
)

AGREED = (terms(HELP),)
FIRST, SECOND = "00000000-0000-7000-8000-0000000000f1", "00000000-0000-7000-8000-0000000000f2"
ASKED, PROVED = forget(id=FIRST), forget(proof="called_back", id=SECOND)
DUE = "2026-03-17 00:00"
"""The first request was told on 2 March; fourteen days later the 16th is over."""
BEFORE, AFTER = passed("2026-03-16 23:59"), passed(DUE)
NEVER = (of_type(SubjectErased), of_type(ErasureScheduled))


def running() -> Story:
    """Victim support helps her, and may read."""
    return given(report(consents=AGREED))


# --- at once


def test_from_the_first_request_on_nobody_reads() -> None:
    running().when(ASKED, reads(HELP)).then_among(denied("erasure_requested")).never(permitted(), *NEVER).then_quiet()


def test_what_waits_waits_and_what_was_agreed_later_does_not_go() -> None:
    story = given(report(), ASKED)
    assert story.referral(HELP).hold_reason == "erasure_requested"
    story.when(granted(HELP)).expect_nothing().never(released(HELP))


def test_nor_does_it_go_without_her_name_or_on_another_basis() -> None:
    given(report(), ASKED).when(invoked(HELP)).never(released(HELP)).then_quiet()


def test_what_was_released_and_not_delivered_stays_here_until_she_takes_it_back() -> None:
    story = given(report())
    world = story.world
    world.tell(granted(HELP))
    world.read("consent")
    world.land("consent")
    world.tell(ASKED)
    world.settle()
    assert story.referral(HELP).state is ReferralState.RELEASED
    story.never(delivered(HELP))
    story.when(retracted(FIRST)).then_among(delivered(HELP)).then_quiet()
    assert story.sent(ReferralOffered, HELP)


def test_help_that_runs_goes_on_until_the_end() -> None:
    story = running().when(accepted(HELP), ASKED, PROVED)
    story.never(revoked(HELP))
    assert story.referral(HELP).state is ReferralState.ACCEPTED


def test_a_withdrawal_still_stops_it_at_once_and_says_so() -> None:
    running().when(ASKED, withdrawn(HELP)).then_among(revoked(HELP, reason="withdrawn")).then_quiet()


def test_asked_about_somebody_else_her_help_and_reads_go_on() -> None:
    story = running().when(about("accused"), forget("accused", person="offender"), reads(HELP))
    story.then(permitted()).then_quiet()


# --- the proof and the cooling-off period


def test_one_message_destroys_nothing() -> None:
    running().when(ASKED, passed("2027-03-02 12:00")).never(*NEVER).then_quiet()


def test_nor_do_two_alike_of_the_same_partner() -> None:
    running().when(ASKED, forget(), passed("2027-03-02 12:00")).never(*NEVER)


@pytest.mark.parametrize("second", [PROVED, forget(by=CITY)], ids=["proof", "another partner"])
def test_the_second_message_begins_the_cooling_off_period(second: Tell) -> None:
    story = running().when(ASKED, second)
    story.then_among(scheduled("victim", ground="request", term="14 dagen", due_at=DUE, request=FIRST)).then_quiet()


def test_the_term_is_that_of_the_chains_calendar() -> None:
    told = moment("2026-03-02 12:30")
    assert Calendar.current("nl", "Europe/Amsterdam").add(told, Limit.parse("14 dagen")) == moment(DUE)


def test_who_passed_it_on_hears_until_when_she_may_change_her_mind() -> None:
    story = running().when(ASKED, forget(by=CITY))
    told = {to: message for to in (POLICE, CITY, HELP) for message in story.sent(Reminder, to)}
    assert set(told) == {POLICE, CITY}
    assert {message.due_at for message in told.values()} == {moment(DUE)}


def test_erased_at_a_watermark_behind_the_end_and_not_before() -> None:
    story = running().when(ASKED, PROVED, BEFORE)
    story.never(of_type(SubjectErased)).then_quiet()
    story.when(AFTER)
    story.then_among(erased("victim", request=FIRST, ground="request"), revoked(HELP, reason="erased")).then_quiet()
    (entry,) = [one for one in story.concluded() if isinstance(one.event, SubjectErased)]
    assert entry.event.premises == (FIRST, SECOND, _term(story))


def _term(story: Story) -> str:
    (entry,) = [one for one in story.concluded(since=0) if isinstance(one.event, ErasureScheduled)]
    return entry.id


def test_a_clock_that_only_a_message_moves_erases_nothing() -> None:
    """Case time is behind the end; no watermark says that all that was sent before has been handled."""
    running().when(ASKED, PROVED, assessed(POLICE, "minor", "no")).never(of_type(SubjectErased))


@pytest.mark.parametrize("taken_back", [FIRST, SECOND])
def test_taken_back_while_it_cools_off_it_is_off(taken_back: str) -> None:
    story = running().when(ASKED, PROVED, retracted(taken_back), AFTER)
    story.never(of_type(SubjectErased)).then_quiet()


def test_taken_back_altogether_she_is_helped_and_read_again() -> None:
    story = running().when(ASKED, PROVED, retracted(FIRST), retracted(SECOND), reads(HELP))
    story.then_among(permitted()).then_quiet()


def test_only_who_told_it_takes_it_back() -> None:
    running().when(ASKED, PROVED, retracted(FIRST, by=CITY), AFTER).then_among(erased("victim"))


def test_asked_anew_the_period_begins_anew() -> None:
    story = running().when(ASKED, PROVED, retracted(SECOND), passed("2026-03-10 12:00"))
    story.when(Tell(POLICE, forget(proof="letter").event, moment("2026-03-10 12:10")), AFTER)
    story.never(of_type(SubjectErased))
    story.when(passed("2026-03-25 00:00")).then_among(erased("victim"))


def test_a_representative_alone_proves_nothing_while_honour_is_not_ruled_out() -> None:
    hers = [forget(person="representative"), forget(person="representative", proof="letter")]
    story = given(report(checks=({"check": "honour_related", "answer": "unknown"},)))
    story.when(*hers, passed("2027-03-02 12:00")).never(*NEVER)
    story.when(assessed(POLICE, "honour_related", "no")).never(*NEVER)
    given(report()).when(*hers).then_among(scheduled("victim"))


@pytest.mark.parametrize("person", ["offender", "bystander", "neighbour"])
def test_nobody_asks_for_her_but_she(person: str) -> None:
    story = running().when(forget(person=person), forget(person=person, proof="letter"), reads(HELP))
    story.then(permitted()).never(*NEVER)


# --- legal holds


def test_a_hold_refuses_at_once_and_reads_stay_stopped() -> None:
    story = running().when(hold(), ASKED)
    story.then_among(not_erased(request=FIRST, reason="legal_hold", until="2026-12-31")).then_quiet()
    assert [to for to in (POLICE, CITY, HELP) if story.sent(Attention, to)] == [POLICE]
    story.when(reads(HELP)).then(denied("erasure_requested"))


def test_under_a_hold_nothing_is_destroyed_however_long_ago_it_was_asked() -> None:
    story = running().when(ASKED, PROVED, hold(), AFTER, passed("2026-12-31 23:00"))
    story.then_among(not_erased()).never(of_type(SubjectErased)).then_quiet()


def test_when_it_is_lifted_the_request_is_carried_out() -> None:
    story = running().when(ASKED, PROVED, hold(), AFTER)
    story.when(lifted()).then_among(erased("victim")).then_quiet()


def test_when_its_last_day_is_over_everywhere_too() -> None:
    story = running().when(ASKED, PROVED, hold(until="2026-06-30"), AFTER)
    story.when(passed("2026-07-01 13:59")).expect_nothing()
    story.when(passed("2026-07-01 14:00")).then_among(erased("victim"))


def test_each_hold_is_answered_once_and_the_last_one_counts() -> None:
    story = running().when(ASKED, PROVED, hold(until="2026-06-30"), hold(until="2026-09-30"))
    assert len([one for one in story.concluded() if isinstance(one.event, ErasureRefused)]) == 2
    story.when(passed("2026-07-01 14:00")).expect_nothing()
    story.when(lifted()).then_among(erased("victim"))


def test_only_who_placed_it_lifts_it() -> None:
    story = running().when(ASKED, PROVED, hold(), AFTER)
    story.when(lifted(by=CITY)).expect_nothing()


def test_a_hold_that_ended_stands_in_nobodys_way() -> None:
    running().when(hold(until="2026-02-01"), ASKED).never(not_erased())


# --- terms for keeping

CLOSED = (report(consents=AGREED), about("accused-2"), close_requested(wants_call="no"))
TWO_YEARS, HALF_A_YEAR = passed("2028-03-03 00:00"), passed("2026-09-03 00:00")


def test_the_closing_begins_a_term_for_each_kind_of_person() -> None:
    story = given(*CLOSED[:2]).when(CLOSED[2])
    story.then(
        closed(),
        scheduled("victim", ground="retention_term", term="24 maanden", due_at="2028-03-03 00:00", request=None),
        scheduled("accused-2", ground="retention_term", term="6 maanden", due_at="2026-09-03 00:00"),
    ).then_quiet()


def test_when_it_is_over_the_person_is_erased_and_the_other_stays() -> None:
    story = given(*CLOSED).when(passed("2026-09-02 23:59")).expect_nothing()
    story.when(HALF_A_YEAR).then(erased("accused-2", ground="retention_term")).then_quiet()
    (entry,) = story.concluded()
    assert entry.event.premises == (story.case.closed, entry.event.request)
    story.when(TWO_YEARS).then_among(erased("victim", ground="retention_term")).then_quiet()


def test_reopening_ends_the_term_and_closing_begins_another() -> None:
    story = given(*CLOSED).when(reopen_requested()).then_among(reopened())
    story.when(HALF_A_YEAR, TWO_YEARS).never(of_type(SubjectErased))
    at = moment("2028-04-01 12:00")
    story.when(Tell(CITY, close_requested().event, at)).then_among(scheduled("accused-2", due_at="2028-10-02 00:00"))


def test_a_hold_stands_in_its_way_and_lengthens_it_not() -> None:
    story = given(*CLOSED, hold(until="2027-01-31")).when(HALF_A_YEAR)
    story.then(not_erased(reason="legal_hold")).then_quiet()
    story.when(lifted()).then(erased("accused-2")).then_quiet()


def test_who_is_told_of_later_has_a_term_too() -> None:
    given(*CLOSED).when(about("witness")).then(scheduled("witness", term="12 maanden")).then_quiet()


def test_a_person_who_asked_is_not_kept_for_the_term() -> None:
    story = given(*CLOSED, ASKED, PROVED).when(passed("2026-03-18 00:00"))
    story.then_among(erased("victim", ground="request")).then_quiet()
    story.when(TWO_YEARS).never(erased("victim", ground="retention_term"))


# --- afterwards


def gone() -> Story:
    return running().when(ASKED, PROVED, AFTER)


def test_nobody_reads_for_ever() -> None:
    gone().when(reads(HELP)).then(denied("erased")).then_quiet()


def test_whoever_knew_is_told() -> None:
    story = given(report(consents=(*AGREED, terms(COC))), accepted(HELP), completed(HELP), ASKED, PROVED).when(AFTER)
    assert {to for to in (POLICE, CITY, HELP, COC) if story.sent(Erased, to)} == {POLICE, CITY, HELP}
    assert story.sent(ReferralWithdrawn) == []
    assert {known.ended for known in story.case.known} == {"erased"}


def test_of_another_person_no_receiver_hears() -> None:
    story = running().when(about("accused"), forget("accused", person="offender"))
    story.when(forget("accused", person="offender", proof="passport"), passed("2026-03-18 00:00"))
    assert {to for to in (POLICE, CITY, HELP) if story.sent(Erased, to)} == {POLICE, CITY}
    story.when(reads(HELP)).then(permitted())


def test_nothing_is_released_any_more_and_no_request_is_heard_twice() -> None:
    story = gone().when(granted(HELP, id=None), forget(), forget(proof="letter"), passed("2027-01-01 00:00"))
    story.never(of_type(ErasureRefused)).then_quiet()
    assert len([one for one in story.concluded(since=0) if isinstance(one.event, SubjectErased)]) == 1
    assert story.referral(HELP).hold_reason == "erased"


def test_a_referral_by_hand_is_held_with_the_reason() -> None:
    gone().when(requested(COC, role="coc")).then_among(held(COC, reason="erased")).never(released(COC))
