"""HRK: hours over a weekend, actions, silence, aftercare, evaluation [0]. Each test is named after its line (README.md here)."""

import pytest

from backbone.evaluation.verdicts import Part, Verdict
from backbone.overviews.incident import incidents
from schakel.events.contact import AftercareAnswered
from schakel.messages import Reminder
from tests.evaluation.stories import judged
from tests.scenarios.stories import given, refused, why_not
from tests.support.casebook import Story
from tests.support.conclusions import (
    breached,
    clock_corrected,
    clock_started,
    clock_stopped,
    closed,
    reminded,
    reopened,
)
from tests.support.newest import shipped
from tests.support.telling import (
    GRONINGEN,
    POLICE_NORTH,
    SEALED,
    Tell,
    close_requested,
    contact_attempted,
    contact_made,
    corrected,
    passed,
    report_in_groningen,
)
from tests.support.telling_clocks import (
    action_agreed,
    action_done,
    aftercare_answered,
    aftercare_for_all,
    evaluated,
)

CONTACT = "contact-met-melder"
AGREED = "00000000-0000-7000-8000-0000000000aa"


def saturday() -> Story:
    return given(report_in_groningen(at="2026-03-28 12:00"))


def test_hrk_1_48_hours_run_through_the_weekend_and_the_change_of_the_clock():
    """Reported Saturday 28 March 12:00: contact with the reporter is due Monday 13:00. NOT 12:00."""
    saturday().then_among(clock_started(CONTACT, due_at="2026-03-30 13:00", limit="48h"))


def test_hrk_1_a_contact_of_monday_11_written_down_on_tuesday_is_late_paperwork():
    """The breach is put right: work was in time, paper was not."""
    story = saturday().when(passed("2026-03-30 13:00")).then(breached(CONTACT, due_at="2026-03-30 13:00"))
    story.when(contact_made(GRONINGEN, "2026-03-30 11:00", logged="2026-03-31 09:00")).then_among(
        clock_corrected(CONTACT, reason="registered_late", stopped_at="2026-03-30 11:00")
    )
    assert not any(clock.breached for clock in story.case.clocks.values())


@pytest.mark.parametrize(
    "contact",
    [contact_made(GRONINGEN, "2026-03-29 11:00", whom="neighbour"), contact_attempted(GRONINGEN, "2026-03-29 11:00")],
    ids=["with somebody else", "an attempt"],
)
def test_hrk_1_only_contact_made_with_the_reporter_stops_it(contact):
    """NOT contact with somebody else, NOT an attempt where the file says "made"."""
    saturday().when(contact, passed("2026-03-30 13:00")).never(clock_stopped(CONTACT)).then_among(breached(CONTACT))


def test_hrk_3_a_late_action_reminds_its_owner_first_and_then_the_coordinator_is_told():
    """Due Friday: when Friday has passed the owner hears of it, a working day later the ketenregisseur.

    NOT marked done, NOT sent to the victim.
    """
    story = given(report_in_groningen(by=POLICE_NORTH, at="2026-03-02 12:00"))
    story.when(action_agreed(POLICE_NORTH, POLICE_NORTH, "2026-03-06", id=AGREED)).then_among(
        clock_started("actie", about=AGREED, due_at="2026-03-07 00:00", responsible=POLICE_NORTH)
    )
    story.when(passed("2026-03-06 23:59")).never(breached("actie"))
    story.when(passed("2026-03-07 00:00")).then(breached("actie", tell=()))
    assert receivers(story) == [POLICE_NORTH]
    story.when(passed("2026-03-09 23:59")).expect_nothing()
    story.when(passed("2026-03-10 00:00")).then(reminded("actie", to=GRONINGEN)).then_quiet()
    assert receivers(story) == [GRONINGEN]
    assert story.case.actions[AGREED].done is None
    story.when(action_done(POLICE_NORTH, AGREED, logged="2026-03-10 10:00")).then(
        clock_stopped("actie", by=POLICE_NORTH)
    ).then_quiet()


def receivers(story: Story) -> list[str]:
    """Who was sent a reminder since the last `when`: partners only, there is no way to anybody else."""
    seat = story.world.seats["followup"]
    return [
        partner for partner, message in seat.sent[story._sent_before["followup"] :] if isinstance(message, Reminder)
    ]


def test_hrk_3_done_in_time_accuses_nobody():
    story = given(report_in_groningen(by=POLICE_NORTH, at="2026-03-02 12:00"))
    story.when(action_agreed(POLICE_NORTH, GRONINGEN, "2026-03-06", id=AGREED))
    story.when(action_done(GRONINGEN, AGREED, logged="2026-03-06 17:00")).then(clock_stopped("actie"))
    story.when(passed("2026-03-20 00:00")).never(breached("actie"))
    assert why_not(story, action_done(GRONINGEN, "nothing-of-that-name")) == "action.unknown"
    assert why_not(story, action_agreed(GRONINGEN, "politie-amsterdam", "2026-03-06")) == "owner.not_a_member"


def test_hrk_4_a_silent_case_stays_open_and_comes_back_every_month():
    """No event for ninety days, the attention gone: the case is open as before, and on the ketenregisseur's list each month.

    NOT closed, NOT lowered, NOT dropped from the list after the first time.
    """
    story = given(
        report_in_groningen(at="2026-03-28 12:00", high_profile=True), contact_made(GRONINGEN, "2026-03-28 15:00")
    )
    place = {"municipality": "groningen", "district": "centrum"}
    story.when(corrected(GRONINGEN, high_profile=False, place=place))
    before = story.case
    story.when(passed("2026-04-28 23:59")).expect_nothing()
    story.when(passed("2026-04-29 00:00")).then(
        clock_stopped(
            "volhouden"
        ),  # what was told after the report began the silence anew, and a month of that is over too
        clock_started("volhouden", started_at="2026-03-28 15:15"),
        reminded("volhouden", to=GRONINGEN, nth=1),
    ).then_quiet()
    story.when(passed("2026-05-28 12:00")).expect_nothing()
    story.when(passed("2026-05-29 00:00")).then(reminded("volhouden", to=GRONINGEN, nth=2)).then_quiet()
    story.when(passed("2026-06-30 00:00")).then(reminded("volhouden", to=GRONINGEN, nth=3)).then_quiet()
    assert receivers(story) == [GRONINGEN]
    assert story.case.closed is None
    (counted,) = incidents(shipped()[0].by_name["groningen"], [story.case], frozenset())
    assert counted.words["closed"] == "open", "in its month, as any other"
    assert (story.case.levels, story.case.threads) == (before.levels, before.threads)


def test_hrk_5_a_case_does_not_close_before_aftercare_has_an_answer_for_everybody():
    """Refused, naming whose answer is missing; that it is not wanted is an answer, of somebody.

    NOT aftercare for the neighbourhood that carries anything of the victim.
    """
    story = given(report_in_groningen(by=POLICE_NORTH, at="2026-03-28 12:00"))
    assert why_not(story, close_requested(GRONINGEN)) == "close.aftercare_open"
    story.when(aftercare_answered(GRONINGEN, "victim", "given"), aftercare_answered(GRONINGEN, "others_involved"))
    found = refused(story, close_requested(GRONINGEN))
    assert "neighbourhood" in (found.found or "")
    assert "victim" not in (found.found or "")
    story.when(aftercare_answered(GRONINGEN, "neighbourhood", "unknown"))
    assert why_not(story, close_requested(GRONINGEN)) == "close.aftercare_open"
    story.when(aftercare_answered(POLICE_NORTH, "neighbourhood", "not_wanted", id=AGREED))
    assert why_not(story, close_requested(GRONINGEN)) is None
    (word,) = (entry for entry in story.world.ledger if entry.id == AGREED)
    assert (word.author, word.event.sealed) == (POLICE_NORTH, ())
    for of, why in (("neighbourhood", "aftercare.personal"), ("victim", None)):
        assert why_not(story, Tell(GRONINGEN, AftercareAnswered(of=of, answer="given", sealed=(SEALED,)))) == why
    story.when(close_requested(GRONINGEN)).then_among(closed())


def test_hrk_6_a_skipped_evaluation_shows_and_moves_nothing():
    """Three months after the closing (our choice) without one: the clock is breached, the chain's owner is told.

    NOT reopened, NOT a reason not to close.
    """
    story = given(report_in_groningen(at="2026-03-02 12:00"), *aftercare_for_all(GRONINGEN))
    story.when(close_requested(GRONINGEN)).then_among(
        closed(), clock_started("evaluatie", kind="our_choice", due_at="2026-06-03 00:00", responsible=GRONINGEN)
    )
    story.when(passed("2026-05-05 00:00")).then_among(reminded("evaluatie", to=GRONINGEN))
    assert evaluation(story) is Verdict.NOT_YET_DUE
    story.when(passed("2026-06-03 00:00")).then(breached("evaluatie", tell=(GRONINGEN,))).then_quiet()
    assert evaluation(story) is Verdict.SKIPPED
    assert receivers(story) == [GRONINGEN]
    assert story.case.closed
    story.never(reopened())
    story.when(evaluated(GRONINGEN, logged="2026-06-10 10:00")).then(
        clock_stopped("evaluatie", by=GRONINGEN)
    ).then_quiet()


def evaluation(story: Story) -> Verdict:
    """What conformance makes of step nine, as the case stands."""
    (one,) = (one for one in judged(story) if (one.part, one.name) == (Part.CLOCK, "evaluatie"))
    return one.verdict
